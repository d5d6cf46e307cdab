/* GET and POST /trace: what is asked of the runtime, every byte of its stream, and sessions that
 * are stopped exactly once, whoever leaves when. */
#include <regex.h>
#include <signal.h>
#include <unistd.h>

#include "tests/support/fake_runtime.h"
#include "tests/support/files.h"
#include "tests/support/golden.h"
#include "tests/support/nettrace_sample.h"
#include "tests/support/portside.h"
#include "tests/support/world.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])
#define RUNDOWN_ALL UINT64_C(0x80020139)

enum {
    CUT = 512, /* of the sample before the stop; the rest counts as its rundown */
    BLOCK = 1 << 20,
    LARGE = 24 << 20, /* more than all socket buffers hold */
    SLOW_RSS_KB = 64 * 1024,
    LEAVERS = 100,
    TOO_LONG = 31500, /* UTF-16 units for one request, but not for a body */
    /* After StopTracing a runtime may be silent for 15 s, and a bit. */
    STOP_SILENCE_MS = 25000,
};

static void free_writer(void *user)
{
    nettrace_writer_deinit(user);
}

/* A whole stream in two parts, by default the first one held until the stop. */
static struct fake_trace sample_trace(void)
{
    struct nettrace_writer *w = world_alloc(sizeof *w);
    size_t size;

    sample_write(w, 4, true);
    world_at_end(free_writer, w);
    const uint8_t *data = nettrace_writer_data(w, &size);
    REQUIRE(data && size > 2 * CUT);
    return (struct fake_trace){
        .bytes = data, .size = CUT, .rundown = data + CUT, .rundown_size = size - CUT};
}

static bool is_whole(const struct fake_trace *t, const struct http *h)
{
    return h->result == CURLE_OK && h->body_size == t->size + t->rundown_size &&
           memcmp(h->body, t->bytes, h->body_size) == 0;
}

static struct fake_runtime *app_of(const struct portside *p, const struct fake_options *o)
{
    struct fake_options own = *o;

    own.port = p->socket;
    struct fake_runtime *r = fake_runtime_start(&own);
    REQUIRE(portside_wait_count(p, 1, 5000));
    return r;
}

static struct fake_runtime *one_app(const struct portside *p, const struct fake_trace *t)
{
    return app_of(p, &(struct fake_options){.trace = *t});
}

static struct http *start_trace(const struct portside *p, const char *query, int timeout_ms)
{
    return http_start(&(struct http_request){.url = world_text("%s/trace%s", p->base, query),
                                             .timeout_ms = timeout_ms});
}

/* Asked for until somebody stops it, with its first bytes at the client. */
static struct http *running_trace(const struct portside *p, size_t bytes)
{
    struct http *h = start_trace(p, "?durationSeconds=-1", 0);

    REQUIRE(WAIT_UNTIL(5000, atomic_load(&h->received) >= bytes));
    REQUIRE(portside_wait_operation(p, "Running", 5000));
    return h;
}

static const char *operation_url(const struct portside *p)
{
    return world_text("%s/operations/%s", p->base,
                      json_text(portside_last_operation(p), "operationId"));
}

static void check_golden(const char *name, const struct http *h)
{
    const char *difference = golden_difference(name, h);

    CHECK_AT(world_text("%s: %s", name, difference), !difference);
}

/* All sessions are over, and each was stopped once by its own id. */
static void check_stopped(const char *label, struct fake_runtime *r, int stops)
{
    CHECK_AT(label, WAIT_UNTIL(5000, fake_runtime_received(r, FAKE_STOP) >= stops &&
                                         fake_runtime_sessions(r) == 0));
    CHECK_AT(world_text("%s: %d stops, %d stray", label, fake_runtime_received(r, FAKE_STOP),
                        fake_runtime_stray_stops(r)),
             fake_runtime_received(r, FAKE_STOP) == stops && fake_runtime_stray_stops(r) == 0);
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

static const struct http *ask(const struct portside *p, const char *query, const char *type,
                              const char *body)
{
    return http_run(&(struct http_request){
        .method = body ? "POST" : "GET",
        .url = world_text("%s/trace?%s", p->base, query),
        .headers = {body ? world_text("Content-Type: %s", type) : NULL},
        .body = body,
    });
}

static void check_headers(const char *label, const struct portside *p, const struct http *h)
{
    const char *name = world_text("^attachment; filename=[0-9]{8}_[0-9]{6}_[0-9]{3}_%d[.]nettrace$",
                                  (int)getpid());

    CHECK_AT(label, like(http_header(h, "Content-Disposition"), name));
    CHECK_AT(label, like(http_header(h, "Transfer-Encoding"), "^chunked$"));
    CHECK_AT(label, http_header(h, "Location") &&
                        strcmp(http_header(h, "Location"), operation_url(p)) == 0);
}

static void test_recorded(void)
{
    const struct fake_trace t = sample_trace();
    struct portside *p = portside_start(NULL);
    struct fake_runtime *r = one_app(p, &t);
    struct fake_collect *asked = world_alloc(sizeof *asked);

    for (size_t i = 0; i < COUNT_OF(good); i++) {
        const struct http *h = ask(p, good[i].query, "application/json", good[i].body);
        const char *label = world_text("%s %s", good[i].golden, good[i].query);

        check_golden(good[i].golden, h);
        CHECK_AT(label, is_whole(&t, h));
        check_headers(label, p, h);
        fake_runtime_collect(r, asked);
        CHECK_AT(world_text("%s: %x, rundown %llx, %zu", label, asked->command,
                            (unsigned long long)asked->rundown, asked->count),
                 asked->command == good[i].command && asked->rundown == good[i].rundown &&
                     asked->count == good[i].providers);
        CHECK_AT(label, asked->format == 1 && asked->stackwalk);
        CHECK_AT(label, asked->buffer_mb == (strstr(good[i].golden, "nointerval") ? 64 : 256));
        CHECK_AT(label, portside_wait_operation(p, "Succeeded", 2000));
        check_stopped(label, r, (int)i + 1);
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
    const struct fake_trace t = sample_trace();
    struct portside *p = portside_start(NULL);
    struct fake_runtime *r = one_app(p, &t);

    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        const struct http *h = ask(p, bad[i].query, bad[i].type, bad[i].body);
        const char *label = world_text("row %zu: %ld %.200s", i, h->status, h->body);

        if (bad[i].golden)
            check_golden(bad[i].golden, h);
        else
            CHECK_AT(label, h->status == 400 &&
                                strstr(json_text(json_of(h), "detail"), bad[i].detail) != NULL);
    }
    char *large = world_alloc(TOO_LONG + 1);

    memset(large, 'n', TOO_LONG);
    const struct http *h =
        ask(p, "", "application/json",
            world_text("{\"providers\":[{\"name\":\"A\",\"arguments\":{\"a\":\"%s\"}}]}", large));
    CHECK_AT(world_text("too long: %ld %.300s", h->status, h->body),
             h->status == 400 && strstr(json_text(json_of(h), "detail"), "too long") != NULL);
    CHECK(fake_runtime_received(r, FAKE_ANY_COLLECT) == 0);
    CHECK(ask(p, "durationSeconds=0", NULL, NULL)->status == 200);
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
    const struct fake_trace t = sample_trace();
    struct portside *p = portside_start(NULL);
    struct fake_runtime *r = one_app(p, &t);
    struct fake_collect *asked = world_alloc(sizeof *asked);

    for (size_t i = 0; i < COUNT_OF(fallbacks); i++) {
        int before = fake_runtime_received(r, FAKE_ANY_COLLECT);
        const char *label = fallbacks[i].label;

        fake_runtime_set_rules(r, fallbacks[i].rules);
        const struct http *h =
            ask(p, world_text("%s&durationSeconds=0", fallbacks[i].query), NULL, NULL);
        fake_runtime_collect(r, asked);
        CHECK_AT(label, h->status == 200 && is_whole(&t, h));
        CHECK_AT(label, asked->command == fallbacks[i].command);
        CHECK_AT(label, asked->rundown == fallbacks[i].rundown);
        CHECK_AT(label, fake_runtime_received(r, FAKE_ANY_COLLECT) == before + fallbacks[i].tries);
        check_stopped(label, r, (int)i + 1);
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
    const struct fake_trace t = sample_trace();
    struct portside *p = portside_start(NULL);
    struct fake_runtime *r = one_app(p, &t);

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        fake_runtime_set_rules(r, (struct fake_rule[FAKE_RULES]){rows[i].rule});
        const struct http *h = ask(p, "durationSeconds=0", NULL, NULL);
        const char *label = world_text("%s: %ld %.200s", rows[i].label, h->status, h->body);

        CHECK_AT(label, h->status == 400 && *json_text(json_of(h), "detail"));
        CHECK_AT(label, http_header(h, "Location") != NULL);
        CHECK_AT(label, portside_wait_operation(p, "Failed", 2000));
    }
    fake_runtime_set_rules(r, (struct fake_rule[FAKE_RULES]){{0}});
    const struct http *h = ask(p, "durationSeconds=0", NULL, NULL);
    CHECK(h->status == 200 && is_whole(&t, h));
    check_stopped("only the last one was a session", r, 1);
}

/* Negative: until stopped. What was buffered and the rundown follow the stop. */
static void test_stop(void)
{
    const struct fake_trace t = sample_trace();
    struct portside *p = portside_start(NULL);
    struct fake_runtime *r = one_app(p, &t);
    struct http *h = start_trace(p, "?durationSeconds=-2", 0);

    REQUIRE(WAIT_UNTIL(5000, atomic_load(&h->received) == CUT));
    const char *url = operation_url(p);
    const struct http *running = http_get("%s", url);
    CHECK(running->status == 200 && cJSON_IsTrue(json_at(json_of(running), "isStoppable")));
    CHECK(strcmp(json_text(json_of(running), "status"), "Running") == 0);
    CHECK(fake_runtime_received(r, FAKE_STOP) == 0);
    check_golden("B-op-stop", http_delete("%s?stop=true", url));
    REQUIRE(http_wait(h, 5000));
    check_golden("B-trace-dur-neg", h);
    CHECK(is_whole(&t, h));
    CHECK(portside_wait_operation(p, "Succeeded", 2000));
    const struct http *done = http_get("%s", url);
    CHECK(done->status == 201 && cJSON_IsFalse(json_at(json_of(done), "isStoppable")));
    check_golden("B-op-delete-again", http_delete("%s?stop=true", url));
    check_stopped("stop", r, 1);
}

/* While it is being stopped: a second stop is refused, the state is Stopping, cancel still works.
 */
static void test_stop_then_cancel(void)
{
    const struct fake_trace t = sample_trace();
    struct portside *p = portside_start(NULL);
    struct fake_runtime *r =
        app_of(p, &(struct fake_options){.trace = t,
                                         .rules = {{FAKE_STOP, FAKE_ACT_ANSWER, .gate = true}}});
    struct http *h = running_trace(p, CUT);
    const char *url = operation_url(p);

    CHECK(http_delete("%s?stop=true", url)->status == 202);
    REQUIRE(fake_runtime_wait(r, FAKE_STOP, 1, 5000));
    CHECK(strcmp(json_text(json_of(http_get("%s", url)), "status"), "Stopping") == 0);
    CHECK(http_delete("%s?stop=true", url)->status == 400);
    CHECK(http_delete("%s", url)->status == 200);
    CHECK(http_wait(h, 5000) && h->result != CURLE_OK && h->body_size == CUT);
    CHECK(strcmp(json_text(json_of(http_get("%s", url)), "status"), "Cancelled") == 0);
    fake_runtime_open_gate(r);
    check_stopped("stop, then cancel", r, 1);
}

static void test_cancel(void)
{
    const struct fake_trace t = sample_trace();
    struct portside *p = portside_start(NULL);
    struct fake_runtime *r = one_app(p, &t);
    struct http *h = running_trace(p, CUT);
    const char *url = operation_url(p);

    check_golden("B-op-delete", http_delete("%s", url));
    CHECK(http_wait(h, 5000));
    CHECK_AT("the client sees that it is not whole", h->status == 200 && h->result != CURLE_OK);
    CHECK(strcmp(json_text(json_of(http_get("%s", url)), "status"), "Cancelled") == 0);
    check_stopped("cancel", r, 1);
    CHECK_AT("its place is free", ask(p, "durationSeconds=0", NULL, NULL)->status == 200);
    check_stopped("after it", r, 2);
}

static void test_gone_before_the_reply(void)
{
    const struct fake_trace t = sample_trace();
    struct portside *p = portside_start(NULL);
    struct fake_runtime *r =
        app_of(p, &(struct fake_options){
                      .trace = t, .rules = {{FAKE_ANY_COLLECT, FAKE_ACT_ANSWER, .gate = true}}});
    struct http *h = start_trace(p, "?durationSeconds=-1", 500);

    REQUIRE(fake_runtime_wait(r, FAKE_ANY_COLLECT, 1, 5000));
    REQUIRE(http_wait(h, 5000));
    CHECK(h->result == CURLE_OPERATION_TIMEDOUT);
    CHECK(portside_wait_operation(p, "Cancelled", 5000));
    fake_runtime_open_gate(r);
    check_stopped("gone before the reply", r, 1);
}

static void test_gone_while_streaming(void)
{
    const struct fake_trace quiet = sample_trace();
    struct fake_trace busy = quiet;
    struct portside *p = portside_start(NULL);
    struct fake_runtime *r = one_app(p, &quiet);

    (void)http_run(&(struct http_request){.url = world_text("%s/trace?durationSeconds=-1", p->base),
                                          .abort_after = CUT});
    CHECK(portside_wait_operation(p, "Cancelled", 5000));
    check_stopped("gone from a quiet one", r, 1);
    busy.repeat = true;
    fake_runtime_set_trace(r, &busy);
    (void)http_run(&(struct http_request){.url = world_text("%s/trace?durationSeconds=-1", p->base),
                                          .abort_after = 1 << 18});
    CHECK(portside_wait_operation(p, "Cancelled", 5000));
    check_stopped("gone from a busy one", r, 2);
}

static void test_gone_while_stopping(void)
{
    const struct fake_trace t = sample_trace();
    struct portside *p = portside_start(NULL);
    struct fake_runtime *r =
        app_of(p, &(struct fake_options){.trace = t,
                                         .rules = {{FAKE_STOP, FAKE_ACT_ANSWER, .gate = true}}});
    struct http *h = start_trace(p, "?durationSeconds=0", 1000);

    REQUIRE(fake_runtime_wait(r, FAKE_STOP, 1, 5000));
    REQUIRE(http_wait(h, 5000));
    CHECK(h->result == CURLE_OPERATION_TIMEDOUT && h->body_size == CUT);
    CHECK(portside_wait_operation(p, "Cancelled", 5000));
    fake_runtime_open_gate(r);
    check_stopped("gone while stopping", r, 1);
}

/* One after the other, as fast as they are let in: no session stays, no place, no descriptor. */
static void test_leavers(void)
{
    const struct fake_trace t = sample_trace();
    struct portside *p = portside_start(NULL);
    struct fake_runtime *r = one_app(p, &t);
    const char *url = world_text("%s/trace?durationSeconds=-1", p->base);

    CHECK(ask(p, "durationSeconds=0", NULL, NULL)->status == 200);
    int fds = portside_fds(p);
    for (int i = 0; i < LEAVERS; i++) {
        struct http *h = NULL;

        CHECK_AT("let in",
                 WAIT_UNTIL(
                     5000,
                     (h = http_run(&(struct http_request){.url = url, .abort_after = 1}))->status ==
                         200));
    }
    check_stopped("leavers", r, LEAVERS + 1);
    CHECK(WAIT_UNTIL(5000, portside_fds(p) <= fds));
    CHECK(ask(p, "durationSeconds=0", NULL, NULL)->status == 200);
}

/* Silence at CollectTracing: the client is told after 10 s; a session that comes late is stopped.
 */
static void test_silent_collect(void)
{
    const struct fake_trace t = sample_trace();
    struct portside *p = portside_start(NULL);
    struct fake_runtime *r = app_of(
        p, &(struct fake_options){
               .trace = t, .rules = {{.command = FAKE_ANY_COLLECT, .act = FAKE_ACT_SILENT}}});
    int64_t start = clock_monotonic_ms();
    const struct http *h = ask(p, "durationSeconds=0", NULL, NULL);

    CHECK_AT(world_text("%ld %.200s", h->status, h->body),
             h->status == 400 && strstr(h->body, "does not answer") != NULL);
    CHECK(clock_monotonic_ms() - start < 20000);
    CHECK(portside_wait_operation(p, "Failed", 1000));
    CHECK_AT("it may still come", fake_runtime_received(r, FAKE_STOP) == 0);
    fake_runtime_set_rules(r, (struct fake_rule[FAKE_RULES]){{0}});
    CHECK(WAIT_UNTIL(10000, ask(p, "durationSeconds=0", NULL, NULL)->status == 200));
    CHECK(fake_runtime_sessions(r) == 0 && fake_runtime_stray_stops(r) == 0);
}

/* Silence after StopTracing: all that came is at the client, the body is broken. */
static void test_silent_stop(void)
{
    const struct fake_trace t = sample_trace();
    struct portside *p = portside_start(NULL);
    struct fake_runtime *r =
        app_of(p, &(struct fake_options){
                      .trace = t, .rules = {{.command = FAKE_STOP, .act = FAKE_ACT_SILENT}}});
    struct http *h = start_trace(p, "?durationSeconds=0", STOP_SILENCE_MS + 5000);

    REQUIRE(fake_runtime_wait(r, FAKE_STOP, 1, 5000));
    REQUIRE(http_wait(h, STOP_SILENCE_MS));
    CHECK(h->status == 200 && h->result != CURLE_OK && h->result != CURLE_OPERATION_TIMEDOUT);
    CHECK(h->body_size == CUT);
    CHECK(portside_wait_operation(p, "Failed", 2000));
    CHECK(fake_runtime_received(r, FAKE_STOP) == 1);
}

/* The process ends: every byte that it sent is at the client, who sees that more should come. */
static void test_death(void)
{
    struct fake_trace t = sample_trace();
    struct portside *p = portside_start(NULL);

    t.piece = 100;
    struct fake_runtime *r = one_app(p, &t);
    struct http *h = start_trace(p, "?durationSeconds=-1", 0);
    REQUIRE(WAIT_UNTIL(5000, fake_runtime_streamed(r) == CUT));
    fake_runtime_stop(r);
    REQUIRE(http_wait(h, 5000));
    CHECK(h->status == 200 && h->result != CURLE_OK);
    CHECK(h->body_size == CUT && memcmp(h->body, t.bytes, CUT) == 0);
    CHECK(portside_wait_operation(p, "Failed", 2000));
    const cJSON *op = json_of(http_get("%s", operation_url(p)));
    CHECK(*json_text(op, "error.message") != '\0');
}

/* Its end while it is being stopped is no proper end: only the reply to StopTracing says so. */
static void test_death_while_stopping(void)
{
    const struct fake_trace t = sample_trace();
    struct portside *p = portside_start(NULL);
    struct fake_runtime *r =
        app_of(p, &(struct fake_options){.trace = t,
                                         .rules = {{FAKE_STOP, FAKE_ACT_ANSWER, .gate = true}}});
    struct http *h = start_trace(p, "?durationSeconds=0", 0);

    REQUIRE(fake_runtime_wait(r, FAKE_STOP, 1, 5000));
    REQUIRE(WAIT_UNTIL(5000, atomic_load(&h->received) == CUT));
    fake_runtime_stop(r);
    REQUIRE(http_wait(h, 20000));
    CHECK(h->status == 200 && h->result != CURLE_OK && h->result != CURLE_OPERATION_TIMEDOUT);
    CHECK(portside_wait_operation(p, "Failed", 2000));
}

/* The client goes, then the runtime says nothing to StopTracing: the session is given up in time.
 */
static void test_gone_and_silent(void)
{
    const struct fake_trace t = sample_trace();
    struct portside *p = portside_start(NULL);
    struct fake_runtime *r = one_app(p, &t);

    int fds = portside_fds(p);
    fake_runtime_set_rules(
        r, (struct fake_rule[FAKE_RULES]){{.command = FAKE_STOP, .act = FAKE_ACT_SILENT}});
    struct http *h = start_trace(p, "?durationSeconds=0", 1000);
    REQUIRE(fake_runtime_wait(r, FAKE_STOP, 1, 5000));
    REQUIRE(http_wait(h, 5000));
    CHECK(portside_wait_operation(p, "Cancelled", 5000));
    fake_runtime_set_rules(
        r, (struct fake_rule[FAKE_RULES]){{FAKE_STOP, FAKE_ACT_ERROR, .hresult = FAKE_E_FAIL}});
    CHECK_AT("its stream is closed", WAIT_UNTIL(STOP_SILENCE_MS, portside_fds(p) <= fds));
}

/* A stream without a byte is whole too; what the client gets is an answer, and an end. */
static void test_empty_stream(void)
{
    struct portside *p = portside_start(NULL);
    struct fake_runtime *r = one_app(p, &(struct fake_trace){0});
    const struct http *h = ask(p, "durationSeconds=0", NULL, NULL);

    CHECK_AT(world_text("%ld %.200s", h->status, h->body),
             h->status == 200 && h->result == CURLE_OK && h->body_size == 0);
    CHECK(portside_wait_operation(p, "Succeeded", 2000));
    check_stopped("empty stream", r, 1);
}

/* Refused, or not answered, while events go on coming: it ends all the same. */
static void test_stop_refused(void)
{
    void *block = world_alloc(BLOCK);
    struct portside *p = portside_start(NULL);

    (void)app_of(p, &(struct fake_options){
                        .trace = {.bytes = block, .size = 4096, .repeat = true, .pace_ms = 20},
                        .rules = {{FAKE_STOP, FAKE_ACT_ERROR, .hresult = FAKE_E_FAIL}}});
    struct http *h = start_trace(p, "?durationSeconds=0", STOP_SILENCE_MS + 5000);
    REQUIRE(http_wait(h, STOP_SILENCE_MS));
    CHECK(h->status == 200 && h->result != CURLE_OK && h->result != CURLE_OPERATION_TIMEDOUT);
    CHECK(portside_wait_operation(p, "Failed", 2000));
}

/* A runtime that shuts down ends its sessions properly, without being asked. */
static void test_ends_by_itself(void)
{
    struct fake_trace t = sample_trace();
    struct portside *p = portside_start(NULL);

    t.ends = true;
    struct fake_runtime *r = one_app(p, &t);
    struct http *h = start_trace(p, "?durationSeconds=-1", 0);
    REQUIRE(http_wait(h, 5000));
    CHECK(h->status == 200 && h->body_size == t.size + t.rundown_size);
    CHECK(memcmp(h->body, t.bytes, h->body_size) == 0);
    CHECK_AT("it ended before its time", portside_wait_operation(p, "Failed", 2000));
    CHECK_AT("there is nothing to stop", fake_runtime_received(r, FAKE_STOP) == 0);
}

static void test_limit(void)
{
    const struct fake_trace t = sample_trace();
    struct portside *p = portside_start(NULL);
    struct fake_runtime *r = one_app(p, &t);
    struct http *three[3];

    for (size_t i = 0; i < COUNT_OF(three); i++) {
        three[i] = start_trace(p, "?durationSeconds=-1", 0);
        REQUIRE(WAIT_UNTIL(5000, atomic_load(&three[i]->received) == CUT));
    }
    CHECK(fake_runtime_sessions(r) == 3);
    check_golden("B-429-trace", ask(p, "durationSeconds=1&profile=metrics", NULL, NULL));
    check_golden("B-429-trace",
                 ask(p, "", "application/json", "{\"providers\":[{\"name\":\"A\"}]}"));
    const cJSON *list = json_of(portside_get(p, "/operations"));
    CHECK_AT("refused ones are no operations", cJSON_GetArraySize(list) == 3);
    for (int i = 0; i < 3; i++)
        CHECK(http_delete("%s/operations/%s?stop=true", p->base,
                          json_text(list, world_text("[%d].operationId", i)))
                  ->status == 202);
    for (size_t i = 0; i < COUNT_OF(three); i++)
        CHECK(http_wait(three[i], 5000) && is_whole(&t, three[i]));
    check_stopped("three at once", r, 3);
}

/* A client that reads nothing holds the runtime's stream, not our memory and no other request. */
static void test_slow_client(void)
{
    void *block = world_alloc(BLOCK);
    struct portside *p = portside_start(NULL);
    struct fake_runtime *r =
        one_app(p, &(struct fake_trace){.bytes = block, .size = BLOCK, .repeat = true});
    struct http *h = http_start(&(struct http_request){
        .url = world_text("%s/trace?durationSeconds=-1", p->base), .hold_after = BLOCK});
    size_t before;

    REQUIRE(WAIT_UNTIL(5000, atomic_load(&h->received) >= BLOCK));
    do {
        before = fake_runtime_streamed(r);
        world_pause_ms(200);
    } while (fake_runtime_streamed(r) != before);
    CHECK_AT(world_text("written %zu", before), before < 32u << 20);
    CHECK(proc_status_number(p->proc->pid, "VmRSS") < SLOW_RSS_KB);
    for (int i = 0; i < 20; i++) {
        int64_t start = clock_monotonic_ms();

        CHECK(portside_get(p, "/process")->status == 200);
        CHECK(portside_get(p, "/env")->status == 200);
        CHECK(clock_monotonic_ms() - start < 1000);
    }
    http_release(h);
    CHECK_AT("it goes on", WAIT_UNTIL(5000, fake_runtime_streamed(r) > before + (8u << 20)));
    CHECK(http_delete("%s", operation_url(p))->status == 200);
    CHECK(http_wait(h, 5000));
    check_stopped("slow client", r, 1);
    CHECK(proc_status_number(p->proc->pid, "VmRSS") < SLOW_RSS_KB);
}

/* From the stop on the runtime answers nobody else before all is read: a slow client does not make
 * it wait, what it has no room for lies on disk meanwhile. */
static void test_slow_client_at_the_end(void)
{
    uint8_t *block = world_alloc(LARGE);
    struct portside *p = portside_start(NULL);

    for (size_t i = 0; i < LARGE; i++)
        block[i] = (uint8_t)(i * 31 >> 5);
    struct fake_runtime *r = one_app(p, &(struct fake_trace){.bytes = block,
                                                             .size = BLOCK,
                                                             .rundown = block + BLOCK,
                                                             .rundown_size = LARGE - BLOCK});
    struct http *h = http_start(&(struct http_request){
        .url = world_text("%s/trace?durationSeconds=0", p->base), .hold_after = 65536});
    REQUIRE(fake_runtime_wait(r, FAKE_STOP, 1, 5000));
    check_stopped("at the end", r, 1);
    CHECK(!atomic_load(&h->ended) && portside_get(p, "/env")->status == 200);
    CHECK(proc_status_number(p->proc->pid, "VmRSS") < SLOW_RSS_KB);
    http_release(h);
    REQUIRE(http_wait(h, 20000));
    CHECK(h->result == CURLE_OK && h->body_size == LARGE && memcmp(h->body, block, LARGE) == 0);
    CHECK(portside_wait_operation(p, "Succeeded", 2000));
    CHECK(portside_nothing_left(p));
    /* The client leaves what lies on disk. */
    (void)http_run(&(struct http_request){.url = world_text("%s/trace?durationSeconds=0", p->base),
                                          .bytes_per_second = 4 << 20,
                                          .abort_after = LARGE / 4});
    CHECK(portside_wait_operation(p, "Cancelled", 5000));
    check_stopped("left at the end", r, 2);
    CHECK(portside_nothing_left(p));
}

static void test_sigterm(void)
{
    const struct fake_trace t = sample_trace();
    struct portside *p = portside_start(NULL);
    struct fake_runtime *r = one_app(p, &t);
    struct http *h = running_trace(p, CUT);

    proc_signal(p->proc, SIGTERM);
    CHECK(proc_wait(p->proc, PORTSIDE_STOP_MS));
    CHECK(proc_exit_code(p->proc) == 0);
    CHECK(http_wait(h, 1000));
    check_stopped("SIGTERM", r, 1);
}

WORLD_SUITE("component/trace", {"recorded", test_recorded}, {"refused", test_refused},
            {"fallback", test_fallback}, {"runtime refuses", test_runtime_refuses},
            {"stop", test_stop}, {"stop, then cancel", test_stop_then_cancel},
            {"cancel", test_cancel}, {"gone before the reply", test_gone_before_the_reply},
            {"gone while streaming", test_gone_while_streaming},
            {"gone while stopping", test_gone_while_stopping}, {"leavers", test_leavers},
            {"silent collect", test_silent_collect}, {"silent stop", test_silent_stop},
            {"empty stream", test_empty_stream}, {"death", test_death},
            {"death while stopping", test_death_while_stopping},
            {"gone and silent", test_gone_and_silent}, {"stop refused", test_stop_refused},
            {"ends by itself", test_ends_by_itself}, {"limit", test_limit},
            {"slow client", test_slow_client},
            {"slow client at the end", test_slow_client_at_the_end}, {"SIGTERM", test_sigterm})
