/*
 * heap/walk.h - the nodes in the order of a walk from the root, depth first.
 *
 * Places 1... are nodes; place 0 stands above all: it holds the root, and what no root reaches.
 */
#pragma once

#include "src/heap/graph.h"

struct heap_walk {
    struct heap_graph *graph;
    uint32_t count;             /* of places */
    uint32_t reached;           /* places from here on are not reached from the root */
    struct spill_array places;  /* u32 of each node */
    struct spill_array nodes;   /* u32 of each place; [0] is HEAP_NONE */
    struct spill_array parents; /* u32, place of where the walk came from */
};

int heap_walk_new(struct heap_walk *w, struct heap_graph *g, struct error *err);
void heap_walk_deinit(struct heap_walk *w);

static inline const uint32_t *heap_u32(const struct spill_array *a)
{
    return a->data;
}
