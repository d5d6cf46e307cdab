#include "src/profile/stack_merge.h"
#include "tests/support/check.h"

static void test_groups(void)
{
    uint32_t stacks[] = {1, 2, 1, 2, 3, 1, 2, 1, 3};
    struct stack_thread threads[] = {{1, 0, 4, 1, false, 0, false}, {2, 0, 0, 2, false, 0, false},
                                     {3, 0, 2, 3, false, 0, false}, {4, 0, 5, 2, false, 0, false},
                                     {5, 0, 0, 2, false, 0, false}, {6, 0, 8, 1, false, 0, false}};
    const struct thread_stacks s = {.threads = threads, .thread_count = 6, .stacks = stacks};
    static const struct {
        size_t count;
        uint32_t first;
    } want[] = {{3, 1}, {2, 0}, {1, 2}};
    struct stack_merge m;

    REQUIRE(stack_merge_init(&m, &s));
    REQUIRE(m.count == 3);
    for (size_t i = 0; i < 3; i++)
        CHECK(m.groups[i].count == want[i].count && m.order[m.groups[i].first] == want[i].first);
    stack_merge_deinit(&m);
}

static void test_empty(void)
{
    const struct thread_stacks s = {0};
    struct stack_merge m;

    REQUIRE(stack_merge_init(&m, &s));
    CHECK(m.count == 0);
    stack_merge_deinit(&m);
}

TEST_SUITE("profile/stack_merge", {"groups", test_groups}, {"empty", test_empty})
