#include <stdlib.h>
#include <string.h>

#include "proto/nettrace/parser.h"
#include "src/rules/request_event.h"
#include "tests/support/files.h"
#include "tests/support/metrics_maker.h"
#include "tests/support/trace_file.h"
#include "tests/support/world.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

enum { ALL = REQUEST_ID | REQUEST_PATH | REQUEST_STATUS | REQUEST_DURATION };

/* What came last, and how often. */
struct heard {
    unsigned wanted, starts, stops, others;
    struct request_event event;
};

static int on_event(void *user, const struct nettrace_event *event)
{
    struct heard *h = user;
    enum request_event_kind kind = request_event_kind(event);

    h->starts += kind == REQUEST_START;
    h->stops += kind == REQUEST_STOP;
    h->others += kind == REQUEST_OTHER;
    if (kind != REQUEST_OTHER)
        request_event_read(event, h->wanted, &h->event);
    return 0;
}

static struct heard *hear(unsigned wanted, const void *data, size_t size)
{
    struct heard *h = world_alloc(sizeof *h);
    struct nettrace *parser =
        nettrace_new(&(struct nettrace_callbacks){.user = h, .on_event = on_event}, NULL);

    h->wanted = wanted;
    REQUIRE(parser != NULL);
    CHECK(nettrace_feed(parser, data, size) == 0);
    (void)nettrace_finish(parser);
    nettrace_free(parser);
    return h;
}

static struct heard *hear_one(unsigned wanted, const char *name, const char *arguments)
{
    struct metrics_maker *m = metrics_maker_new();
    size_t size;

    metrics_maker_activity(m, name, 1, arguments);
    const uint8_t *data = metrics_maker_end(m, &size);
    return hear(wanted, data, size);
}

static const struct {
    const char *label, *arguments;
    unsigned wanted, found;
    const char *path;
    int64_t status, duration;
} rows[] = {
    {"a start of .NET 10",
     "Scheme=http|Host=h|PathBase=|QueryString=|Path=/a|Method=GET|ActivityId=00-1-2-00",
     REQUEST_ID | REQUEST_PATH, REQUEST_ID | REQUEST_PATH, "/a", 0, 0},
    {"a stop", "ActivityId=00-1|Path=/a|StatusCode=503|ActivityDuration=12345", ALL, ALL, "/a", 503,
     1234500},
    {"keys without case", "ACTIVITYID=00-1|path=/a|statusCode=200|activityduration=1", ALL, ALL,
     "/a", 200, 100},
    {"only what is wanted", "ActivityId=00-1|Path=/a|StatusCode=503|ActivityDuration=1",
     REQUEST_STATUS, REQUEST_STATUS, "", 503, 0},
    {"nothing is wanted", "Path=/a", 0, 0, "", 0, 0},
    {"nothing is there", "", ALL, 0, "", 0, 0},
    {"the first of several", "Path=/a|Path=/b", REQUEST_PATH, REQUEST_PATH, "/a", 0, 0},
    {"an empty path", "Path=", REQUEST_PATH, REQUEST_PATH, "", 0, 0},
    {"an empty id is none", "ActivityId=", REQUEST_ID, 0, "", 0, 0},
    {"a status that is none", "StatusCode=abc", REQUEST_STATUS, 0, "", 0, 0},
    {"a negative status", "StatusCode=-1", REQUEST_STATUS, 0, "", 0, 0},
    {"a status too large", "StatusCode=99999999999999999999999", REQUEST_STATUS, 0, "", 0, 0},
    {"a duration of nothing", "ActivityDuration=0", REQUEST_DURATION, REQUEST_DURATION, "", 0, 0},
    {"a duration too long", "ActivityDuration=9223372036854775807", REQUEST_DURATION, 0, "", 0, 0},
    {"the longest duration", "ActivityDuration=92233720368547758", REQUEST_DURATION,
     REQUEST_DURATION, "", 0, INT64_C(9223372036854775800)},
    {"keys that begin alike", "ActivityIdFormat=W3C|PathBase=/x|Pat=/y|ActivitySpanId=1", ALL, 0,
     "", 0, 0},
    {"a key beyond ASCII",
     "P\xc3\xa1"
     "th=/a|\xc5\x90"
     "ath=/b",
     REQUEST_PATH, 0, "", 0, 0},
};

static void test_rows(void)
{
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct heard *h = hear_one(rows[i].wanted, "Activity1Stop", rows[i].arguments);
        CHECK_AT(rows[i].label, h->stops == 1 && h->event.found == rows[i].found);
        CHECK_AT(rows[i].label,
                 !(h->event.found & REQUEST_PATH) || strcmp(h->event.path, rows[i].path) == 0);
        CHECK_AT(rows[i].label,
                 !(h->event.found & REQUEST_STATUS) || h->event.status == rows[i].status);
        CHECK_AT(rows[i].label,
                 !(h->event.found & REQUEST_DURATION) || h->event.duration == rows[i].duration);
    }
}

static void test_kinds(void)
{
    CHECK(hear_one(0, "Activity1Start", "Path=/")->starts == 1);
    CHECK(hear_one(0, "Activity1Stop", "Path=/")->stops == 1);
    CHECK(hear_one(0, "Activity2Start", "Path=/")->others == 1);
    CHECK(hear_one(0, "Event", "Path=/")->others == 1);
    CHECK(hear_one(0, "activity1start", "Path=/")->others == 1);
}

static void test_ids(void)
{
    uint64_t a = hear_one(ALL, "Activity1Start", "ActivityId=00-aa-1")->event.id;
    uint64_t b = hear_one(ALL, "Activity1Stop", "Path=/|ActivityId=00-aa-1")->event.id;
    uint64_t c = hear_one(ALL, "Activity1Stop", "ActivityId=00-aa-2")->event.id;

    CHECK(a == b && a != c);
}

/* Paths up to the limit; a longer one is not there, as nobody could say what it matches. */
static void test_long_path(void)
{
    char *path = world_alloc(LIMIT_RULE_PATH + 1);

    memset(path, 'a', LIMIT_RULE_PATH - 1);
    struct heard *h = hear_one(ALL, "Activity1Start", world_text("Path=%s", path));
    CHECK(h->event.found == REQUEST_PATH && strlen(h->event.path) == LIMIT_RULE_PATH - 1);
    path[LIMIT_RULE_PATH - 1] = 'a';
    h = hear_one(ALL, "Activity1Start", world_text("Path=%s|StatusCode=200", path));
    CHECK(h->event.found == REQUEST_STATUS && !h->event.path[0]);
}

/* An event whose array is of something else. */
static void test_other_shapes(void)
{
    struct metrics_maker *m = metrics_maker_new();
    size_t size;

    metrics_maker_event(m, "Microsoft-Diagnostics-DiagnosticSource", "Activity1Start", 4, 1,
                        "a|b|Path=/c");
    metrics_maker_event(m, "Microsoft-Diagnostics-DiagnosticSource", "Activity1Stop", 5, 1, "#1");
    metrics_maker_event(m, "Other", "Activity1Start", 4, 1, "a|b|Path=/c");
    const uint8_t *data = metrics_maker_end(m, &size);
    struct heard *h = hear(ALL, data, size);
    CHECK(h->starts == 1 && h->stops == 1 && h->others == 1 && h->event.found == 0);
}

/* Of real runtimes: 15 requests to /hello. */
static void test_recordings(void)
{
    static const char *const names[] = {"requests8", "requests9", "requests10"};

    for (size_t i = 0; i < COUNT_OF(names); i++) {
        size_t size;
        const char *data =
            files_read(world_text("tests/data/nettrace/%s.nettrace", names[i]), &size);
        struct heard *h = hear(ALL, data, size);
        CHECK_AT(names[i], h->starts == 15 && h->stops == 15 && h->others > 50);
        CHECK_AT(names[i], h->event.found == ALL && strcmp(h->event.path, "/hello") == 0);
        CHECK_AT(names[i], h->event.status == 200 && h->event.duration > 0);
    }
}

WORLD_SUITE("rules/request_event", {"rows", test_rows}, {"kinds", test_kinds}, {"ids", test_ids},
            {"long path", test_long_path}, {"other shapes", test_other_shapes},
            {"recordings", test_recordings})
