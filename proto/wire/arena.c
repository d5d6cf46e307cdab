#include "proto/wire/arena.h"

#include <stdlib.h>

bool arena_init(struct arena *a, size_t capacity)
{
    *a = (struct arena){0};
    a->data = calloc(1, capacity ? capacity : 1);
    if (!a->data)
        return false;
    a->capacity = capacity;
    return true;
}

void arena_deinit(struct arena *a)
{
    free(a->data);
    *a = (struct arena){0};
}

void *arena_take(struct arena *a, size_t size, size_t align)
{
    /* malloc's own alignment holds for data[0], so offsets are what has to be aligned. */
    size_t at = (a->size + align - 1) / align * align;

    if (!a->data || at > a->capacity || size > a->capacity - at)
        return NULL;
    a->size = at + size;
    return a->data + at;
}
