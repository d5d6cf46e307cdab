/* /stacks: what is asked of the runtime, what comes of its stream, when it is asked again, and that
 * nothing stays behind, whoever leaves when. */
#include <regex.h>
#include <unistd.h>

#include "tests/support/fake_runtime.h"
#include "tests/support/golden.h"
#include "tests/support/portside.h"
#include "tests/support/trace_maker.h"
#include "tests/support/world.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])
#define SAMPLER "Microsoft-DotNETCore-SampleProfiler"

enum {
    CUT = 300,
    LEAVERS = 30,
    NAMES = 0x138,
    /* LIMIT_STACKS_START_MS is 1.5 s, what sessions wait for otherwise 10 s. */
    SILENT_MS = 8000
};

static void add_samples(struct trace_maker *m)
{
    static const uint64_t work[] = {0x1010, 0x2010}, wait[] = {0x3010, 0x2010};

    trace_maker_stack(m, 1, work, 2);
    trace_maker_stack(m, 2, wait, 2);
    trace_maker_sample(m, 7, 1000, 1, 2);
    trace_maker_sample(m, 8, 1000, 2, 1);
    trace_maker_sample(m, 9, 1000, 2, 1);
}

static void add_names(struct trace_maker *m)
{
    trace_maker_module(m, "/app/My.App.dll");
    trace_maker_method(m, MAKER_RUNDOWN, 0x1000, 0x100, "My.App.Program", "Work", "int32  (int32)");
    trace_maker_method(m, MAKER_RUNDOWN, 0x2000, 0x100, "My.App.Program", "Main", "void  ()");
    trace_maker_method(m, MAKER_RUNDOWN, 0x3000, 0x100, "My.App.Program+Job", "Wait", "void  ()");
}

/* Its end comes after StopTracing. `lost` bytes are missing at the end. */
static struct fake_trace trace_of(bool samples, bool names, size_t lost)
{
    struct trace_maker *m = trace_maker_new();
    size_t size;

    if (samples)
        add_samples(m);
    if (names)
        add_names(m);
    const uint8_t *data = trace_maker_end(m, &size);
    REQUIRE(data && size > CUT + lost);
    return (struct fake_trace){
        .bytes = data, .size = CUT, .rundown = data + CUT, .rundown_size = size - CUT - lost};
}

static struct fake_runtime *app_of(const struct portside *p, const struct fake_options *o)
{
    struct fake_options own = *o;

    if (!own.folder)
        own.port = p->socket;
    struct fake_runtime *r = fake_runtime_start(&own);
    REQUIRE(portside_wait_count(p, 1, 5000));
    return r;
}

static struct fake_runtime *one_app(const struct portside *p, const struct fake_trace *t)
{
    return app_of(p, &(struct fake_options){.trace = *t});
}

static const struct http *ask(const struct portside *p, const char *query, const char *accept)
{
    return http_run(
        &(struct http_request){.url = world_text("%s/stacks%s", p->base, query),
                               .headers = {accept ? world_text("Accept: %s", accept) : "Accept:"}});
}

static bool like(const char *text, const char *pattern)
{
    regex_t re;

    REQUIRE(regcomp(&re, pattern, REG_EXTENDED | REG_NOSUB) == 0);
    bool found = text && regexec(&re, text, 0, NULL, 0) == 0;
    regfree(&re);
    return found;
}

static bool header_is(const struct http *h, const char *name, const char *value)
{
    const char *got = http_header(h, name);

    return got && strcmp(got, value) == 0;
}

/* All sessions are over, and each was stopped once by its own id. */
static void check_stopped(const char *label, struct fake_runtime *r)
{
    CHECK_AT(label, WAIT_UNTIL(5000, fake_runtime_sessions(r) == 0));
    CHECK_AT(label, fake_runtime_stray_stops(r) == 0);
}

#define TEXT "text/plain"
#define JSON "application/json"
#define SCOPE "application/speedscope+json"
#define FIRST "\xEF\xBB\xBFThread: (0x7)\n  My.App.dll!My.App.Program.Work\n"

static const struct {
    const char *query, *accept, *type, *extension, *holds;
} formats[] = {
    {"", NULL, TEXT, "stacks.txt", FIRST},
    {"", "*/*", TEXT, "stacks.txt", FIRST},
    {"", "image/png", TEXT, "stacks.txt", FIRST},
    {"", "text/plain, application/json", TEXT, "stacks.txt", FIRST},
    {"", "text/*", TEXT, "stacks.txt", FIRST},
    {"", "text/plain;q=0.5, application/json", JSON, "stacks.json",
     "{\"stacks\":[{\"threadId\":7,"},
    {"", JSON, JSON, "stacks.json",
     "\"parameterTypes\":[\"System.Int32\"],\"typeName\":\"My.App.Program\",\"moduleName\":"
     "\"My.App.dll\""},
    {"", SCOPE, SCOPE, "stacks.json", "{\"name\":\"My.App.dll!My.App.Program\\u002BJob.Wait\"}"},
    {"?format=json", "text/plain", JSON, "stacks.json", "{\"stacks\":["},
    {"?format=TEXT", JSON, TEXT, "stacks.txt", FIRST},
    {"?format=speedscope", NULL, SCOPE, "stacks.json", "\"exporter\":\"portside@"},
    {"?format=merged", NULL, "text/plain; charset=utf-8", "stacks.merged.txt",
     "3 threads, 2 different stacks\n\n2 threads: (0x8), (0x9)\n"
     "  My.App.dll!My.App.Program+Job.Wait\n  My.App.dll!My.App.Program.Main\n"},
};

static void test_formats(void)
{
    const struct fake_trace t = trace_of(true, true, 0);
    struct portside *p = portside_without_metrics();
    struct fake_runtime *r = one_app(p, &t);

    for (size_t i = 0; i < COUNT_OF(formats); i++) {
        const struct http *h = ask(p, formats[i].query, formats[i].accept);
        const char *label = world_text("%s %s: %ld %.400s", formats[i].query, formats[i].accept,
                                       h->status, h->body);
        CHECK_AT(label, h->status == 200 && h->result == CURLE_OK);
        CHECK_AT(label, header_is(h, "Content-Type", formats[i].type));
        CHECK_AT(label, like(http_header(h, "Content-Disposition"),
                             world_text("^attachment; filename=[0-9]{8}_[0-9]{6}_[0-9]{3}_%d[.]%s$",
                                        (int)getpid(), formats[i].extension)));
        CHECK_AT(label, http_header(h, "Location") != NULL);
        CHECK_AT(label, header_is(h, "X-Stacks", "3") && header_is(h, "X-Stacks-Complete", "true"));
        CHECK_AT(label, strstr(h->body, formats[i].holds) != NULL);
        CHECK_AT(label, portside_wait_operation(p, "Succeeded", 2000));
    }
    check_stopped("formats", r);
    CHECK_AT("once each", fake_runtime_received(r, FAKE_ANY_COLLECT) == COUNT_OF(formats));
}

/* Status, type and shape are those of the peer. */
static void test_goldens(void)
{
    const struct fake_trace t = trace_of(true, true, 0);
    struct portside *p = portside_without_metrics();

    (void)one_app(p, &t);
    const char *found = golden_difference("G-stacks-noaccept", ask(p, "", NULL));
    CHECK_AT(found, !found);
    found = golden_difference("G-stacks-application-speedscope-json", ask(p, "", SCOPE));
    CHECK_AT(found, !found);
}

static void test_asked(void)
{
    const struct fake_trace t = trace_of(true, true, 0);
    struct portside *p = portside_without_metrics();
    struct fake_runtime *r = one_app(p, &t);
    struct fake_collect *asked = world_alloc(sizeof *asked);

    CHECK(ask(p, "", NULL)->status == 200);
    fake_runtime_collect(r, asked);
    CHECK_AT("names without IL maps", asked->command == FAKE_COLLECT4 && asked->rundown == NAMES);
    CHECK(asked->count == 1 && strcmp(asked->providers[0].name, SAMPLER) == 0);
    CHECK(asked->buffer_mb == 64 && asked->stackwalk);
    fake_runtime_set_rules(r,
                           (const struct fake_rule[FAKE_RULES]){
                               {FAKE_COLLECT4, FAKE_ACT_ERROR, .hresult = FAKE_UNKNOWN_COMMAND},
                               {FAKE_COLLECT3, FAKE_ACT_ERROR, .hresult = FAKE_UNKNOWN_COMMAND}});
    CHECK(ask(p, "", NULL)->status == 200);
    fake_runtime_collect(r, asked);
    CHECK_AT(".NET 8", asked->command == FAKE_COLLECT2 || asked->command == FAKE_COLLECT1);
    check_stopped("asked", r);
}

static const struct {
    const char *label;
    bool samples, names;
    size_t lost;
    long status;
    int sessions;
    const char *holds;
} poor[] = {
    {"native", false, false, 0, 400, 1, "NativeAOT"},
    {"no samples", false, true, 0, 400, 2, "took no samples"},
    {"no names", true, false, 0, 200, 2, "  UnknownFunction\n"},
    {"cut", true, true, 40, 200, 2, "# Incomplete: the process's events ended early"},
};

static void test_incomplete(void)
{
    for (size_t i = 0; i < COUNT_OF(poor); i++) {
        const struct fake_trace t = trace_of(poor[i].samples, poor[i].names, poor[i].lost);
        struct portside *p = portside_without_metrics();
        struct fake_runtime *r = one_app(p, &t);
        struct fake_collect *asked = world_alloc(sizeof *asked);
        const struct http *h = ask(p, "", NULL);
        const char *label = world_text("%s: %ld %s", poor[i].label, h->status, h->body);

        CHECK_AT(label, h->status == poor[i].status && strstr(h->body, poor[i].holds));
        CHECK_AT(label, h->status != 200 || header_is(h, "X-Stacks-Complete", "false"));
        CHECK_AT(label, fake_runtime_received(r, FAKE_ANY_COLLECT) == poor[i].sessions);
        fake_runtime_collect(r, asked);
        CHECK_AT("more room", asked->buffer_mb == (poor[i].sessions == 1 ? 64 : 256));
        check_stopped(label, r);
        (void)portside_stop(p);
        fake_runtime_stop(r);
    }
}

/* What was there at first is better than nothing at all afterwards. */
static void test_second_fails(void)
{
    const struct fake_trace t = trace_of(true, true, 40);
    struct portside *p = portside_without_metrics();
    struct fake_runtime *r =
        app_of(p, &(struct fake_options){
                      .trace = t,
                      .rules = {{FAKE_COLLECT4, FAKE_ACT_ANSWER, .times = 1},
                                {FAKE_ANY_COLLECT, FAKE_ACT_ERROR, .hresult = FAKE_E_FAIL}}});
    const struct http *h = ask(p, "", NULL);

    CHECK_AT(h->body, h->status == 200 && strstr(h->body, "Thread: (0x7)"));
    CHECK(header_is(h, "X-Stacks-Complete", "false"));
    check_stopped("second fails", r);
}

static void test_switched_off(void)
{
    static const struct {
        const char *env[2];
        bool on;
    } rows[] = {
        {{"DotnetMonitor_InProcessFeatures__Enabled=false"}, false},
        {{"DotnetMonitor_InProcessFeatures__CallStacks__Enabled=false"}, false},
        {{"DotnetMonitor_InProcessFeatures__Enabled=false",
          "DotnetMonitor_InProcessFeatures__CallStacks__Enabled=true"},
         false},
        {{"DotnetMonitor_InProcessFeatures__Enabled=true",
          "DotnetMonitor_InProcessFeatures__CallStacks__Enabled=false"},
         false},
        {{"DotnetMonitor_InProcessFeatures__Enabled=true"}, true},
        {{"DotnetMonitor_InProcessFeatures__CallStacks__Enabled=true"}, true},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct portside *p =
            portside_start(&(struct portside_options){.env = {rows[i].env[0], rows[i].env[1]}});
        const struct http *h = ask(p, "?pid=1", NULL), *info = portside_get(p, "/info");
        const char *found = rows[i].on ? NULL : golden_difference("B-stacks-disabled", h);

        CHECK_AT(found, !found);
        CHECK_AT(h->body, !rows[i].on || !strstr(h->body, "not enabled"));
        CHECK(strcmp(json_text(json_of(info), "capabilities[2].name"), "call_stacks") == 0);
        CHECK(cJSON_IsTrue(json_at(json_of(info), "capabilities[2].enabled")) == rows[i].on);
        (void)portside_stop(p);
    }
}

static void test_refusals(void)
{
    const struct fake_trace t = trace_of(true, true, 0);
    struct portside *p = portside_without_metrics();
    struct fake_runtime *r = one_app(p, &t);
    const struct http *h = ask(p, "?format=xml", NULL);

    CHECK_AT(h->body, h->status == 400 && strstr(h->body, "text, json, speedscope, merged"));
    CHECK(ask(p, "?pid=999999", NULL)->status == 400);
    CHECK(ask(p, "?egressProvider=nowhere", NULL)->status == 400);
    CHECK(fake_runtime_received(r, FAKE_ANY_COLLECT) == 0);
}

static struct http *start(const struct portside *p)
{
    return http_start(&(struct http_request){.url = world_text("%s/stacks", p->base)});
}

/* One at a time; it cannot be stopped, but cancelled. */
static void test_limit(void)
{
    struct fake_trace t = trace_of(true, true, 0);
    t.hold_after = CUT - 1;
    struct portside *p = portside_without_metrics();
    struct fake_runtime *r = one_app(p, &t);
    struct http *first = start(p);

    REQUIRE(portside_wait_operation(p, "Running", 5000));
    const struct http *second = ask(p, "", NULL);
    CHECK_AT(second->body, second->status == 429);
    const char *id = json_text(portside_last_operation(p), "operationId");
    CHECK(http_delete("%s/operations/%s?stop=true", p->base, id)->status == 400);
    CHECK(http_delete("%s/operations/%s", p->base, id)->status == 200);
    CHECK(http_wait(first, 5000) && first->status != 200);
    fake_runtime_open_gate(r);
    check_stopped("limit", r);
}

/* A client that leaves at any moment takes the session with it. */
static void test_leavers(void)
{
    struct fake_trace t = trace_of(true, true, 0);
    t.piece = 100;
    t.pace_ms = 2;
    struct portside *p = portside_without_metrics();
    struct fake_runtime *r = one_app(p, &t);

    for (int i = 0; i < LEAVERS; i++)
        (void)http_run(&(struct http_request){.url = world_text("%s/stacks", p->base),
                                              .timeout_ms = 1 + 5 * i});
    check_stopped("leavers", r);
    CHECK_AT("and the next is served", WAIT_UNTIL(5000, ask(p, "", NULL)->status == 200));
    CHECK(portside_nothing_left(p));
}

/* A runtime that does not answer, or does not end its session, is not waited for long. */
static void test_silent(void)
{
    const struct fake_trace t = trace_of(true, true, 0);
    struct portside *p = portside_without_metrics();
    struct fake_runtime *r = app_of(
        p, &(struct fake_options){
               .trace = t, .rules = {{.command = FAKE_ANY_COLLECT, .act = FAKE_ACT_SILENT}}});
    int64_t begin = clock_monotonic_ms();
    const struct http *h = ask(p, "", NULL);

    CHECK(clock_monotonic_ms() - begin < SILENT_MS);
    /* The runtime is a thread of this test, which the kernel knows. */
    CHECK_AT(h->body, h->status == 200 && strstr(h->body, "# No stacks: The process does not"));
    CHECK_AT(h->body, strstr(h->body, world_text("Thread: (0x%X)\n  ", (unsigned)getpid())));
    CHECK(header_is(h, "X-Stacks", "0") && header_is(h, "X-Stacks-Complete", "false"));
    h = ask(p, "?format=json", NULL);
    CHECK_AT(h->body, json_at(json_of(h), "kernelThreads[0].threadId") != NULL);
    h = ask(p, "?format=speedscope", NULL);
    CHECK_AT(h->body, h->status == 400 && strstr(h->body, "does not answer"));
    fake_runtime_set_rules(r, (const struct fake_rule[FAKE_RULES]){{0}});
    CHECK_AT("and then it does", WAIT_UNTIL(5000, ask(p, "", NULL)->status == 200));
    check_stopped("silent", r);
}

static void test_connect(void)
{
    const struct fake_trace t = trace_of(true, true, 0);
    struct portside *p = portside_start(&(struct portside_options){
        .connect = true, .env = {"DotnetMonitor_Metrics__Enabled=false"}});
    const struct proc *proc =
        proc_spawn(&(struct proc_options){.argv = (const char *const[]){"sleep", "600", NULL}});
    struct fake_runtime *r =
        app_of(p, &(struct fake_options){.trace = t, .folder = p->tmp, .pid = (uint64_t)proc->pid});
    const struct http *h = ask(p, "", NULL);

    CHECK_AT(h->body, h->status == 200 && strstr(h->body, FIRST));
    check_stopped("connect", r);
}

WORLD_SUITE("component/stacks", {"formats", test_formats}, {"goldens", test_goldens},
            {"asked", test_asked}, {"incomplete", test_incomplete},
            {"second fails", test_second_fails}, {"switched off", test_switched_off},
            {"refusals", test_refusals}, {"limit", test_limit}, {"leavers", test_leavers},
            {"silent", test_silent}, {"connect", test_connect})
