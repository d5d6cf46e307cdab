/* GET and POST /trace: what is asked of the runtime, every byte of its stream, stop and cancel. */
#include <regex.h>
#include <signal.h>
#include <unistd.h>

#include "tests/support/fake_runtime.h"
#include "tests/support/files.h"
#include "tests/support/golden.h"
#include "tests/support/trace_world.h"
#include "tests/support/world.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])
enum { TOO_LONG = 31500 }; /* UTF-16 units for one request, but not for a body */

static void check_golden(const char *name, const struct http *h)
{
    const char *difference = golden_difference(name, h);

    CHECK_AT(world_text("%s: %s", name, difference), !difference);
}

static bool like(const char *text, const char *pattern)
{
    regex_t re;

    REQUIRE(regcomp(&re, pattern, REG_EXTENDED | REG_NOSUB) == 0);
    bool found = text && regexec(&re, text, 0, NULL, 0) == 0;
    regfree(&re);
    return found;
}

static const struct {
    const char *golden, *query, *body;
    unsigned command;
    uint64_t rundown; /* of revision 2: the flag */
    size_t providers;
} good[] = {
    {"B-trace-Cpu", "profile=Cpu&durationSeconds=0", NULL, FAKE_COLLECT1, 0, 2},
    {"B-trace-Logs", "profile=Logs&durationSeconds=0", NULL, FAKE_COLLECT2, 0, 2},
    {"B-trace-Metrics", "profile=Metrics&durationSeconds=0", NULL, FAKE_COLLECT2, 0, 3},
    {"B-trace-GcCollect", "profile=GcCollect&durationSeconds=0", NULL, FAKE_COLLECT4, 1, 2},
    {"B-trace-default", "durationSeconds=0", NULL, FAKE_COLLECT1, 0, 8},
    {"B-trace-dur0", "durationSeconds=0", NULL, FAKE_COLLECT1, 0, 8},
    {"B-trace-default", "durationSeconds=1", NULL, FAKE_COLLECT1, 0, 8},
    {"B-trace-multi", "profile=cpu,http,metrics&durationSeconds=0", NULL, FAKE_COLLECT1, 0, 6},
    {"B-trace-multi", "profile=11&durationSeconds=0", NULL, FAKE_COLLECT1, 0, 6},
    {"B-trace-post-nointerval", "durationSeconds=0",
     "{\"providers\":[{\"name\":\"SampleApp.Counters\",\"keywords\":\"0xffffffffffff\","
     "\"eventLevel\":\"Verbose\"}],\"requestRundown\":false,\"bufferSizeInMB\":64}",
     FAKE_COLLECT2, 0, 1},
    {"B-trace-post-rundown", "durationSeconds=0",
     "{\"providers\":[{\"name\":\"Microsoft-Windows-DotNETRuntime\",\"keywords\":\"0x1\","
     "\"eventLevel\":\"Informational\"}]}",
     FAKE_COLLECT1, 0, 1},
};

static void check_headers(const char *label, const struct portside *p, const struct http *h)
{
    const char *name = world_text("^attachment; filename=[0-9]{8}_[0-9]{6}_[0-9]{3}_%d[.]nettrace$",
                                  (int)getpid());

    CHECK_AT(label, like(http_header(h, "Content-Disposition"), name));
    CHECK_AT(label, like(http_header(h, "Transfer-Encoding"), "^chunked$"));
    CHECK_AT(label, http_header(h, "Location") &&
                        strcmp(http_header(h, "Location"), trace_world_operation(p)) == 0);
}

static void test_recorded(void)
{
    const struct fake_trace t = trace_world_sample();
    struct portside *p = portside_without_metrics();
    struct fake_runtime *r = trace_world_app(p, &t);
    struct fake_collect *asked = world_alloc(sizeof *asked);

    for (size_t i = 0; i < COUNT_OF(good); i++) {
        const struct http *h = trace_world_ask(p, good[i].query, "application/json", good[i].body);
        const char *label = world_text("%s %s", good[i].golden, good[i].query);

        check_golden(good[i].golden, h);
        CHECK_AT(label, trace_world_is_whole(&t, h));
        check_headers(label, p, h);
        fake_runtime_collect(r, asked);
        CHECK_AT(world_text("%s: %x, rundown %llx, %zu", label, asked->command,
                            (unsigned long long)asked->rundown, asked->count),
                 asked->command == good[i].command && asked->rundown == good[i].rundown &&
                     asked->count == good[i].providers);
        CHECK_AT(label, asked->format == 1 && asked->stackwalk);
        CHECK_AT(label, asked->buffer_mb == (strstr(good[i].golden, "nointerval") ? 64 : 256));
        CHECK_AT(label, portside_wait_operation(p, "Succeeded", 2000));
        trace_world_check_stopped(label, r, (int)i + 1);
    }
    CHECK_AT("no revision was refused",
             fake_runtime_received(r, FAKE_ANY_COLLECT) == (int)COUNT_OF(good));
}

static const struct {
    const char *golden, *query, *type, *body;
    const char *detail; /* without golden: what a 400 says */
} bad[] = {
    {"B-trace-badprofile", "profile=nope&durationSeconds=0", NULL, NULL, NULL},
    {"B-trace-badegress", "durationSeconds=1&egressProvider=nosuch", NULL, NULL, NULL},
    {"B-trace-post", "durationSeconds=2", "application/json",
     "{\"providers\":[{\"name\":\"SampleApp.Counters\",\"keywords\":\"0xffffffffffff\","
     "\"eventLevel\":\"Verbose\",\"arguments\":{\"EventCounterIntervalSec\":\"1\"}}],"
     "\"requestRundown\":false,\"bufferSizeInMB\":64}",
     NULL},
    {"B-trace-post-badkeywords", "", "application/json",
     "{\"providers\":[{\"name\":\"A\",\"keywords\":\"zz\"}]}", NULL},
    {"B-trace-post-empty", "durationSeconds=2", "application/json", "", NULL},
    {"B-livemetrics-post-badjson", "", "application/json", "{bad", NULL},
    {"B-livemetrics-post-badjson", "", "application/json", "[]", NULL},
    {"B-livemetrics-post-textplain", "", "text/plain", "{\"providers\":[{\"name\":\"A\"}]}", NULL},
    {NULL, "", "application/json", "{\"providers\":[]}", "providers"},
    {NULL, "", "application/json", "{}", "providers"},
    {NULL, "", "application/json", "{\"providers\":[{\"keywords\":\"1\"}]}", "name"},
    {NULL, "", "application/json", "{\"providers\":[{\"name\":\"\"}]}", "name"},
    {NULL, "", "application/json", "{\"providers\":[null]}", "name"},
    {NULL, "", "application/json", "{\"providers\":[{\"name\":\"A\"}],\"bufferSizeInMB\":0}",
     "bufferSizeInMB"},
    {NULL, "", "application/json", "{\"providers\":[{\"name\":\"A\"}],\"bufferSizeInMB\":1025}",
     "bufferSizeInMB"},
};

/* Nothing of it reaches the runtime, and no place of the limit stays taken. */
static void test_refused(void)
{
    const struct fake_trace t = trace_world_sample();
    struct portside *p = portside_without_metrics();
    struct fake_runtime *r = trace_world_app(p, &t);

    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        const struct http *h = trace_world_ask(p, bad[i].query, bad[i].type, bad[i].body);
        const char *label = world_text("row %zu: %ld %.200s", i, h->status, h->body);

        if (bad[i].golden)
            check_golden(bad[i].golden, h);
        else
            CHECK_AT(label, h->status == 400 &&
                                strstr(json_text(json_of(h), "detail"), bad[i].detail) != NULL);
    }
    char *large = world_alloc(TOO_LONG + 1);

    memset(large, 'n', TOO_LONG);
    const struct http *h = trace_world_ask(
        p, "", "application/json",
        world_text("{\"providers\":[{\"name\":\"A\",\"arguments\":{\"a\":\"%s\"}}]}", large));
    CHECK_AT(world_text("too long: %ld %.300s", h->status, h->body),
             h->status == 400 && strstr(json_text(json_of(h), "detail"), "too long") != NULL);
    CHECK(fake_runtime_received(r, FAKE_ANY_COLLECT) == 0);
    CHECK(trace_world_ask(p, "durationSeconds=0", NULL, NULL)->status == 200);
}

static const struct {
    const char *label, *query;
    struct fake_rule rules[FAKE_RULES];
    unsigned command;
    uint64_t rundown;
    int tries;
} fallbacks[] = {
    {"4 to 2 without rundown",
     "profile=GcCollect",
     {{FAKE_COLLECT4, FAKE_ACT_ERROR, .hresult = FAKE_UNKNOWN_COMMAND},
      {FAKE_COLLECT3, FAKE_ACT_ERROR, .hresult = FAKE_UNKNOWN_COMMAND}},
     FAKE_COLLECT2,
     0,
     3},
    {"the whole rundown holds the GC's",
     "profile=GcCollect,gc-verbose",
     {{FAKE_COLLECT4, FAKE_ACT_ERROR, .hresult = FAKE_UNKNOWN_COMMAND}},
     FAKE_COLLECT1,
     0,
     1},
    {"2 to 1, whose rundown cannot be refused",
     "profile=Metrics",
     {{FAKE_COLLECT2, FAKE_ACT_ERROR, .hresult = FAKE_UNKNOWN_COMMAND}},
     FAKE_COLLECT1,
     0,
     2},
};

static void test_fallback(void)
{
    const struct fake_trace t = trace_world_sample();
    struct portside *p = portside_without_metrics();
    struct fake_runtime *r = trace_world_app(p, &t);
    struct fake_collect *asked = world_alloc(sizeof *asked);

    for (size_t i = 0; i < COUNT_OF(fallbacks); i++) {
        int before = fake_runtime_received(r, FAKE_ANY_COLLECT);
        const char *label = fallbacks[i].label;

        fake_runtime_set_rules(r, fallbacks[i].rules);
        const struct http *h =
            trace_world_ask(p, world_text("%s&durationSeconds=0", fallbacks[i].query), NULL, NULL);
        fake_runtime_collect(r, asked);
        CHECK_AT(label, h->status == 200 && trace_world_is_whole(&t, h));
        CHECK_AT(label, asked->command == fallbacks[i].command);
        CHECK_AT(label, asked->rundown == fallbacks[i].rundown);
        CHECK_AT(label, fake_runtime_received(r, FAKE_ANY_COLLECT) == before + fallbacks[i].tries);
        trace_world_check_stopped(label, r, (int)i + 1);
    }
}

/* Before the first byte: a problem document, the operation Failed, its place free. */
static void test_runtime_refuses(void)
{
    static const struct {
        const char *label;
        struct fake_rule rule;
    } rows[] = {
        {"no session is left", {FAKE_ANY_COLLECT, FAKE_ACT_ERROR, .hresult = FAKE_E_FAIL}},
        {"knows none", {FAKE_ANY_COLLECT, FAKE_ACT_ERROR, .hresult = FAKE_UNKNOWN_COMMAND}},
        {"no answer at all", {FAKE_ANY_COLLECT, FAKE_ACT_HANG_UP, .size = 0}},
        {"half a header", {FAKE_ANY_COLLECT, FAKE_ACT_RAW, .bytes = "DOTNET_IPC", .size = 10}},
        {"zeros", {FAKE_ANY_COLLECT, FAKE_ACT_RAW, .size = 28}},
        {"no id",
         {FAKE_ANY_COLLECT, FAKE_ACT_RAW, .bytes = "DOTNET_IPC_V1\0\x14\0\xff\0\0\0", .size = 20}},
        {"half an id",
         {FAKE_ANY_COLLECT, FAKE_ACT_RAW, .bytes = "DOTNET_IPC_V1\0\x18\0\xff\0\0\0\1\2\3\4",
          .size = 24}},
    };
    const struct fake_trace t = trace_world_sample();
    struct portside *p = portside_without_metrics();
    struct fake_runtime *r = trace_world_app(p, &t);

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        fake_runtime_set_rules(r, (struct fake_rule[FAKE_RULES]){rows[i].rule});
        const struct http *h = trace_world_ask(p, "durationSeconds=0", NULL, NULL);
        const char *label = world_text("%s: %ld %.200s", rows[i].label, h->status, h->body);

        CHECK_AT(label, h->status == 400 && *json_text(json_of(h), "detail"));
        CHECK_AT(label, (i == 0) == (strstr(h->body, "64 event sessions") != NULL));
        CHECK_AT(label, http_header(h, "Location") != NULL);
        CHECK_AT(label, portside_wait_operation(p, "Failed", 2000));
    }
    fake_runtime_set_rules(r, (struct fake_rule[FAKE_RULES]){{0}});
    const struct http *h = trace_world_ask(p, "durationSeconds=0", NULL, NULL);
    CHECK(h->status == 200 && trace_world_is_whole(&t, h));
    trace_world_check_stopped("only the last one was a session", r, 1);
}

/* Negative: until stopped. What was buffered and the rundown follow the stop. */
static void test_stop(void)
{
    const struct fake_trace t = trace_world_sample();
    struct portside *p = portside_without_metrics();
    struct fake_runtime *r = trace_world_app(p, &t);
    struct http *h = trace_world_start(p, "?durationSeconds=-2", 0);

    REQUIRE(WAIT_UNTIL(5000, atomic_load(&h->received) == TRACE_WORLD_CUT));
    const char *url = trace_world_operation(p);
    const struct http *running = http_get("%s", url);
    CHECK(running->status == 200 && cJSON_IsTrue(json_at(json_of(running), "isStoppable")));
    CHECK(strcmp(json_text(json_of(running), "status"), "Running") == 0);
    CHECK(fake_runtime_received(r, FAKE_STOP) == 0);
    check_golden("B-op-stop", http_delete("%s?stop=true", url));
    REQUIRE(http_wait(h, 5000));
    check_golden("B-trace-dur-neg", h);
    CHECK(trace_world_is_whole(&t, h));
    CHECK(portside_wait_operation(p, "Succeeded", 2000));
    const struct http *done = http_get("%s", url);
    CHECK(done->status == 201 && cJSON_IsFalse(json_at(json_of(done), "isStoppable")));
    check_golden("B-op-delete-again", http_delete("%s?stop=true", url));
    trace_world_check_stopped("stop", r, 1);
}

/* While it is being stopped: a second stop is refused, the state is Stopping, cancel still works.
 */
static void test_stop_then_cancel(void)
{
    const struct fake_trace t = trace_world_sample();
    struct portside *p = portside_without_metrics();
    struct fake_runtime *r = trace_world_app_of(
        p,
        &(struct fake_options){.trace = t, .rules = {{FAKE_STOP, FAKE_ACT_ANSWER, .gate = true}}});
    struct http *h = trace_world_running(p, TRACE_WORLD_CUT);
    const char *url = trace_world_operation(p);

    CHECK(http_delete("%s?stop=true", url)->status == 202);
    REQUIRE(fake_runtime_wait(r, FAKE_STOP, 1, 5000));
    CHECK(strcmp(json_text(json_of(http_get("%s", url)), "status"), "Stopping") == 0);
    CHECK(http_delete("%s?stop=true", url)->status == 400);
    CHECK(http_delete("%s", url)->status == 200);
    CHECK(http_wait(h, 5000) && h->result != CURLE_OK && h->body_size == TRACE_WORLD_CUT);
    CHECK(strcmp(json_text(json_of(http_get("%s", url)), "status"), "Cancelled") == 0);
    fake_runtime_open_gate(r);
    trace_world_check_stopped("stop, then cancel", r, 1);
}

static void test_cancel(void)
{
    const struct fake_trace t = trace_world_sample();
    struct portside *p = portside_without_metrics();
    struct fake_runtime *r = trace_world_app(p, &t);
    struct http *h = trace_world_running(p, TRACE_WORLD_CUT);
    const char *url = trace_world_operation(p);

    check_golden("B-op-delete", http_delete("%s", url));
    CHECK(http_wait(h, 5000));
    CHECK_AT("the client sees that it is not whole", h->status == 200 && h->result != CURLE_OK);
    CHECK(strcmp(json_text(json_of(http_get("%s", url)), "status"), "Cancelled") == 0);
    trace_world_check_stopped("cancel", r, 1);
    CHECK_AT("its place is free",
             trace_world_ask(p, "durationSeconds=0", NULL, NULL)->status == 200);
    trace_world_check_stopped("after it", r, 2);
}

/* What a suspended process has: it begins no stream before it runs. Nobody could open that file. */
static void test_empty_stream(void)
{
    struct portside *p = portside_without_metrics();
    struct fake_runtime *r = trace_world_app(p, &(struct fake_trace){0});
    const struct http *h = trace_world_ask(p, "durationSeconds=0", NULL, NULL);

    CHECK_AT(world_text("%ld %.200s", h->status, h->body),
             h->status == 400 && strstr(h->body, "suspended") != NULL);
    CHECK(portside_wait_operation(p, "Failed", 2000));
    trace_world_check_stopped("empty stream", r, 1);
}

static void test_limit(void)
{
    const struct fake_trace t = trace_world_sample();
    struct portside *p = portside_without_metrics();
    struct fake_runtime *r = trace_world_app(p, &t);
    struct http *three[3];

    for (size_t i = 0; i < COUNT_OF(three); i++) {
        three[i] = trace_world_start(p, "?durationSeconds=-1", 0);
        REQUIRE(WAIT_UNTIL(5000, atomic_load(&three[i]->received) == TRACE_WORLD_CUT));
    }
    CHECK(fake_runtime_sessions(r) == 3);
    check_golden("B-429-trace",
                 trace_world_ask(p, "durationSeconds=1&profile=metrics", NULL, NULL));
    check_golden("B-429-trace",
                 trace_world_ask(p, "", "application/json", "{\"providers\":[{\"name\":\"A\"}]}"));
    const cJSON *list = json_of(portside_get(p, "/operations"));
    CHECK_AT("refused ones are no operations", cJSON_GetArraySize(list) == 3);
    for (int i = 0; i < 3; i++)
        CHECK(http_delete("%s/operations/%s?stop=true", p->base,
                          json_text(list, world_text("[%d].operationId", i)))
                  ->status == 202);
    for (size_t i = 0; i < COUNT_OF(three); i++)
        CHECK(http_wait(three[i], 5000) && trace_world_is_whole(&t, three[i]));
    trace_world_check_stopped("three at once", r, 3);
}

static void test_sigterm(void)
{
    const struct fake_trace t = trace_world_sample();
    struct portside *p = portside_without_metrics();
    struct fake_runtime *r = trace_world_app(p, &t);
    struct http *h = trace_world_running(p, TRACE_WORLD_CUT);

    proc_signal(p->proc, SIGTERM);
    CHECK(proc_wait(p->proc, PORTSIDE_STOP_MS));
    CHECK(proc_exit_code(p->proc) == 0);
    CHECK(http_wait(h, 1000));
    trace_world_check_stopped("SIGTERM", r, 1);
}

WORLD_SUITE("component/trace", {"recorded", test_recorded}, {"refused", test_refused},
            {"fallback", test_fallback}, {"runtime refuses", test_runtime_refuses},
            {"stop", test_stop}, {"stop, then cancel", test_stop_then_cancel},
            {"cancel", test_cancel}, {"empty stream", test_empty_stream}, {"limit", test_limit},
            {"SIGTERM", test_sigterm})
