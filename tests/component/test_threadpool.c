/* /diagnose/threadpool: what is asked of the runtime, the two forms of its answer, and that nothing
 * stays behind, whoever leaves when. */
#include <unistd.h>

#include "tests/support/fake_runtime.h"
#include "tests/support/portside.h"
#include "tests/support/trace_maker.h"
#include "tests/support/world.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])
#define MS 1000000u

enum { LEAVERS = 20, GONE_MS = 20 * 1000, SESSIONS = 3 };

/* Two threads wait for a lock in App.Ledger.Write, one worker sleeps there. It goes on until it is
 * stopped. */
static struct fake_trace example(void)
{
    static const uint64_t write[] = {0x1010, 0x4010}, sleep[] = {0x3010, 0x1020, 0x4010};
    static const uint8_t nothing[11];
    struct trace_maker *m = trace_maker_new();
    struct fake_trace t = {.rundown_size = 1}; /* its end mark */
    size_t size;

    trace_maker_stack(m, 1, write, 2);
    trace_maker_stack(m, 2, sleep, 3);
    trace_maker_event(m, MAKER_CONTENTION_START, 7, 10 * MS, 1, nothing, 3);
    trace_maker_event(m, MAKER_CONTENTION_START, 8, 10 * MS, 1, nothing, 3);
    trace_maker_event(m, MAKER_CONTENTION_STOP, 8, 60 * MS, 0, nothing, sizeof nothing);
    trace_maker_sample(m, 7, 1000, 1, 1);
    trace_maker_sample(m, 9, 1000, 2, 1);
    trace_maker_module(m, "/app/App.dll");
    trace_maker_method(m, MAKER_RUNDOWN, 0x1000, 0x100, "App.Ledger", "Write", "void  ()");
    trace_maker_method(m, MAKER_RUNDOWN, 0x3000, 0x100, "System.Threading.Thread", "Sleep",
                       "void  ()");
    trace_maker_method(m, MAKER_RUNDOWN, 0x4000, 0x100,
                       "System.Threading.PortableThreadPool+WorkerThread", "WorkerThreadStart",
                       "void  ()");
    t.bytes = trace_maker_end(m, &size);
    REQUIRE(t.bytes != NULL);
    t.size = size - t.rundown_size;
    t.rundown = (const uint8_t *)t.bytes + t.size;
    return t;
}

static struct fake_runtime *app_of(const struct portside *p, const char *version)
{
    struct fake_runtime *r = fake_runtime_start(
        &(struct fake_options){.port = p->socket, .trace = example(), .version = version});

    REQUIRE(portside_wait_count(p, 1, 5000));
    return r;
}

static const struct http *ask(const struct portside *p, const char *query, const char *accept)
{
    return http_run(
        &(struct http_request){.url = world_text("%s/diagnose/threadpool%s", p->base, query),
                               .timeout_ms = 60 * 1000,
                               .headers = {accept ? world_text("Accept: %s", accept) : "Accept:"}});
}

static void check_stopped(const char *label, struct fake_runtime *r)
{
    CHECK_AT(label, WAIT_UNTIL(GONE_MS, fake_runtime_sessions(r) == 0));
    CHECK_AT(label, fake_runtime_stray_stops(r) == 0);
}

#define TEXT "text/plain"
#define JSON "application/json"

static const struct {
    const char *query, *accept, *type, *extension;
} formats[] = {
    {"?durationSeconds=0", NULL, TEXT, "threadpool.txt"},
    {"?durationSeconds=0", "*/*", TEXT, "threadpool.txt"},
    {"?durationSeconds=0", JSON, JSON, "threadpool.json"},
    {"?durationSeconds=0&format=JSON", TEXT, JSON, "threadpool.json"},
    {"?durationSeconds=0&format=text", JSON, TEXT, "threadpool.txt"},
};

static void test_formats(void)
{
    struct portside *p = portside_without_metrics();
    struct fake_runtime *r = app_of(p, NULL);

    for (size_t i = 0; i < COUNT_OF(formats); i++) {
        const struct http *h = ask(p, formats[i].query, formats[i].accept);
        const char *label =
            world_text("%s %s: %ld %s", formats[i].query, formats[i].accept, h->status, h->body);
        REQUIRE(h->status == 200);
        CHECK_AT(label, strcmp(http_header(h, "Content-Type"), formats[i].type) == 0);
        CHECK_AT(label, strstr(http_header(h, "Content-Disposition"), formats[i].extension));
        CHECK_AT(label, http_header(h, "X-Stacks-Complete") != NULL);
        CHECK_AT(label, strcmp(formats[i].type, JSON) == 0
                            ? json_of(h) != NULL
                            : strstr(h->body, "Lock waits:") != NULL);
        CHECK_AT(label, portside_wait_operation(p, "Succeeded", 5000));
    }
    check_stopped("formats", r);
}

static void test_document(void)
{
    struct portside *p = portside_without_metrics();
    struct fake_runtime *r = app_of(p, "8.0.1");
    const struct http *h = ask(p, "?durationSeconds=1&format=json", NULL);
    const cJSON *json = json_of(h);

    REQUIRE(json != NULL);
    CHECK_AT(h->body, strcmp(json_text(json, "verdict"), "lock-contention") == 0);
    CHECK_AT(h->body, json_number(json, "workers.count") == 2);
    CHECK_AT(h->body, strcmp(json_text(json, "lockWaits.stacks[0].frames[0]"),
                             "App.dll!App.Ledger.Write") == 0);
    CHECK_AT(h->body, json_number(json, "lockWaits.count") == 2 &&
                          json_number(json, "lockWaits.stacks[0].open") == 1);
    CHECK_AT("one wait of 50 ms, one until the end",
             json_number(json, "lockWaits.stacks[0].maxMs") > 500);
    CHECK_AT(".NET 8 tells no other waits", cJSON_IsNull(json_at(json, "otherWaits")));
    CHECK(strcmp(json_text(json, "process.runtimeVersion"), "8.0.1") == 0);
    check_stopped("document", r);
    CHECK_AT("pool, then stacks", fake_runtime_received(r, FAKE_ANY_COLLECT) == 2);
}

/* Waits have a session of their own from .NET 9 on; when it is refused, the rest is told. */
static void test_waits_refused(void)
{
    struct portside *p = portside_without_metrics();
    struct fake_runtime *r = app_of(p, "9.0.1");
    const cJSON *json = json_of(ask(p, "?durationSeconds=1&format=json", NULL));

    CHECK(cJSON_IsObject(json_at(json, "otherWaits")));
    check_stopped("waits", r);
    CHECK(fake_runtime_received(r, FAKE_ANY_COLLECT) == SESSIONS);
}

static void test_refusals(void)
{
    struct portside *p = portside_without_metrics();
    struct fake_runtime *r = app_of(p, NULL);
    const struct http *h = ask(p, "?format=xml", NULL);

    CHECK_AT(h->body, h->status == 400 && strstr(h->body, "There are: text, json."));
    CHECK(ask(p, "?durationSeconds=x", NULL)->status == 400);
    CHECK(ask(p, "?pid=999999", NULL)->status == 400);
    CHECK(ask(p, "?egressProvider=nowhere", NULL)->status == 400);
    CHECK(fake_runtime_received(r, FAKE_ANY_COLLECT) == 0);
    p = portside_start(&(struct portside_options){
        .env = {"DotnetMonitor_InProcessFeatures__CallStacks__Enabled=false"}});
    CHECK(strstr(ask(p, "?pid=1", NULL)->body, "not enabled") != NULL);
}

static struct http *start(const struct portside *p)
{
    return http_start(&(struct http_request){
        .url = world_text("%s/diagnose/threadpool?durationSeconds=-1", p->base),
        .timeout_ms = 60 * 1000});
}

static void test_operation(void)
{
    struct portside *p = portside_without_metrics();
    struct fake_runtime *r = app_of(p, NULL);
    struct http *first = start(p);

    REQUIRE(portside_wait_operation(p, "Running", 10000));
    CHECK_AT("one at a time", ask(p, "", NULL)->status == 429);
    const char *id = json_text(portside_last_operation(p), "operationId");
    CHECK(http_delete("%s/operations/%s?stop=true", p->base, id)->status == 202);
    CHECK_AT("stopped early it is whole", http_wait(first, 30000) && first->status == 200);
    CHECK(portside_wait_operation(p, "Succeeded", 5000));
    struct http *second = start(p);
    REQUIRE(portside_wait_operation(p, "Running", 10000));
    id = json_text(portside_last_operation(p), "operationId");
    CHECK(http_delete("%s/operations/%s", p->base, id)->status == 200);
    CHECK(http_wait(second, 30000) && second->status != 200);
    check_stopped("operation", r);
}

static void test_leavers(void)
{
    struct portside *p = portside_without_metrics();
    struct fake_runtime *r = app_of(p, NULL);

    for (int i = 0; i < LEAVERS; i++)
        (void)http_run(&(struct http_request){
            .url = world_text("%s/diagnose/threadpool?durationSeconds=%d", p->base, i % 2 ? -1 : 0),
            .timeout_ms = 1 + 9 * i});
    check_stopped("leavers", r);
    CHECK(WAIT_UNTIL(GONE_MS, ask(p, "?durationSeconds=0", NULL)->status == 200));
    check_stopped("and the next", r);
    CHECK(portside_nothing_left(p));
}

/* Who does not answer at all, and who leaves in the middle. */
static void test_silent(void)
{
    struct portside *p = portside_without_metrics();
    struct fake_runtime *r = app_of(p, NULL);
    static const struct fake_rule silent[FAKE_RULES] = {
        {.command = FAKE_ANY_COLLECT, .act = FAKE_ACT_SILENT}};

    fake_runtime_set_rules(r, silent);
    const struct http *h = ask(p, "", NULL);
    CHECK_AT(h->body, h->status == 400 && strstr(h->body, "/stacks and /process"));
    fake_runtime_set_rules(r, (const struct fake_rule[FAKE_RULES]){{0}});
    CHECK(WAIT_UNTIL(GONE_MS, ask(p, "?durationSeconds=0", NULL)->status == 200));
    struct http *running = start(p);
    REQUIRE(portside_wait_operation(p, "Running", 10000));
    fake_runtime_stop(r);
    CHECK_AT("it has ended", http_wait(running, 30000) && running->status == 400);
}

WORLD_SUITE("component/threadpool", {"formats", test_formats}, {"document", test_document},
            {"waits", test_waits_refused}, {"refusals", test_refusals},
            {"operation", test_operation}, {"leavers", test_leavers}, {"silent", test_silent})
