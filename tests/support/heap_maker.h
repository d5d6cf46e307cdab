/*
 * support/heap_maker.h - small heaps made to order.
 */
#pragma once

#include "src/heap/builder.h"

/* For spilling, up to NULL. */
extern const char *const heap_maker_folders[];

enum { HEAP_MAKER_BASE = 0x10000, HEAP_MAKER_STEP = 64 };

/* The address of the n-th object. */
static inline uint64_t heap_maker_address(uint32_t n)
{
    return HEAP_MAKER_BASE + (uint64_t)n * HEAP_MAKER_STEP;
}

struct heap_maker_edge {
    uint32_t from, to;
};

/*
 * `count` objects; the n-th is of type "T0", "T1"... (n % types) of module "/app/m.dll" and
 * n % 1000 + 1 bytes large. Edges sorted by `from`. `root`: HEAP_NONE, or what a static field
 * Holder.field refers to. Until the test has ended.
 */
struct heap_graph *heap_maker(uint32_t count, uint32_t types, const struct heap_maker_edge *edges,
                              size_t edge_count, uint32_t root);

/* The node of the n-th object. */
uint32_t heap_maker_node(const struct heap_graph *g, uint32_t n);

/* As a .gcdump, or in any format; until the test has ended. */
char *heap_maker_write(struct heap_graph *g, const char *format, size_t *ret_size);

/* The graph of a .gcdump, fed in pieces of `step` bytes (0: whole); NULL and `err` when it is none.
 */
struct heap_graph *heap_maker_load(const void *data, size_t size, size_t step, struct error *err);
