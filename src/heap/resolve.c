/*
 * heap/resolve.c - the end of a builder: nodes by address, references by node.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/cleanup.h"
#include "src/heap/builder_impl.h"
#include "src/heap/limits.h"
#include "src/heap/order.h"

struct resolve {
    struct heap_builder *b;
    struct resolved *to;
    size_t next_pair;
    uint64_t steps;
};

/* Of a straight walk. */
static void step(struct resolve *x)
{
    if ((x->steps++ & (HEAP_STRIDE - 1)) == 0)
        heap_breathe(x->b->graph);
}

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

static const struct heap_segment *segments_of(const struct resolved *d, size_t *ret_count)
{
    *ret_count = d->segments.size / sizeof(struct heap_segment);
    return d->segments.data;
}

static int gather_addresses(struct resolve *x, struct error *err)
{
    size_t count;
    const struct heap_segment *s = segments_of(x->to, &count);
    int r = 0;

    for (const struct heap_segment *end = s + count; s < end; s++) {
        const uint64_t *from = (const uint64_t *)x->b->addresses.array.data + s->first;
        x->to->objects += s->count;
        for (uint32_t k = 0; k < s->count && r == 0; k++) {
            step(x);
            r = tape_push_u64(&x->to->addresses, from[k], err);
        }
    }
    return r < 0 ? r : tape_seal(&x->to->addresses, err);
}

static int gather_u32(struct heap_builder *b, struct tape *from, const uint32_t *map,
                      struct tape *to, struct error *err)
{
    struct resolve x = {.b = b, .to = b->resolved};
    size_t count;
    const struct heap_segment *s = segments_of(x.to, &count);
    int r = tape_seal(from, err);

    for (const struct heap_segment *end = s + count; s < end && r == 0; s++) {
        const uint32_t *values = (const uint32_t *)from->array.data + s->first;
        for (uint32_t k = 0; k < s->count && r == 0; k++) {
            step(&x);
            r = tape_push_u32(to, map ? map[values[k]] : values[k], err);
        }
    }
    return r;
}

/* Dependent handles: what is no object's any more is held by a root. Numbers are key << 32 | value,
 * sorted. */
static int sort_dependents(struct resolve *x, struct error *err)
{
    struct heap_builder *b = x->b;
    const struct raw_dependent *from = b->dependents.data;
    size_t count = b->dependents.size / sizeof *from;
    int r = 0;

    for (size_t i = 0; i < count && r == 0; i++) {
        const struct raw_dependent d = from[i];
        uint32_t key = address_index_find(&x->to->index, d.key);
        uint32_t value = address_index_find(&x->to->index, d.value);
        if (value == HEAP_NONE || d.key == 0)
            continue;
        if (key == HEAP_NONE)
            r = heap_add_root(b, HEAP_ROOT_DEPENDENT, d.value, err);
        else
            r = spill_push_u64(&x->to->pairs, (uint64_t)key << 32 | value, err);
    }
    sort(x->to->pairs.data, x->to->pairs.size / sizeof(uint64_t), &b->graph->spill);
    return r;
}

static int add_edges(struct resolve *x, uint64_t first, uint64_t count, struct error *err)
{
    const uint64_t *targets = x->b->targets.array.data;
    uint64_t end = first + count < x->to->told_targets ? first + count : x->to->told_targets;
    int r = 0;

    for (uint64_t i = first; i < end && r == 0; i++) {
        uint32_t node = address_index_find(&x->to->index, targets[i]);
        step(x);
        if (node == HEAP_NONE)
            x->to->lost_edges++;
        else
            r = tape_push_u32(&x->to->edges, node, err);
    }
    return r;
}

static int add_node(struct resolve *x, uint32_t node, uint64_t first, uint64_t count,
                    struct error *err)
{
    const uint64_t *pairs = x->to->pairs.data;
    size_t pair_count = x->to->pairs.size / sizeof *pairs;
    int r = tape_push_u64(&x->to->first_edges, tape_size(&x->to->edges) / sizeof(uint32_t), err);

    if (r == 0)
        r = add_edges(x, first, count, err);
    for (; r == 0 && x->next_pair < pair_count && pairs[x->next_pair] >> 32 == node; x->next_pair++)
        r = tape_push_u32(&x->to->edges, (uint32_t)pairs[x->next_pair], err);
    return r;
}

static int resolve_edges(struct resolve *x, struct error *err)
{
    const uint32_t *counts = x->b->edge_counts.array.data;
    size_t count;
    const struct heap_segment *s = segments_of(x->to, &count);
    uint32_t node = 0;
    int r = 0;

    for (const struct heap_segment *end = s + count; s < end; s++) {
        uint64_t edge = s->first_edge;
        for (uint32_t k = s->first; k < s->first + s->count && r == 0; k++) {
            r = add_node(x, node++, edge, counts[k], err);
            edge += counts[k];
            step(x);
        }
    }
    return r;
}

static int seal_input(struct heap_builder *b, struct error *err)
{
    struct tape *const tapes[] = {&b->addresses, &b->edge_counts, &b->targets};
    int r = 0;

    for (size_t i = 0; i < sizeof tapes / sizeof tapes[0] && r == 0; i++)
        r = tape_seal(tapes[i], err);
    return r;
}

static int resolve(struct heap_builder *b, struct resolved *d, struct error *err)
{
    struct resolve x = {.b = b, .to = d};
    struct spill *spill = &b->graph->spill;
    int r = seal_input(b, err);

    if (r == 0)
        r = heap_order(spill, b->addresses.array.data, b->edge_counts.array.data, d->told_nodes,
                       &d->segments, err);
    if (r == 0)
        r = gather_addresses(&x, err);
    if (r == 0 && !address_index_init(&d->index, spill, d->addresses.array.data, d->objects))
        r = error_set(err, -ENOMEM, "no memory");
    if (r == 0)
        r = sort_dependents(&x, err);
    if (r == 0)
        r = resolve_edges(&x, err);
    return r < 0 ? r : gather_u32(b, &b->sizes, NULL, &d->sizes, err);
}

static struct resolved *resolved_new(struct heap_builder *b)
{
    struct spill *spill = &b->graph->spill;
    struct resolved *d = calloc(1, sizeof *d);

    if (!d)
        return NULL;
    d->told_nodes = builder_nodes(b);
    d->told_targets = tape_size(&b->targets) / sizeof(uint64_t);
    d->told_dependents = b->dependents.size;
    spill_array_init(&d->segments, spill);
    spill_array_init(&d->pairs, spill);
    tape_init(&d->addresses, spill);
    tape_init(&d->sizes, spill);
    tape_init(&d->first_edges, spill);
    tape_init(&d->edges, spill);
    return d;
}

void builder_unresolve(struct heap_builder *b)
{
    struct resolved *d = take_ptr(b->resolved);

    if (!d)
        return;
    address_index_deinit(&d->index);
    spill_array_free(&d->segments);
    spill_array_free(&d->pairs);
    tape_free(&d->addresses);
    tape_free(&d->sizes);
    tape_free(&d->first_edges);
    tape_free(&d->edges);
    free(d);
}

static bool is_resolved(const struct heap_builder *b)
{
    const struct resolved *d = b->resolved;

    return d && d->told_nodes == builder_nodes(b) &&
           d->told_targets == tape_size(&b->targets) / sizeof(uint64_t) &&
           d->told_dependents == b->dependents.size;
}

/* Roots of dependents were added to what was told; some may have followed them. */
static void forget_dependents(struct heap_builder *b)
{
    struct raw_root *roots = b->roots.data;
    size_t kept = 0;

    for (size_t i = 0; i < b->roots.size / sizeof *roots; i++) {
        if (roots[i].kind != HEAP_ROOT_DEPENDENT)
            roots[kept++] = roots[i];
    }
    b->roots.size = kept * sizeof *roots;
}

int builder_resolve(struct heap_builder *b, struct error *err)
{
    if (is_resolved(b))
        return 0;
    builder_unresolve(b);
    forget_dependents(b);
    b->resolved = resolved_new(b);
    int r = b->resolved ? resolve(b, b->resolved, err) : error_set(err, -ENOMEM, "no memory");
    if (r < 0)
        builder_unresolve(b);
    return r;
}

void heap_builder_prepare(struct heap_builder *b)
{
    struct error err;

    (void)builder_resolve(b, &err); /* what fails now is told by heap_builder_finish() */
}

/* What is behind the resolved arrays: names and roots. */
static int finish(struct heap_builder *b, uint32_t *slot_types, struct tape *node_types,
                  struct error *err)
{
    int r = builder_name_types(b, slot_types, err);

    if (r == 0)
        r = gather_u32(b, &b->node_slots, slot_types, node_types, err);
    return r < 0 ? r : builder_add_roots(b, slot_types, node_types, err);
}

static int move_arrays(struct heap_builder *b, struct tape *node_types, struct error *err)
{
    struct resolved *d = b->resolved;
    struct heap_graph *g = b->graph;
    const struct {
        struct tape *from;
        struct spill_array *to;
    } moves[] = {{&d->addresses, &g->addresses},
                 {node_types, &g->node_types},
                 {&d->sizes, &g->sizes},
                 {&d->first_edges, &g->first_edges},
                 {&d->edges, &g->edges}};
    int r = 0;

    for (size_t i = 0; i < sizeof moves / sizeof moves[0] && r == 0; i++)
        r = tape_end(moves[i].from, moves[i].to, err);
    g->lost_edges = d->lost_edges;
    return r;
}

int heap_builder_finish(struct heap_builder *b, const struct heap_origin *origin,
                        struct heap_graph **ret, struct error *err)
{
    bool whole = !b->edges_cut && b->edges_claimed == tape_size(&b->targets) / sizeof(uint64_t);
    uint32_t *slot_types = calloc((size_t)b->slot_count + 1, sizeof *slot_types);
    struct tape node_types;

    tape_init(&node_types, &b->graph->spill);
    int r = slot_types ? builder_resolve(b, err) : error_set(err, -ENOMEM, "no memory");
    if (r == 0)
        r = finish(b, slot_types, &node_types, err);
    if (r == 0)
        r = move_arrays(b, &node_types, err);
    tape_free(&node_types);
    free(slot_types);
    if (r < 0)
        return r;
    b->graph->origin = *origin;
    b->graph->origin.complete = origin->complete && whole;
    builder_free_arrays(b);
    heap_graph_count(b->graph);
    *ret = take_ptr(b->graph);
    return 0;
}
