#include "proto/wire/arena.h"
#include "tests/unit/proto/bytes.h"

static void test_take(void)
{
    struct arena a;

    REQUIRE(arena_init(&a, 16));
    uint8_t *first = arena_take(&a, 3, 1);
    uint8_t *second = arena_take(&a, 8, 8);
    REQUIRE(first != NULL && second != NULL);
    CHECK(second - first == 8);
    CHECK(second[0] == 0 && second[7] == 0);
    CHECK(arena_take(&a, 1, 1) == NULL);
    CHECK(arena_take(&a, 0, 1) != NULL);
    arena_deinit(&a);
    CHECK(a.data == NULL && a.capacity == 0);
}

static void test_limits(void)
{
    struct arena a = {0};

    CHECK(arena_take(&a, 0, 1) == NULL);
    REQUIRE(arena_init(&a, 10));
    CHECK(arena_take(&a, 11, 1) == NULL);
    CHECK(arena_take(&a, SIZE_MAX, 1) == NULL);
    CHECK(arena_take(&a, 9, 1) != NULL);
    CHECK(arena_take(&a, 1, 8) == NULL);
    CHECK(arena_take(&a, 1, 1) != NULL);
    arena_deinit(&a);
    arena_deinit(&a);
}

static void test_empty(void)
{
    struct arena a;

    REQUIRE(arena_init(&a, 0));
    CHECK(arena_take(&a, 0, 8) != NULL);
    CHECK(arena_take(&a, 1, 1) == NULL);
    arena_deinit(&a);
}

TEST_SUITE("proto/wire/arena", {"take", test_take}, {"limits", test_limits}, {"empty", test_empty})
