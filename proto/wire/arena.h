/*
 * wire/arena.h - the one block of memory behind a decoded message with strings and arrays.
 *
 * A zeroed arena is empty and owns nothing. Messages that a caller fills in for encoding leave it
 * zeroed and point to the caller's own strings, which is why those fields are const.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena {
    uint8_t *data;
    size_t size, capacity;
};

/* Allocates `capacity` zeroed bytes. False: out of memory. */
bool arena_init(struct arena *a, size_t capacity);
void arena_deinit(struct arena *a);

/* `size` zeroed bytes, aligned for any type if `align` is 16 (a power of two). NULL: no room. */
void *arena_take(struct arena *a, size_t size, size_t align);

/*
 * Enough for all strings of a payload of `size` bytes: a unit of 2 bytes becomes at most 3 of
 * UTF-8, and the 4 bytes of each count pay for the NUL.
 */
static inline size_t arena_size_of_strings(size_t size)
{
    return size * 2;
}
