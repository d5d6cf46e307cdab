#include "src/collect/trace_kinds.h"
#include "src/collect/trace_profiles.h"
#include "tests/support/check.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])
#define RUNTIME "Microsoft-Windows-DotNETRuntime"
#define BIT(kind) (1U << (kind))
#define TIMES (BIT(PROFILE_WALL) | BIT(PROFILE_CPU))
#define EVENTS BIT(PROFILE_EVENTS)

/* Each asks for what it is then said to bring, once per provider, with names. */
static void test_own(void)
{
    for (int kind = 0; kind < PROFILE_KINDS; kind++) {
        const char *label = profile_kinds[kind].name;
        struct trace_kind_session s;

        CHECK_AT(label,
                 trace_kind_session((enum profile_kind)kind, &s) == (kind != PROFILE_EVENTS));
        if (kind == PROFILE_EVENTS)
            continue;
        const struct ipc_trace_request *r = &s.config.request;
        CHECK_AT(label, trace_kinds_of(r) & BIT(kind));
        CHECK_AT(label, r->rundown_keyword == IPC_TRACE_RUNDOWN_DEFAULT);
        CHECK_AT(label, s.config.rundown_fallback == IPC_TRACE_RUNDOWN_DEFAULT);
        CHECK_AT(label, r->stackwalk && ipc_trace_revision(r) == 1);
        CHECK_AT(label,
                 r->provider_count == 1 || strcmp(r->providers[0].name, r->providers[1].name) != 0);
    }
}

static const struct {
    struct ipc_trace_provider provider;
    unsigned kinds;
} rows[] = {
    {{"Microsoft-DotNETCore-SampleProfiler", 0, 4, NULL, {0}}, TIMES},
    {{"microsoft-dotnetcore-sampleprofiler", 0, 0, NULL, {0}}, TIMES},
    {{"Microsoft-DotNETCore-SampleProfiler", 0, 3, NULL, {0}}, 0},
    {{RUNTIME, 0x1, 5, NULL, {0}}, BIT(PROFILE_ALLOC)},
    {{RUNTIME, 0x1, 4, NULL, {0}}, 0},
    {{RUNTIME, 0x80000000000, 4, NULL, {0}}, BIT(PROFILE_ALLOC)},
    {{RUNTIME, 0x8000, 2, NULL, {0}}, BIT(PROFILE_EXCEPTIONS)},
    {{RUNTIME, 0x8000, 1, NULL, {0}}, 0},
    {{RUNTIME, 0x4000, 4, NULL, {0}}, BIT(PROFILE_CONTENTION)},
    {{RUNTIME, UINT64_MAX, 0, NULL, {0}},
     BIT(PROFILE_ALLOC) | BIT(PROFILE_EXCEPTIONS) | BIT(PROFILE_CONTENTION)},
    {{"System.Runtime", UINT64_MAX, 5, NULL, {0}}, 0},
};

static void test_of_others(void)
{
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const struct ipc_trace_request r = {.providers = &rows[i].provider, .provider_count = 1};
        CHECK_AT(rows[i].provider.name, trace_kinds_of(&r) == (rows[i].kinds | EVENTS));
    }
    CHECK(trace_kinds_of(&(struct ipc_trace_request){0}) == EVENTS);
}

TEST_SUITE("collect/trace_kinds", {"own", test_own}, {"of others", test_of_others})
