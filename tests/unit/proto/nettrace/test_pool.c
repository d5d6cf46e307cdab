#include <stdbool.h>
#include <stdint.h>

#include "proto/nettrace/pool.h"
#include "tests/support/check.h"

static void test_take(void)
{
    struct pool p = {.limit = 1 << 20};
    uint8_t *first = pool_take(&p, 3);

    REQUIRE(first != NULL);
    for (size_t size = 0; size < 3000; size++) {
        uint8_t *taken = pool_take(&p, size);
        if (!taken)
            break; /* the limit */
        CHECK((uintptr_t)taken % _Alignof(max_align_t) == 0);
        for (size_t i = 0; i < size; i++)
            CHECK(taken[i] == 0);
        memset(taken, 0xFF, size);
    }
    CHECK(first[0] == 0 && first[2] == 0); /* nothing moved, nothing overlaps */
    CHECK(p.size <= p.limit);
    pool_clear(&p);
    CHECK(p.size == 0 && pool_take(&p, 10) != NULL);
    pool_clear(&p);
}

static const struct {
    const char *label;
    size_t limit, size;
    bool fits;
} limits[] = {
    {"a chunk", 16 * 1024, 1, true},
    {"less than a chunk", 16 * 1024 - 1, 1, false},
    {"larger than a chunk", 64 * 1024, 40000, true},
    {"all of it", 64 * 1024, 64 * 1024, true},
    {"one more", 64 * 1024, 64 * 1024 + 1, false},
    {"nearly everything there is", 64 * 1024, SIZE_MAX - 3, false},
};

static void test_limits(void)
{
    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
        struct pool p = {.limit = limits[i].limit};

        CHECK_AT(limits[i].label, (pool_take(&p, limits[i].size) != NULL) == limits[i].fits);
        pool_clear(&p);
    }
}

TEST_SUITE("proto/nettrace/pool", {"take", test_take}, {"limits", test_limits})
