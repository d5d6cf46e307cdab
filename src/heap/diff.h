/*
 * heap/diff.h - what has grown between two heaps of one app, by type and module file.
 */
#pragma once

#include "src/heap/format.h"

struct heap_change {
    const struct heap_total *before, *after; /* one of them may be NULL */
    int64_t bytes, count, retained;
    size_t name; /* its place in the order of names */
};

struct heap_diff {
    struct heap_view before, after;
    struct heap_change *list; /* what has changed, by growth of bytes */
    size_t count;
};

/* The graphs stay the caller's and must outlive it. */
int heap_diff_new(struct heap_diff *d, struct heap_graph *before, struct heap_graph *after,
                  struct error *err);
void heap_diff_deinit(struct heap_diff *d);

/* "text", "json", "csv". NULL: unknown. `count`: rows at most; 0: all. */
typedef void heap_diff_writer(const struct heap_diff *d, size_t count, struct output *o);
heap_diff_writer *heap_diff_format(const char *name);
