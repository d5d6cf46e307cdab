/*
 * Retained bytes against their definition: what is not reached any more when the object is taken
 * away. Graphs are drawn at random, dense, sparse, with rings and parts that no root reaches.
 */
#include <stdlib.h>

#include "src/heap/retained.h"
#include "tests/support/heap_maker.h"
#include "tests/support/world.h"

enum { MAX = 60 };

static void reach(struct heap_graph *g, uint32_t node, uint32_t without, uint8_t *seen)
{
    uint64_t count;

    if (node == without || seen[node])
        return;
    seen[node] = 1;
    const uint32_t *edges = heap_edges(g, node, &count);
    for (uint64_t i = 0; i < count; i++)
        reach(g, edges[i], without, seen);
}

/* For what the root reaches only. */
static uint64_t naive(struct heap_graph *g, uint32_t node)
{
    uint8_t with[MAX + 16] = {0}, without[MAX + 16] = {0};
    uint64_t bytes = 0;

    reach(g, g->root, HEAP_NONE, with);
    reach(g, g->root, node, without);
    for (uint32_t i = 0; i < g->count; i++)
        bytes += with[i] && !without[i] ? heap_node_size(g, i) : 0;
    return with[node] ? bytes : UINT64_MAX;
}

/* By type: objects that are not inside what another of their type retains. */
static uint64_t naive_type(struct heap_graph *g, uint32_t type)
{
    uint64_t bytes = 0;

    for (uint32_t i = 0; i < g->count; i++) {
        bool inside = heap_node_type(g, i) != type;
        for (uint32_t k = 0; k < g->count && !inside; k++) {
            uint8_t without[MAX + 16] = {0};
            if (k == i || heap_node_type(g, k) != type)
                continue;
            reach(g, g->root, k, without);
            inside = !without[i];
        }
        bytes += inside ? 0 : naive(g, i);
    }
    return bytes;
}

static struct heap_graph *draw(uint32_t count, uint32_t edge_count, bool whole)
{
    static struct heap_maker_edge edges[4 * MAX];
    size_t n = 0;

    for (uint32_t i = 0; i < count; i++) {
        if (whole && i + 1 < count) /* everything is reached */
            edges[n++] = (struct heap_maker_edge){i, i + 1};
        for (uint32_t k = 0; k < edge_count / count + (uint32_t)rand() % 2; k++)
            edges[n++] = (struct heap_maker_edge){i, (uint32_t)rand() % count};
    }
    return heap_maker(count, 3, edges, n, 0);
}

static void check(struct heap_graph *g, bool whole)
{
    struct spill_array retained;
    struct heap_totals totals;
    struct error err;

    REQUIRE(heap_retained(g, &retained, &err) == 0);
    for (uint32_t i = 0; i < g->count; i++) {
        uint64_t want = naive(g, i);
        if (want != UINT64_MAX)
            CHECK(((const uint64_t *)retained.data)[i] == want);
    }
    spill_array_free(&retained);
    REQUIRE(heap_totals_new(&totals, g, &err) == 0);
    for (uint32_t i = 0; whole && i < totals.count; i++) {
        if (totals.list[i].count > 0)
            CHECK(totals.list[i].retained == naive_type(g, i));
    }
    CHECK(!whole || totals.unreached == 0);
    heap_totals_deinit(&totals);
}

static void test_random(void)
{
    srand(11);
    for (int round = 0; round < 300; round++) {
        uint32_t count = 2 + (uint32_t)rand() % (MAX - 2);
        bool whole = round % 3 == 0;
        check(draw(count, count * (uint32_t)(round % 3), whole), whole);
    }
}

/* 0 > 1 > 3, 0 > 2 > 3, 3 > 4; 5 > 6 and the ring 7 > 8 > 7 are reached by nothing. */
static void test_known(void)
{
    static const struct heap_maker_edge edges[] = {{0, 1}, {0, 2}, {1, 3}, {2, 3},
                                                   {3, 4}, {5, 6}, {7, 8}, {8, 7}};
    static const uint64_t want[] = {15, 2, 3, 9, 5, 13, 7, 17, 9};
    struct heap_graph *g = heap_maker(9, 9, edges, 8, 0);
    struct spill_array retained;
    struct heap_totals totals;
    struct error err;

    REQUIRE(heap_retained(g, &retained, &err) == 0);
    for (uint32_t i = 0; i < 9; i++)
        CHECK(((const uint64_t *)retained.data)[heap_maker_node(g, i)] == want[i]);
    spill_array_free(&retained);
    REQUIRE(heap_totals_new(&totals, g, &err) == 0);
    CHECK(totals.unreached == 4 && totals.unreached_bytes == 6 + 7 + 8 + 9);
    heap_totals_deinit(&totals);
}

/* A list as long as a heap: nothing may recurse. */
static void test_long_list(void)
{
    enum { COUNT = 300000 };
    struct heap_maker_edge *edges = world_alloc(COUNT * sizeof *edges);
    struct heap_totals totals;
    struct error err;

    for (uint32_t i = 0; i + 1 < COUNT; i++)
        edges[i] = (struct heap_maker_edge){i, i + 1};
    struct heap_graph *g = heap_maker(COUNT, 1, edges, COUNT - 1, 0);
    REQUIRE(heap_totals_new(&totals, g, &err) == 0);
    const struct heap_total *t = &totals.list[heap_node_type(g, heap_maker_node(g, 0))];
    CHECK(t->count == COUNT && t->bytes == (uint64_t)COUNT / 1000 * 1001 * 500);
    CHECK(t->retained == t->bytes && t->largest_retained == t->bytes);
    heap_totals_deinit(&totals);
}

WORLD_SUITE("heap/retained", {"random", test_random}, {"known", test_known},
            {"long list", test_long_list})
