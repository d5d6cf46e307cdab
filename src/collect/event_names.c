#include "src/collect/event_names.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define NAMES(...)                                                                                 \
    (const char *const[])                                                                          \
    {                                                                                              \
        __VA_ARGS__, NULL                                                                          \
    }

/* `names`: of 0, 1, 2...; of flags: of the bits 1, 2, 4..., "" where there is none. */
static const struct enumeration {
    const char *event, *field;
    const char *const *names;
    bool flags;
} enumerations[] = {
    {"GC/Start", "Type", NAMES("NonConcurrentGC", "BackgroundGC", "ForegroundGC"), false},
#define REASONS                                                                                    \
    NAMES("AllocSmall", "Induced", "LowMemory", "Empty", "AllocLarge",                             \
          "OutOfSpaceSmallObjectHeap", "OutOfSpaceLargeObjectHeap", "InducedNoForce", "Stress",    \
          "InducedLowMemory")
    {"GC/Start", "Reason", REASONS, false},
    {"GC/Triggered", "Reason", REASONS, false},
    {"GC/SuspendEEStart", "Reason",
     NAMES("SuspendOther", "SuspendForGC", "SuspendForAppDomainShutdown", "SuspendForCodePitching",
           "SuspendForShutdown", "SuspendForDebugger", "SuspendForGCPrep",
           "SuspendForDebuggerSweep"),
     false},
    {"GC/CreateSegment", "Type", NAMES("SmallObjectHeap", "LargeObjectHeap", "ReadOnlyHeap"),
     false},
    {"GC/AllocationTick", "AllocationKind", NAMES("Small", "Large"), false},
    {"GC/SetGCHandle", "Kind",
     NAMES("WeakShort", "WeakLong", "Strong", "Pinned", "Variable", "RefCounted", "Dependent",
           "AsyncPinned", "SizedRef"),
     false},
    {"Contention/Start", "ContentionFlags", NAMES("Managed", "Native"), false},
    {"Contention/Stop", "ContentionFlags", NAMES("Managed", "Native"), false},
    {"ThreadPoolWorkerThreadAdjustment/Adjustment", "Reason",
     NAMES("Warmup", "Initializing", "RandomMove", "ClimbingMove", "ChangePoint", "Stabilizing",
           "Starvation", "ThreadTimedOut"),
     false},
    {"Method/TailCallSucceeded", "TailCallType",
     NAMES("OptimizedTailCall", "RecursiveLoop", "HelperAssistedTailCall"), false},
    {"Exception/Start", "ExceptionFlags",
     NAMES("HasInnerException", "Nested", "ReThrown", "CorruptedState", "CLSCompliant"), true},
#define ASSEMBLY NAMES("DomainNeutral", "Dynamic", "Native", "Collectible")
    {"Loader/AssemblyLoad", "AssemblyFlags", ASSEMBLY, true},
    {"Loader/AssemblyUnload", "AssemblyFlags", ASSEMBLY, true},
#define MODULE NAMES("DomainNeutral", "Native", "Dynamic", "Manifest")
    {"Loader/ModuleLoad", "ModuleFlags", MODULE, true},
    {"Loader/ModuleUnload", "ModuleFlags", MODULE, true},
    {"Loader/DomainModuleLoad", "ModuleFlags", MODULE, true},
#define DOMAIN NAMES("Default", "Executable", "Shared")
    {"Loader/AppDomainLoad", "AppDomainFlags", DOMAIN, true},
    {"Loader/AppDomainUnload", "AppDomainFlags", DOMAIN, true},
    {"Runtime/Start", "Sku", NAMES("DesktopClr", "CoreClr"), true},
    {"Runtime/Start", "StartupMode",
     NAMES("ManagedExe", "HostedClr", "IjwDll", "ComActivated", "Other"), true},
};

static const struct enumeration *find(const struct nettrace_metadata *metadata, const char *field)
{
    if (strcmp(metadata->provider, "Microsoft-Windows-DotNETRuntime") != 0)
        return NULL;
    for (size_t i = 0; i < sizeof enumerations / sizeof enumerations[0]; i++) {
        if (strcmp(enumerations[i].event, metadata->title) == 0 &&
            strcmp(enumerations[i].field, field) == 0)
            return &enumerations[i];
    }
    return NULL;
}

/* False when a bit has no name: .NET prints the number then, as it does for none at all. */
static bool write_flags(const struct enumeration *e, uint64_t bits, char *text, size_t capacity)
{
    size_t size = 0;

    text[0] = '\0';
    for (size_t i = 0; e->names[i]; i++, bits >>= 1) {
        if (!(bits & 1))
            continue;
        int n = snprintf(text + size, capacity - size, "%s%s", size ? ", " : "", e->names[i]);
        if (n < 0 || (size_t)n >= capacity - size)
            return false;
        size += (size_t)n;
    }
    return bits == 0 && size > 0;
}

bool event_names_text(const struct nettrace_metadata *metadata, const char *field,
                      const struct nettrace_value *value, char *text, size_t capacity)
{
    const struct enumeration *e = find(metadata, field);
    uint8_t code = value->type->code;
    size_t count = 0;

    if (!e || capacity == 0 ||
        (code != NETTRACE_UINT8 && code != NETTRACE_UINT16 && code != NETTRACE_UINT32))
        return false;
    if (e->flags)
        return write_flags(e, value->u, text, capacity);
    while (e->names[count])
        count++;
    if (value->u >= count)
        return false;
    (void)snprintf(text, capacity, "%s", e->names[value->u]);
    return true;
}
