#include <stdlib.h>

#include "src/heap/order.h"
#include "tests/support/heap_maker.h"
#include "tests/support/world.h"

static int compare(const void *a, const void *b)
{
    const uint64_t *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}

/* Segments must name every address once, in order, with the right first edge. */
static void check_order(const char *label, const uint64_t *addresses, const uint32_t *counts,
                        uint32_t count)
{
    uint64_t *sorted = world_alloc((count + 1) * sizeof *sorted);
    uint64_t *edges = world_alloc((count + 1) * sizeof *edges);
    struct spill spill;
    struct spill_array segments;
    struct error err;
    uint32_t different = 0, at = 0;

    memcpy(sorted, addresses, count * sizeof *sorted);
    qsort(sorted, count, sizeof *sorted, compare);
    for (uint32_t i = 0; i < count; i++) {
        edges[i + 1] = edges[i] + counts[i];
        if (i == 0 || sorted[i] != sorted[different - 1])
            sorted[different++] = sorted[i];
    }
    spill_init(&spill, heap_maker_folders, 1024 * 1024);
    spill_array_init(&segments, &spill);
    REQUIRE(heap_order(&spill, addresses, counts, count, &segments, &err) == 0);
    const struct heap_segment *list = segments.data;
    for (size_t i = 0; i < segments.size / sizeof *list; i++) {
        CHECK_AT(label, list[i].first_edge == edges[list[i].first]);
        for (uint32_t k = 0; k < list[i].count; k++, at++)
            CHECK_AT(label, at < different && addresses[list[i].first + k] == sorted[at]);
    }
    CHECK_AT(label, at == different);
    spill_array_free(&segments);
    spill_deinit(&spill);
}

static const struct {
    const char *label;
    uint32_t count;
    uint64_t addresses[12];
} heaps[] = {
    {"none", 0, {0}},
    {"one", 1, {5}},
    {"rising", 4, {1, 2, 3, 9}},
    {"falling", 4, {9, 3, 2, 1}},
    {"regions", 6, {100, 110, 10, 20, 50, 60}},
    {"regions in each other", 6, {10, 40, 90, 20, 50, 80}},
    {"twice", 5, {7, 7, 1, 7, 1}},
    {"the highest", 4, {UINT64_MAX, 1, UINT64_MAX, 0}},
    {"three runs from one address", 6, {1, 5, 1, 6, 1, 7}},
};

static void test_heaps(void)
{
    static const uint32_t counts[12] = {3, 0, 1, 7, 2, 0, 4, 1, 1, 0, 5, 2};

    for (size_t i = 0; i < sizeof heaps / sizeof heaps[0]; i++)
        check_order(heaps[i].label, heaps[i].addresses, counts, heaps[i].count);
}

static void test_random(void)
{
    enum { COUNT = 3000 };
    uint64_t *addresses = world_alloc(COUNT * sizeof *addresses);
    uint32_t *counts = world_alloc(COUNT * sizeof *counts);

    srand(7);
    for (int round = 0; round < 20; round++) {
        for (uint32_t i = 0; i < COUNT; i++) {
            addresses[i] = (uint64_t)(rand() % (round % 2 ? 100000 : 2000));
            counts[i] = (uint32_t)rand() % 4;
        }
        for (uint32_t i = 0; round > 10 && i + 100 < COUNT; i += 100)
            qsort(addresses + i, 100, sizeof *addresses, compare);
        check_order("random", addresses, counts, COUNT);
    }
}

WORLD_SUITE("heap/order", {"heaps", test_heaps}, {"random", test_random})
