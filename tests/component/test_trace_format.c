/* /trace in other formats and /debug/pprof: what is asked of the runtime, what comes of its stream,
 * and that nothing stays behind, whoever leaves when. */
#include <regex.h>
#include <unistd.h>

#include "tests/support/fake_runtime.h"
#include "tests/support/portside.h"
#include "tests/support/trace_maker.h"
#include "tests/support/world.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])
#define RUNTIME "Microsoft-Windows-DotNETRuntime"
#define SAMPLER "Microsoft-DotNETCore-SampleProfiler"
#define RUNDOWN_ALL UINT64_C(0x80020139)

enum {
    CUT = 700,           /* of the example before the stop; the rest counts as its rundown */
    CHANGES = 60 * 1000, /* of what a thread does: a document of several megabytes */
    SLOW_RSS_KB = 96 * 1024,
    LEAVERS = 100,
};

static struct fake_trace trace_of(struct trace_maker *m, size_t cut)
{
    size_t size;
    const uint8_t *data = trace_maker_end(m, &size);

    REQUIRE(data && size > cut);
    return (struct fake_trace){
        .bytes = data, .size = cut, .rundown = data + cut, .rundown_size = size - cut};
}

static struct fake_trace example(void)
{
    return trace_of(trace_maker_example_trace(), CUT);
}

static struct fake_trace without_samples(void)
{
    return trace_of(trace_maker_new(), 100);
}

/* Two stacks in turn. */
static struct fake_trace restless(void)
{
    struct trace_maker *m = trace_maker_new();
    static const uint64_t stacks[2][2] = {{0x1000, 0x3000}, {0x2000, 0x3000}};

    trace_maker_stack(m, 1, stacks[0], 2);
    trace_maker_stack(m, 2, stacks[1], 2);
    for (uint32_t i = 0; i < CHANGES; i++)
        trace_maker_sample(m, 7, i * UINT64_C(1000), 1 + i % 2, 2);
    return trace_of(m, CUT);
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

static struct http_request request_to(const struct portside *p, const char *path)
{
    return (struct http_request){.url = world_text("%s%s", p->base, path)};
}

static const struct http *ask(const struct portside *p, const char *path)
{
    const struct http_request request = request_to(p, path);

    return http_run(&request);
}

static bool like(const char *text, const char *pattern)
{
    regex_t re;

    REQUIRE(regcomp(&re, pattern, REG_EXTENDED | REG_NOSUB) == 0);
    bool found = text && regexec(&re, text, 0, NULL, 0) == 0;
    regfree(&re);
    return found;
}

/* All sessions are over, and each was stopped once by its own id. */
static void check_stopped(const char *label, struct fake_runtime *r)
{
    CHECK_AT(label, WAIT_UNTIL(5000, fake_runtime_sessions(r) == 0));
    CHECK_AT(label, fake_runtime_stray_stops(r) == 0);
}

static bool header_is(const struct http *h, const char *name, const char *value)
{
    const char *got = http_header(h, name);

    return got ? value && strcmp(got, value) == 0 : !value;
}

static const struct {
    const char *format, *type, *disposition, *extension, *start, *holds;
} written[] = {
    {"speedscope", "application/json", "attachment", "speedscope.json", "{\"exporter\":\"portside",
     "My.App!My.App.Program.Work(int32)"},
    {"Chromium", "application/json", "attachment", "chromium.json", "{\"otherData\"",
     "My.App.Program.Work(int32)"},
    {"collapsed", "text/plain; charset=utf-8", "inline", "collapsed.txt", "",
     "My.App!My.App.Program.Work(int32) 4000\n"},
    {"pprof", "application/octet-stream", "attachment", "pb.gz", "\x1f\x8b", ""},
    {"flamegraph", "text/html; charset=utf-8", "inline", "flamegraph.html", "<!DOCTYPE html>",
     "My.App!My.App.Program.Work(int32)"},
    {"topn", "text/plain; charset=utf-8", "inline", "topn.txt", "Top 4 Functions", "Program.Work"},
    {"topn-json", "application/json", "attachment", "topn.json", "{\"kind\":\"wall\"",
     "My.App!My.App.Program.Work(int32)"},
};

static void test_formats(void)
{
    const struct fake_trace t = example();
    struct portside *p = portside_without_metrics();
    struct fake_runtime *r = one_app(p, &t);
    struct fake_collect *asked = world_alloc(sizeof *asked);

    for (size_t i = 0; i < COUNT_OF(written); i++) {
        const struct http *h =
            ask(p, world_text("/trace?durationSeconds=0&format=%s", written[i].format));
        const char *label = world_text("%s: %ld %.200s", written[i].format, h->status, h->body);

        CHECK_AT(label, h->status == 200 && h->result == CURLE_OK);
        CHECK_AT(label, header_is(h, "Content-Type", written[i].type));
        CHECK_AT(label,
                 like(http_header(h, "Content-Disposition"),
                      world_text("^%s; filename=[0-9]{8}_[0-9]{6}_[0-9]{3}_%d[.]%s$",
                                 written[i].disposition, (int)getpid(), written[i].extension)));
        CHECK_AT(label, http_header(h, "Location") != NULL);
        CHECK_AT(label, header_is(h, "X-Events", "14") && header_is(h, "X-Events-Lost", "0"));
        CHECK_AT("in the head, not behind the body", !http_header(h, "Trailer"));
        CHECK_AT(label, strncmp(h->body, written[i].start, strlen(written[i].start)) == 0);
        CHECK_AT(label, strstr(h->body, written[i].holds) != NULL);
        fake_runtime_collect(r, asked);
        CHECK_AT(label, asked->command == FAKE_COLLECT1 && asked->count == 2);
        CHECK_AT(label, portside_wait_operation(p, "Succeeded", 2000));
    }
    check_stopped("formats", r);
}

#define NETTRACE "application/octet-stream"

static const struct {
    const char *accept, *query, *type;
} accepts[] = {
    {NULL, "", NETTRACE},
    {"*/*", "", NETTRACE},
    {"application/octet-stream", "", NETTRACE},
    {"application/*", "", NETTRACE},
    {"text/html, */*;q=0.1", "", NETTRACE}, /* browsers */
    {"image/png", "", NETTRACE},            /* the peer does not look */
    {"", "", NETTRACE},
    {"text/html", "", "text/html; charset=utf-8"},
    {"text/plain", "", "text/plain; charset=utf-8"},
    {"application/json", "", "application/json"},
    {"application/speedscope+json", "", "application/speedscope+json"},
    {"image/png, text/html;q=0.5", "", "text/html; charset=utf-8"},
    {"text/html", "&format=nettrace", NETTRACE},
    {"text/html", "&format=topn-json", "application/json"},
    {"*/*", "&format=collapsed", "text/plain; charset=utf-8"},
};

static void test_accept(void)
{
    const struct fake_trace t = example();
    struct portside *p = portside_without_metrics();
    struct fake_runtime *r = one_app(p, &t);

    for (size_t i = 0; i < COUNT_OF(accepts); i++) {
        struct http_request request =
            request_to(p, world_text("/trace?durationSeconds=0%s", accepts[i].query));
        const char *label = world_text("%s %s", accepts[i].accept, accepts[i].query);

        /* curl itself sends the second row's; "Accept:" takes that away, "Accept;" empties it */
        request.headers[0] = !accepts[i].accept    ? "Accept:"
                             : !*accepts[i].accept ? "Accept;"
                                                   : world_text("Accept: %s", accepts[i].accept);
        const struct http *h = http_run(&request);
        CHECK_AT(label, h->status == 200);
        CHECK_AT(world_text("%s: %s", label, http_header(h, "Content-Type")),
                 header_is(h, "Content-Type", accepts[i].type));
        bool raw = strcmp(accepts[i].type, NETTRACE) == 0;
        CHECK_AT(label, like(http_header(h, "Content-Disposition"), "[.]nettrace$") == raw);
    }
    check_stopped("accept", r);
}

static const struct {
    const char *query;
    uint32_t level;
    uint64_t keywords; /* of the runtime's provider */
    bool sampler;
    const char *holds;
} kinds[] = {
    {"format=collapsed", 4, 0x18, true, "Work(int32) 4000\n"},
    {"format=collapsed&kind=wall", 4, 0x18, true, "Work(int32) 4000\n"},
    {"format=topn-json&kind=cpu", 4, 0x18, true, "\"kind\":\"cpu\""},
    {"format=topn-json&kind=alloc", 5, 0x80000000019, false, "\"total\":200000"},
    {"format=topn-json&kind=exceptions", 2, 0x8000, false, "My.Exception"},
    {"format=topn-json&kind=contention", 4, 0x4018, false, "\"total\":0,\"methods\":[]"},
    {"format=topn-json&kind=cpu&number=1", 4, 0x18, true, "\"exclusive\""},
    {"kind=alloc", 5, 0x80000000019, false, "Nettrace"},
    {"kind=cpu&format=nettrace", 4, 0x18, true, "Nettrace"},
    /* what the client names is asked for as it stands, with names */
    {"format=topn-json&profile=Cpu", 4, 0x14C14FCCBD, true, "\"kind\":\"wall\""},
    {"format=topn-json&kind=alloc&profile=gc-verbose", 5, 0x8003, false, "\"total\":200000"},
    {"format=topn-json&kind=events&profile=GcCollect", 4, 1, false, "\"kind\":\"events\""},
};

static void test_kinds(void)
{
    const struct fake_trace t = example();
    struct portside *p = portside_without_metrics();
    struct fake_runtime *r = one_app(p, &t);
    struct fake_collect *asked = world_alloc(sizeof *asked);

    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        const struct http *h = ask(p, world_text("/trace?durationSeconds=0&%s", kinds[i].query));
        const char *label = world_text("%s: %ld %.300s", kinds[i].query, h->status, h->body);
        bool found = false, sampler = false;

        CHECK_AT(label, h->status == 200 && h->result == CURLE_OK);
        CHECK_AT(label, strstr(h->body, kinds[i].holds) != NULL);
        fake_runtime_collect(r, asked);
        for (size_t k = 0; k < asked->count; k++) {
            sampler |= strcmp(asked->providers[k].name, SAMPLER) == 0;
            found |= strcmp(asked->providers[k].name, RUNTIME) == 0 &&
                     asked->providers[k].level == kinds[i].level &&
                     asked->providers[k].keywords == kinds[i].keywords;
        }
        CHECK_AT(label, found && sampler == kinds[i].sampler);
        CHECK_AT(label, asked->command == FAKE_COLLECT1); /* whose rundown is the whole one */
    }
    check_stopped("kinds", r);
}

#define BODY(keywords, level, rundown)                                                             \
    "{\"providers\":[{\"name\":\"" RUNTIME "\",\"keywords\":\"" keywords                           \
    "\",\"eventLevel\":\"" level "\"}],\"requestRundown\":" rundown "}"

static const struct {
    const char *query, *body;
    long status;
    unsigned command;
    const char *holds;
} posts[] = {
    {"format=topn-json", BODY("0x8000", "Error", "true"), 200, FAKE_COLLECT1, "exceptions"},
    {"format=topn-json", BODY("0x8000", "Error", "false"), 200, FAKE_COLLECT2, "exceptions"},
    {"format=topn-json&kind=alloc", BODY("1", "Verbose", "true"), 200, FAKE_COLLECT1, "200000"},
    {"format=topn-json&kind=alloc", BODY("1", "Informational", "true"), 400, 0, "gc-verbose"},
    {"format=topn-json&kind=cpu", BODY("1", "Verbose", "true"), 400, 0, "SampleProfiler"},
    {"format=chromium", BODY("1", "Verbose", "true"), 400, 0, "SampleProfiler"},
};

static void test_own_providers(void)
{
    const struct fake_trace t = example();
    struct portside *p = portside_without_metrics();
    struct fake_runtime *r = one_app(p, &t);
    struct fake_collect *asked = world_alloc(sizeof *asked);

    for (size_t i = 0; i < COUNT_OF(posts); i++) {
        int before = fake_runtime_received(r, FAKE_ANY_COLLECT);
        const struct http *h = http_run(&(struct http_request){
            .method = "POST",
            .url = world_text("%s/trace?durationSeconds=0&%s", p->base, posts[i].query),
            .headers = {"Content-Type: application/json"},
            .body = posts[i].body});
        const char *label =
            world_text("%s %s: %ld %.300s", posts[i].query, posts[i].body, h->status, h->body);

        CHECK_AT(label, h->status == posts[i].status && strstr(h->body, posts[i].holds));
        fake_runtime_collect(r, asked);
        CHECK_AT(label, posts[i].command ? asked->command == posts[i].command
                                         : fake_runtime_received(r, FAKE_ANY_COLLECT) == before);
    }
    check_stopped("own providers", r);
}

static const struct {
    const char *query, *detail;
} bad[] = {
    {"format=nope", "nettrace, speedscope, chromium, collapsed, pprof, flamegraph, topn"},
    {"kind=nope", "wall, cpu, alloc, exceptions, contention, events"},
    {"format=chromium&kind=alloc", "chromium cannot show alloc"},
    {"format=topn&kind=alloc&profile=Http", "gc-verbose"},
    {"format=topn&kind=cpu&profile=GcCollect", "SampleProfiler"},
    {"format=chromium&profile=Metrics", "SampleProfiler"},
    {"format=topn&number=0", "number"},
    {"format=topn&maxBytes=1000", "raw traces only"},
    {"format=topn&stoppingEventProviderName=" RUNTIME "&stoppingEventEventName=GC/Start",
     "raw traces only"},
    {"format=topn&egressProvider=nosuch", "nosuch"},
};

/* At once, without a word to the runtime. */
static void test_refused(void)
{
    const struct fake_trace t = example();
    struct portside *p = portside_without_metrics();
    struct fake_runtime *r = one_app(p, &t);

    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        const struct http *h = ask(p, world_text("/trace?durationSeconds=-1&%s", bad[i].query));
        const char *label = world_text("%s: %ld %.300s", bad[i].query, h->status, h->body);

        CHECK_AT(label, h->status == 400);
        CHECK_AT(label, strstr(json_text(json_of(h), "detail"), bad[i].detail) != NULL);
    }
    CHECK(fake_runtime_received(r, FAKE_ANY_COLLECT) == 0);
}

/* Nothing happened: an answer of its own where that can be, a problem where it cannot. */
static void test_nothing_there(void)
{
    const struct fake_trace t = without_samples();
    struct portside *p = portside_without_metrics();
    struct fake_runtime *r = one_app(p, &t);

    for (size_t i = 0; i < COUNT_OF(written); i++) {
        const char *format = written[i].format;
        const struct http *h =
            ask(p, world_text("/trace?durationSeconds=0&format=%s&kind=exceptions", format));
        CHECK_AT(format, h->status == (strcmp(format, "Chromium") == 0 ? 400 : 200));
        CHECK_AT(format, h->status == 400 || header_is(h, "X-Events", "0"));
        h = ask(p, world_text("/trace?durationSeconds=0&format=%s&kind=cpu", format));
        CHECK_AT(format, h->status == 400);
        CHECK_AT(format, strstr(json_text(json_of(h), "detail"), "NativeAOT") != NULL);
        CHECK_AT(format, portside_wait_operation(p, "Failed", 2000));
    }
    check_stopped("nothing there", r);
}

static void test_damaged(void)
{
    static char noise[4096];
    const struct fake_trace t = {.bytes = noise, .size = sizeof noise, .repeat = true};
    struct portside *p = portside_without_metrics();
    struct fake_runtime *r = one_app(p, &t);
    const struct http *h = ask(p, "/trace?durationSeconds=-1&format=topn");

    CHECK_AT(h->body, h->status == 400 && strstr(json_text(json_of(h), "detail"), "at byte"));
    CHECK(portside_wait_operation(p, "Failed", 2000));
    check_stopped("damaged", r);
}

static struct http *start(const struct portside *p, const char *path, int timeout_ms)
{
    struct http_request request = request_to(p, path);

    request.timeout_ms = timeout_ms;
    return http_start(&request);
}

static struct http *running(const struct portside *p, int timeout_ms)
{
    struct http *h = start(p, "/trace?durationSeconds=-1&format=collapsed", timeout_ms);

    REQUIRE(portside_wait_operation(p, "Running", 5000));
    return h;
}

static const char *operation_url(const struct portside *p)
{
    return world_text("%s/operations/%s", p->base,
                      json_text(portside_last_operation(p), "operationId"));
}

/* What came before the stop, and after it, is in the document. */
static void test_stop(void)
{
    const struct fake_trace t = example();
    struct portside *p = portside_without_metrics();
    struct fake_runtime *r = one_app(p, &t);
    struct http *h = running(p, 0);

    CHECK(cJSON_IsTrue(json_at(portside_last_operation(p), "isStoppable")));
    CHECK(http_delete("%s?stop=true", operation_url(p))->status == 202);
    REQUIRE(http_wait(h, 5000));
    CHECK(h->status == 200 && h->result == CURLE_OK && strstr(h->body, "Work(int32) 4000\n"));
    CHECK(portside_wait_operation(p, "Succeeded", 2000));
    check_stopped("stop", r);
}

static void test_cancel(void)
{
    const struct fake_trace t = example();
    struct portside *p = portside_without_metrics();
    struct fake_runtime *r = one_app(p, &t);
    struct http *h = running(p, 0);

    CHECK(http_delete("%s", operation_url(p))->status == 200);
    REQUIRE(http_wait(h, 5000));
    CHECK(portside_wait_operation(p, "Cancelled", 2000));
    check_stopped("cancel", r);
    CHECK(ask(p, "/trace?durationSeconds=0&format=topn")->status == 200);
}

static const struct http *leave_after(const struct portside *p, int ms)
{
    struct http *h = start(p, "/trace?durationSeconds=-1&format=speedscope", ms);

    REQUIRE(http_wait(h, 10000));
    return h;
}

/* While it is collected from a runtime that never rests, so that the pool is at work. */
static void test_leavers(void)
{
    struct fake_trace t = restless();
    struct portside *p = portside_without_metrics();
    struct fake_runtime *r = one_app(p, &t);

    t.repeat = true; /* the second turn is damage to a parser, but bytes to read all the same */
    CHECK(ask(p, "/trace?durationSeconds=0&format=topn")->status == 200);
    int fds = portside_fds(p);
    fake_runtime_set_trace(r, &t);
    for (int i = 0; i < LEAVERS; i++) {
        const struct http *h = NULL;
        CHECK_AT("let in", WAIT_UNTIL(5000, (h = leave_after(p, 20 + i))->status != 429));
    }
    CHECK(WAIT_UNTIL(5000, fake_runtime_received(r, FAKE_STOP) ==
                               fake_runtime_received(r, FAKE_ANY_COLLECT)));
    check_stopped("leavers", r);
    CHECK(portside_fds_are_back(p, fds));
    t.repeat = false;
    fake_runtime_set_trace(r, &t);
    CHECK(ask(p, "/trace?durationSeconds=0&format=topn")->status == 200);
}

/* The process ends: what it told until then is there, and the client sees that it is not all,
 * unless the stream has its end mark. */
static void test_death(void)
{
    for (size_t missing = 0; missing < 2; missing++) {
        struct fake_trace t = example();
        struct portside *p = portside_without_metrics();

        t.size += t.rundown_size - missing;
        struct fake_runtime *r = one_app(p, &t);
        struct http *h = running(p, 0);
        REQUIRE(WAIT_UNTIL(5000, fake_runtime_streamed(r) == t.size));
        fake_runtime_stop(r);
        REQUIRE(http_wait(h, 5000));
        CHECK(h->status == 200 && (h->result != CURLE_OK) == (missing > 0));
        CHECK_AT(h->body, strstr(h->body, "Work(int32) 4000\n") != NULL);
        CHECK(portside_wait_operation(p, missing ? "Failed" : "Succeeded", 2000));
        const cJSON *op = json_of(http_get("%s", operation_url(p)));
        CHECK((*json_text(op, "error.message") != '\0') == (missing > 0));
    }
}

/* A large document waits in a file for a client that takes its time; others are served. */
static void test_slow_client(void)
{
    const struct fake_trace t = restless();
    struct portside *p = portside_without_metrics();
    struct fake_runtime *r = one_app(p, &t);
    struct http_request request = request_to(p, "/trace?durationSeconds=0&format=speedscope");

    request.hold_after = 1;
    struct http *h = http_start(&request);
    REQUIRE(WAIT_UNTIL(10000, atomic_load(&h->received) > 0));
    CHECK(fake_runtime_sessions(r) == 0);
    CHECK(ask(p, "/trace?durationSeconds=0&format=topn")->status == 200);
    CHECK(portside_nothing_left(p));
    CHECK_AT(world_text("%ld KB", proc_status_number(p->proc->pid, "VmRSS")),
             proc_status_number(p->proc->pid, "VmRSS") < SLOW_RSS_KB);
    http_release(h);
    REQUIRE(http_wait(h, 10000));
    CHECK(h->status == 200 && h->result == CURLE_OK && h->body_size > 4 << 20);
    const cJSON *json = json_of(h);
    CHECK(cJSON_GetArraySize(json_at(json, "profiles[0].events")) > CHANGES);
    CHECK(portside_wait_operation(p, "Succeeded", 2000));
}

/* A client that leaves in the middle of a large document. */
static void test_gone_while_reading(void)
{
    const struct fake_trace t = restless();
    struct portside *p = portside_without_metrics();
    struct fake_runtime *r = one_app(p, &t);
    struct http_request request = request_to(p, "/trace?durationSeconds=0&format=speedscope");

    request.abort_after = 1;
    int fds = portside_fds(p);
    for (int i = 0; i < 10; i++) {
        (void)http_run(&request);
        CHECK(portside_wait_operation(p, "Cancelled", 5000));
    }
    check_stopped("gone while reading", r);
    CHECK(portside_fds_are_back(p, fds));
}

/* Three at a time, beside three raw ones. */
static void test_limit(void)
{
    const struct fake_trace t = example();
    struct portside *p = portside_without_metrics();
    struct fake_runtime *r = one_app(p, &t);
    struct http *all[3];

    for (size_t i = 0; i < COUNT_OF(all); i++) {
        all[i] = start(p, "/trace?durationSeconds=-1&format=topn", 0);
        REQUIRE(fake_runtime_wait(r, FAKE_ANY_COLLECT, (int)i + 1, 5000));
    }
    CHECK(ask(p, "/trace?durationSeconds=0&format=topn")->status == 429);
    CHECK(ask(p, "/debug/pprof/profile?seconds=1")->status == 429);
    CHECK(ask(p, "/trace?durationSeconds=0")->status == 200);
    for (size_t i = 0; i < COUNT_OF(all); i++)
        http_leave(all[i]);
    check_stopped("limit", r);
}

static void test_pprof(void)
{
    const struct fake_trace t = example();
    struct portside *p = portside_without_metrics();
    struct portside *closed = portside_start(&(struct portside_options){.authenticate = true});
    struct fake_runtime *r = one_app(p, &t);
    struct fake_collect *asked = world_alloc(sizeof *asked);
    static const struct {
        const char *path;
        uint64_t keywords;
    } rows[] = {{"/debug/pprof/profile?seconds=1", 0x18},
                {"/debug/pprof/allocs?seconds=1", 0x80000000019}};

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const struct http *h = ask(p, world_text("%s&pid=%d", rows[i].path, (int)getpid()));

        CHECK_AT(rows[i].path, h->status == 200 && memcmp(h->body, "\x1f\x8b", 2) == 0);
        CHECK_AT(rows[i].path, header_is(h, "Content-Type", "application/octet-stream"));
        CHECK_AT(rows[i].path, header_is(h, "X-Events", "14"));
        fake_runtime_collect(r, asked);
        CHECK_AT(rows[i].path, asked->providers[asked->count - 1].keywords == rows[i].keywords);
        CHECK_AT(rows[i].path, ask(closed, rows[i].path)->status == 401);
        CHECK_AT(rows[i].path, ask(p, world_text("%s&pid=1", rows[i].path))->status == 400);
    }
    CHECK(ask(p, "/debug/pprof/profile?seconds=x")->status == 400);
    const struct http *h = ask(p, "/debug/pprof/");
    CHECK(h->status == 200 && strstr(h->body, "/debug/pprof/profile") != NULL);
    CHECK(ask(p, "/debug/pprof/heap")->status == 404);
    check_stopped("pprof", r);
}

/* The end of the server, while it collects and while the pool writes. */
static void test_sigterm(void)
{
    struct fake_trace t = restless();
    struct portside *p = portside_without_metrics();
    struct fake_runtime *r = one_app(p, &t);
    struct http *h = running(p, 0);

    CHECK(portside_stop(p) == 0);
    CHECK(http_wait(h, 5000));
    check_stopped("SIGTERM", r);
}

WORLD_SUITE("component/trace_format", {"formats", test_formats}, {"accept", test_accept},
            {"kinds", test_kinds}, {"own providers", test_own_providers}, {"refused", test_refused},
            {"nothing there", test_nothing_there}, {"damaged", test_damaged}, {"stop", test_stop},
            {"cancel", test_cancel}, {"leavers", test_leavers}, {"death", test_death},
            {"slow client", test_slow_client}, {"gone while reading", test_gone_while_reading},
            {"limit", test_limit}, {"pprof", test_pprof}, {"SIGTERM", test_sigterm})
