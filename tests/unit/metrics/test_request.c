#include <errno.h>
#include <strings.h>

#include "src/base/limits.h"
#include "src/metrics/request.h"
#include "tests/support/world.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])
#define DEFAULTS                                                                                   \
    "System.Runtime 0 EventCounterIntervalSec=5\n"                                                 \
    "Microsoft.AspNetCore.Hosting 0 EventCounterIntervalSec=5\n"                                   \
    "Grpc.AspNetCore.Server 0 EventCounterIntervalSec=5\n"
#define SESSION "System.Diagnostics.Metrics 2 SessionId=SHARED;Metrics="
#define LIMITS ";RefreshInterval=5;MaxTimeSeries=1000;MaxHistograms=500;ClientId=*\n"

static struct config_keys *keys;

static void end_keys(void *arg)
{
    config_keys_deinit(arg);
}

/* "Key=value" with newlines between them. */
static void set(const char *text)
{
    char *rest = world_text("%s", text), *line;
    struct error err;

    keys = world_alloc(sizeof *keys);
    world_at_end(end_keys, keys);
    while ((line = strsep(&rest, "\n")) != NULL) {
        char *value = strchr(line, '=');
        if (!value)
            continue;
        *value++ = '\0';
        REQUIRE(config_keys_set(keys, line, value, "the test", &err) == 0);
    }
}

/* Asked at Critical: at higher levels they have events for each request of the app. */
static bool is_quiet(const char *name)
{
    static const char *const quiet[] = {"System.Runtime", "Microsoft.AspNetCore.Hosting",
                                        "Grpc.AspNetCore.Server"};
    bool found = false;

    for (size_t i = 0; i < COUNT_OF(quiet); i++)
        found |= strcasecmp(name, quiet[i]) == 0;
    return found;
}

/* A line for each provider; our own id is a star, in the arguments. */
static char *describe(const struct metrics_request *r)
{
    char *all = world_text("%s", "");

    for (size_t i = 0; i < r->provider_count; i++) {
        const struct ipc_trace_provider *p = &r->providers[i];
        const char *client = strstr(p->arguments, r->client_id);
        CHECK_AT(p->name, p->level == (is_quiet(p->name) ? 1 : 4));
        CHECK(p->filter.count == 0 && !p->filter.enable);
        int length = client ? (int)(client - p->arguments) : (int)strlen(p->arguments);
        all = world_text("%s%s %d %.*s%s\n", all, p->name, (int)p->keywords, length, p->arguments,
                         client ? "*" : "");
    }
    return all;
}

static const struct {
    const char *label, *settings, *want;
} rows[] = {
    {"nothing is set", "", DEFAULTS},
    {"intervals",
     "GlobalCounter:IntervalSeconds=2.5\n"
     "GlobalCounter:Providers:system.RUNTIME:IntervalSeconds=10",
     "System.Runtime 0 EventCounterIntervalSec=10\n"
     "Microsoft.AspNetCore.Hosting 0 EventCounterIntervalSec=2.5\n"
     "Grpc.AspNetCore.Server 0 EventCounterIntervalSec=2.5\n"},
    {"no defaults, one provider",
     "Metrics:IncludeDefaultProviders=False\nMetrics:Providers:0:ProviderName=My\n"
     "Metrics:Providers:0:CounterNames:0=a\nMetrics:Providers:0:CounterNames:1=b",
     "My 0 EventCounterIntervalSec=5\n"},
    {"defaults come last, and count",
     "Metrics:Providers:0:ProviderName=system.runtime\nMetrics:Providers:0:CounterNames:0=a\n"
     "Metrics:Providers:1:ProviderName=My",
     "My 0 EventCounterIntervalSec=5\n" DEFAULTS},
    {"meters",
     "Metrics:IncludeDefaultProviders=false\nMetrics:Meters:0:MeterName=A\n"
     "Metrics:Meters:7:MeterName=B b\n"
     "GlobalCounter:MaxTimeSeries=7\nGlobalCounter:MaxHistograms=3\n"
     "GlobalCounter:IntervalSeconds=1\nGlobalCounter:Providers:A:IntervalSeconds=30",
     SESSION "A,B b;RefreshInterval=1;MaxTimeSeries=7;MaxHistograms=3;ClientId=*\n"},
    {"meter and provider of one name",
     "Metrics:IncludeDefaultProviders=false\nMetrics:Meters:0:MeterName=A\n"
     "Metrics:Providers:0:ProviderName=A",
     "A 0 EventCounterIntervalSec=5\n" SESSION "A" LIMITS},
    {"instruments by name",
     "Metrics:IncludeDefaultProviders=false\nMetrics:Meters:0:MeterName=A\n"
     "Metrics:Meters:0:InstrumentNames:0=x\nMetrics:Meters:0:InstrumentNames:1=y.z\n"
     "Metrics:Meters:1:MeterName=B",
     SESSION "A\\x,A\\y.z,B" LIMITS},
    {"an instrument that the list cannot name",
     "Metrics:IncludeDefaultProviders=false\nMetrics:Meters:0:MeterName=A\n"
     "Metrics:Meters:0:InstrumentNames:0=x\nMetrics:Meters:0:InstrumentNames:1=y,z\n"
     "Metrics:Meters:1:MeterName=B",
     SESSION "A,B" LIMITS},
    {"a meter that is an assignment",
     "Metrics:IncludeDefaultProviders=false\nMetrics:Meters:0:MeterName=A=1",
     SESSION "\"A=1\"" LIMITS},
    {"the same meter again",
     "Metrics:IncludeDefaultProviders=false\nMetrics:Meters:0:MeterName=A\n"
     "Metrics:Meters:1:MeterName=B\nMetrics:Meters:2:MeterName=a\n"
     "Metrics:Meters:2:InstrumentNames:0=x",
     SESSION "B,a\\x" LIMITS},
    {"limits that are none", "GlobalCounter:MaxTimeSeries=0\nMetrics:Meters:0:MeterName=A",
     DEFAULTS SESSION "A" LIMITS},
    {"an item that is empty", "Metrics:Meters:0=", DEFAULTS},
};

static void test_settings(void)
{
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct metrics_request r;
        struct error err;

        set(rows[i].settings);
        REQUIRE(metrics_request_configured(keys, 8, &r, &err) == 0);
        const char *got = describe(&r);
        CHECK_AT(rows[i].label, strcmp(got, rows[i].want) == 0);
        if (strcmp(got, rows[i].want) != 0)
            (void)printf("%s", got);
        metrics_request_deinit(&r);
    }
}

static const struct {
    const char *label, *settings, *text;
} refused[] = {
    {"nothing", "Metrics:IncludeDefaultProviders=false", "No provider and no meter"},
    {"a provider without name", "Metrics:Providers:0:CounterNames:0=a",
     "Metrics:Providers:0: A provider has no name"},
    {"a meter without name", "Metrics:Meters:3:InstrumentNames:0=a",
     "Metrics:Meters:3: A meter has no name"},
    {"a meter of blanks", "Metrics:Meters:0:MeterName= \t", "has no name"},
    {"a comma", "Metrics:Meters:0:MeterName=a,b", "must be free of"},
    {"a semicolon", "Metrics:Meters:0:MeterName=a;MaxTimeSeries=1", "must be free of"},
    {"a quotation mark", "Metrics:Meters:0:MeterName=a\"", "must be free of"},
    {"an instrument", "Metrics:Meters:0:MeterName=a\\b", "must be free of"},
    {"a line end", "Metrics:Meters:0:MeterName=a\rb", "must be free of"},
};

static void test_refused(void)
{
    for (size_t i = 0; i < COUNT_OF(refused); i++) {
        struct metrics_request r;
        struct error err;

        set(refused[i].settings);
        CHECK_AT(refused[i].label, metrics_request_configured(keys, 8, &r, &err) == -EINVAL);
        CHECK_AT(refused[i].label, strstr(err.text, refused[i].text) != NULL);
        CHECK_AT(refused[i].label, r.filters == NULL && r.session_id == NULL);
    }
}

static void test_chosen(void)
{
    static const char *const names[] = {"x", "y"};
    const struct metrics_choice choices[] = {{.provider = "P"},
                                             {"M", names, COUNT_OF(names), true}};
    struct metrics_request r;
    struct error err;

    set("Metrics:Providers:0:ProviderName=NotThis");
    REQUIRE(metrics_request_chosen(keys, 8, false, choices, 2, &r, &err) == 0);
    CHECK(strcmp(describe(&r), "P 0 EventCounterIntervalSec=5\n" SESSION "M\\x,M\\y" LIMITS) == 0);
    CHECK(metrics_request_wants(&r, false, "p", "anything"));
    CHECK(!metrics_request_wants(&r, true, "P", "anything"));
    CHECK(metrics_request_wants(&r, true, "m", "y"));
    CHECK(!metrics_request_wants(&r, true, "m", "Y") && !metrics_request_wants(&r, true, "m", "z"));
    CHECK(metrics_request_interval(&r, "P") == 5);
    CHECK(metrics_request_interval(&r, "M") == 0 && metrics_request_interval(&r, "Q") == 0);
    metrics_request_deinit(&r);
    REQUIRE(metrics_request_chosen(keys, 8, true, NULL, 0, &r, &err) == 0);
    CHECK(strcmp(describe(&r), DEFAULTS) == 0);
    metrics_request_deinit(&r);
    CHECK(metrics_request_chosen(keys, 8, true, &(struct metrics_choice){.provider = NULL}, 1, &r,
                                 &err) == -EINVAL);
}

/* Runtimes before 8, and unknown ones, know no shared session. */
static void test_sessions(void)
{
    static const unsigned majors[] = {0, 6, 7, 8, 10};
    struct metrics_request r, other;
    struct error err;

    set("Metrics:Meters:0:MeterName=A");
    for (size_t i = 0; i < COUNT_OF(majors); i++) {
        REQUIRE(metrics_request_configured(keys, majors[i], &r, &err) == 0);
        REQUIRE(metrics_request_configured(keys, majors[i], &other, &err) == 0);
        bool shared = strcmp(r.session_id, "SHARED") == 0;
        CHECK(shared == (majors[i] >= 8));
        CHECK(shared == (strcmp(r.session_id, other.session_id) == 0));
        CHECK(strlen(r.client_id) == 36 && strcmp(r.client_id, other.client_id) != 0);
        CHECK(strstr(r.arguments[3], world_text("SessionId=%s;", r.session_id)) != NULL);
        metrics_request_deinit(&r);
        metrics_request_deinit(&other);
    }
}

static void test_too_many(void)
{
    const char **names = world_alloc((LIMIT_METRICS_FILTERS + 1) * sizeof *names);
    struct metrics_request r;
    struct error err;

    set("");
    for (size_t i = 0; i <= LIMIT_METRICS_FILTERS; i++)
        names[i] = world_text("n%zu", i);
    struct metrics_choice c = {"P", names, LIMIT_METRICS_FILTERS, false};
    REQUIRE(metrics_request_chosen(keys, 8, false, &c, 1, &r, &err) == 0);
    CHECK(r.filter_count == LIMIT_METRICS_FILTERS && r.provider_count == 1);
    metrics_request_deinit(&r);
    c.name_count++;
    CHECK(metrics_request_chosen(keys, 8, false, &c, 1, &r, &err) == -E2BIG);
}

WORLD_SUITE("metrics/request", {"settings", test_settings}, {"refused", test_refused},
            {"chosen", test_chosen}, {"sessions", test_sessions}, {"too many", test_too_many})
