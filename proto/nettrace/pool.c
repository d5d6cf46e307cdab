#include "proto/nettrace/pool.h"

#include <stdlib.h>

enum {
    CHUNK = 16 * 1024,
    ALIGNMENT = _Alignof(max_align_t),
};

struct pool_chunk {
    struct pool_chunk *next;
    size_t used, capacity;
    _Alignas(max_align_t) uint8_t data[];
};

static struct pool_chunk *pool_grow(struct pool *p, size_t size)
{
    size_t capacity = size > CHUNK ? size : CHUNK;

    if (capacity > p->limit - p->size)
        return NULL;
    struct pool_chunk *chunk = calloc(1, sizeof *chunk + capacity);
    if (!chunk)
        return NULL;
    chunk->capacity = capacity;
    chunk->next = p->chunks;
    p->chunks = chunk;
    p->size += capacity;
    return chunk;
}

void *pool_take(struct pool *p, size_t size)
{
    struct pool_chunk *chunk = p->chunks;

    if (size > p->limit)
        return NULL;
    size = (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    if (!chunk || size > chunk->capacity - chunk->used)
        chunk = pool_grow(p, size);
    if (!chunk)
        return NULL;
    void *taken = chunk->data + chunk->used;
    chunk->used += size;
    return taken;
}

void pool_clear(struct pool *p)
{
    for (struct pool_chunk *chunk = p->chunks, *next; chunk; chunk = next) {
        next = chunk->next;
        free(chunk);
    }
    p->chunks = NULL;
    p->size = 0;
}
