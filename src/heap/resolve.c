/*
 * heap/resolve.c - the end of a builder: nodes by address, references by node.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "src/heap/address_index.h"
#include "src/heap/builder_impl.h"
#include "src/heap/order.h"

struct resolve {
    struct heap_builder *b;
    struct heap_graph *graph;
    const struct heap_segment *segments;
    size_t segment_count;
    uint32_t objects;
    uint32_t *slot_types;
    struct address_index index;
    const uint64_t *pairs; /* dependents with a known key: key << 32 | value, sorted */
    size_t pair_count, next_pair;
};

static void sift_down(uint64_t *keys, size_t at, size_t count, struct spill *spill)
{
    for (size_t child; (child = 2 * at + 1) < count; at = child) {
        if (child + 1 < count && keys[child + 1] > keys[child])
            child++;
        if (keys[at] >= keys[child])
            return;
        uint64_t swap = keys[at];
        keys[at] = keys[child];
        keys[child] = swap;
        spill_breathe(spill);
    }
}

/* In place, unlike qsort() of the C library, whose copy is memory. */
static void sort(uint64_t *keys, size_t count, struct spill *spill)
{
    for (size_t i = count / 2; i-- > 0;)
        sift_down(keys, i, count, spill);
    for (size_t i = count; i-- > 1;) {
        uint64_t swap = keys[0];
        keys[0] = keys[i];
        keys[i] = swap;
        sift_down(keys, 0, i, spill);
    }
}

static int gather_addresses(struct resolve *x, struct error *err)
{
    struct heap_builder *b = x->b;
    struct spill_array *to = &x->graph->addresses;
    int r = spill_reserve(to, (size_t)x->objects * sizeof(uint64_t) + 1, err);

    for (size_t i = 0; r == 0 && i < x->segment_count; i++) {
        const struct heap_segment *s = &x->segments[i];
        const uint64_t *from = (const uint64_t *)b->addresses.data + s->first;
        for (uint32_t k = 0; k < s->count && r == 0; k++) {
            if ((k & 63) == 0)
                heap_breathe(x->graph);
            r = spill_push_u64(to, from[k], err);
        }
    }
    spill_array_free(&b->addresses);
    return r;
}

static int gather_u32(struct resolve *x, struct spill_array *from, const uint32_t *map,
                      struct spill_array *to, struct error *err)
{
    int r = spill_reserve(to, (size_t)x->objects * sizeof(uint32_t) + 1, err);

    for (size_t i = 0; r == 0 && i < x->segment_count; i++) {
        const struct heap_segment *s = &x->segments[i];
        const uint32_t *values = (const uint32_t *)from->data + s->first;
        for (uint32_t k = 0; k < s->count && r == 0; k++) {
            if ((k & 63) == 0)
                heap_breathe(x->graph);
            r = spill_push_u32(to, map ? map[values[k]] : values[k], err);
        }
    }
    spill_array_free(from);
    return r;
}

/* Dependent handles: what is no object's any more is held by a root. */
static int sort_dependents(struct resolve *x, struct error *err)
{
    struct heap_builder *b = x->b;
    const struct raw_dependent *from = b->dependents.data;
    size_t count = b->dependents.size / sizeof *from;
    uint64_t *pairs = b->dependents.data; /* in place: one number for two */
    int r = 0;

    for (size_t i = 0; i < count && r == 0; i++) {
        const struct raw_dependent d = from[i];
        uint32_t key = address_index_find(&x->index, d.key);
        uint32_t value = address_index_find(&x->index, d.value);
        if (value == HEAP_NONE || d.key == 0)
            continue;
        if (key == HEAP_NONE)
            r = heap_add_root(b, HEAP_ROOT_DEPENDENT, d.value, err);
        else
            pairs[x->pair_count++] = (uint64_t)key << 32 | value;
    }
    sort(pairs, x->pair_count, &x->graph->spill);
    x->pairs = pairs;
    return r;
}

static int add_edges(struct resolve *x, uint64_t first, uint64_t count, struct error *err)
{
    struct heap_builder *b = x->b;
    uint64_t there = b->targets.size / sizeof(uint64_t);
    uint64_t end = first + count < there ? first + count : there;
    int r = 0;

    for (uint64_t i = first; i < end && r == 0; i++) {
        uint32_t node = address_index_find(&x->index, ((const uint64_t *)b->targets.data)[i]);
        if (node == HEAP_NONE)
            x->graph->lost_edges++;
        else
            r = spill_push_u32(&x->graph->edges, node, err);
    }
    return r;
}

static int add_node(struct resolve *x, uint32_t node, uint64_t first, uint64_t count,
                    struct error *err)
{
    int r = spill_push_u64(&x->graph->first_edges, heap_edge_count(x->graph), err);

    if (r == 0)
        r = add_edges(x, first, count, err);
    for (; r == 0 && x->next_pair < x->pair_count && x->pairs[x->next_pair] >> 32 == node;
         x->next_pair++)
        r = spill_push_u32(&x->graph->edges, (uint32_t)x->pairs[x->next_pair], err);
    return r;
}

static int resolve_edges(struct resolve *x, struct error *err)
{
    const uint32_t *counts = x->b->edge_counts.data;
    uint32_t node = 0;
    int r = spill_reserve(&x->graph->first_edges, ((size_t)x->objects + 1) * sizeof(uint64_t), err);

    for (size_t i = 0; i < x->segment_count && r == 0; i++) {
        const struct heap_segment *s = &x->segments[i];
        uint64_t edge = s->first_edge;
        for (uint32_t k = s->first; k < s->first + s->count && r == 0; k++) {
            r = add_node(x, node++, edge, counts[k], err);
            edge += counts[k];
            heap_breathe(x->graph);
        }
    }
    spill_array_free(&x->b->edge_counts);
    spill_array_free(&x->b->targets);
    spill_array_free(&x->b->dependents);
    return r;
}

static int run(struct resolve *x, struct error *err)
{
    struct heap_builder *b = x->b;
    int r = builder_name_types(b, x->slot_types, err);

    if (r == 0)
        r = gather_addresses(x, err);
    if (r == 0)
        r = gather_u32(x, &b->node_slots, x->slot_types, &x->graph->node_types, err);
    if (r == 0)
        r = gather_u32(x, &b->sizes, NULL, &x->graph->sizes, err);
    if (r == 0 &&
        !address_index_init(&x->index, &x->graph->spill, x->graph->addresses.data, x->objects))
        r = error_set(err, -ENOMEM, "no memory");
    if (r == 0)
        r = sort_dependents(x, err);
    if (r == 0)
        r = resolve_edges(x, err);
    x->graph->count = x->objects;
    if (r == 0)
        r = builder_add_roots(b, &x->index, x->slot_types, err);
    address_index_deinit(&x->index);
    return r;
}

static uint32_t count_objects(const struct resolve *x)
{
    uint32_t count = 0;

    for (size_t i = 0; i < x->segment_count; i++)
        count += x->segments[i].count;
    return count;
}

int heap_builder_finish(struct heap_builder *b, const struct heap_origin *origin,
                        struct heap_graph **ret, struct error *err)
{
    struct resolve x = {.b = b, .graph = b->graph};
    bool whole = !b->edges_cut && b->edges_claimed == b->targets.size / sizeof(uint64_t);
    struct spill_array segments;

    spill_array_init(&segments, &b->graph->spill);
    int r = heap_order(&b->graph->spill, b->addresses.data, b->edge_counts.data, builder_nodes(b),
                       &segments, err);
    x.segments = segments.data;
    x.segment_count = segments.size / sizeof *x.segments;
    x.objects = count_objects(&x);
    x.slot_types = malloc(((size_t)b->slot_count + 1) * sizeof *x.slot_types);
    if (r == 0)
        r = x.slot_types ? run(&x, err) : error_set(err, -ENOMEM, "no memory");
    free(x.slot_types);
    spill_array_free(&segments);
    if (r < 0)
        return r;
    b->graph->origin = *origin;
    b->graph->origin.complete = origin->complete && whole;
    builder_free_arrays(b);
    heap_graph_count(b->graph);
    *ret = b->graph;
    b->graph = NULL;
    return 0;
}
