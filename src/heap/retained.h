/*
 * heap/retained.h - per type: how many objects, their bytes, and what they keep alive.
 *
 * Retained bytes of an object: its own and those of all that would go with it. Of a type: of its
 * objects, an object inside what another of the type retains not counted again. Objects that no
 * root reaches keep only each other alive.
 */
#pragma once

#include "src/heap/graph.h"

struct heap_total {
    uint32_t type;
    uint64_t count, bytes, retained;
    uint32_t largest; /* the node that retains most; HEAP_NONE: no object is there */
    uint64_t largest_retained;
};

struct heap_totals {
    struct heap_total *list; /* by type; pseudo types are there too */
    uint32_t count;
    uint64_t unreached, unreached_bytes; /* objects that no root reaches */
};

/* One walk over the graph for all. */
int heap_totals_new(struct heap_totals *t, struct heap_graph *g, struct error *err);
void heap_totals_deinit(struct heap_totals *t);

/* Retained bytes of each node, u64; for tests and whoever wants single objects. A new array. */
int heap_retained(struct heap_graph *g, struct spill_array *ret, struct error *err);
