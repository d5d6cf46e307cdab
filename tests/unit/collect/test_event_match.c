/* On the sample stream: "Request/Start" has Number (i) and Text ("hello", or "" when 3 divides i);
 * every fourth event is of another kind, with a field of each type. */
#include <stdlib.h>
#include <string.h>

#include "proto/nettrace/parser.h"
#include "src/collect/event_match.h"
#include "tests/support/check.h"
#include "tests/support/nettrace_sample.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])
#define SAMPLE "Sample-Provider"
#define START "Request/Start"
#define RICH "Rich\xC3\xA9/24"

struct walk {
    struct event_match *match;
    uint64_t i;
    uint64_t first, count, never; /* of those that match */
};

static int on_metadata(void *user, struct nettrace_metadata *metadata)
{
    struct walk *w = user;

    metadata->user = event_match_definition(w->match, metadata) ? w : NULL;
    return 0;
}

static int on_event(void *user, const struct nettrace_event *event)
{
    struct walk *w = user;
    enum event_match_answer answer =
        event->metadata->user ? event_match_check(w->match, event) : EVENT_MATCH_NO;

    if (answer == EVENT_MATCH_YES && w->count++ == 0)
        w->first = w->i;
    w->never += answer == EVENT_MATCH_NEVER;
    w->i++;
    return 0;
}

static struct walk walk(const struct event_match_need *need, unsigned version)
{
    struct walk w = {.match = event_match_new(need)};
    const struct nettrace_callbacks callbacks = {
        .user = &w, .on_metadata = on_metadata, .on_event = on_event};
    struct nettrace_writer writer;
    size_t size;

    REQUIRE(w.match != NULL);
    sample_write(&writer, version, true);
    const uint8_t *data = nettrace_writer_data(&writer, &size);
    struct nettrace *n = nettrace_new(&callbacks, NULL);
    REQUIRE(n && nettrace_feed(n, data, size) == 0 && w.i == SAMPLE_EVENTS);
    nettrace_free(n);
    nettrace_writer_deinit(&writer);
    event_match_free(w.match);
    return w;
}

static const struct {
    const char *provider, *event;
    struct event_match_field fields[3];
    uint64_t first, count;
} rows[] = {
    {SAMPLE, START, {{0}}, 0, 30},
    {SAMPLE, RICH, {{0}}, 3, 10},
    {"sample-provider", START, {{0}}, 0, 0},
    {SAMPLE, "request/start", {{0}}, 0, 0},
    {SAMPLE, "Request", {{0}}, 0, 0},
    {SAMPLE, "RequestStart", {{0}}, 0, 0},
    {SAMPLE, START, {{"Number", "17"}}, 17, 1},
    {SAMPLE, START, {{"Number", "017"}}, 0, 0},
    {SAMPLE, START, {{"Text", "hello"}}, 1, 20},
    {SAMPLE, START, {{"Text", ""}}, 0, 10},
    {SAMPLE, START, {{"Text", "Hello"}}, 0, 0},
    {SAMPLE, START, {{"Text", "hell"}}, 0, 0},
    {SAMPLE, START, {{"Text", "hello "}}, 0, 0},
    {SAMPLE, START, {{"Text", "hello"}, {"Number", "4"}}, 4, 1},
    {SAMPLE, START, {{"Text", "hello"}, {"Number", "6"}}, 0, 0},
    {SAMPLE, RICH, {{"Boolean", "True"}, {"Char", "c"}, {"SByte", "-1"}}, 3, 10},
    {SAMPLE, RICH, {{"UInt64", "18446744073709551615"}, {"Single", "1.5"}}, 3, 10},
    {SAMPLE, RICH, {{"Double", "-2.25"}, {"Int32", "-5"}, {"UInt32", "11"}}, 11, 1},
    {SAMPLE, RICH, {{"Guid", "03020100-0504-0706-0809-0a0b0c0d0e0f"}}, 3, 10},
    {SAMPLE, RICH, {{"String", "text \xE2\x82\xAC"}}, 3, 10},
    {SAMPLE, RICH, {{"Pairs", ""}}, 0, 0},
};

static struct event_match_need need_of(size_t i)
{
    struct event_match_need need = {rows[i].provider, rows[i].event, rows[i].fields, 0};

    while (need.field_count < COUNT_OF(rows[i].fields) && rows[i].fields[need.field_count].name)
        need.field_count++;
    return need;
}

static void test_rows(void)
{
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const struct event_match_need need = need_of(i);
        for (unsigned version = 4; version <= 6; version++) {
            struct walk w = walk(&need, version);
            CHECK_AT(rows[i].event, w.count == rows[i].count && w.first == rows[i].first);
            CHECK_AT(rows[i].event, w.never == 0);
        }
    }
}

/* A field that the event does not have: of some, or of all fields. */
static void test_never(void)
{
    static const struct event_match_field missing[] = {{"Number", "1"}, {"number", "1"}};
    struct walk w = walk(&(struct event_match_need){SAMPLE, START, missing, 2}, 4);

    CHECK(w.count == 0 && w.never == 30);
    w = walk(&(struct event_match_need){SAMPLE, START, missing + 1, 1}, 6);
    CHECK(w.count == 0 && w.never == 30);
    w = walk(&(struct event_match_need){SAMPLE, "Nothing", missing, 2}, 6);
    CHECK(w.count == 0 && w.never == 0);
}

/* A payload that ends before a field: the field is empty. Definitions change their place. */
static void test_cut_payload(void)
{
    static const struct nettrace_field fields[] = {
        {.name = "Number", .type = {.code = NETTRACE_INT32, .size = 4}},
        {.name = "Text",
         .offset = 4,
         .type = {.code = NETTRACE_UTF16_STRING, .size = NETTRACE_SIZE_VARIES}}};
    const struct event_match_field empty[] = {{"Text", ""}}, text[] = {{"Text", "x"}};
    struct nettrace_metadata m = {.provider = SAMPLE, .title = START, .fields = {fields, 2}};
    const struct nettrace_event e = {
        .metadata = &m, .payload = (const uint8_t *)"\1\0\0", .payload_size = 3};

    struct event_match *match =
        event_match_new(&(struct event_match_need){SAMPLE, START, empty, 1});
    REQUIRE(match && event_match_definition(match, &m));
    CHECK(event_match_check(match, &e) == EVENT_MATCH_YES);
    m.fields.count = 1; /* another definition at the same place */
    REQUIRE(event_match_definition(match, &m));
    CHECK(event_match_check(match, &e) == EVENT_MATCH_NEVER);
    event_match_free(match);
    m.fields.count = 2;
    match = event_match_new(&(struct event_match_need){SAMPLE, START, text, 1});
    REQUIRE(match && event_match_definition(match, &m));
    CHECK(event_match_check(match, &e) == EVENT_MATCH_NO);
    event_match_free(match);
    event_match_free(NULL);
}

static void test_too_many(void)
{
    struct event_match_field fields[EVENT_MATCH_FIELDS + 1];

    for (size_t i = 0; i < COUNT_OF(fields); i++)
        fields[i] = (struct event_match_field){"a", "b"};
    struct event_match *m =
        event_match_new(&(struct event_match_need){"p", "e", fields, EVENT_MATCH_FIELDS});
    CHECK(m != NULL);
    event_match_free(m);
    CHECK(!event_match_new(&(struct event_match_need){"p", "e", fields, EVENT_MATCH_FIELDS + 1}));
}

/* Names of the runtime's enumerations, and their numbers. */
static void test_enumeration(void)
{
    static const char *const texts[] = {"Induced", "1"};
    static const struct nettrace_field reason[] = {
        {.name = "Reason", .type = {.code = NETTRACE_UINT32, .size = 4}}};
    const struct nettrace_metadata m = {
        .provider = "Microsoft-Windows-DotNETRuntime", .title = "GC/Start", .fields = {reason, 1}};
    const struct nettrace_event e = {
        .metadata = &m, .payload = (const uint8_t *)"\1\0\0\0", .payload_size = 4};

    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        const struct event_match_field field = {"Reason", texts[i]};
        struct event_match *match =
            event_match_new(&(struct event_match_need){m.provider, m.title, &field, 1});
        REQUIRE(match && event_match_definition(match, &m));
        CHECK_AT(texts[i], event_match_check(match, &e) == EVENT_MATCH_YES);
        event_match_free(match);
    }
}

TEST_SUITE("collect/event_match", {"rows", test_rows}, {"never", test_never},
           {"cut payload", test_cut_payload}, {"too many", test_too_many},
           {"enumeration", test_enumeration});
