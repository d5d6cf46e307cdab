#include "src/profile/stack_table.h"
#include "tests/support/check.h"

static void test_once(void)
{
    struct stack_table t = {0};
    const uint64_t a[] = {1, 2, 3}, b[] = {1, 2};
    size_t depth;

    uint32_t first = stack_table_add(&t, a, 3), second = stack_table_add(&t, b, 2);
    uint32_t empty = stack_table_add(&t, NULL, 0);
    CHECK(first != second && second != empty && first != empty);
    CHECK(stack_table_add(&t, a, 3) == first);
    CHECK(stack_table_add(&t, a, 2) == second);
    CHECK(stack_table_add(&t, a, 0) == empty);
    CHECK(memcmp(stack_table_get(&t, first, &depth), a, sizeof a) == 0 && depth == 3);
    (void)stack_table_get(&t, empty, &depth);
    CHECK(depth == 0);
    stack_table_deinit(&t);
}

static void test_many(void)
{
    struct stack_table t = {0};

    for (uint64_t i = 0; i < 50000; i++) {
        const uint64_t frames[] = {i, i / 2};
        REQUIRE(stack_table_add(&t, frames, 2) == i);
    }
    const uint64_t old[] = {777, 388};
    CHECK(stack_table_add(&t, old, 2) == 777);
    stack_table_deinit(&t);
}

static void test_limit(void)
{
    struct stack_table t = {.limit = 3 * sizeof(uint64_t)};
    const uint64_t frames[] = {1, 2, 3, 4};

    CHECK(stack_table_add(&t, frames, 4) == STACK_NONE);
    CHECK(stack_table_add(&t, frames, 3) != STACK_NONE);
    CHECK(stack_table_add(&t, frames + 1, 1) == STACK_NONE);
    CHECK(stack_table_add(&t, frames, 3) == 0);
    stack_table_deinit(&t);
}

TEST_SUITE("profile/stack_table", {"once", test_once}, {"many", test_many}, {"limit", test_limit})
