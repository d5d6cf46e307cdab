#include <stdlib.h>

#include "src/heap/address_index.h"
#include "tests/support/heap_maker.h"
#include "tests/support/world.h"

static uint32_t find_slowly(const uint64_t *addresses, uint32_t count, uint64_t address)
{
    for (uint32_t i = 0; i < count; i++) {
        if (addresses[i] == address)
            return i;
    }
    return HEAP_NONE;
}

static void check(const char *label, const uint64_t *addresses, uint32_t count,
                  const uint64_t *wanted, size_t wanted_count)
{
    struct address_index x;
    struct spill spill;

    spill_init(&spill, heap_maker_folders, 1024 * 1024);
    REQUIRE(address_index_init(&x, &spill, addresses, count));
    for (size_t i = 0; i < wanted_count; i++)
        CHECK_AT(label,
                 address_index_find(&x, wanted[i]) == find_slowly(addresses, count, wanted[i]));
    address_index_deinit(&x);
    spill_deinit(&spill);
}

static void test_edges(void)
{
    static const uint64_t addresses[] = {0, 1, 8, UINT64_MAX - 1, UINT64_MAX};
    static const uint64_t wanted[] = {
        0, UINT64_MAX, 1, 2, 7, 8, 9, UINT64_MAX / 2, UINT64_MAX - 2, UINT64_MAX - 1, UINT64_MAX};

    for (uint32_t count = 0; count <= 5; count++)
        check(world_text("%u", count), addresses, count, wanted, 11);
    check("all but the first", addresses + 1, 4, wanted, 11);
}

/* Blocks of even and of very uneven distances, searched in and out of order. */
static void test_random(void)
{
    enum { COUNT = 5000, SEARCHES = 4000 };
    uint64_t *addresses = world_alloc(COUNT * sizeof *addresses);
    uint64_t *wanted = world_alloc(SEARCHES * sizeof *wanted);

    srand(11);
    for (int round = 0; round < 6; round++) {
        uint64_t at = (uint64_t)rand();
        for (uint32_t i = 0; i < COUNT; i++) {
            at += 8 + (uint64_t)(rand() % 4) * 8;
            at += round > 2 && rand() % 50 == 0 ? UINT64_C(1) << (rand() % 40) : 0;
            addresses[i] = at;
        }
        for (uint32_t i = 0; i < SEARCHES; i++) {
            uint32_t near = round % 2 ? i : (uint32_t)rand() % COUNT;
            wanted[i] = addresses[near] + (uint64_t)(rand() % 3 == 0 ? rand() % 17 : 0);
        }
        check("random", addresses, COUNT, wanted, SEARCHES);
    }
}

WORLD_SUITE("heap/address_index", {"edges", test_edges}, {"random", test_random})
