/* Traces that end before their time, by event or by size, and what is told of a trace at its end.
 */
#include "src/base/clock.h"
#include "tests/support/files.h"
#include "tests/support/nettrace_sample.h"
#include "tests/support/trace_world.h"
#include "tests/support/world.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])
#define SAMPLE "Sample-Provider"
#define BODY(stopping) "{\"providers\":[{\"name\":\"" SAMPLE "\"}],\"stoppingEvent\":" stopping "}"
#define EVENT(filter) "{\"providerName\":\"" SAMPLE "\",\"eventName\":\"Request/Start\"" filter "}"
#define FILTER(fields) ",\"payloadFilter\":{" fields "}"

enum { LATE = 100, BLOCK = 1 << 16 };

/* All of the sample but its last bytes; these follow the stop. */
static struct fake_trace nearly_all(void)
{
    struct fake_trace t = trace_world_sample();
    size_t whole = t.size + t.rundown_size;

    t.size = whole - LATE;
    t.rundown = (const uint8_t *)t.bytes + t.size;
    t.rundown_size = LATE;
    t.piece = 100;
    return t;
}

static struct portside *server(void)
{
    return portside_start(&(struct portside_options){
        .env = {"DotnetMonitor_Metrics__Enabled=false", "Logging__Console__FormatterName=json",
                "Logging__LogLevel__Microsoft.Diagnostics=Debug"}});
}

static bool is_text(const char *text, const char *want)
{
    return text && strcmp(text, want) == 0;
}

static void check_figures(const char *label, const struct http *h, const char *events,
                          const char *lost)
{
    label = world_text("%s: %s", label, h->head);
    CHECK_AT(label, is_text(http_header(h, "Trailer"), "X-Events, X-Events-Lost"));
    CHECK_AT(label, is_text(http_header(h, "X-Events"), events));
    CHECK_AT(label, is_text(http_header(h, "X-Events-Lost"), lost));
}

/* GET and POST; and a line of log when there was a loss. */
static void test_figures(void)
{
    const struct fake_trace t = trace_world_sample();
    struct portside *p = server();
    struct fake_runtime *r = trace_world_app(p, &t);
    const struct http *h = trace_world_ask(p, "durationSeconds=0", NULL, NULL);

    CHECK(trace_world_is_whole(&t, h));
    check_figures("GET", h, "40", "5");
    h = trace_world_ask(p, "durationSeconds=0", "application/json", BODY("null"));
    CHECK(trace_world_is_whole(&t, h));
    check_figures("POST", h, "40", "5");
    trace_world_check_stopped("figures", r, 2);
    CHECK(portside_wait_operation(p, "Succeeded", 2000));
    const char *log = proc_output(p->proc);
    const char *line = strstr(log, "\"EventId\":1103");
    CHECK_AT("in the log", line && strstr(line, "\"lost\":5") && strstr(line, "\"events\":40"));
}

/* Announced, but not there: a stream that is none of ours, and an answer that is broken off. */
static void test_no_figures(void)
{
    const struct fake_trace t = trace_world_sample(); /* outlives the runtime that reads it */
    struct portside *p = portside_without_metrics();
    struct fake_runtime *r =
        trace_world_app(p, &(struct fake_trace){.bytes = "something else", .size = 14});
    const struct http *h = trace_world_ask(p, "durationSeconds=0", NULL, NULL);

    CHECK(h->status == 200 && h->result == CURLE_OK && is_text(h->body, "something else"));
    CHECK(!http_header(h, "X-Events") && !http_header(h, "X-Events-Lost"));
    fake_runtime_set_trace(r, &t);
    struct http *running = trace_world_running(p, TRACE_WORLD_CUT);
    CHECK(http_delete("%s", trace_world_operation(p))->status == 200);
    REQUIRE(http_wait(running, 5000));
    CHECK(running->result != CURLE_OK && !http_header(running, "X-Events"));
}

static const struct {
    const char *label, *query, *body;
} matching[] = {
    {"any", NULL, EVENT("")},
    {"no filter", NULL, EVENT(FILTER(""))},
    {"a number", NULL, EVENT(FILTER("\"Number\":\"5\""))},
    {"all fields", NULL, EVENT(FILTER("\"Number\":\"4\",\"Text\":\"hello\""))},
    {"another kind", NULL,
     "{\"providerName\":\"" SAMPLE "\",\"eventName\":\"Rich\xC3\xA9/24\",\"payloadFilter\":"
     "{\"Double\":\"-2.25\",\"Boolean\":\"True\"}}"},
};

static const char *body_of(const char *stopping)
{
    return world_text("{\"providers\":[{\"name\":\"" SAMPLE "\"}],\"stoppingEvent\":%s}", stopping);
}

/* Until stopped, but the event comes: the rest and the end follow. */
static void test_event(void)
{
    const struct fake_trace t = nearly_all();
    struct portside *p = server();
    struct fake_runtime *r = trace_world_app(p, &t);

    for (size_t i = 0; i < COUNT_OF(matching); i++) {
        const struct http *h =
            trace_world_ask(p, "durationSeconds=-1", "application/json", body_of(matching[i].body));
        CHECK_AT(matching[i].label, h->status == 200 && trace_world_is_whole(&t, h));
        check_figures(matching[i].label, h, "40", "5");
        CHECK_AT(matching[i].label, portside_wait_operation(p, "Succeeded", 2000));
        trace_world_check_stopped(matching[i].label, r, (int)i + 1);
    }
    const char *log = proc_output(p->proc);
    CHECK_AT("in the log", strstr(log, "\"State\":{\"providerName\":\"" SAMPLE
                                       "\",\"eventName\":\"Request/Start\""));
    CHECK_AT("in the log", strstr(log, "\"EventId\":8,\"LogLevel\":\"Debug\""));
}

static const char *const others[] = {
    EVENT(FILTER("\"Number\":\"400\"")),
    EVENT(FILTER("\"Number\":\"4\",\"Text\":\"Hello\"")),
    EVENT(FILTER("\"number\":\"4\"")),
    "{\"providerName\":\"" SAMPLE "\",\"eventName\":\"RequestStart\"}",
};

/* It never comes: the trace takes its time. Where a field is missing, the log says so. */
static void test_other_event(void)
{
    const struct fake_trace t = nearly_all();
    struct portside *p = server();
    struct fake_runtime *r = trace_world_app(p, &t);

    for (size_t i = 0; i < COUNT_OF(others); i++) {
        int64_t start = clock_monotonic_ms();
        const struct http *h =
            trace_world_ask(p, "durationSeconds=1", "application/json", body_of(others[i]));
        CHECK_AT(others[i], trace_world_is_whole(&t, h));
        CHECK_AT(others[i], clock_monotonic_ms() - start >= 1000);
        trace_world_check_stopped(others[i], r, (int)i + 1);
    }
    const char *log = proc_output(p->proc);
    const char *line = strstr(log, "\"EventId\":9,\"LogLevel\":\"Warning\"");
    CHECK_AT("in the log", line && strstr(line, "\"payloadFieldNames\":\"Number Text\""));
    CHECK_AT("once", line && !strstr(line + 1, "\"EventId\":9,"));
    CHECK(!strstr(log, "\"EventId\":8,"));
}

/* By query; the profile's own providers. */
static void test_event_of_query(void)
{
    struct portside *p = portside_without_metrics();
    struct fake_trace t = nearly_all();
    struct fake_runtime *r = trace_world_app(p, &t);
    const struct http *h =
        trace_world_ask(p,
                        "profile=Cpu&durationSeconds=0&stoppingEventProviderName="
                        "Microsoft-Windows-DotNETRuntime&stoppingEventEventName=GC/Start&"
                        "stoppingEventPayloadFilter=Reason:Induced,Depth:2",
                        NULL, NULL);

    CHECK(trace_world_is_whole(&t, h));
    trace_world_check_stopped("query", r, 1);
}

static const struct {
    const char *query, *body, *detail;
} bad[] = {
    {"maxBytes=0", NULL, "maxBytes"},
    {"maxBytes=-1", NULL, "maxBytes"},
    {"maxBytes=x", NULL, NULL},
    {"maxBytes=", NULL, NULL},
    {"maxBytes=1e6", NULL, NULL},
    {"maxBytes=9223372036854775808", NULL, NULL},
    {"maxBytes=0", BODY("null"), "maxBytes"},
    {"profile=Cpu&stoppingEventProviderName=Other&stoppingEventEventName=A", NULL, "Other"},
    {"profile=Cpu&stoppingEventProviderName=Microsoft-Windows-DotNETRuntime", NULL, "name"},
    {"profile=Cpu&stoppingEventEventName=GC/Start", NULL, "name"},
    {"profile=Cpu&stoppingEventProviderName=microsoft-windows-dotnetruntime&"
     "stoppingEventEventName=GC/Start",
     NULL, "microsoft-windows-dotnetruntime"},
    {"profile=Cpu&stoppingEventProviderName=Microsoft-Windows-DotNETRuntime&"
     "stoppingEventEventName=GC/Start&stoppingEventPayloadFilter=Reason",
     NULL, "Reason"},
    {"", BODY("{}"), "name"},
    {"", BODY("{\"providerName\":\"" SAMPLE "\"}"), "name"},
    {"", BODY("{\"providerName\":\"sample-provider\",\"eventName\":\"A\"}"), "sample-provider"},
    {"", BODY("1"), NULL},
    {"", BODY("{\"providerName\":1,\"eventName\":\"A\"}"), NULL},
    {"", BODY(EVENT(",\"payloadFilter\":[1]")), NULL},
    {"", BODY(EVENT(FILTER("\"Number\":5"))), NULL},
};

static void test_refused(void)
{
    const struct fake_trace t = trace_world_sample();
    struct portside *p = portside_without_metrics();
    struct fake_runtime *r = trace_world_app(p, &t);

    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        const struct http *h = trace_world_ask(p, bad[i].query, "application/json", bad[i].body);
        const char *label = world_text("%s %s: %ld %.200s", bad[i].query,
                                       bad[i].body ? bad[i].body : "", h->status, h->body);
        CHECK_AT(label, h->status == 400);
        CHECK_AT(label, !bad[i].detail || strstr(json_text(json_of(h), "detail"), bad[i].detail));
    }
    CHECK(fake_runtime_received(r, FAKE_ANY_COLLECT) == 0);
}

/* That many bytes or a few more, then the end; one byte less than asked for is not enough. */
static void test_size(void)
{
    const struct fake_trace t = trace_world_sample();
    struct portside *p = portside_without_metrics();
    struct fake_runtime *r = trace_world_app(p, &t);
    const struct http *h = trace_world_ask(
        p, world_text("durationSeconds=-1&maxBytes=%d", TRACE_WORLD_CUT), NULL, NULL);

    CHECK(trace_world_is_whole(&t, h) && portside_wait_operation(p, "Succeeded", 2000));
    check_figures("GET", h, "40", "5");
    h = trace_world_ask(p, "durationSeconds=-1&maxBytes=1", "application/json", BODY("null"));
    CHECK(trace_world_is_whole(&t, h));
    int64_t start = clock_monotonic_ms();
    h = trace_world_ask(p, world_text("durationSeconds=1&maxBytes=%d", TRACE_WORLD_CUT + 1), NULL,
                        NULL);
    CHECK(trace_world_is_whole(&t, h) && clock_monotonic_ms() - start >= 1000);
    trace_world_check_stopped("size", r, 3);
}

/* No matter whether it can be read; and above 32 bits. */
static void test_size_of_anything(void)
{
    void *block = world_alloc(BLOCK);
    struct portside *p = portside_without_metrics();
    struct fake_runtime *r =
        trace_world_app(p, &(struct fake_trace){.bytes = block, .size = BLOCK, .repeat = true});
    const struct http *h = trace_world_ask(p, "durationSeconds=-1&maxBytes=3000000", NULL, NULL);

    CHECK(h->status == 200 && h->result == CURLE_OK && h->body_size >= 3000000);
    CHECK(portside_wait_operation(p, "Succeeded", 2000));
    trace_world_check_stopped("zeros", r, 1);
    (void)http_run(&(struct http_request){
        .url = world_text("%s/trace?durationSeconds=-1&maxBytes=5000000000", p->base),
        .abort_after = 1 << 20});
    CHECK(portside_wait_operation(p, "Cancelled", 5000));
    trace_world_check_stopped("left", r, 2);
}

WORLD_SUITE("component/trace_stop", {"figures", test_figures}, {"no figures", test_no_figures},
            {"event", test_event}, {"other event", test_other_event},
            {"event of query", test_event_of_query}, {"refused", test_refused}, {"size", test_size},
            {"size of anything", test_size_of_anything})
