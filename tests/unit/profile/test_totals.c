#include "src/profile/totals.h"
#include "tests/support/check.h"

static void test_sums(void)
{
    struct totals t = {0};
    const struct total more[] = {{2, 1, 1, 10}, {1, 9, 1, 5}, {2, 1, 2, 20}, {1, 3, 1, 1}};

    for (size_t i = 0; i < 4; i++)
        REQUIRE(totals_add(&t, &more[i]));
    REQUIRE(t.count == 3);
    CHECK(t.list[0].count == 3 && t.list[0].value == 30);
    totals_sort(&t);
    CHECK(t.list[0].thread == 1 && t.list[0].stack == 3);
    CHECK(t.list[1].stack == 9 && t.list[2].thread == 2);
    totals_deinit(&t);
}

static void test_a_million_samples(void)
{
    struct totals t = {0};

    for (uint32_t i = 0; i < 1000000; i++)
        REQUIRE(totals_add(&t, &(struct total){i % 10, i % 1000, 1, 2}));
    CHECK(t.count == 1000);
    for (size_t i = 0; i < t.count; i++)
        REQUIRE(t.list[i].count == 1000 && t.list[i].value == 2000);
    totals_deinit(&t);
}

TEST_SUITE("profile/totals", {"sums", test_sums}, {"a million samples", test_a_million_samples})
