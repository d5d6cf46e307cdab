#include "src/base/limits.h"
#include "src/rules/occurrences.h"
#include "tests/support/check.h"

/* Without a window: so many in all. */
static void test_count(void)
{
    struct occurrences o = {.limit = 2};

    CHECK(!occurrences_exhausted(&o));
    CHECK(occurrences_begin(&o, 10));
    CHECK(!occurrences_exhausted(&o) && occurrences_within(&o, 10) == 1);
    CHECK(occurrences_begin(&o, 1000000));
    CHECK(occurrences_exhausted(&o) && !occurrences_throttled(&o, 1000000));
    CHECK(o.lifetime == 2 && occurrences_within(&o, 9000000) == 2);
    CHECK(occurrences_left_ms(&o, 1000000) == 0);
    occurrences_deinit(&o);
}

/* With a window of 1 s and two in it. */
static void test_window(void)
{
    struct occurrences o = {.limit = 2, .window_ms = 1000};

    CHECK(occurrences_begin(&o, 100));
    CHECK(occurrences_begin(&o, 600));
    CHECK(occurrences_throttled(&o, 600) && !occurrences_exhausted(&o));
    CHECK(!occurrences_begin(&o, 1100)); /* one as old as the window is within it */
    CHECK(occurrences_left_ms(&o, 600) == 500 && occurrences_left_ms(&o, 1100) == 0);
    CHECK(o.lifetime == 2 && occurrences_within(&o, 1100) == 2);
    CHECK(!occurrences_throttled(&o, 1101) && occurrences_within(&o, 1101) == 1);
    CHECK(occurrences_begin(&o, 1101));
    CHECK(occurrences_throttled(&o, 1101) && occurrences_left_ms(&o, 1101) == 499);
    CHECK(occurrences_within(&o, 5000) == 0 && occurrences_begin(&o, 5000));
    CHECK(o.lifetime == 4 && o.count == 1);
    occurrences_deinit(&o);
}

/* A limit beyond what is remembered throttles there. */
static void test_bounded(void)
{
    struct occurrences o = {.limit = UINT64_MAX, .window_ms = 1000000};

    for (int64_t i = 0; i < LIMIT_RULE_OCCURRENCES; i++)
        CHECK(occurrences_begin(&o, i));
    CHECK(!occurrences_begin(&o, LIMIT_RULE_OCCURRENCES));
    CHECK(o.lifetime == LIMIT_RULE_OCCURRENCES && o.capacity <= LIMIT_RULE_OCCURRENCES);
    CHECK(occurrences_begin(&o, 1000001));
    occurrences_deinit(&o);
}

TEST_SUITE("rules/occurrences", {"count", test_count}, {"window", test_window},
           {"bounded", test_bounded})
