#include "src/base/number_map.h"
#include "tests/support/check.h"

static void test_empty(void)
{
    struct number_map m = {0};

    CHECK(number_map_get(&m, 0) == NUMBER_MAP_NONE);
    number_map_deinit(&m);
}

static void test_many(void)
{
    struct number_map m = {0};

    for (uint32_t i = 0; i < 100000; i++)
        REQUIRE(number_map_set(&m, (uint64_t)i << 32, i));
    for (uint32_t i = 0; i < 100000; i++)
        REQUIRE(number_map_get(&m, (uint64_t)i << 32) == i);
    CHECK(number_map_get(&m, 7) == NUMBER_MAP_NONE);
    CHECK(m.count == 100000);
    number_map_deinit(&m);
}

static void test_replace(void)
{
    struct number_map m = {0};

    REQUIRE(number_map_set(&m, UINT64_MAX, 1) && number_map_set(&m, UINT64_MAX, 2));
    CHECK(number_map_get(&m, UINT64_MAX) == 2);
    CHECK(m.count == 1);
    number_map_deinit(&m);
}

TEST_SUITE("base/number_map", {"empty", test_empty}, {"many", test_many}, {"replace", test_replace})
