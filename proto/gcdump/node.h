/*
 * gcdump/node.h - numbers in a node's description: 7 bits a byte, the most significant first, all
 * but the last with bit 7; signed.
 *
 * A node is: type * 2, or type * 2 + 1 and its size when that is not its type's; the count of
 * children; each child's index minus its own.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "proto/wire/cursor.h"

enum { GCDUMP_INT_MAX = 5 }; /* bytes */

static inline size_t gcdump_int_size(int32_t value)
{
    uint32_t bits = (uint32_t)(value < 0 ? ~value : value);
    int significant = bits ? 32 - __builtin_clz(bits) : 0; /* the sign needs one more */

    return (size_t)(significant / 7 + 1);
}

/* Returns the bytes written, at most GCDUMP_INT_MAX. */
size_t gcdump_int_put(uint8_t *to, int32_t value);

/* The cursor is bad when the number is cut or longer than a number can be. */
int32_t gcdump_int_take(struct cursor *in);
