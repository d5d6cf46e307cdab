/*
 * profile/stack_merge.h - threads with equal stacks as groups, the biggest first.
 */
#pragma once

#include "src/profile/thread_stacks.h"

struct stack_group {
    size_t first, count; /* in `order` */
};

struct stack_merge {
    uint32_t *order; /* numbers of threads */
    struct stack_group *groups;
    size_t count;
};

/* False: no memory. */
bool stack_merge_init(struct stack_merge *m, const struct thread_stacks *s);
void stack_merge_deinit(struct stack_merge *m);
