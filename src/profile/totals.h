/*
 * profile/totals.h - how often, and how much, per thread and stack.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct total {
    uint32_t thread, stack; /* numbers */
    uint64_t count;         /* samples or events */
    uint64_t value;         /* in the unit of the kind */
};

/* A zeroed one is empty. */
struct totals {
    struct total *list;
    size_t count, capacity;
    uint32_t *slots; /* hash table: index + 1, 0 is free */
    size_t slot_count;
};

void totals_deinit(struct totals *t);

/* Sums; those of one thread and stack come together. False: no memory, or too many. */
bool totals_add(struct totals *t, const struct total *more);

/* Orders the list by thread, then stack, and frees what only totals_add() needs. No more may be
 * added. */
void totals_sort(struct totals *t);
