#include "src/heap/walk.h"

struct walker {
    struct heap_graph *g;
    uint32_t *places, *nodes, *parents;
    uint32_t *next; /* of each place: the edge to look at next */
    uint32_t count;
};

static void enter(struct walker *w, uint32_t node, uint32_t parent)
{
    w->places[node] = w->count;
    w->nodes[w->count] = node;
    w->parents[w->count] = parent;
    w->count++;
}

/* All that is reached from `node` and was not before. The way back is in `parents`. */
static void walk_from(struct walker *w, uint32_t node)
{
    uint32_t place = w->count;

    enter(w, node, 0);
    while (place != 0) {
        uint64_t count;
        const uint32_t *edges = heap_edges(w->g, w->nodes[place], &count);
        uint64_t at = w->next[place];

        while (at < count && w->places[edges[at]] != 0)
            at++;
        w->next[place] = (uint32_t)(at + 1);
        if (at < count) {
            enter(w, edges[at], place);
            place = w->count - 1;
        } else {
            place = w->parents[place];
        }
        heap_breathe(w->g);
    }
}

/* Bits of nodes to which a node refers that the root does not reach. */
static void mark_referred(struct walker *w, uint8_t *bits)
{
    for (uint32_t i = 0; i < w->g->count; i++) {
        uint64_t count;
        const uint32_t *edges = heap_edges(w->g, i, &count);
        for (uint64_t k = 0; w->places[i] == 0 && k < count; k++) {
            if (edges[k] != i)
                bits[edges[k] / 8] |= (uint8_t)(1U << edges[k] % 8);
        }
        heap_breathe(w->g);
    }
}

/* Those first to which nothing refers, so that the others are below them; then rings. */
static int walk_rest(struct walker *w, struct error *err)
{
    struct spill_array bits;
    int r = spill_array_new(&bits, &w->g->spill, (size_t)w->g->count / 8 + 1, err);

    if (r == 0)
        mark_referred(w, bits.data);
    for (int rings = 0; rings < 2 && r == 0; rings++) {
        for (uint32_t i = 0; i < w->g->count; i++) {
            bool referred = ((const uint8_t *)bits.data)[i / 8] >> i % 8 & 1;
            if (w->places[i] == 0 && (rings || !referred))
                walk_from(w, i);
            if ((i & 63) == 0)
                heap_breathe(w->g);
        }
    }
    spill_array_free(&bits);
    return r;
}

static int walk(struct heap_walk *w, struct spill_array *next, struct error *err)
{
    struct heap_graph *g = w->graph;
    struct walker walker = {g, w->places.data, w->nodes.data, w->parents.data, next->data, 1};
    int r = 0;

    walker.nodes[0] = HEAP_NONE;
    if (g->root != HEAP_NONE)
        walk_from(&walker, g->root);
    w->reached = walker.count;
    if (walker.count < g->count + 1)
        r = walk_rest(&walker, err);
    w->count = walker.count;
    return r;
}

int heap_walk_new(struct heap_walk *w, struct heap_graph *g, struct error *err)
{
    size_t size = ((size_t)g->count + 1) * sizeof(uint32_t);
    struct spill_array next = {0};

    *w = (struct heap_walk){.graph = g};
    int r = spill_array_new(&w->places, &g->spill, size, err);
    if (r == 0)
        r = spill_array_new(&w->nodes, &g->spill, size, err);
    if (r == 0)
        r = spill_array_new(&w->parents, &g->spill, size, err);
    if (r == 0)
        r = spill_array_new(&next, &g->spill, size, err);
    if (r == 0)
        r = walk(w, &next, err);
    spill_array_free(&next);
    if (r < 0)
        heap_walk_deinit(w);
    return r;
}

void heap_walk_deinit(struct heap_walk *w)
{
    spill_array_free(&w->places);
    spill_array_free(&w->nodes);
    spill_array_free(&w->parents);
}
