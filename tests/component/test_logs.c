/* GET and POST /logs: what is asked of the runtime, every line of its stream, and slow readers. */
#include <regex.h>
#include <unistd.h>

#include "src/base/limits.h"
#include "tests/support/fake_runtime.h"
#include "tests/support/files.h"
#include "tests/support/golden.h"
#include "tests/support/log_maker.h"
#include "tests/support/portside.h"
#include "tests/support/world.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])
#define LOGGING "Microsoft-Extensions-Logging"
#define TPL "System.Threading.Tasks.TplEventSource"
#define TIME "2026-11-22 04:05:06Z "

enum {
    SCOPE = 32 * 1024, /* a text around each line of the large stream */
    LARGE_LINES = 4000,
    SLOW_RSS_KB = 24 * 1024,
};

static struct fake_trace trace_of(struct log_maker *m)
{
    struct fake_trace t = {0};

    t.bytes = log_maker_take(m, true, &t.size);
    return t;
}

/* One scope, two lines in it, one behind it. */
static struct log_maker *sample(void)
{
    struct log_maker *m = log_maker_new();
    struct log_maker_event scope = {.kind = MAKE_OPEN,
                                    .time = 1,
                                    .category = "C",
                                    .arguments = "{\"Order\":\"7\"}",
                                    .activity = 1};

    log_maker_add(m, &scope);
    log_maker_line(m, 0, 2, 1, 1);
    log_maker_line(m, 0, 3, 2, 1);
    scope.kind = MAKE_CLOSE;
    scope.time = 4;
    log_maker_add(m, &scope);
    log_maker_line(m, 0, 5, 3, 0);
    return m;
}

#define JSON_LINE(number, scopes)                                                                  \
    "{\"Timestamp\":\"2026-11-22 04:05:06Z\",\"LogLevel\":\"Information\",\"EventId\":0,"          \
    "\"EventName\":\"\",\"Category\":\"C\",\"Message\":\"Line " number "\",\"State\":{\"Message\"" \
    ":\"Line " number "\",\"Number\":\"" number                                                    \
    "\",\"{OriginalFormat}\":\"Line {Number}\"}" scopes "}\n"
#define IN_ORDER ",\"Scopes\":[{\"Order\":\"7\"}]"

static const char sample_text[] =
    TIME "info: C[0]\n      => Order:7\n      Line 1\n" TIME
         "info: C[0]\n      => Order:7\n      Line 2\n" TIME "info: C[0]\n      Line 3\n";
static const char sample_ndjson[] =
    JSON_LINE("1", IN_ORDER) JSON_LINE("2", IN_ORDER) JSON_LINE("3", "");
static const char sample_seq[] =
    "\x1E" JSON_LINE("1", IN_ORDER) "\x1E" JSON_LINE("2", IN_ORDER) "\x1E" JSON_LINE("3", "");

static struct fake_runtime *one_app(const struct portside *p, const struct fake_trace *t)
{
    struct fake_runtime *r =
        fake_runtime_start(&(struct fake_options){.port = p->socket, .trace = *t});

    REQUIRE(portside_wait_count(p, 1, 5000));
    return r;
}

/* `accept` NULL: no such header. */
static struct http_request request_of(const struct portside *p, const char *query,
                                      const char *accept, const char *body)
{
    return (struct http_request){
        .method = body ? "POST" : "GET",
        .url = world_text("%s/logs?%s", p->base, query),
        .headers = {accept ? world_text("Accept: %s", accept) : "Accept:",
                    body ? "Content-Type: application/json" : NULL},
        .body = body,
    };
}

static const struct http *ask(const struct portside *p, const char *query, const char *accept,
                              const char *body)
{
    const struct http_request request = request_of(p, query, accept, body);

    return http_run(&request);
}

static struct http *start(const struct portside *p, const char *query, const char *accept)
{
    const struct http_request request = request_of(p, query, accept, NULL);

    return http_start(&request);
}

static bool wait_output(const struct portside *p, const char *part)
{
    return WAIT_UNTIL(2000, strstr(proc_output(p->proc), part) != NULL);
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
    const char *query, *accept, *body, *golden;
    uint32_t level;
    const char *arguments, *want;
} good[] = {
    {"", "text/plain", NULL, "B-logs-get-text-plain", 0, "FilterSpecs=UseAppFilters", sample_text},
    {"", "*/*", NULL, "B-logs-get-any", 0, "FilterSpecs=UseAppFilters", sample_text},
    {"level=Debug", "application/x-ndjson", NULL, "B-logs-get-application-x-ndjson", 5,
     "FilterSpecs=", sample_ndjson},
    {"level=error", "application/json-seq, text/html", NULL, NULL, 2, "FilterSpecs=", sample_seq},
    {"level=5", "application/*", NULL, NULL, 1, "FilterSpecs=", sample_ndjson},
    {"", "text/plain",
     "{\"logLevel\":\"Error\",\"filterSpecs\":{\"SampleApp.Logging\":\"Information\",\"Microsoft\""
     ":null},\"useAppFilters\":false}",
     "B-logs-post-text-plain", 2, "FilterSpecs=\"SampleApp.Logging:Information;Microsoft\"",
     sample_text},
    {"", "application/json-seq", "{}", NULL, 3, "FilterSpecs=UseAppFilters", sample_seq},
    {"", "text/*", "{\"filterSpecs\":{\"A\":\"Trace\"}}", NULL, 3,
     "FilterSpecs=\"UseAppFilters;A:Trace\"", sample_text},
};

static void check_asked(const char *label, struct fake_runtime *r, uint32_t level,
                        const char *arguments)
{
    struct fake_collect *asked = world_alloc(sizeof *asked);

    fake_runtime_collect(r, asked);
    REQUIRE(asked->count == 2);
    CHECK_AT(label, strcmp(asked->providers[0].name, LOGGING) == 0);
    CHECK_AT(label, asked->providers[0].keywords == 0xC && asked->providers[0].level == level);
    CHECK_AT(asked->providers[0].arguments, strcmp(asked->providers[0].arguments, arguments) == 0);
    CHECK_AT(label, strcmp(asked->providers[1].name, TPL) == 0);
    CHECK_AT(label, asked->providers[1].keywords == 0x80 && asked->providers[1].level == 4);
    CHECK_AT(label, asked->rundown == 0 && asked->buffer_mb == 256 && asked->format == 1);
}

static void test_answers(void)
{
    const struct fake_trace t = trace_of(sample());
    struct portside *p = portside_without_metrics();
    struct fake_runtime *r = one_app(p, &t);

    for (size_t i = 0; i < COUNT_OF(good); i++) {
        const struct http *h =
            ask(p, world_text("durationSeconds=0&%s", good[i].query), good[i].accept, good[i].body);
        const char *label = world_text("row %zu: %ld %s", i, h->status, h->body);

        CHECK_AT(label, h->status == 200 && strcmp(h->body, good[i].want) == 0);
        const char *difference = good[i].golden ? golden_difference(good[i].golden, h) : NULL;
        CHECK_AT(world_text("row %zu: %s", i, difference ? difference : ""), !difference);
        const char *name =
            world_text("^attachment; filename=[0-9]{8}_[0-9]{6}_[0-9]{3}_%d[.]txt$", (int)getpid());
        const char *disposition = http_header(h, "Content-Disposition");
        CHECK_AT(label, good[i].want == sample_text ? !disposition : like(disposition, name));
        CHECK_AT(label, like(http_header(h, "Location"), "/operations/"));
        CHECK_AT(label, strcmp(http_header(h, "X-Lines"), "3") == 0 &&
                            strcmp(http_header(h, "X-Lines-Lost"), "0") == 0 &&
                            strcmp(http_header(h, "X-Events-Lost"), "0") == 0);
        check_asked(label, r, good[i].level, good[i].arguments);
        CHECK(portside_wait_operation(p, "Succeeded", 2000));
    }
    CHECK(WAIT_UNTIL(5000, fake_runtime_sessions(r) == 0));
}

static const struct {
    const char *query, *accept, *body, *golden; /* without one: a 400 with the peer's words */
} bad[] = {
    {"durationSeconds=2", "text/html", NULL, "B-logs-get-text-html"},
    {"durationSeconds=2", "application/json", NULL, "B-logs-get-application-json"},
    {"durationSeconds=2", NULL, NULL, "B-logs-get-text-html"},
    {"level=None", NULL, NULL, "B-logs-get-text-html"},
    {"durationSeconds=2&level=Zzz", "text/plain", NULL, "B-logs-get-level-bad"},
    {"durationSeconds=2", "text/plain", "{\"logLevel\":\"Zz\"}", "B-logs-post-badlevel"},
    {"level=None", "text/plain", NULL, NULL},
    {"", "text/plain", "{\"logLevel\":\"None\"}", NULL},
};

static void test_refused(void)
{
    const struct fake_trace t = trace_of(sample());
    struct portside *p = portside_without_metrics();

    CHECK_AT("no process comes before Accept", ask(p, "", NULL, NULL)->status == 400);
    struct fake_runtime *r = one_app(p, &t);
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        const struct http *h = ask(p, bad[i].query, bad[i].accept, bad[i].body);
        const char *difference = bad[i].golden ? golden_difference(bad[i].golden, h) : NULL;

        CHECK_AT(world_text("row %zu: %s", i, difference ? difference : ""), !difference);
        CHECK_AT(world_text("row %zu: %ld %s", i, h->status, h->body),
                 bad[i].golden ||
                     (h->status == 400 &&
                      strcmp(json_text(json_of(h), "detail"),
                             "LogLevel None is not supported as the default log level.") == 0));
    }
    CHECK(fake_runtime_received(r, FAKE_ANY_COLLECT) == 0);
}

/* Lines are there while the log goes on, those too behind which the runtime says nothing more. */
static void test_live(void)
{
    struct log_maker *m = sample();
    struct fake_trace t = {0};
    size_t whole;

    t.bytes = log_maker_take(m, false, &t.size);
    const uint8_t *all = log_maker_take(m, true, &whole);
    t.rundown = all + t.size;
    t.rundown_size = whole - t.size;
    struct portside *p = portside_start(&(struct portside_options){
        .env = {"DotnetMonitor_Metrics__Enabled=false", "Logging__Console__FormatterName=json",
                "Logging__LogLevel__Microsoft.Diagnostics=Debug"}});
    struct fake_runtime *r = one_app(p, &t);
    struct http *h = start(p, "durationSeconds=-1", "text/plain");

    REQUIRE(WAIT_UNTIL(5000, atomic_load(&h->received) == strlen(sample_text)));
    CHECK(portside_wait_operation(p, "Running", 2000));
    CHECK(wait_output(p, "\"EventId\":79,\"LogLevel\":\"Debug\",\"Category\":\"Microsoft."
                         "Diagnostics.Tools.Monitor.LogsOperation\""));
    const char *id = json_text(portside_last_operation(p), "operationId");
    CHECK(http_delete("%s/operations/%s?stop=true", p->base, id)->status == 202);
    CHECK(http_wait(h, 5000) && h->result == CURLE_OK);
    CHECK(strcmp(h->body, sample_text) == 0);
    CHECK(fake_runtime_received(r, FAKE_STOP) == 1);
}

static void test_client_leaves(void)
{
    struct fake_trace t = {0};

    t.bytes = log_maker_take(sample(), false, &t.size);
    struct portside *p = portside_without_metrics();
    struct fake_runtime *r = one_app(p, &t);
    struct http_request request = request_of(p, "durationSeconds=-1", "text/plain", NULL);
    request.abort_after = 10;
    (void)http_run(&request);
    CHECK(portside_wait_operation(p, "Cancelled", 5000));
    CHECK(WAIT_UNTIL(5000, fake_runtime_sessions(r) == 0));
    CHECK(fake_runtime_received(r, FAKE_STOP) == 1 && fake_runtime_stray_stops(r) == 0);
}

/* A process that ends is the end of its log; a stream that is none breaks the answer off. */
static void test_ends(void)
{
    struct fake_trace t = {.hold_after = 1};
    struct portside *p = portside_without_metrics();

    t.bytes = log_maker_take(sample(), false, &t.size);
    t.hold_after = t.size;
    struct fake_runtime *r = one_app(p, &t);
    struct http *h = start(p, "durationSeconds=-1", "text/plain");
    REQUIRE(WAIT_UNTIL(5000, atomic_load(&h->received) == strlen(sample_text)));
    fake_runtime_stop(r);
    CHECK(http_wait(h, 5000) && h->result == CURLE_OK && strcmp(h->body, sample_text) == 0);
    CHECK(portside_wait_operation(p, "Succeeded", 5000));
    REQUIRE(portside_wait_count(p, 0, 10000));

    const struct fake_trace noise = {.bytes = "not a stream of events at all", .size = 29};
    (void)one_app(p, &noise);
    const struct http *bad_answer = ask(p, "durationSeconds=1", "text/plain", NULL);
    CHECK_AT(bad_answer->body,
             bad_answer->status == 400 && strstr(bad_answer->body, "cannot be read") != NULL);
    CHECK(portside_wait_operation(p, "Failed", 5000));
}

/* What the runtime has lost is counted: two events are a line, one that comes alone is one too. */
static void test_lost_in_the_process(void)
{
    struct log_maker *m = sample();

    log_maker_lose(m, 0, 4);
    log_maker_add(m, &(struct log_maker_event){
                         .kind = MAKE_FORMATTED, .time = 6, .category = "C", .formatted = "large"});
    log_maker_lose(m, 0, 1);
    log_maker_line(m, 0, 7, 4, 0);
    const struct fake_trace t = trace_of(m);
    struct portside *p = portside_without_metrics();
    (void)one_app(p, &t);
    const struct http *h = ask(p, "durationSeconds=0", "text/plain", NULL);
    const char *rest = h->body + strlen(sample_text);

    CHECK_AT(rest, like(rest, "^" TIME "trce: C\\[0\\]\n      large\n" TIME "info: C\\[0\\]\n      "
                              "Line 4\n[0-9: -]+Z warn: Portside[.]Logs\\[1110\\]\\[LinesLost\\]\n"
                              "      2 lines are missing here: 0 because their reader was slow, 2 "
                              "because the process lost 5 events[.]\n$"));
    CHECK(strcmp(http_header(h, "X-Lines"), "5") == 0);
    CHECK(strcmp(http_header(h, "X-Lines-Lost"), "2") == 0);
    CHECK(strcmp(http_header(h, "X-Events-Lost"), "5") == 0);
    CHECK(wait_output(p, "The log lacks lines: 0 because their reader was slow, 2"));
}

static struct log_maker *large(void)
{
    struct log_maker *m = log_maker_new();
    char *text = world_alloc(SCOPE);

    memset(text, 'x', SCOPE - 1);
    log_maker_add(m, &(struct log_maker_event){.kind = MAKE_OPEN,
                                               .time = 1,
                                               .category = "C",
                                               .arguments = world_text("{\"s\":\"%s\"}", text),
                                               .activity = 1});
    for (unsigned i = 1; i <= LARGE_LINES; i++)
        log_maker_line(m, 0, 1 + i, i, 1);
    return m;
}

/* Where the body has `part` from `at` on. Not strstr(): under AddressSanitizer each call looks at
 * all of the rest. */
static const char *find(const struct http *h, const char *at, const char *part)
{
    return memmem(at, (size_t)(h->body + h->body_size - at), part, strlen(part));
}

static unsigned count_of(const struct http *h, const char *part)
{
    unsigned count = 0;

    for (const char *at = h->body; (at = find(h, at, part)) != NULL; at += strlen(part))
        count++;
    return count;
}

/* 128 MiB of lines for somebody who takes none: memory stays, the runtime does not wait, and every
 * line is there or counted. */
static void test_slow_reader(void)
{
    const struct fake_trace t = trace_of(large());
    struct portside *p = portside_without_metrics();
    struct fake_runtime *r = one_app(p, &t);
    struct http_request request = request_of(p, "durationSeconds=0", "text/plain", NULL);
    request.hold_after = 1;
    request.timeout_ms = 400000;
    struct http *h = http_start(&request);

    REQUIRE(fake_runtime_wait(r, FAKE_STOP, 1, 20000));
    CHECK_AT("the session ends without the reader",
             WAIT_UNTIL(20000, fake_runtime_sessions(r) == 0));
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
    long rss = proc_status_number(p->proc->pid, "VmRSS");
    CHECK_AT(world_text("%ld KiB", rss), rss < SLOW_RSS_KB);
#endif
    http_release(h);
    REQUIRE(http_wait(h, 30000));
    CHECK_AT("nothing was changed on its way", !memchr(h->body, 0, h->body_size));
    unsigned there = count_of(h, "\n      Line "), lines, missing = 0;
    for (const char *at = h->body; (at = find(h, at, " lines are missing here")); at++) {
        const char *start_of = at;
        while (start_of[-1] != ' ')
            start_of--;
        REQUIRE(sscanf(start_of, "%u", &lines) == 1);
        missing += lines;
    }
    CHECK_AT(world_text("%u there, %u missing", there, missing),
             there + missing == LARGE_LINES && missing > 0 && there > LIMIT_LOGS_SPOOL / 40000);
    CHECK(strcmp(http_header(h, "X-Lines"), world_text("%u", there)) == 0);
    CHECK(strcmp(http_header(h, "X-Lines-Lost"), world_text("%u", missing)) == 0);
    CHECK(portside_wait_operation(p, "Succeeded", 5000));
}

static void test_limit(void)
{
    struct fake_trace t = {0};
    struct http *running[3];

    t.bytes = log_maker_take(sample(), false, &t.size);
    struct portside *p = portside_without_metrics();
    struct fake_runtime *r = one_app(p, &t);
    static const char *const types[] = {"text/plain", "application/x-ndjson",
                                        "application/json-seq"};
    for (size_t i = 0; i < COUNT_OF(running); i++) {
        running[i] = start(p, "durationSeconds=-1", types[i]);
        REQUIRE(WAIT_UNTIL(5000, fake_runtime_sessions(r) == (int)i + 1));
    }
    CHECK(ask(p, "", "text/plain", NULL)->status == 429);
    CHECK(portside_stop(p) == 0);
}

WORLD_SUITE("component/logs", {"answers", test_answers}, {"refused", test_refused},
            {"live", test_live}, {"client leaves", test_client_leaves}, {"ends", test_ends},
            {"lost in the process", test_lost_in_the_process}, {"slow reader", test_slow_reader},
            {"limit", test_limit})
