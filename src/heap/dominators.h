/*
 * heap/dominators.h - what each object alone keeps alive.
 *
 * A dominates B when every way from the root to B goes through A. Lengauer and Tarjan's algorithm
 * ("A fast algorithm for finding dominators in a flowgraph", 1979, the simple variant): time
 * m log n, no recursion, all in arrays.
 */
#pragma once

#include "src/heap/walk.h"

/* u32 of each place: the place of its nearest dominator, which is lower; [0] is 0. `ret` is a new
 * array. */
int heap_dominators(const struct heap_walk *w, struct spill_array *ret, struct error *err);
