#include <errno.h>

#include "src/collect/trace_profiles.h"
#include "src/session/attempts.h"
#include "tests/support/check.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])
#define ALL UINT64_C(0x80020139)

/* As CONTRACT section 14 and dotnet-trace have them. `arguments`: the whole, or of a long one its
 * FNV-1a hash and size. */
struct provider {
    const char *name;
    uint32_t level;
    uint64_t keywords;
    const char *arguments;
    size_t size;
    uint64_t hash;
};

static const struct {
    const char *label;
    uint32_t profile;
    uint64_t rundown, fallback;
    struct provider providers[4];
} rows[] = {
    {"Cpu",
     1,
     ALL,
     ALL,
     {{"Microsoft-DotNETCore-SampleProfiler", 4, 0xF00000000000, NULL, 0, 0},
      {"Microsoft-Windows-DotNETRuntime", 4, 0x14C14FCCBD, NULL, 0, 0}}},
    {"Http",
     2,
     ALL,
     ALL,
     {{"Microsoft-Diagnostics-DiagnosticSource", 5, 3, NULL, 1267, 0xE826EF716C859B66}}},
    {"Logs",
     4,
     0,
     0,
     {{"Microsoft-Extensions-Logging", 0, 0xC, "FilterSpecs=UseAppFilters", 0, 0},
      {"System.Threading.Tasks.TplEventSource", 4, 0x80, NULL, 0, 0}}},
    {"Metrics",
     8,
     0,
     0,
     {{"System.Runtime", 4, 0, "EventCounterIntervalSec=5", 0, 0},
      {"Microsoft.AspNetCore.Hosting", 4, 0, "EventCounterIntervalSec=2.5", 0, 0},
      {"Grpc.AspNetCore.Server", 4, 0, "EventCounterIntervalSec=5", 0, 0}}},
    {"GcCollect",
     16,
     1,
     0,
     {{"Microsoft-Windows-DotNETRuntime", 4, 1, NULL, 0, 0},
      {"Microsoft-Windows-DotNETRuntimePrivate", 4, 1, NULL, 0, 0}}},
    {"dotnet-common",
     TRACE_PROFILE_DOTNET_COMMON,
     ALL,
     ALL,
     {{"Microsoft-Windows-DotNETRuntime", 4, 0x100003801D, NULL, 0, 0}}},
    {"dotnet-sampled-thread-time",
     TRACE_PROFILE_DOTNET_SAMPLED_THREAD_TIME,
     ALL,
     ALL,
     {{"Microsoft-DotNETCore-SampleProfiler", 4, 0xF00000000000, NULL, 0, 0}}},
    {"cpu-sampling",
     TRACE_PROFILE_CPU_SAMPLING,
     ALL,
     ALL,
     {{"Microsoft-DotNETCore-SampleProfiler", 4, 0xF00000000000, NULL, 0, 0},
      {"Microsoft-Windows-DotNETRuntime", 4, 0x14C14FCCBD, NULL, 0, 0}}},
    {"gc-verbose",
     TRACE_PROFILE_GC_VERBOSE,
     ALL,
     ALL,
     {{"Microsoft-Windows-DotNETRuntime", 5, 0x8003, NULL, 0, 0}}},
    {"database",
     TRACE_PROFILE_DATABASE,
     ALL,
     ALL,
     {{"System.Threading.Tasks.TplEventSource", 4, 0x80, NULL, 0, 0},
      {"Microsoft-Diagnostics-DiagnosticSource", 5, 3, NULL, 950, 0xB9E75E47F3751865}}},
    {"gc-collect",
     TRACE_PROFILE_GC_COLLECT_TOO,
     1,
     0,
     {{"Microsoft-Windows-DotNETRuntime", 4, 1, NULL, 0, 0},
      {"Microsoft-Windows-DotNETRuntimePrivate", 4, 1, NULL, 0, 0}}},
};

static uint64_t hash_of(const char *text)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);

    for (; *text; text++)
        hash = (hash ^ (uint8_t)*text) * UINT64_C(0x100000001b3);
    return hash;
}

static bool same_arguments(const struct provider *want, const char *got)
{
    if (want->size)
        return got && strlen(got) == want->size && hash_of(got) == want->hash;
    return want->arguments ? got && strcmp(got, want->arguments) == 0 : !got;
}

static void set_keys(struct config_keys *keys)
{
    struct error err;

    REQUIRE(config_keys_set(keys,
                            "GlobalCounter:Providers:Microsoft.AspNetCore.Hosting:IntervalSeconds",
                            "2.5", "test", &err) == 0);
}

static void test_each(void)
{
    struct config_keys keys = {0};

    set_keys(&keys);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const char *label = rows[i].label;
        struct trace_profile_session s;
        struct error err;
        size_t n = 0;

        REQUIRE(trace_profiles_session(rows[i].profile, &keys, &s, &err) == 0);
        const struct ipc_trace_request *got = &s.config.request;
        for (; n < 4 && rows[i].providers[n].name; n++) {
            const struct provider *want = &rows[i].providers[n];

            REQUIRE(n < got->provider_count);
            CHECK_AT(label, strcmp(got->providers[n].name, want->name) == 0);
            CHECK_AT(label, got->providers[n].level == want->level);
            CHECK_AT(label, got->providers[n].keywords == want->keywords);
            CHECK_AT(label, same_arguments(want, got->providers[n].arguments));
            CHECK_AT(label, got->providers[n].filter.count == 0);
        }
        CHECK_AT(label, n == got->provider_count);
        CHECK_AT(label, got->rundown_keyword == rows[i].rundown);
        CHECK_AT(label, s.config.rundown_fallback == rows[i].fallback);
        CHECK_AT(label, got->buffer_mb == 256 && got->format == IPC_TRACE_NET_TRACE);
        CHECK_AT(label, got->stackwalk && got->buffer_mode == IPC_TRACE_BUFFER_DROP);
    }
    config_keys_deinit(&keys);
}

/* Every set: its providers are those of its members, in order; it fits into one request. */
static void test_all_sets(void)
{
    struct config_keys keys = {0};
    struct trace_profile_session s;
    struct error err;

    set_keys(&keys);
    for (uint32_t set = 1; set <= TRACE_PROFILE_ALL; set++) {
        struct attempts a;
        uint64_t rundown = 0;

        REQUIRE(trace_profiles_session(set, &keys, &s, &err) == 0);
        CHECK(s.config.request.provider_count <= TRACE_PROFILE_PROVIDERS_MAX);
        for (size_t i = 0; i < COUNT_OF(rows); i++)
            rundown |= rows[i].profile & set ? rows[i].rundown : 0;
        CHECK_AT("rundowns are joined", s.config.request.rundown_keyword == rundown);
        CHECK_AT("encodable", attempts_init(&a, &s.config, &err) == 0);
        attempts_deinit(&a);
    }
    REQUIRE(trace_profiles_session(TRACE_PROFILE_DEFAULT, &keys, &s, &err) == 0);
    CHECK_AT("without logs", s.config.request.provider_count == 8);
    CHECK(s.config.request.rundown_keyword == ALL);
    CHECK(trace_profiles_session(0, &keys, &s, &err) == -EINVAL && err.text[0]);
    CHECK(trace_profiles_session(0x800, &keys, &s, &err) == -EINVAL);
    config_keys_deinit(&keys);
}

/* As many digits as it takes: another number would change the interval of everybody. */
static void test_long_interval(void)
{
    struct config_keys keys = {0};
    struct trace_profile_session s;
    struct error err;

    REQUIRE(config_keys_set(&keys, "GlobalCounter:IntervalSeconds", "86399.75", "test", &err) == 0);
    REQUIRE(trace_profiles_session(TRACE_PROFILE_METRICS, &keys, &s, &err) == 0);
    CHECK(strcmp(s.providers[0].arguments, "EventCounterIntervalSec=86399.75") == 0);
    config_keys_deinit(&keys);
}

TEST_SUITE("collect/trace_profiles", {"each", test_each}, {"all sets", test_all_sets},
           {"long interval", test_long_interval})
