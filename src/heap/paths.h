/*
 * heap/paths.h - the shortest way from the root to an object.
 */
#pragma once

#include "src/heap/graph.h"
#include "src/heap/limits.h"

/* u32 of each node: where the shortest way comes from; HEAP_NONE: the root, or not reached. `ret`
 * is a new array. */
int heap_paths_new(struct heap_graph *g, struct spill_array *ret, struct error *err);

struct heap_path {
    uint32_t nodes[HEAP_PATH]; /* from below the root to the object itself */
    size_t count;
    size_t before;    /* when nodes are left out: how many of `nodes` are in front of them */
    uint64_t skipped; /* how many are left out */
};

/* Empty for what is not reached. */
struct heap_path heap_path_to(struct heap_graph *g, const struct spill_array *paths, uint32_t node);
