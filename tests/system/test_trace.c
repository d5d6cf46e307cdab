/* Traces of real runtimes: whole, without loss, and nothing of them stays in the app. */
#include <errno.h>
#include <signal.h>

#include "tests/support/dotnet.h"
#include "tests/support/files.h"
#include "tests/support/trace_file.h"
#include "tests/support/world.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])
#define RUNTIME "Microsoft-Windows-DotNETRuntime"
#define SAMPLES "Microsoft-DotNETCore-SampleProfiler"
#define SOURCE "Microsoft-Diagnostics-DiagnosticSource"
#define LOGGING "Microsoft-Extensions-Logging"

enum { LEAVERS = 100, SESSIONS = 64 };

static const char *const web_apps[] = {"web10", "web9", "web8"};

/* Counters every second, so that short traces have some. No other session is there than those of
 * the traces. */
static struct portside *server(bool connect)
{
    return portside_start(
        &(struct portside_options){.connect = connect,
                                   .env = {"DotnetMonitor_GlobalCounter__IntervalSeconds=1",
                                           "DotnetMonitor_Metrics__Enabled=false"}});
}

static struct http *start_trace(const struct portside *p, const char *query)
{
    return http_start(&(struct http_request){.url = world_text("%s/trace?%s", p->base, query)});
}

/* Work of every kind that the profiles look for, until the trace has ended. */
static bool work_until_ended(const struct dotnet_app *app, struct http *h)
{
    static const char *const paths[] = {"/hello", "/burn?ms=20",     "/log?level=Warning&n=20",
                                        "/throw", "/objects?n=1000", "/free"};
    int64_t end = clock_monotonic_ms() + 30000;

    for (size_t i = 0; !atomic_load(&h->ended) && clock_monotonic_ms() < end; i++)
        (void)http_get("%s%s", app->base, paths[i % COUNT_OF(paths)]);
    return http_wait(h, 1000);
}

static const struct trace_file *whole(const char *label, const struct http *h)
{
    const struct trace_file *t = trace_file_of(h->body, h->body_size);

    label = world_text("%s: %ld, %s", label, h->status, trace_file_text(t));
    CHECK_AT(label, h->status == 200 && h->result == CURLE_OK);
    CHECK_AT(label, t->result == 0);
    CHECK_AT(label, t->lost == 0);
    return t;
}

static void test_default_under_load(void)
{
    static const char *const expected[] = {
        RUNTIME, SAMPLES, SOURCE, "System.Runtime", "Microsoft.AspNetCore.Hosting", TRACE_RUNDOWN};

    for (size_t i = 0; i < COUNT_OF(web_apps); i++) {
        const char *name = web_apps[i];

        if (!dotnet_have(name))
            continue;
        struct portside *p = server(false);
        struct dotnet_app *app = dotnet_web(p, name, 0);
        struct http *h = start_trace(p, "durationSeconds=4");
        REQUIRE(work_until_ended(app, h));
        const struct trace_file *t = whole(name, h);
        for (size_t k = 0; k < COUNT_OF(expected); k++)
            CHECK_AT(world_text("%s: %s in %s", name, expected[k], trace_file_text(t)),
                     trace_file_count(t, expected[k]) > 0);
        CHECK_AT("the filter of HTTP requests is understood", t->requests > 0);
        CHECK(t->process_id == (uint64_t)app->proc->pid);
        CHECK(portside_wait_operation(p, "Succeeded", 2000));
        proc_kill_group(app->proc);
        (void)portside_stop(p);
    }
}

enum rundown { NONE, SOME, ALL_OF_IT };

static const struct {
    const char *profile, *provider; /* NULL: nothing has to come */
    enum rundown rundown;
} profiles[] = {
    {"Cpu", SAMPLES, ALL_OF_IT},
    {"Http", SOURCE, ALL_OF_IT},
    {"Logs", LOGGING, NONE},
    {"Metrics", "System.Runtime", NONE},
    {"GcCollect", RUNTIME, SOME},
    {"dotnet-common", RUNTIME, ALL_OF_IT},
    {"dotnet-sampled-thread-time", SAMPLES, ALL_OF_IT},
    {"cpu-sampling", RUNTIME, ALL_OF_IT},
    {"gc-verbose", RUNTIME, ALL_OF_IT},
    {"database", NULL, ALL_OF_IT},
    {"gc-collect", RUNTIME, SOME},
    {"Cpu,Http,Logs,Metrics,GcCollect", LOGGING, ALL_OF_IT},
};

static void test_profiles(void)
{
    for (size_t i = 0; i < COUNT_OF(web_apps); i++) {
        if (!dotnet_have(web_apps[i]))
            continue;
        struct portside *p = server(false);
        struct dotnet_app *app = dotnet_web(p, web_apps[i], 0);
        for (size_t k = 0; k < COUNT_OF(profiles); k++) {
            int seconds = strcmp(profiles[k].profile, "Metrics") == 0 ? 3 : 1;
            struct http *h = start_trace(
                p, world_text("profile=%s&durationSeconds=%d", profiles[k].profile, seconds));
            REQUIRE(work_until_ended(app, h));
            const char *label = world_text("%s %s", web_apps[i], profiles[k].profile);
            const struct trace_file *t = whole(label, h);
            uint64_t rundown = trace_file_count(t, TRACE_RUNDOWN);

            label = world_text("%s: %s", label, trace_file_text(t));
            CHECK_AT(label, !profiles[k].provider || trace_file_count(t, profiles[k].provider) > 0);
            CHECK_AT(label, profiles[k].rundown != ALL_OF_IT || rundown > 100);
            CHECK_AT(label, profiles[k].rundown != NONE || rundown == 0);
        }
        proc_kill_group(app->proc);
        (void)portside_stop(p);
    }
}

static void test_native(void)
{
    if (!dotnet_have("aot9"))
        return;
    struct portside *p = server(false);
    struct dotnet_app *app =
        dotnet_start(&(struct dotnet_options){.name = "aot9", .port = p->socket, .arg = "120000"});

    REQUIRE(portside_wait_count(p, 1, DOTNET_START_MS));
    for (size_t k = 0; k < COUNT_OF(profiles); k++) {
        struct http *h =
            start_trace(p, world_text("profile=%s&durationSeconds=1", profiles[k].profile));

        REQUIRE(http_wait(h, 20000));
        (void)whole(world_text("aot9 %s", profiles[k].profile), h);
    }
    CHECK(!proc_wait(app->proc, 0));
}

static void test_custom(void)
{
    for (size_t i = 0; i < COUNT_OF(web_apps); i++) {
        if (!dotnet_have(web_apps[i]))
            continue;
        struct portside *p = server(false);
        struct dotnet_app *app = dotnet_web(p, web_apps[i], 0);
        for (int rundown = 0; rundown < 2; rundown++) {
            struct http *h = http_start(&(struct http_request){
                .method = "POST",
                .url = world_text("%s/trace?durationSeconds=1", p->base),
                .headers = {"Content-Type: application/json"},
                .body = world_text("{\"providers\":[{\"name\":\"" RUNTIME "\",\"keywords\":"
                                   "\"0x8001\",\"eventLevel\":\"Informational\"}],"
                                   "\"requestRundown\":%s,\"bufferSizeInMB\":64}",
                                   rundown ? "true" : "false")});
            REQUIRE(work_until_ended(app, h));
            const struct trace_file *t = whole(web_apps[i], h);
            CHECK_AT(trace_file_text(t), trace_file_count(t, RUNTIME) > 0);
            CHECK_AT(trace_file_text(t), (trace_file_count(t, TRACE_RUNDOWN) > 0) == rundown);
        }
        proc_kill_group(app->proc);
        (void)portside_stop(p);
    }
}

/* A runtime has 64 sessions; each that a client left behind would be one less for ever. */
static void test_leavers(void)
{
    for (size_t i = 0; i < COUNT_OF(web_apps); i++) {
        if (!dotnet_have(web_apps[i]))
            continue;
        struct portside *p = server(false);
        struct dotnet_app *app = dotnet_web(p, web_apps[i], 0);
        /* Every other one is quiet: then the runtime does not notice by itself. */
        int leavers = i == 0 ? LEAVERS : LEAVERS / 5;
        for (int k = 0; k < leavers; k++) {
            const char *url = world_text("%s/trace?durationSeconds=-1&profile=%s", p->base,
                                         k % 2 ? "GcCollect" : "Cpu");
            struct http *h = NULL;
            CHECK_AT(url,
                     WAIT_UNTIL(10000,
                                (h = http_run(&(struct http_request){.url = url, .abort_after = 1}))
                                        ->status != 429));
            CHECK_AT(world_text("%s: %ld", url, h->status), h->status == 200);
        }
        struct http *h = start_trace(p, "durationSeconds=0");
        REQUIRE(http_wait(h, 20000));
        (void)whole(web_apps[i], h);
        int left = 0;
        CHECK_AT(web_apps[i],
                 WAIT_UNTIL(10000, (left = trace_free_sessions(dotnet_socket(app))) == SESSIONS));
        CHECK_AT(world_text("%s: %d sessions are free", web_apps[i], left), left == SESSIONS);
        CHECK(dotnet_says_hello(app));
        proc_kill_group(app->proc);
        (void)portside_stop(p);
    }
}

static void test_killed(void)
{
    for (size_t i = 0; i < COUNT_OF(web_apps); i++) {
        if (!dotnet_have(web_apps[i]))
            continue;
        struct portside *p = server(false);
        struct dotnet_app *app = dotnet_web(p, web_apps[i], 0);
        struct http *h = start_trace(p, "durationSeconds=-1&profile=Cpu,Metrics");
        REQUIRE(WAIT_UNTIL(10000, atomic_load(&h->received) > 20000));
        proc_kill_group(app->proc);
        CHECK_AT(web_apps[i], http_wait(h, 10000));
        const struct trace_file *t = trace_file_of(h->body, h->body_size);
        CHECK_AT(web_apps[i], h->status == 200 && h->result != CURLE_OK);
        CHECK_AT(trace_file_text(t), t->result == -ENODATA && t->events > 0);
        CHECK_AT(web_apps[i], portside_wait_operation(p, "Failed", 5000));
        CHECK_AT(web_apps[i], portside_wait_count(p, 0, 5000));
        (void)portside_stop(p);
    }
}

/* The app ends as it should while it is traced: its stream has its end. */
static void test_exit(void)
{
    if (!dotnet_have("web10"))
        return;
    struct portside *p = server(false);
    struct dotnet_app *app = dotnet_web(p, "web10", 0);
    struct http *h = start_trace(p, "durationSeconds=-1&profile=Cpu");

    REQUIRE(WAIT_UNTIL(10000, atomic_load(&h->received) > 0));
    (void)http_get("%s/exit", app->base);
    CHECK(proc_wait(app->proc, 10000));
    REQUIRE(http_wait(h, 10000));
    const struct trace_file *t = whole("exit", h);
    CHECK_AT(trace_file_text(t), t->events > 0);
    CHECK(portside_wait_operation(p, "Succeeded", 5000));
}

static bool is_number(const char *text, uint64_t number)
{
    return text && strcmp(text, world_text("%llu", (unsigned long long)number)) == 0;
}

#define GC_EVENTS                                                                                  \
    "{\"providers\":[{\"name\":\"" RUNTIME "\",\"keywords\":\"0x1\","                              \
    "\"eventLevel\":\"Informational\"}],\"stoppingEvent\":{\"providerName\":\"" RUNTIME "\","      \
    "\"eventName\":\"GC/Start\",\"payloadFilter\":{\"Reason\":\"%s\"}}}"

/* An induced GC ends it, and no other thing; the rundown follows. */
static void test_stopping_event(void)
{
    for (size_t i = 0; i < COUNT_OF(web_apps); i++) {
        if (!dotnet_have(web_apps[i]))
            continue;
        struct portside *p = server(false);
        struct dotnet_app *app = dotnet_web(p, web_apps[i], 0);
        struct http *h = http_start(
            &(struct http_request){.method = "POST",
                                   .url = world_text("%s/trace?durationSeconds=-1", p->base),
                                   .headers = {"Content-Type: application/json"},
                                   .body = world_text(GC_EVENTS, "Induced")});
        REQUIRE(portside_wait_operation(p, "Running", 5000));
        CHECK(http_get("%s/hello", app->base)->status == 200);
        CHECK(strcmp(json_text(portside_last_operation(p), "status"), "Running") == 0);
        (void)http_get("%s/free", app->base);
        REQUIRE(http_wait(h, 20000));
        const struct trace_file *t = whole(web_apps[i], h);
        CHECK_AT(trace_file_text(t), trace_file_count(t, TRACE_RUNDOWN) > 100);
        CHECK_AT(h->head, is_number(http_header(h, "X-Events"), t->events));
        CHECK_AT(h->head, is_number(http_header(h, "X-Events-Lost"), 0));
        CHECK(portside_wait_operation(p, "Succeeded", 2000));
        proc_kill_group(app->proc);
        (void)portside_stop(p);
    }
}

/* So many bytes, and then what makes the file whole. */
static void test_size(void)
{
    if (!dotnet_have("web10"))
        return;
    struct portside *p = server(false);
    struct dotnet_app *app = dotnet_web(p, "web10", 0);
    struct http *h = start_trace(p, "durationSeconds=-1&profile=Cpu&maxBytes=500000");

    REQUIRE(work_until_ended(app, h));
    const struct trace_file *t = whole("size", h);
    CHECK(h->body_size >= 500000 && trace_file_count(t, TRACE_RUNDOWN) > 100);
    CHECK_AT(h->head, is_number(http_header(h, "X-Events"), t->events));
}

static const struct {
    const char *label;
    bool connect;
    const char *mode;
} starts[] = {
    {"suspended", false, NULL},
    {"nosuspend", false, "nosuspend"},
    {"connect", true, NULL},
};

static void test_modes(void)
{
    for (size_t i = 0; i < COUNT_OF(starts); i++) {
        if (!dotnet_have("web10"))
            return;
        struct portside *p = server(starts[i].connect);
        struct dotnet_app *app =
            dotnet_start(&(struct dotnet_options){.name = "web10",
                                                  .port = starts[i].connect ? NULL : p->socket,
                                                  .mode = starts[i].mode,
                                                  .tmp = p->tmp});
        REQUIRE(WAIT_UNTIL(DOTNET_START_MS, portside_listed(p, (uint64_t)app->proc->pid) != NULL));
        /* From the first moment on, before the app itself serves. */
        struct http *h = start_trace(p, "durationSeconds=2");
        REQUIRE(WAIT_UNTIL(10000, atomic_load(&h->received) > 0));
        CHECK_AT(starts[i].label, portside_get(p, "/env")->status == 200);
        REQUIRE(dotnet_wait_hello(app, DOTNET_START_MS));
        REQUIRE(http_wait(h, 20000));
        const struct trace_file *t = whole(starts[i].label, h);
        CHECK_AT(starts[i].label, trace_file_count(t, TRACE_RUNDOWN) > 100);
        CHECK_AT(starts[i].label, trace_free_sessions(dotnet_socket(app)) == SESSIONS);
        proc_kill_group(app->proc);
        (void)portside_stop(p);
    }
}

/* The end of the server leaves the app as it was. */
static void test_sigterm(void)
{
    if (!dotnet_have("web10"))
        return;
    struct portside *p = server(false);
    struct dotnet_app *app = dotnet_web(p, "web10", 0);
    struct http *h = start_trace(p, "durationSeconds=-1");

    REQUIRE(WAIT_UNTIL(10000, atomic_load(&h->received) > 0));
    CHECK(portside_stop(p) == 0);
    CHECK(http_wait(h, 1000));
    int left = 0;
    CHECK_AT(world_text("%d are free", left),
             WAIT_UNTIL(5000, (left = trace_free_sessions(dotnet_socket(app))) == SESSIONS));
    CHECK(dotnet_says_hello(app));
}

WORLD_SUITE("system/trace", {"default under load", test_default_under_load},
            {"profiles", test_profiles}, {"native", test_native}, {"custom", test_custom},
            {"leavers", test_leavers}, {"killed", test_killed}, {"exit", test_exit},
            {"stopping event", test_stopping_event}, {"size", test_size}, {"modes", test_modes},
            {"SIGTERM", test_sigterm})
