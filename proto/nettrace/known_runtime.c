/* nettrace/known_runtime.c - provider Microsoft-Windows-DotNETRuntime. */
#include "proto/nettrace/known_events.h"

#define CLR "ClrInstanceID:u16"
#define METHOD                                                                                     \
    "MethodID:u64 ModuleID:u64 MethodStartAddress:u64 MethodSize:u32 MethodToken:u32 "             \
    "MethodFlags:u32"
#define METHOD_NAMES "MethodNamespace:str MethodName:str MethodSignature:str"
#define METHOD_BRIEF METHOD " @1 " CLR " @2 ReJITID:u64"
#define METHOD_VERBOSE METHOD " " METHOD_NAMES " @1 " CLR " @2 ReJITID:u64"
#define MODULE_PATHS "ModuleFlags:u32 Reserved1:u32 ModuleILPath:str ModuleNativePath:str"
#define PDBS                                                                                       \
    "ManagedPdbSignature:guid ManagedPdbAge:u32 ManagedPdbBuildPath:str NativePdbSignature:guid "  \
    "NativePdbAge:u32 NativePdbBuildPath:str"
#define MODULE "ModuleID:u64 AssemblyID:u64 " MODULE_PATHS " @1 " CLR " @2 " PDBS
#define DOMAIN_MODULE "ModuleID:u64 AssemblyID:u64 AppDomainID:u64 " MODULE_PATHS " @1 " CLR
#define ASSEMBLY                                                                                   \
    "AssemblyID:u64 AppDomainID:u64 BindingID:u64 AssemblyFlags:u32 "                              \
    "FullyQualifiedAssemblyName:str " CLR
#define APP_DOMAIN "AppDomainID:u64 AppDomainFlags:u32 AppDomainName:str AppDomainIndex:u32 " CLR
#define BULK "Index:u32 Count:u32 " CLR
#define HEAP "HeapNum:u32 " CLR
#define SAMPLED                                                                                    \
    "Address:ptr TypeID:ptr ObjectCountForTypeSample:u32 TotalSizeForTypeSample:u64 " CLR
#define IO_THREADS "IOThreadCount:u32 RetiredIOThreads:u32 @1 " CLR
#define WORKERS "ActiveWorkerThreadCount:u32 RetiredWorkerThreadCount:u32 " CLR
#define OVERLAPPED "NativeOverlapped:ptr Overlapped:ptr"
#define INLINING                                                                                   \
    "MethodBeingCompiledNamespace:str MethodBeingCompiledName:str "                                \
    "MethodBeingCompiledNameSignature:str InlinerNamespace:str InlinerName:str "                   \
    "InlinerNameSignature:str InlineeNamespace:str InlineeName:str InlineeNameSignature:str"
#define TAIL_CALL                                                                                  \
    "MethodBeingCompiledNamespace:str MethodBeingCompiledName:str "                                \
    "MethodBeingCompiledNameSignature:str CallerNamespace:str CallerName:str "                     \
    "CallerNameSignature:str CalleeNamespace:str CalleeName:str CalleeNameSignature:str "          \
    "TailPrefix:bool"
#define VERIFICATION "VerificationFlags:u32 ErrorCode:u32"
#define HANDLER "EntryEIP:u64 MethodID:u64 MethodName:str " CLR
#define LOAD                                                                                       \
    CLR " AssemblyName:str AssemblyPath:str RequestingAssembly:str AssemblyLoadContext:str "       \
        "RequestingAssemblyLoadContext:str"
#define RESULT "ResultAssemblyName:str ResultAssemblyPath:str"
#define IL_MAP                                                                                     \
    "MethodID:u64 ReJITID:u64 MethodExtent:u8 CountOfMapEntries:u16 "                              \
    "ILOffsets[CountOfMapEntries]:u32 NativeOffsets[CountOfMapEntries]:u32 " CLR

static const struct known_event events[] = {
    {1, "GC/Start", "Count:u32 Depth:u32 Reason:u32 Type:u32 " CLR " @2 ClientSequenceNumber:u64"},
    {2, "GC/Stop", "Count:u32 Depth:u32 " CLR},
    {3, "GC/RestartEEStop", CLR},
    {4, "GC/HeapStats",
     "GenerationSize0:u64 TotalPromotedSize0:u64 GenerationSize1:u64 TotalPromotedSize1:u64 "
     "GenerationSize2:u64 TotalPromotedSize2:u64 GenerationSize3:u64 TotalPromotedSize3:u64 "
     "FinalizationPromotedSize:u64 FinalizationPromotedCount:u64 PinnedObjectCount:u32 "
     "SinkBlockCount:u32 GCHandleCount:u32 " CLR " @2 GenerationSize4:u64 TotalPromotedSize4:u64"},
    {5, "GC/CreateSegment", "Address:u64 Size:u64 Type:u32 " CLR},
    {6, "GC/FreeSegment", "Address:u64 " CLR},
    {7, "GC/RestartEEStart", CLR},
    {8, "GC/SuspendEEStop", CLR},
    {9, "GC/SuspendEEStart", "Reason:u32 Count:u32 " CLR},
    {10, "GC/AllocationTick",
     "AllocationAmount:u32 AllocationKind:u32 " CLR " @2 AllocationAmount64:u64 TypeID:ptr "
     "TypeName:str HeapIndex:u32 @3 Address:ptr @4 ObjectSize:u64"},
    {11, "GC/CreateConcurrentThread", CLR},
    {12, "GC/TerminateConcurrentThread", CLR},
    {13, "GC/FinalizersStop", "Count:u32 " CLR},
    {14, "GC/FinalizersStart", CLR},
    {15, "Type/BulkType",
     "Count:u32 " CLR " Values[Count]:{TypeID:u64 ModuleID:u64 TypeNameID:u32 Flags:u32 "
     "CorElementType:u8 Name:str TypeParameterCount:u32 TypeParameters[TypeParameterCount]:u64}"},
    {16, "GC/BulkRootEdge",
     BULK " Values[Count]:{RootedNodeAddress:ptr GCRootKind:u8 GCRootFlag:u32 GCRootID:ptr}"},
    {17, "GC/BulkRootConditionalWeakTableElementEdge",
     BULK " Values[Count]:{GCKeyNodeID:ptr GCValueNodeID:ptr GCRootID:ptr}"},
    {18, "GC/BulkNode", BULK " Values[Count]:{Address:ptr Size:u64 TypeID:u64 EdgeCount:u64}"},
    {19, "GC/BulkEdge", BULK " Values[Count]:{Value:ptr ReferencingFieldID:u32}"},
    {20, "GC/SampledObjectAllocation", SAMPLED},
    {21, "GC/BulkSurvivingObjectRanges", BULK " Values[Count]:{RangeBase:ptr RangeLength:u64}"},
    {22, "GC/BulkMovedObjectRanges",
     BULK " Values[Count]:{OldRangeBase:ptr NewRangeBase:ptr RangeLength:u64}"},
    {23, "GC/GenerationRange",
     "Generation:u8 RangeStart:ptr RangeUsedLength:u64 RangeReservedLength:u64 " CLR},
    {25, "GC/MarkStackRoots", HEAP},
    {26, "GC/MarkFinalizeQueueRoots", HEAP},
    {27, "GC/MarkHandles", HEAP},
    {28, "GC/MarkCards", HEAP},
    {29, "GC/FinalizeObject", "TypeID:ptr ObjectID:ptr " CLR},
    {30, "GC/SetGCHandle",
     "HandleID:ptr ObjectID:ptr Kind:u32 Generation:u32 AppDomainID:u64 " CLR},
    {31, "GC/DestoryGCHandle", "HandleID:ptr " CLR}, /* spelt so by TraceEvent */
    {32, "GC/SampledObjectAllocation", SAMPLED},
    {33, "GC/PinObjectAtGCTime", "HandleID:ptr ObjectID:ptr ObjectSize:u64 TypeName:str " CLR},
    {34, "GC/PinPlugAtGCTime", "PlugStart:ptr PlugEnd:ptr GapBeforeSize:ptr " CLR},
    {35, "GC/Triggered", "Reason:u32 " CLR},
    {36, "GC/BulkRootCCW",
     "Count:u32 " CLR " Values[Count]:{GCRootID:u64 ObjectID:u64 TypeID:u64 IUnknown:u64 "
     "RefCount:u32 PeggedRefCount:u32 Flags:u32}"},
    {37, "GC/BulkRCW",
     "Count:u32 " CLR " Values[Count]:{ObjectID:u64 TypeID:u64 IUnknown:u64 VTable:u64 "
     "RefCount:u32 Flags:u32}"},
    {38, "GC/BulkRootStaticVar",
     "Count:u32 AppDomainID:u64 " CLR " Values[Count]:{GCRootID:u64 ObjectID:u64 TypeID:u64 "
     "Flags:u32 FieldName:str}"},
    {39, "GC/DynamicTraceEvent", "Name:str DataSize:u32 Data[DataSize]:u8 " CLR},
    {44, "IOThreadCreation/Start", IO_THREADS},
    {45, "IOThreadCreation/Stop", IO_THREADS},
    {46, "IOThreadRetirement/Start", IO_THREADS},
    {47, "IOThreadRetirement/Stop", IO_THREADS},
    {50, "ThreadPoolWorkerThread/Start", WORKERS},
    {51, "ThreadPoolWorkerThread/Stop", WORKERS},
    {52, "ThreadPoolWorkerThreadRetirement/Start", WORKERS},
    {53, "ThreadPoolWorkerThreadRetirement/Stop", WORKERS},
    {54, "ThreadPoolWorkerThreadAdjustment/Sample", "Throughput:f64 " CLR},
    {55, "ThreadPoolWorkerThreadAdjustment/Adjustment",
     "AverageThroughput:f64 NewWorkerThreadCount:u32 Reason:u32 " CLR},
    {56, "ThreadPoolWorkerThreadAdjustment/Stats",
     "Duration:f64 Throughput:f64 ThreadWave:f64 ThroughputWave:f64 ThroughputErrorEstimate:f64 "
     "AverageThroughputErrorEstimate:f64 ThroughputRatio:f64 Confidence:f64 NewControlSetting:f64 "
     "NewThreadWaveMagnitude:u16 " CLR},
    {57, "ThreadPoolWorkerThread/Wait", WORKERS},
    {58, "YieldProcessorMeasurement", CLR " NsPerYield:f64 EstablishedNsPerYield:f64"},
    {59, "ThreadPoolMinMaxThreads",
     "MinWorkerThreads:u16 MaxWorkerThreads:u16 MinIOCompletionThreads:u16 "
     "MaxIOCompletionThreads:u16 " CLR},
    {60, "ThreadPoolWorkingThreadCount/Start", "Count:u32 " CLR},
    {61, "ThreadPool/Enqueue", "WorkID:ptr " CLR},
    {62, "ThreadPool/Dequeue", "WorkID:ptr " CLR},
    {63, "ThreadPool/IOEnqueue", OVERLAPPED " MultiDequeues:bool " CLR},
    {64, "ThreadPool/IODequeue", OVERLAPPED " " CLR},
    {65, "ThreadPool/IOPack", OVERLAPPED " " CLR},
    {70, "Thread/Creating", "ID:ptr " CLR},
    {71, "Thread/Running", "ID:ptr " CLR},
    {72, "Method/MethodDetails",
     "MethodID:u64 TypeID:u64 MethodToken:u32 TypeParameterCount:u32 LoaderModuleID:u64 "
     "TypeParameters[TypeParameterCount]:u64"},
    {73, "TypeLoad/Start", "TypeLoadStartID:u32 " CLR},
    {74, "TypeLoad/Stop", "TypeLoadStartID:u32 " CLR " LoadLevel:u16 TypeID:u64 TypeName:str"},
    {80, "Exception/Start",
     "ExceptionType:str ExceptionMessage:str ExceptionEIP:ptr ExceptionHRESULT:u32 "
     "ExceptionFlags:u16 " CLR},
    {81, "Contention/Start",
     "ContentionFlags:u8 " CLR " @2 LockID:ptr AssociatedObjectID:ptr LockOwnerThreadID:u64"},
    {82, "ClrStack/Walk", CLR " Reserved1:u8 Reserved2:u8 FrameCount:u32 Stack[FrameCount]:ptr"},
    {83, "AppDomainResourceManagement/MemAllocated", "AppDomainID:u64 Allocated:u64 " CLR},
    {84, "AppDomainResourceManagement/MemSurvived",
     "AppDomainID:u64 Survived:u64 ProcessSurvived:u64 " CLR},
    {85, "AppDomainResourceManagement/ThreadCreated",
     "ManagedThreadID:u64 AppDomainID:u64 Flags:u32 ManagedThreadIndex:u32 OSThreadID:u32 " CLR},
    {86, "AppDomainResourceManagement/ThreadTerminated",
     "ManagedThreadID:u64 AppDomainID:u64 " CLR},
    {87, "AppDomainResourceManagement/DomainEnter", "ManagedThreadID:u64 AppDomainID:u64 " CLR},
    {88, "ILStub/StubGenerated",
     CLR " ModuleID:u64 StubMethodID:u64 StubFlags:u32 ManagedInteropMethodToken:u32 "
         "ManagedInteropMethodNamespace:str ManagedInteropMethodName:str "
         "ManagedInteropMethodSignature:str NativeMethodSignature:str StubMethodSignature:str "
         "StubMethodILCode:str"},
    {89, "ILStub/StubCacheHit",
     CLR " ModuleID:u64 StubMethodID:u64 ManagedInteropMethodToken:u32 "
         "ManagedInteropMethodNamespace:str ManagedInteropMethodName:str "
         "ManagedInteropMethodSignature:str"},
    {90, "Contention/LockCreated", "LockID:ptr AssociatedObjectID:ptr " CLR},
    {91, "Contention/Stop", "ContentionFlags:u8 " CLR " @1 DurationNs:f64"},
    {135, "Method/DCStartCompleteV2", ""},
    {136, "Method/DCStopCompleteV2", ""},
    {137, "Method/DCStartV2", METHOD},
    {138, "Method/DCStopV2", METHOD},
    {139, "Method/DCStartVerboseV2", METHOD " " METHOD_NAMES},
    {140, "Method/DCStopVerboseV2", METHOD " " METHOD_NAMES},
    {141, "Method/Load", METHOD_BRIEF},
    {142, "Method/Unload", METHOD_BRIEF},
    {143, "Method/LoadVerbose", METHOD_VERBOSE},
    {144, "Method/UnloadVerbose", METHOD_VERBOSE},
    {145, "Method/JittingStarted",
     "MethodID:u64 ModuleID:u64 MethodToken:u32 MethodILSize:u32 " METHOD_NAMES " @1 " CLR},
    {146, "Method/MemoryAllocatedForJitCode",
     "MethodID:u64 ModuleID:u64 JitHotCodeRequestSize:u64 JitRODataRequestSize:u64 "
     "AllocatedSizeForJitCode:u64 JitAllocFlag:u32 " CLR},
    {149, "Loader/ModuleDCStartV2", MODULE},
    {150, "Loader/ModuleDCStopV2", MODULE},
    {151, "Loader/DomainModuleLoad", DOMAIN_MODULE},
    {152, "Loader/ModuleLoad", MODULE},
    {153, "Loader/ModuleUnload", MODULE},
    {154, "Loader/AssemblyLoad", ASSEMBLY},
    {155, "Loader/AssemblyUnload", ASSEMBLY},
    {156, "Loader/AppDomainLoad", APP_DOMAIN},
    {157, "Loader/AppDomainUnload", APP_DOMAIN},
    {159, "Method/R2RGetEntryPoint", "MethodID:u64 " METHOD_NAMES " EntryPoint:u64 " CLR},
    {160, "Method/R2RGetEntryPointStart", "MethodID:u64 " CLR},
    {181, "StrongNameVerification/Start", VERIFICATION " FullyQualifiedAssemblyName:str @1 " CLR},
    {182, "StrongNameVerification/Stop", VERIFICATION " FullyQualifiedAssemblyName:str @1 " CLR},
    {183, "AuthenticodeVerification/Start", VERIFICATION " ModulePath:str @1 " CLR},
    {184, "AuthenticodeVerification/Stop", VERIFICATION " ModulePath:str @1 " CLR},
    {185, "Method/InliningSucceeded", INLINING " " CLR},
    {186, "Method/InliningFailedAnsi", INLINING " FailAlways:bool FailReason:ansi " CLR},
    {187, "Runtime/Start",
     CLR " Sku:u16 BclMajorVersion:u16 BclMinorVersion:u16 BclBuildNumber:u16 BclQfeNumber:u16 "
         "VMMajorVersion:u16 VMMinorVersion:u16 VMBuildNumber:u16 VMQfeNumber:u16 "
         "StartupFlags:u32 StartupMode:u8 CommandLine:str ComObjectGuid:guid RuntimeDllPath:str"},
    {188, "Method/TailCallSucceeded", TAIL_CALL " TailCallType:u32 " CLR},
    {189, "Method/TailCallFailed", TAIL_CALL " FailReason:ansi " CLR},
    {190, "Method/ILToNativeMap", IL_MAP " @1 ILVersionID:u64"},
    {191, NULL, TAIL_CALL " FailReason:str " CLR}, /* TraceEvent has no name for this */
    {192, "Method/InliningFailed", INLINING " FailAlways:bool FailReason:str " CLR},
    {200, NULL, "BytesAllocated:u64 " CLR}, /* TraceEvent has no names for the next two */
    {201, NULL, "BytesFreed:u64 " CLR},
    {202, "GC/MarkWithType", HEAP " Type:u32 Promoted:u64"},
    {203, "GC/Join", "Heap:u32 JoinTime:u32 JoinType:u32 " CLR " @2 ID:u32"},
    {204, "GC/PerHeapHistory",
     CLR " FreeListAllocated:ptr FreeListRejected:ptr EndOfSegAllocated:ptr CondemnedAllocated:ptr "
         "PinnedAllocated:ptr PinnedAllocatedAdvance:ptr RunningFreeListEfficiency:u32 "
         "CondemnReasons0:u32 CondemnReasons1:u32 CompactMechanisms:u32 ExpandMechanisms:u32 "
         "HeapIndex:u32 ExtraGen0Commit:ptr Count:u32 Values[Count]:{SizeBefore:ptr "
         "FreeListBefore:ptr FreeObjBefore:ptr SizeAfter:ptr FreeListAfter:ptr FreeObjAfter:ptr "
         "In:ptr PinnedSurv:ptr NonePinnedSurv:ptr NewAllocation:ptr}"},
    {205, "GC/GlobalHeapHistory",
     "FinalYoungestDesired:u64 NumHeaps:i32 CondemnedGeneration:u32 Gen0ReductionCount:u32 "
     "Reason:u32 GlobalMechanisms:u32 @1 " CLR " @2 PauseMode:u32 MemoryPressure:u32 @3 "
     "CondemnReasons0:u32 CondemnReasons1:u32 @4 Count:u32 Values[Count]:u32"},
    {206, "GC/GenAwareBegin", "Count:u32 " CLR},
    {207, "GC/GenAwareEnd", "Count:u32 " CLR},
    {208, "GC/LOHCompact",
     CLR " Count:u16 Values[Count]:{TimePlan:u32 TimeCompact:u32 TimeRelocate:u32 TotalRefs:ptr "
         "ZeroRefs:ptr}"},
    {209, "GC/FitBucketInfo",
     CLR " BucketKind:u16 TotalSize:u64 Count:u16 Values[Count]:{Index:u16 Padding:u16 Count:u32 "
         "Size:ptr}"},
    {250, "ExceptionCatch/Start", HANDLER},
    {251, "ExceptionCatch/Stop", ""},
    {252, "ExceptionFinally/Start", HANDLER},
    {253, "ExceptionFinally/Stop", ""},
    {254, "ExceptionFilter/Start", HANDLER},
    {255, "ExceptionFilter/Stop", ""},
    {256, "Exception/Stop", ""},
    {260, "CodeSymbols/Start",
     "ModuleId:u64 TotalChunks:u16 ChunkNumber:u16 ChunkLength:u32 Chunk[ChunkLength]:u8 " CLR},
    {270, "EventSourceEvent", "EventID:u32 Name:str EventSourceName:str Payload:str"},
    {280, "TieredCompilation/Settings", CLR " Flags:u32"},
    {281, "TieredCompilation/Pause", CLR},
    {282, "TieredCompilation/Resume", CLR " NewMethodCount:u32"},
    {283, "TieredCompilation/BackgroundJitStart", CLR " PendingMethodCount:u32"},
    {284, "TieredCompilation/BackgroundJitStop",
     CLR " PendingMethodCount:u32 JittedMethodCount:u32"},
    {290, "AssemblyLoader/Start", LOAD},
    {291, "AssemblyLoader/Stop", LOAD " Success:bool " RESULT " Cached:bool"},
    {292, "AssemblyLoader/ResolutionAttempted",
     CLR " AssemblyName:str Stage:u16 AssemblyLoadContext:str Result:u16 " RESULT
         " ErrorMessage:str"},
    {293, "AssemblyLoader/AssemblyLoadContextResolvingHandlerInvoked",
     CLR " AssemblyName:str HandlerName:str AssemblyLoadContext:str " RESULT},
    {294, "AssemblyLoader/AppDomainAssemblyResolveHandlerInvoked",
     CLR " AssemblyName:str HandlerName:str " RESULT},
    {295, "AssemblyLoader/AssemblyLoadFromResolveHandlerInvoked",
     CLR " AssemblyName:str IsTrackedLoad:bool RequestingAssemblyPath:str "
         "ComputedRequestedAssemblyPath:str"},
    {296, "AssemblyLoader/KnownPathProbed", CLR " FilePath:str Source:u16 Result:i32"},
    {297, "JitInstrumentationData/InstrumentationData",
     CLR " MethodFlags:u32 DataSize:u32 MethodID:u64 Data[DataSize]:u8"},
    {298, "JitInstrumentationDataVerbose/InstrumentationData",
     CLR " MethodFlags:u32 DataSize:u32 MethodID:u64 ModuleID:u64 MethodToken:u32 " METHOD_NAMES
         " Data[DataSize]:u8"},
    {300, "ExecutionCheckpoint/ExecutionCheckpoint", CLR " Name:str Timestamp:i64"},
    {301, "WaitHandleWait/Start", "WaitSource:u8 AssociatedObjectID:ptr " CLR},
    {302, "WaitHandleWait/Stop", CLR},
    {303, "AllocationSampling",
     "AllocationKind:u32 " CLR " TypeID:ptr TypeName:str Address:ptr ObjectSize:u64 "
     "SampledByteOffset:u64"},
};

const struct known_table known_runtime = {"Microsoft-Windows-DotNETRuntime", events,
                                          sizeof events / sizeof events[0]};
