/*
 * heap/order.h - the order of nodes by address.
 *
 * A heap walk tells objects region by region, addresses rising in each; so the order is made of
 * runs that are merged. What is not told like that costs more time, and is right too.
 */
#pragma once

#include "src/heap/spill.h"

/* Nodes `first` to `first + count` of the order they were told in come next. */
struct heap_segment {
    uint64_t first_edge; /* of node `first`, told before it */
    uint32_t first, count;
};

/* `edge_counts`: of each node. An address that was told twice counts once. The segments are an
 * array of their own in `ret`, which must be empty. */
int heap_order(struct spill *spill, const uint64_t *addresses, const uint32_t *edge_counts,
               uint32_t count, struct spill_array *ret, struct error *err);
