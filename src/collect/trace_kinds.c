#include "src/collect/trace_kinds.h"

#include <strings.h>

#include "src/collect/trace_profiles.h"

#define RUNTIME "Microsoft-Windows-DotNETRuntime"
#define SAMPLER "Microsoft-DotNETCore-SampleProfiler"

#define BIT(kind) (1U << (kind))
#define TIMES (BIT(PROFILE_WALL) | BIT(PROFILE_CPU))

/* Keywords of the runtime's provider. */
#define GC UINT64_C(0x1)
#define CODE UINT64_C(0x18) /* loader and JIT: names of code that is gone before the rundown */
#define CONTENTION UINT64_C(0x4000)
#define EXCEPTION UINT64_C(0x8000)
#define ALLOCATION_SAMPLING UINT64_C(0x80000000000) /* .NET 10 and later */

enum { LEVEL_ALL = 0, LEVEL_ERROR = 2, LEVEL_INFORMATIONAL = 4, LEVEL_VERBOSE = 5 };

/*
 * A runtime takes only the first of two entries for one provider, so each has a row of its own.
 * Exceptions are asked for at the level of the throw alone: at the next one each throw costs five
 * more events, with stacks, for the handlers that it passes; so no names of unloaded code there.
 */
static const struct row {
    unsigned kinds;
    const char *provider;
    uint32_t level;
    uint64_t keywords;
} rows[] = {
    {TIMES, SAMPLER, LEVEL_INFORMATIONAL, UINT64_C(0xF00000000000)},
    {TIMES, RUNTIME, LEVEL_INFORMATIONAL, CODE},
    {BIT(PROFILE_ALLOC), RUNTIME, LEVEL_VERBOSE, GC | CODE | ALLOCATION_SAMPLING},
    {BIT(PROFILE_EXCEPTIONS), RUNTIME, LEVEL_ERROR, EXCEPTION},
    {BIT(PROFILE_CONTENTION), RUNTIME, LEVEL_INFORMATIONAL, CONTENTION | CODE},
};

/* Who brings a kind: keywords 0 stand for any. */
static const struct row bringers[] = {
    {TIMES, SAMPLER, LEVEL_INFORMATIONAL, 0},
    {BIT(PROFILE_ALLOC), RUNTIME, LEVEL_VERBOSE, GC},
    {BIT(PROFILE_ALLOC), RUNTIME, LEVEL_INFORMATIONAL, ALLOCATION_SAMPLING},
    {BIT(PROFILE_EXCEPTIONS), RUNTIME, LEVEL_ERROR, EXCEPTION},
    {BIT(PROFILE_CONTENTION), RUNTIME, LEVEL_INFORMATIONAL, CONTENTION},
};

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

bool trace_kind_session(enum profile_kind kind, struct trace_kind_session *ret)
{
    struct ipc_trace_request *request = &ret->config.request;

    *ret = (struct trace_kind_session){0};
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        if (rows[i].kinds & BIT(kind))
            ret->providers[request->provider_count++] = (struct ipc_trace_provider){
                .name = rows[i].provider, .level = rows[i].level, .keywords = rows[i].keywords};
    }
    request->providers = ret->providers;
    request->buffer_mb = TRACE_BUFFER_MB;
    request->format = IPC_TRACE_NET_TRACE;
    request->stackwalk = true;
    request->rundown_keyword = ret->config.rundown_fallback = IPC_TRACE_RUNDOWN_DEFAULT;
    return request->provider_count > 0;
}

static bool brings(const struct ipc_trace_provider *p, const struct row *row)
{
    return strcasecmp(p->name, row->provider) == 0 &&
           (p->level == LEVEL_ALL || p->level >= row->level) &&
           (row->keywords == 0 || p->keywords & row->keywords);
}

unsigned trace_kinds_of(const struct ipc_trace_request *request)
{
    unsigned kinds = BIT(PROFILE_EVENTS);

    for (size_t i = 0; i < request->provider_count; i++) {
        for (size_t k = 0; k < COUNT_OF(bringers); k++) {
            if (brings(&request->providers[i], &bringers[k]))
                kinds |= bringers[k].kinds;
        }
    }
    return kinds;
}
