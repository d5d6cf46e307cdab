/* Triggers on real web applications, .NET 10, 9 and 8: each is armed, made to be satisfied, and
 * fires; what must not satisfy it does not. Counters come every second. */
#include <errno.h>

#include "src/collect/trace_profiles.h"
#include "tests/component/trigger_host.h"
#include "tests/support/dotnet.h"

enum { FIRE_MS = 60000, QUIET_MS = 3500, HANG_MS = 600000 };

/* More than triggers ask for: such a session is another one. */
enum { OTHER_BUFFER_MB = 64 };

static const char *const all_apps[] = {"web10", "web9", "web8"};

/* A port of the test's own, a web app on it. */
struct scene {
    struct feed_host *host;
    struct dotnet_app *app;
    struct target *target;
};

static struct target *listed(struct feed_host *h, pid_t pid)
{
    return feed_host_find(h, (uint64_t)pid);
}

/* False: the app cannot be had. */
static bool scene_start(struct scene *s, const char *name)
{
    if (!dotnet_have(name))
        return false;
    s->host = feed_host_new(NULL);
    s->app = dotnet_start(&(struct dotnet_options){.name = name, .port = s->host->port});
    REQUIRE(LOOP_UNTIL(s->host->loop, DOTNET_START_MS, dotnet_says_hello(s->app)));
    REQUIRE(LOOP_UNTIL(s->host->loop, DOTNET_START_MS,
                       (s->target = listed(s->host, s->app->proc->pid)) != NULL));
    return true;
}

static void scene_end(struct scene *s)
{
    feed_host_end(s->host);
    proc_kill_group(s->app->proc);
}

static struct watched *arm(struct scene *s, const struct trigger_row *row)
{
    struct trigger_row own = *row;
    size_t i = 0;

    while (own.pairs[i][0])
        i++;
    REQUIRE(i < TRIGGER_SETTINGS);
    own.pairs[i][0] = "GlobalCounter:IntervalSeconds";
    own.pairs[i][1] = "1";
    struct watched *w = watched_start(s->host, s->target, &own);
    CHECK_AT(row->type, LOOP_UNTIL(s->host->loop, FIRE_MS, w->armed));
    return w;
}

static bool fires(struct scene *s, const struct watched *w)
{
    return LOOP_UNTIL(s->host->loop, FIRE_MS, w->fired || w->failed) && w->fired == 1;
}

/* To see that nothing happens: the runtime hands over what it has every 100 ms. */
static bool stays_quiet(struct scene *s, const struct watched *w)
{
    loop_for(s->host->loop, QUIET_MS);
    return !w->fired && !w->failed;
}

static void ask(struct scene *s, const char *path, int times, long status)
{
    for (int i = 0; i < times; i++)
        CHECK_AT(path, http_get("%s%s", s->app->base, path)->status == status);
}

/* Waits for nobody: the loop goes on while the app is busy, and the client gives up. */
static void ask_beside(struct scene *s, const char *path)
{
    (void)http_start(
        &(struct http_request){.url = world_text("%s%s", s->app->base, path), .timeout_ms = 1000});
}

/* As many requests as are asked for, once; then armed again it starts from nothing. */
static void test_request_count(void)
{
    static const struct trigger_row row = {
        "AspNetRequestCount",
        {{"T:RequestCount", "5"}, {"T:ExcludePaths:0", "/r*"}, {"T:IncludePaths:0", "**/*"}}};

    for (size_t i = 0; i < COUNT_OF(all_apps); i++) {
        struct scene s;
        if (!scene_start(&s, all_apps[i]))
            continue;
        for (int round = 0; round < 2; round++) {
            struct watched *w = arm(&s, &row);
            ask(&s, "/hello", 4, 200);
            ask(&s, "/ready", 5, 200);
            CHECK_AT(all_apps[i], stays_quiet(&s, w));
            ask(&s, "/hello", 1, 200);
            CHECK_AT(all_apps[i], fires(&s, w));
            watched_free(w);
        }
        scene_end(&s);
    }
}

static void test_response_status(void)
{
    static const struct trigger_row row = {
        "AspNetResponseStatus", {{"T:ResponseCount", "3"}, {"T:StatusCodes:0", "500-599"}}};

    for (size_t i = 0; i < COUNT_OF(all_apps); i++) {
        struct scene s;
        if (!scene_start(&s, all_apps[i]))
            continue;
        struct watched *w = arm(&s, &row);
        ask(&s, "/nothing", 10, 404);
        ask(&s, "/crash500", 2, 500);
        CHECK_AT(all_apps[i], stays_quiet(&s, w));
        ask(&s, "/crash500", 1, 500);
        CHECK_AT(all_apps[i], fires(&s, w));
        watched_free(w);
        scene_end(&s);
    }
}

/* One that has ended, one that never will. */
static void test_request_duration(void)
{
    static const struct trigger_row row = {
        "AspNetRequestDuration", {{"T:RequestCount", "2"}, {"T:RequestDuration", "00:00:00.5"}}};

    for (size_t i = 0; i < COUNT_OF(all_apps); i++) {
        struct scene s;
        if (!scene_start(&s, all_apps[i]))
            continue;
        struct watched *w = arm(&s, &row);
        ask(&s, "/slow?ms=10", 5, 200);
        ask(&s, "/slow?ms=600", 1, 200);
        CHECK_AT(all_apps[i], stays_quiet(&s, w));
        ask_beside(&s, world_text("/slow?ms=%d", HANG_MS));
        CHECK_AT(all_apps[i], fires(&s, w));
        watched_free(w);
        scene_end(&s);
    }
}

static void on_other_started(void *user)
{
    *(bool *)user = true;
}

static void on_other_event(void *user, const struct nettrace *stream,
                           const struct nettrace_event *event)
{
    (void)user;
    (void)stream;
    (void)event;
}

static void on_other_end(void *user, const struct error *err)
{
    (void)user;
    CHECK_AT(err->text, false);
}

/* The end of another session takes the filters away: the trigger gets its own back. */
static void test_silenced(void)
{
    static const struct trigger_row row = {
        "AspNetRequestCount", {{"T:RequestCount", "3"}, {"T:IncludePaths:0", "/hello"}}};
    const struct feed_need other = {
        .providers = &trace_http_provider, .provider_count = 1, .buffer_mb = OTHER_BUFFER_MB};

    for (size_t i = 0; i < COUNT_OF(all_apps); i++) {
        bool started = false;
        struct feed_reader *reader;
        struct error err;
        struct scene s;
        if (!scene_start(&s, all_apps[i]))
            continue;
        struct watched *w = arm(&s, &row);
        const struct feed_events events = {&started, on_other_started, on_other_event, NULL,
                                           on_other_end};
        REQUIRE(feed_join(s.host->feeds, s.target, &other, &events, &reader, &err) == 0);
        CHECK(LOOP_UNTIL(s.host->loop, FIRE_MS, started));
        CHECK(sessions_count(s.host->sessions) == 2);
        feed_leave(reader);
        CHECK(LOOP_UNTIL(s.host->loop, FIRE_MS, sessions_count(s.host->sessions) == 1));
        /* One request after the other until it has noticed and counted three. */
        CHECK_AT(all_apps[i],
                 LOOP_UNTIL(s.host->loop, FIRE_MS,
                            (ask(&s, "/hello", 1, 200), loop_for(s.host->loop, 100), w->fired)));
        watched_free(w);
        scene_end(&s);
    }
}

static const struct {
    const char *label, *app;
    struct trigger_row row;
    const char *quiet; /* asked for first: does not satisfy it */
    const char *path;  /* asked for while it is watched, again and again when `again` */
    bool again;
} values[] = {
    {"a busy processor",
     "web10",
     {"CPUUsage", {{"T:GreaterThan", "5"}, {"T:SlidingWindowDuration", "00:00:02"}}},
     NULL, /* an app that has just begun is busy, too */
     "/burn?ms=900",
     true},
    {"a queue",
     "web10",
     {"ThreadpoolQueueLength", {{"T:SlidingWindowDuration", "00:00:02"}}},
     "/hello",
     "/starve?n=2000&ms=20000",
     false},
    {"a heap",
     "web10",
     {"GCHeapSize", {{"T:GreaterThan", "100"}, {"T:SlidingWindowDuration", "00:00:02"}}},
     "/hello",
     "/alloc?mb=200",
     false},
    {"a heap of .NET 8",
     "web8",
     {"GCHeapSize", {{"T:GreaterThan", "100"}, {"T:SlidingWindowDuration", "00:00:02"}}},
     "/hello",
     "/alloc?mb=200",
     false},
    {"a counter of the app",
     "web9",
     {"EventCounter",
      {{"T:ProviderName", "Portside.Web"},
       {"T:CounterName", "requests"},
       {"T:GreaterThan", "20"},
       {"T:SlidingWindowDuration", "00:00:01"}}},
     "/hello",
     "/hello",
     true},
    {"a gauge",
     "web10",
     {"EventMeter",
      {{"T:MeterName", "Portside.Web"},
       {"T:InstrumentName", "web.level"},
       {"T:GreaterThan", "150"},
       {"T:SlidingWindowDuration", "00:00:01"}}},
     "/meter?n=5",
     "/meter?n=100",
     false}, /* zone b has twice as much */
    {"a counter's rate",
     "web9",
     {"EventMeter",
      {{"T:MeterName", "Portside.Web"},
       {"T:InstrumentName", "web.hits"},
       {"T:GreaterThan", "100"},
       {"T:SlidingWindowDuration", "00:00:01"}}},
     "/meter?n=1",
     "/meter?n=1000",
     true},
    {"a percentile",
     "web8",
     {"EventMeter",
      {{"T:MeterName", "Portside.Web"},
       {"T:InstrumentName", "web.duration"},
       {"T:GreaterThan", "900"},
       {"T:HistogramPercentile", "95"},
       {"T:SlidingWindowDuration", "00:00:01"}}},
     "/meter?n=100",
     "/meter?n=1000",
     true}, /* 1 to n */
    {"a percentile of .NET 10",
     "web10",
     {"EventMeter",
      {{"T:MeterName", "Portside.Web"},
       {"T:InstrumentName", "web.duration"},
       {"T:GreaterThan", "900"},
       {"T:HistogramPercentile", "95"},
       {"T:SlidingWindowDuration", "00:00:01"}}},
     "/meter?n=100",
     "/meter?n=1000",
     true},
};

static bool fires_while_asked(struct scene *s, const struct watched *w, const char *path)
{
    return LOOP_UNTIL(s->host->loop, FIRE_MS,
                      (w->fired || w->failed ||
                       (ask_beside(s, path), loop_for(s->host->loop, 500), w->fired))) &&
           w->fired == 1;
}

static void test_values(void)
{
    for (size_t i = 0; i < COUNT_OF(values); i++) {
        struct scene s;
        if (!scene_start(&s, values[i].app))
            continue;
        struct watched *w = arm(&s, &values[i].row);
        if (values[i].quiet) {
            ask_beside(&s, values[i].quiet);
            CHECK_AT(values[i].label, stays_quiet(&s, w));
        }
        if (!values[i].again)
            ask_beside(&s, values[i].path);
        CHECK_AT(values[i].label,
                 values[i].again ? fires_while_asked(&s, w, values[i].path) : fires(&s, w));
        watched_free(w);
        scene_end(&s);
    }
}

WORLD_SUITE("system/triggers", {"request count", test_request_count},
            {"response status", test_response_status}, {"request duration", test_request_duration},
            {"silenced", test_silenced}, {"values", test_values})
