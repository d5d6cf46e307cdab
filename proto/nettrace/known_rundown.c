/*
 * nettrace/known_rundown.c - providers Microsoft-Windows-DotNETRuntimeRundown (what was loaded when
 * the session ended), Microsoft-DotNETCore-SampleProfiler, and names for those of TPL.
 */
#include "proto/nettrace/known_events.h"

#define CLR "ClrInstanceID:u16"
#define METHOD                                                                                     \
    "MethodID:u64 ModuleID:u64 MethodStartAddress:u64 MethodSize:u32 MethodToken:u32 "             \
    "MethodFlags:u32"
#define METHOD_BRIEF METHOD " @1 " CLR " @2 ReJITID:u64"
#define METHOD_VERBOSE                                                                             \
    METHOD " MethodNamespace:str MethodName:str MethodSignature:str @1 " CLR " @2 ReJITID:u64"
#define MODULE_PATHS "ModuleFlags:u32 Reserved1:u32 ModuleILPath:str ModuleNativePath:str"
#define MODULE                                                                                     \
    "ModuleID:u64 AssemblyID:u64 " MODULE_PATHS " @1 " CLR                                         \
    " @2 ManagedPdbSignature:guid ManagedPdbAge:u32 ManagedPdbBuildPath:str "                      \
    "NativePdbSignature:guid NativePdbAge:u32 NativePdbBuildPath:str"
#define DOMAIN_MODULE "ModuleID:u64 AssemblyID:u64 AppDomainID:u64 " MODULE_PATHS " @1 " CLR
#define ASSEMBLY                                                                                   \
    "AssemblyID:u64 AppDomainID:u64 BindingID:u64 AssemblyFlags:u32 "                              \
    "FullyQualifiedAssemblyName:str " CLR
#define APP_DOMAIN "AppDomainID:u64 AppDomainFlags:u32 AppDomainName:str AppDomainIndex:u32 " CLR
#define IL_MAP                                                                                     \
    "MethodID:u64 ReJITID:u64 MethodExtent:u8 CountOfMapEntries:u16 "                              \
    "ILOffsets[CountOfMapEntries]:u32 NativeOffsets[CountOfMapEntries]:u32 " CLR                   \
    " @1 ILVersionID:u64"

static const struct known_event rundown[] = {
    {0, "ClrStack/Walk", CLR " Reserved1:u8 Reserved2:u8 FrameCount:u32 Stack[FrameCount]:ptr"},
    {10, "GC/SettingsRundown",
     "HardLimit:u64 LOHThreshold:u64 PhysicalMemoryConfig:u64 Gen0MinBudgetConfig:u64 "
     "Gen0MaxBudgetConfig:u64 HighMemPercentConfig:u32 BitSettings:u32 " CLR},
    {141, "Method/DCStart", METHOD_BRIEF},
    {142, "Method/DCStop", METHOD_BRIEF},
    {143, "Method/DCStartVerbose", METHOD_VERBOSE},
    {144, "Method/DCStopVerbose", METHOD_VERBOSE},
    {145, "Method/DCStartComplete", "@1 " CLR},
    {146, "Method/DCStopComplete", "@1 " CLR},
    {147, "Method/DCStartInit", "@1 " CLR},
    {148, "Method/DCStopInit", "@1 " CLR},
    {149, "Method/ILToNativeMapDCStart", IL_MAP},
    {150, "Method/ILToNativeMapDCStop", IL_MAP},
    {151, "Loader/DomainModuleDCStart", DOMAIN_MODULE},
    {152, "Loader/DomainModuleDCStop", DOMAIN_MODULE},
    {153, "Loader/ModuleDCStart", MODULE},
    {154, "Loader/ModuleDCStop", MODULE},
    {155, "Loader/AssemblyDCStart", ASSEMBLY},
    {156, "Loader/AssemblyDCStop", ASSEMBLY},
    {157, "Loader/AppDomainDCStart", APP_DOMAIN},
    {158, "Loader/AppDomainDCStop", APP_DOMAIN},
    {159, "Loader/ThreadDCStop",
     "ManagedThreadID:u64 AppDomainID:u64 Flags:u32 ManagedThreadIndex:u32 OSThreadID:u32 " CLR},
    {187, "Runtime/Start",
     CLR " Sku:u16 BclMajorVersion:u16 BclMinorVersion:u16 BclBuildNumber:u16 BclQfeNumber:u16 "
         "VMMajorVersion:u16 VMMinorVersion:u16 VMBuildNumber:u16 VMQfeNumber:u16 "
         "StartupFlags:u32 StartupMode:u8 CommandLine:str ComObjectGuid:guid RuntimeDllPath:str"},
    {188, "CodeSymbolsRundown/Start",
     "ModuleId:u64 TotalChunks:u16 ChunkNumber:u16 ChunkLength:u32 Chunk[ChunkLength]:u8 " CLR},
    {280, "TieredCompilationRundown/SettingsDCStart", CLR " Flags:u32"},
    {300, "ExecutionCheckpointRundown/ExecutionCheckpointDCEnd", CLR " Name:str Timestamp:i64"},
};

static const struct known_event sampler[] = {
    {0, "Thread/Sample", "Type:u32"},
};

/* EventSource says names and fields itself; TraceEvent has other names for these. */
static const struct known_event tasks[] = {
    {1, "Loop/Start", NULL},
    {2, "Loop/Stop", NULL},
    {3, "Invoke/Start", NULL},
    {4, "Invoke/Stop", NULL},
    {5, "ForkJoin/Start", NULL},
    {6, "ForkJoin/Stop", NULL},
    {7, "TaskScheduled/Send", NULL},
    {8, "TaskExecute/Start", NULL},
    {9, "TaskExecute/Stop", NULL},
    {10, "TaskWait/Send", NULL},
    {11, "TaskWait/Stop", NULL},
    {12, "AwaitTaskContinuationScheduled/Send", NULL},
    {13, "TaskWaitContinuationComplete", NULL},
    {14, "TraceOperation/Start", NULL},
    {15, "TraceOperation/Stop", NULL},
    {16, "TraceOperationRelation", NULL},
    {17, "TraceSynchronousWork/Start", NULL},
    {18, "TraceSynchronousWork/Stop", NULL},
    {27, "IncompleteAsyncMethod", NULL},
};

#define TABLE(provider, events)                                                                    \
    {                                                                                              \
        provider, events, sizeof(events) / sizeof(events)[0]                                       \
    }

const struct known_table known_rundown = TABLE("Microsoft-Windows-DotNETRuntimeRundown", rundown);
const struct known_table known_sampler = TABLE("Microsoft-DotNETCore-SampleProfiler", sampler);
const struct known_table known_tasks = TABLE("System.Threading.Tasks.TplEventSource", tasks);
