#include <stdlib.h>

#include "src/session/coverage.h"
#include "src/session/feed.h"
#include "tests/support/check.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

static const uint32_t two[] = {1, 2}, other[] = {1, 3};

/* Name, keywords, level, arguments; the second has an event filter behind them. */
#define P(n, k, l, a)                                                                              \
    {                                                                                              \
        .name = (n), .keywords = (k), .level = (l), .arguments = (a)                               \
    }
#define F(enable, ids, c)                                                                          \
    {                                                                                              \
        .name = "P", .keywords = 3, .level = 4, .filter = { enable, ids, c }                       \
    }

static const struct {
    const char *label;
    struct ipc_trace_provider have, need;
    bool covered;
} rows[] = {
    {"the same", P("P", 3, 4, "a=1"), P("P", 3, 4, "a=1"), true},
    {"another name", P("P", 3, 4, NULL), P("Q", 3, 4, NULL), false},
    {"names have case", P("My-Source", 3, 4, NULL), P("my-source", 3, 4, NULL), false},
    {"more keywords than needed", P("P", 7, 4, NULL), P("P", 3, 4, NULL), true},
    {"fewer", P("P", 3, 4, NULL), P("P", 7, 4, NULL), false},
    {"others", P("P", 4, 4, NULL), P("P", 3, 4, NULL), false},
    {"no keywords are part of any", P("P", 7, 4, NULL), P("P", 0, 4, NULL), true},
    {"all keywords", P("P", UINT64_MAX, 4, NULL), P("P", UINT64_C(1) << 63, 4, NULL), true},
    {"a higher level", P("P", 3, 5, NULL), P("P", 3, 4, NULL), true},
    {"a lower level", P("P", 3, 3, NULL), P("P", 3, 4, NULL), false},
    {"other arguments", P("P", 3, 4, "a=1"), P("P", 3, 4, "a=2"), false},
    {"arguments have case", P("P", 3, 4, "a=x"), P("P", 3, 4, "a=X"), false},
    {"arguments where none are needed", P("P", 3, 4, "a=1"), P("P", 3, 4, NULL), false},
    {"none and empty are the same", P("P", 3, 4, NULL), P("P", 3, 4, ""), true},
    {"a filter where all is needed", F(true, two, 2), P("P", 3, 4, NULL), false},
    {"all where a filter is needed", P("P", 3, 4, NULL), F(true, two, 2), true},
    {"the same filter", F(true, two, 2), F(true, two, 2), true},
    {"another filter", F(true, two, 2), F(true, other, 2), false},
    {"its opposite", F(false, two, 2), F(true, two, 2), false},
    {"nothing at all", F(true, NULL, 0), P("P", 3, 4, NULL), false},
};

static void test_provider(void)
{
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct feed_need have = {&rows[i].have, 1, false, 0}, need = {&rows[i].need, 1, false, 0};
        CHECK_AT(rows[i].label, coverage_has(&have, &need) == rows[i].covered);
    }
}

static const struct ipc_trace_provider many[] = {P("A", 1, 4, NULL), P("B", 2, 4, "x"),
                                                 P("C", 4, 5, NULL)};

static const struct {
    const char *label;
    struct feed_need have, need;
    bool covered;
} needs[] = {
    {"one of many", {many, 3, false, 0}, {many + 1, 1, false, 0}, true},
    {"many of one", {many, 1, false, 0}, {many, 3, false, 0}, false},
    {"two of three", {many, 3, false, 0}, {many + 1, 2, false, 0}, true},
    {"stacks are missing", {many, 3, false, 0}, {many, 1, true, 0}, false},
    {"stacks are there", {many, 3, true, 0}, {many, 1, true, 0}, true},
    {"stacks are not needed", {many, 3, true, 0}, {many, 1, false, 0}, true},
    {"a larger buffer", {many, 3, false, 64}, {many, 1, false, 0}, true},
    {"a smaller buffer", {many, 3, false, 0}, {many, 1, false, 64}, false},
    {"the usual buffer", {many, 3, false, 0}, {many, 1, false, FEED_BUFFER_MB}, true},
};

static void test_need(void)
{
    for (size_t i = 0; i < COUNT_OF(needs); i++)
        CHECK_AT(needs[i].label, coverage_has(&needs[i].have, &needs[i].need) == needs[i].covered);
}

/* It says the same, also when the original is gone. */
static void test_copy(void)
{
    char name[] = "Provider", arguments[] = "a=1";
    uint32_t ids[] = {7, 8};
    const uint32_t same_ids[] = {7, 8};
    struct ipc_trace_provider providers[] = {{name, 3, 4, arguments, {true, ids, 2}},
                                             {name, 8, 5, NULL, {true, NULL, 0}}};
    const struct ipc_trace_provider same[] = {{"Provider", 3, 4, "a=1", {true, same_ids, 2}},
                                              {"Provider", 8, 5, NULL, {true, NULL, 0}}};
    struct feed_need need = {providers, 2, true, 9}, want = {same, 2, true, 9};
    struct coverage copy;
    struct error err;

    REQUIRE(coverage_init(&copy, &need, &err) == 0);
    name[0] = arguments[0] = 'x';
    ids[0] = 99;
    CHECK(coverage_has(&copy.need, &want) && coverage_has(&want, &copy.need));
    CHECK(copy.need.stacks && copy.need.buffer_mb == 9);
    CHECK(copy.need.providers[1].filter.enable);
    coverage_deinit(&copy);
    coverage_deinit(&copy);
    CHECK(copy.need.provider_count == 0);
}

TEST_SUITE("session/coverage", {"provider", test_provider}, {"need", test_need},
           {"copy", test_copy})
