/*
 * nettrace/stack.h - call stacks: instruction pointers of the trace's pointer size, leaf first.
 *
 * StackBlock: u32 first id, u32 count, that many [u32 size, bytes].
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "proto/wire/cursor.h"

struct nettrace_stack {
    uint32_t id;
    const uint8_t *bytes; /* unaligned */
    size_t count;         /* of addresses */
    uint32_t pointer_size;
};

/* The i-th address. */
static inline uint64_t nettrace_stack_address(const struct nettrace_stack *stack, size_t i)
{
    struct cursor c = cursor_of(stack->bytes + i * stack->pointer_size, stack->pointer_size);

    return stack->pointer_size == 8 ? cursor_u64(&c) : cursor_u32(&c);
}
