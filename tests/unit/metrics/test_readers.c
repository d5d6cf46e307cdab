#include "src/metrics/readers.h"
#include "tests/support/check.h"

static void test_turns(void)
{
    struct metrics_readers r = {0};

    CHECK(metrics_readers_turn(&r, 0, 100) == INT64_MAX);
    CHECK(metrics_readers_turn(&r, 7, 200) == INT64_MAX);
    CHECK(metrics_readers_turn(&r, 0, 300) == 100);
    CHECK(metrics_readers_turn(&r, 7, 400) == 200);
}

static void test_forgets_the_oldest(void)
{
    struct metrics_readers r = {0};

    for (uint64_t i = 0; i < LIMIT_METRIC_READERS; i++)
        (void)metrics_readers_turn(&r, i, 100 + (int64_t)i);
    CHECK(metrics_readers_turn(&r, 0, 500) == 100);
    CHECK(metrics_readers_turn(&r, 99, 600) == INT64_MAX);
    CHECK(metrics_readers_turn(&r, 0, 700) == 500);
    CHECK(metrics_readers_turn(&r, 1, 800) == INT64_MAX); /* it went for 99 */
}

TEST_SUITE("metrics/readers", {"turns", test_turns},
           {"forgets the oldest", test_forgets_the_oldest})
