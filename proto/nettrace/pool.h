/*
 * nettrace/pool.h - memory for many small things that are all forgotten at once.
 *
 * Chunks are allocated as needed and never move. A zeroed pool with a `limit` is empty.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct pool_chunk;

struct pool {
    struct pool_chunk *chunks; /* the newest first; only it is taken from */
    size_t size;               /* of all chunks */
    size_t limit;              /* for `size` */
};

/* `size` zeroed bytes for any type. NULL: above the limit, or out of memory. */
void *pool_take(struct pool *p, size_t size);

/* Frees everything; the pool can be used again. */
void pool_clear(struct pool *p);
