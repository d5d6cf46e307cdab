/*
 * profile/stack_resolver.h - code addresses into the frames of a thread_stacks.
 *
 * Equal methods become one frame, equal modules one module; their texts are copied.
 */
#pragma once

#include "src/base/number_map.h"
#include "src/profile/method_map.h"
#include "src/profile/thread_stacks.h"

struct stack_resolver {
    struct method_map *methods;             /* borrowed */
    struct thread_stacks *s;                /* borrowed */
    struct number_map by_method, by_module; /* offset of a name, id, to numbers */
    uint32_t native, unknown;               /* frames; NUMBER_MAP_NONE: not used yet */
};

void stack_resolver_init(struct stack_resolver *v, struct method_map *methods,
                         struct thread_stacks *s);
void stack_resolver_deinit(struct stack_resolver *v);

/* The frame of this address, of kind `nameless` when it lies in no method. NUMBER_MAP_NONE: no
 * memory. */
uint32_t stack_resolver_frame(struct stack_resolver *v, uint64_t address,
                              enum stack_frame_kind nameless);
