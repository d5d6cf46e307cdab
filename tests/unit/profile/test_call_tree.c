#include "src/profile/call_tree.h"
#include "src/profile/limits.h"
#include "tests/support/check.h"

static void test_paths(void)
{
    struct call_tree t = {0};
    const uint64_t a[] = {3, 2, 1}, b[] = {4, 2, 1}, c[] = {3};

    uint32_t first = call_tree_add(&t, a, 3, 100), second = call_tree_add(&t, b, 3, 100);
    CHECK(first != second && t.count == 4);
    CHECK(t.nodes[first - 1].parent == t.nodes[second - 1].parent);
    CHECK(call_tree_add(&t, a, 3, 100) == first && t.count == 4);
    uint32_t alone = call_tree_add(&t, c, 1, 100);
    CHECK(alone != first && t.nodes[alone - 1].parent == 0 && t.nodes[alone - 1].frame == 3);
    CHECK(call_tree_add(&t, NULL, 0, 100) == 0);
    for (size_t i = 0; i < t.count; i++)
        CHECK(t.nodes[i].parent < i + 1);
    call_tree_deinit(&t);
}

static void test_depth(void)
{
    struct call_tree t = {0};
    uint64_t deep[10000];

    for (uint64_t i = 0; i < 10000; i++)
        deep[i] = i;
    CHECK(call_tree_add(&t, deep, 10000, 1000) == 1000);
    CHECK(t.nodes[0].frame == 9999); /* the root side stays */
    call_tree_deinit(&t);
}

static void test_limit(void)
{
    struct call_tree t = {0};
    const uint64_t known[] = {2, 1}, unknown[] = {7, 8, 1};

    uint32_t node = call_tree_add(&t, known, 2, 100);
    for (uint64_t i = 0; t.count < PROFILE_TREE_NODES; i++)
        (void)call_tree_add(&t, &(uint64_t){100 + i}, 1, 100);
    CHECK(call_tree_add(&t, known, 2, 100) == node);
    CHECK(call_tree_add(&t, unknown, 3, 100) == t.nodes[node - 1].parent);
    CHECK(t.count == PROFILE_TREE_NODES);
    call_tree_deinit(&t);
}

TEST_SUITE("profile/call_tree", {"paths", test_paths}, {"depth", test_depth}, {"limit", test_limit})
