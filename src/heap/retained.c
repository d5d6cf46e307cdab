#include "src/heap/retained.h"

#include <errno.h>
#include <stdlib.h>

#include "src/heap/dominators.h"

struct tree {
    struct heap_walk walk;
    struct spill_array dominators;  /* u32 a place */
    struct spill_array retained;    /* u64 a place */
    struct spill_array child, next; /* u32: the tree of dominators downwards */
};

static void tree_deinit(struct tree *t)
{
    heap_walk_deinit(&t->walk);
    spill_array_free(&t->dominators);
    spill_array_free(&t->retained);
    spill_array_free(&t->child);
    spill_array_free(&t->next);
}

/* Children are higher than their dominators: from the highest on, each sum is complete. */
static void add_up(struct tree *t)
{
    const uint32_t *dominators = heap_u32(&t->dominators), *nodes = heap_u32(&t->walk.nodes);
    uint64_t *retained = t->retained.data;

    for (uint32_t i = t->walk.count; i-- > 1;) {
        retained[i] += heap_node_size(t->walk.graph, nodes[i]);
        retained[dominators[i]] += retained[i];
        heap_breathe(t->walk.graph);
    }
}

static void link_children(struct tree *t)
{
    const uint32_t *dominators = heap_u32(&t->dominators);
    uint32_t *child = t->child.data, *next = t->next.data;

    for (uint32_t i = t->walk.count; i-- > 1;) { /* 0 is no child: it ends the lists */
        next[i] = child[dominators[i]];
        child[dominators[i]] = i;
        heap_breathe(t->walk.graph);
    }
}

static int tree_new(struct tree *t, struct heap_graph *g, struct error *err)
{
    *t = (struct tree){0};
    int r = heap_walk_new(&t->walk, g, err);
    if (r == 0)
        r = heap_dominators(&t->walk, &t->dominators, err);
    if (r == 0)
        r = spill_array_new(&t->retained, &g->spill, (size_t)t->walk.count * sizeof(uint64_t), err);
    if (r == 0)
        add_up(t);
    if (r < 0)
        tree_deinit(t);
    return r;
}

static void add_object(struct heap_totals *totals, const struct tree *t, uint32_t place,
                       bool inside)
{
    struct heap_graph *g = t->walk.graph;
    uint32_t node = heap_u32(&t->walk.nodes)[place];
    struct heap_total *total = &totals->list[heap_node_type(g, node)];
    uint64_t retained = ((const uint64_t *)t->retained.data)[place];

    total->count++;
    total->bytes += heap_node_size(g, node);
    if (!inside)
        total->retained += retained;
    if (total->largest == HEAP_NONE || retained > total->largest_retained) {
        total->largest = node;
        total->largest_retained = retained;
    }
    if (place >= t->walk.reached && !g->types[total->type].pseudo) {
        totals->unreached++;
        totals->unreached_bytes += heap_node_size(g, node);
    }
}

/* Down the tree and up again; `open` counts the objects of a type on the way. */
static void count_types(struct heap_totals *totals, const struct tree *t, uint32_t *open)
{
    const uint32_t *child = heap_u32(&t->child), *next = heap_u32(&t->next);
    const uint32_t *nodes = heap_u32(&t->walk.nodes), *up = heap_u32(&t->dominators);
    uint32_t place = child[0];

    while (place != 0) {
        uint32_t type = heap_node_type(t->walk.graph, nodes[place]);
        add_object(totals, t, place, open[type] > 0);
        open[type]++;
        heap_breathe(t->walk.graph);
        if (child[place] != 0) {
            place = child[place];
            continue;
        }
        while (place != 0) {
            open[heap_node_type(t->walk.graph, nodes[place])]--;
            heap_breathe(t->walk.graph);
            if (next[place] != 0)
                break;
            place = up[place];
        }
        place = next[place];
    }
}

static int fill(struct heap_totals *totals, struct tree *t, struct error *err)
{
    struct heap_graph *g = t->walk.graph;
    size_t size = (size_t)t->walk.count * sizeof(uint32_t);
    uint32_t *open = calloc((size_t)totals->count + 1, sizeof *open);
    int r = open ? spill_array_new(&t->child, &g->spill, size, err)
                 : error_set(err, -ENOMEM, "no memory");

    if (r == 0)
        r = spill_array_new(&t->next, &g->spill, size, err);
    if (r == 0) {
        link_children(t);
        count_types(totals, t, open);
    }
    free(open);
    return r;
}

int heap_totals_new(struct heap_totals *totals, struct heap_graph *g, struct error *err)
{
    struct tree t;

    *totals = (struct heap_totals){.count = g->type_count};
    totals->list = calloc((size_t)g->type_count + 1, sizeof *totals->list);
    if (!totals->list)
        return error_set(err, -ENOMEM, "no memory");
    for (uint32_t i = 0; i < g->type_count; i++)
        totals->list[i] = (struct heap_total){.type = i, .largest = HEAP_NONE};
    int r = tree_new(&t, g, err);
    if (r == 0) {
        r = fill(totals, &t, err);
        tree_deinit(&t);
    }
    if (r < 0)
        heap_totals_deinit(totals);
    return r;
}

void heap_totals_deinit(struct heap_totals *t)
{
    free(t->list);
    t->list = NULL;
}

int heap_retained(struct heap_graph *g, struct spill_array *ret, struct error *err)
{
    struct tree t;
    int r = tree_new(&t, g, err);

    if (r < 0)
        return r;
    r = spill_array_new(ret, &g->spill, ((size_t)g->count + 1) * sizeof(uint64_t), err);
    for (uint32_t i = 0; r == 0 && i < g->count; i++) {
        uint32_t place = heap_u32(&t.walk.places)[i];
        ((uint64_t *)ret->data)[i] = ((const uint64_t *)t.retained.data)[place];
    }
    tree_deinit(&t);
    return r;
}
