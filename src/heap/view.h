/*
 * heap/view.h - a heap by types: totals, sorted, with a way from a root to the largest of each.
 */
#pragma once

#include "src/heap/paths.h"
#include "src/heap/retained.h"

enum heap_sort { HEAP_SORT_BYTES, HEAP_SORT_COUNT, HEAP_SORT_RETAINED, HEAP_SORTS };
extern const char *const heap_sort_names[HEAP_SORTS];

struct heap_view {
    struct heap_graph *graph;
    struct heap_totals totals;
    struct spill_array paths;
    const struct heap_total **rows; /* types that have objects, the largest first */
    size_t count;
};

int heap_view_new(struct heap_view *v, struct heap_graph *g, enum heap_sort sort,
                  struct error *err);
void heap_view_deinit(struct heap_view *v);
