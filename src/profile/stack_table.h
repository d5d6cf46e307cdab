/*
 * profile/stack_table.h - call stacks kept once each, known by a number.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct stack_entry {
    size_t first; /* of its frames in `frames` */
    uint32_t depth;
    uint32_t hash;
};

struct stack_table {
    uint64_t *frames; /* of all stacks, leaf first */
    size_t frame_count, frame_capacity;
    struct stack_entry *stacks;
    size_t count, capacity;
    uint32_t *slots; /* hash table: number + 1, 0 is free */
    size_t slot_count;
    size_t limit; /* bytes of frames; 0 is PROFILE_STACK_BYTES */
};

enum { STACK_NONE = UINT32_MAX };

void stack_table_deinit(struct stack_table *t);

/* The number of this stack; STACK_NONE when out of memory or past the limit. */
uint32_t stack_table_add(struct stack_table *t, const uint64_t *frames, size_t depth);

/* Leaf first; valid until the next stack_table_add(). */
static inline const uint64_t *stack_table_get(const struct stack_table *t, uint32_t number,
                                              size_t *ret_depth)
{
    *ret_depth = t->stacks[number].depth;
    return t->frames + t->stacks[number].first;
}
