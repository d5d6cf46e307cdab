/* /exceptions: what runs in a target and when, what is kept, shown and filtered, and that nothing
 * stays behind. */
#include <stdlib.h>

#include "tests/support/fake_runtime.h"
#include "tests/support/golden.h"
#include "tests/support/portside.h"
#include "tests/support/trace_maker.h"
#include "tests/support/world.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])
#define RUNTIME "Microsoft-Windows-DotNETRuntime"
#define E "DotnetMonitor_InProcessFeatures__Exceptions__"
#define FILTER E "CollectionFilters__"
#define NO_METRICS "DotnetMonitor_Metrics__Enabled=false"

enum { PATIENCE = 20 * 1000, NAMES = 0x138, LEAVERS = 20 };

static void add_names(struct trace_maker *m)
{
    trace_maker_module(m, "/app/My.App.dll");
    trace_maker_method(m, MAKER_RUNDOWN, 0x1000, 0x100, "My.App.Job", "Work", "void  (int32)");
    trace_maker_method(m, MAKER_RUNDOWN, 0x2000, 0x100, "My.App.Program", "Main", "void  ()");
    trace_maker_method(m, MAKER_RUNDOWN, 0x7000, 0x100, "My.Odd", ".ctor", "instance void  ()");
}

/* `count` exceptions, in turn My.Odd in Work and My.Even in Main; the rest comes after StopTracing.
 */
static struct fake_trace trace_of(int count, bool names)
{
    static const uint64_t work[] = {0x1010, 0x2010}, program[] = {0x2020};
    struct trace_maker *m = trace_maker_new();
    size_t size, before;

    trace_maker_stack(m, 1, work, 2);
    trace_maker_stack(m, 2, program, 1);
    for (int i = 1; i <= count; i++)
        trace_maker_exception(m, 7, (uint64_t)i * 1000, i % 2 ? 1 : 2, i % 2 ? "My.Odd" : "My.Even",
                              world_text("number %d", i), i % 2 ? 16 : 17);
    /* Blocks are whole: what the history reads ends before the names. */
    nettrace_write_flush(&m->w);
    (void)nettrace_writer_data(&m->w, &before);
    if (names)
        add_names(m);
    const uint8_t *data = trace_maker_end(m, &size);
    REQUIRE(data && size > before);
    return (struct fake_trace){
        .bytes = data, .size = before, .rundown = data + before, .rundown_size = size - before};
}

static struct portside *monitor(const char *const *env)
{
    struct portside_options o = {.exceptions = true, .env = {NO_METRICS}};

    for (size_t i = 0; env && env[i]; i++)
        o.env[i + 1] = env[i];
    return portside_start(&o);
}

static struct fake_runtime *one_app(const struct portside *p, const struct fake_trace *t)
{
    struct fake_runtime *r =
        fake_runtime_start(&(struct fake_options){.port = p->socket, .trace = *t});

    REQUIRE(portside_wait_count(p, 1, PATIENCE));
    REQUIRE(WAIT_UNTIL(PATIENCE, fake_runtime_streamed(r) >= t->size));
    return r;
}

static const struct http *ask(const struct portside *p, const char *accept, const char *body)
{
    return http_run(
        &(struct http_request){.method = body ? "POST" : NULL,
                               .url = world_text("%s/exceptions", p->base),
                               .body = body,
                               .headers = {accept ? world_text("Accept: %s", accept) : "Accept:",
                                           body ? "Content-Type: application/json" : NULL}});
}

/* The numbers of the messages, in order: "1 2 3". */
static const char *numbers(const struct http *h)
{
    const char *all = "";

    for (const char *at = h->body; at && (at = strstr(at, "number ")); at++)
        all = world_text("%s%s%d", all, all[0] ? " " : "", atoi(at + strlen("number ")));
    return all;
}

/* Events take their way; then they are all there. */
static const struct http *ask_for(const struct portside *p, const char *body, const char *want)
{
    const struct http *h = NULL;

    (void)WAIT_UNTIL(PATIENCE,
                     (h = ask(p, NULL, body))->status == 200 && strcmp(numbers(h), want) == 0);
    CHECK_AT(world_text("%s: %ld %s, not %s", body, h->status, numbers(h), want),
             h->status == 200 && strcmp(numbers(h), want) == 0);
    return h;
}

static bool header_is(const struct http *h, const char *name, const char *value)
{
    const char *got = http_header(h, name);

    return got && strcmp(got, value) == 0;
}

#define FIRST                                                                                      \
    "First chance exception at 2026-11-22T04:05:06.0070010Z\nMy.Odd: number 1\n"                   \
    "   at My.App.Job.Work(Int32)\n   at My.App.Program.Main\n\n"
#define SECOND                                                                                     \
    "First chance exception at 2026-11-22T04:05:06.0070020Z\nMy.Even: number 2\n"                  \
    "   --- It has an inner exception, which the runtime does not tell ---\n"                      \
    "   at My.App.Program.Main\n\n"
#define RECORD                                                                                     \
    "{\"id\":1,\"timestamp\":\"2026-11-22T04:05:06.007001Z\",\"typeName\":\"My.Odd\","             \
    "\"moduleName\":\"My.App.dll\",\"message\":\"number 1\",\"innerExceptions\":[],\"stack\":"     \
    "{\"threadId\":7,\"threadName\":null,\"frames\":[{\"methodName\":\"Work\","                    \
    "\"methodToken\":0,\"parameterTypes\":[\"System.Int32\"],\"typeName\":\"My.App.Job\""

static const struct {
    const char *accept, *type, *name, *begins;
} formats[] = {
    {NULL, "text/plain", NULL, FIRST SECOND},
    {"*/*", "text/plain", NULL, FIRST SECOND},
    {"image/png", "text/plain", NULL, FIRST SECOND},
    {"application/x-ndjson", "application/x-ndjson", ".exceptions.json", RECORD},
    {"application/*", "application/x-ndjson", ".exceptions.json", RECORD},
    {"application/json-seq", "application/json-seq", ".exceptions.json", "\x1E" RECORD},
};

static void test_formats(void)
{
    const struct fake_trace t = trace_of(2, true);
    struct portside *p = monitor(NULL);
    struct fake_runtime *r = one_app(p, &t);

    (void)ask_for(p, NULL, "1 2");
    for (size_t i = 0; i < COUNT_OF(formats); i++) {
        const struct http *h = ask(p, formats[i].accept, NULL);
        const char *label = world_text("%s: %s", formats[i].accept, h->body);
        const char *disposition = http_header(h, "Content-Disposition");
        CHECK_AT(label, h->status == 200 && header_is(h, "Content-Type", formats[i].type));
        CHECK_AT(label, strncmp(h->body, formats[i].begins, strlen(formats[i].begins)) == 0);
        CHECK_AT(label, formats[i].name ? disposition && strstr(disposition, formats[i].name)
                                        : !disposition);
        CHECK_AT(label, header_is(h, "X-Exceptions", "2") &&
                            header_is(h, "X-Exceptions-Complete", "true") &&
                            header_is(h, "X-Events-Lost", "0"));
        CHECK(http_header(h, "Location") != NULL);
        CHECK_AT(label, portside_wait_operation(p, "Succeeded", PATIENCE));
    }
    CHECK_AT("names were asked for once", fake_runtime_received(r, FAKE_ANY_COLLECT) == 2);
    CHECK(WAIT_UNTIL(PATIENCE, fake_runtime_sessions(r) == 1));
}

/* One long session with the throw event alone, and one that is stopped at once, for names. */
static void test_asked(void)
{
    const struct fake_trace t = trace_of(1, true);
    struct portside *p = monitor(NULL);
    struct fake_runtime *r = one_app(p, &t);
    struct fake_collect *asked = world_alloc(sizeof *asked);

    fake_runtime_collect(r, asked);
    CHECK(asked->count == 1 && strcmp(asked->providers[0].name, RUNTIME) == 0);
    CHECK(asked->providers[0].keywords == 0x8000 && asked->providers[0].level == 2);
    CHECK(asked->stackwalk && asked->buffer_mb == 4);
    CHECK(fake_runtime_received(r, FAKE_RESUME) == 1);
    (void)ask_for(p, NULL, "1");
    fake_runtime_collect(r, asked);
    CHECK(asked->command == FAKE_COLLECT4 && asked->rundown == NAMES && !asked->stackwalk);
    CHECK(WAIT_UNTIL(PATIENCE, fake_runtime_sessions(r) == 1));
    CHECK(fake_runtime_received(r, FAKE_STOP) == 1);
    (void)portside_stop(p);
    CHECK_AT("none is left", WAIT_UNTIL(PATIENCE, fake_runtime_sessions(r) == 0));
    CHECK(fake_runtime_stray_stops(r) == 0);
}

static const struct {
    const char *body, *want;
} filters[] = {
    {"{}", "1 2 3 4"},
    {"{\"include\":[{\"exceptionType\":\"My.Odd\"}]}", "1 3"},
    {"{\"exclude\":[{\"exceptionType\":\"My.Odd\"}]}", "2 4"},
    {"{\"include\":[{\"methodName\":\"Work\"}]}", "1 3"},
    {"{\"include\":[{\"typeName\":\"My.App.Program\",\"moduleName\":\"My.App.dll\"}]}", "2 4"},
    {"{\"include\":[{\"moduleName\":\"My.App.dll\"}],\"exclude\":[{\"methodName\":\"Main\"}]}",
     "1 3"},
    {"{\"include\":[{\"moduleName\":\"Other.dll\"}]}", ""},
};

static void test_filters(void)
{
    const struct fake_trace t = trace_of(4, true);
    struct portside *p = monitor(NULL);

    (void)one_app(p, &t);
    for (size_t i = 0; i < COUNT_OF(filters); i++)
        (void)ask_for(p, filters[i].body, filters[i].want);
    CHECK(ask(p, NULL, "{\"include\":")->status == 400);
    CHECK(ask(p, NULL, "[]")->status == 400);
}

static const struct {
    const char *env[4], *want;
} kept[] = {
    {{NULL}, "6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25"},
    {{E "TopLevelLimit=3"}, "23 24 25"},
    {{E "TopLevelLimit=2", FILTER "Include__0__ExceptionType=My.Even"}, "22 24"},
    {{E "TopLevelLimit=3", FILTER "Exclude__0__MethodName=Main"}, "21 23 25"},
    {{E "TopLevelLimit=2", FILTER "Include__0__TypeName=My.App.Program"}, "22 24"},
};

/* What is kept: filters that need names wait for them, and lose nothing. */
static void test_kept(void)
{
    const struct fake_trace t = trace_of(25, true);

    for (size_t i = 0; i < COUNT_OF(kept); i++) {
        struct portside *p = monitor(kept[i].env);
        struct fake_runtime *r = one_app(p, &t);
        (void)ask_for(p, NULL, kept[i].want);
        (void)portside_stop(p);
        fake_runtime_stop(r);
    }
}

/* A process that tells no names is shown without them, and asked again next time. */
static void test_no_names(void)
{
    const struct fake_trace t = trace_of(2, true);
    struct portside *p = monitor(NULL);
    struct fake_runtime *r = one_app(p, &t);

    fake_runtime_set_rules(r, (const struct fake_rule[FAKE_RULES]){
                                  {FAKE_ANY_COLLECT, FAKE_ACT_ERROR, .hresult = FAKE_E_FAIL}});
    const struct http *h = ask_for(p, NULL, "1 2");
    CHECK_AT(h->body, strstr(h->body, "   at UnknownClass.UnknownFunction\n"));
    CHECK(header_is(h, "X-Exceptions-Complete", "false"));
    fake_runtime_set_rules(r, (const struct fake_rule[FAKE_RULES]){{0}});
    h = ask(p, NULL, NULL);
    CHECK_AT(h->body, strcmp(h->body, FIRST SECOND) == 0);
}

/* NativeAOT: no names at all. */
static void test_native(void)
{
    const struct fake_trace t = trace_of(1, false);
    struct portside *p = monitor(NULL);
    struct fake_runtime *r = one_app(p, &t);
    const struct http *h = ask_for(p, NULL, "1");

    CHECK_AT(h->body, !strstr(h->body, "   at "));
    int asked = fake_runtime_received(r, FAKE_ANY_COLLECT);
    (void)ask_for(p, "{\"include\":[{\"exceptionType\":\"My.Odd\",\"methodName\":\"x\"}]}", "1");
    CHECK_AT("not asked again", fake_runtime_received(r, FAKE_ANY_COLLECT) == asked);
}

/* A runtime that refuses a session: said in the log once and in the answer. */
static void test_refused(void)
{
    const struct fake_trace t = trace_of(1, true);
    struct portside *p = monitor(NULL);
    struct fake_runtime *r = fake_runtime_start(&(struct fake_options){
        .port = p->socket,
        .trace = t,
        .rules = {{FAKE_ANY_COLLECT, FAKE_ACT_ERROR, .hresult = FAKE_E_FAIL}}});

    REQUIRE(portside_wait_count(p, 1, PATIENCE));
    REQUIRE(WAIT_UNTIL(PATIENCE, strstr(proc_output(p->proc), "are not seen, it is tried again")));
    const struct http *h = ask(p, NULL, NULL);
    CHECK_AT(h->body, h->status == 400);
    fake_runtime_set_rules(r, (const struct fake_rule[FAKE_RULES]){{0}});
    (void)ask_for(p, NULL, "1");
}

static const struct {
    const char *env[2];
    bool on;
} switches[] = {
    {{"DotnetMonitor_InProcessFeatures__Enabled=false"}, false},
    {{E "Enabled=false"}, false},
    {{"DotnetMonitor_InProcessFeatures__Enabled=false", E "Enabled=true"}, false},
    {{"DotnetMonitor_InProcessFeatures__CallStacks__Enabled=false"}, true},
    {{E "Enabled=true"}, true},
    {{NULL}, true},
};

static void test_switched_off(void)
{
    const struct fake_trace t = trace_of(1, true);

    for (size_t i = 0; i < COUNT_OF(switches); i++) {
        struct portside *p =
            monitor((const char *const[]){switches[i].env[0], switches[i].env[1], NULL});
        const cJSON *info = json_of(portside_get(p, "/info"));
        CHECK(strcmp(json_text(info, "capabilities[0].name"), "exceptions") == 0);
        CHECK(cJSON_IsTrue(json_at(info, "capabilities[0].enabled")) == switches[i].on);
        if (!switches[i].on) {
            struct fake_runtime *r =
                fake_runtime_start(&(struct fake_options){.port = p->socket, .trace = t});
            REQUIRE(portside_wait_count(p, 1, PATIENCE));
            const char *found = golden_difference("B-exceptions-post-disabled", ask(p, NULL, "{}"));
            CHECK_AT(found, !found);
            const struct http *h = ask(p, NULL, NULL);
            CHECK_AT(h->body, h->status == 400 &&
                                  strstr(h->body, "The 'Exceptions' feature is not enabled."));
            CHECK(fake_runtime_received(r, FAKE_ANY_COLLECT) == 0);
            fake_runtime_stop(r);
        }
        (void)portside_stop(p);
    }
}

/* CollectOnStartup=false: from the first question on. */
static void test_later(void)
{
    const struct fake_trace t = trace_of(1, true);
    struct portside *p = monitor((const char *const[]){E "CollectOnStartup=false", NULL});
    struct fake_runtime *r =
        fake_runtime_start(&(struct fake_options){.port = p->socket, .trace = t});

    REQUIRE(portside_wait_count(p, 1, PATIENCE));
    CHECK(fake_runtime_received(r, FAKE_ANY_COLLECT) == 0);
    CHECK(ask(p, NULL, NULL)->status == 200);
    (void)ask_for(p, NULL, "1");
}

/* Clients that leave while names are on their way, and a process that ends meanwhile. */
static void test_leavers(void)
{
    struct fake_trace t = trace_of(3, true);
    struct portside *p = monitor(NULL);
    struct fake_runtime *r = one_app(p, &t);

    t.pace_ms = 2;
    t.piece = 100;
    fake_runtime_set_trace(r, &t);
    for (int i = 0; i < LEAVERS; i++)
        (void)http_run(&(struct http_request){.url = world_text("%s/exceptions", p->base),
                                              .timeout_ms = 1 + 3 * i});
    (void)ask_for(p, NULL, "1 2 3");
    CHECK(WAIT_UNTIL(PATIENCE, fake_runtime_sessions(r) == 1));
    CHECK(fake_runtime_stray_stops(r) == 0);
    fake_runtime_stop(r);
    CHECK(portside_wait_count(p, 0, PATIENCE));
    CHECK(ask(p, NULL, NULL)->status == 400);
}

/* The process ends while its names are waited for: what there is is shown. */
static void test_ends(void)
{
    const struct fake_trace t = trace_of(2, true);
    struct portside *p = monitor(NULL);
    struct fake_runtime *r = one_app(p, &t);

    fake_runtime_set_rules(r, (const struct fake_rule[FAKE_RULES]){
                                  {FAKE_ANY_COLLECT, FAKE_ACT_ERROR, .hresult = FAKE_E_FAIL}});
    (void)ask_for(p, NULL, "1 2");
    fake_runtime_set_rules(r, (const struct fake_rule[FAKE_RULES]){
                                  {.command = FAKE_ANY_COLLECT, .act = FAKE_ACT_SILENT}});
    struct http *h =
        http_start(&(struct http_request){.url = world_text("%s/exceptions", p->base)});
    REQUIRE(portside_wait_operation(p, "Running", PATIENCE));
    CHECK_AT("one at a time", ask(p, NULL, NULL)->status == 429);
    fake_runtime_stop(r);
    REQUIRE(http_wait(h, PATIENCE));
    CHECK_AT(h->body, h->status == 200 && strcmp(numbers(h), "1 2") == 0);
    CHECK(header_is(h, "X-Exceptions-Complete", "false"));
}

static void test_connect(void)
{
    const struct fake_trace t = trace_of(2, true);
    struct portside *p = portside_start(
        &(struct portside_options){.connect = true, .exceptions = true, .env = {NO_METRICS}});
    const struct proc *proc =
        proc_spawn(&(struct proc_options){.argv = (const char *const[]){"sleep", "600", NULL}});

    (void)fake_runtime_start(
        &(struct fake_options){.trace = t, .folder = p->tmp, .pid = (uint64_t)proc->pid});
    REQUIRE(portside_wait_count(p, 1, PATIENCE));
    const struct http *h = ask_for(p, NULL, "1 2");
    CHECK_AT(h->body, strcmp(h->body, FIRST SECOND) == 0);
}

WORLD_SUITE("component/exceptions", {"formats", test_formats}, {"asked", test_asked},
            {"filters", test_filters}, {"kept", test_kept}, {"no names", test_no_names},
            {"native", test_native}, {"refused", test_refused}, {"switched off", test_switched_off},
            {"later", test_later}, {"leavers", test_leavers}, {"ends", test_ends},
            {"connect", test_connect})
