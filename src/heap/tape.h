/*
 * heap/tape.h - values that are appended first and read later.
 *
 * What does not fit into the heap's memory is written to a file in pieces, and only mapped to be
 * read: a page that is written through a mapping costs three times as much.
 */
#pragma once

#include <string.h>

#include "src/heap/spill.h"

struct tape {
    struct spill_array array; /* sealed: all of it; else what is in memory, behind `written` */
    uint64_t written;
    int file; /* -1: none, or sealed */
};

void tape_init(struct tape *t, struct spill *spill);
void tape_free(struct tape *t);

/* For `bytes` more behind array.size. */
int tape_make_room(struct tape *t, size_t bytes, struct error *err);

static inline int tape_room(struct tape *t, size_t bytes, struct error *err)
{
    return t->array.size + bytes <= t->array.capacity ? 0 : tape_make_room(t, bytes, err);
}

static inline int tape_push_u32(struct tape *t, uint32_t value, struct error *err)
{
    int r = tape_room(t, sizeof value, err);

    if (r < 0)
        return r;
    ((uint32_t *)t->array.data)[t->array.size / sizeof value] = value;
    t->array.size += sizeof value;
    return 0;
}

static inline int tape_push_u64(struct tape *t, uint64_t value, struct error *err)
{
    int r = tape_room(t, sizeof value, err);

    if (r < 0)
        return r;
    ((uint64_t *)t->array.data)[t->array.size / sizeof value] = value;
    t->array.size += sizeof value;
    return 0;
}

static inline int tape_push(struct tape *t, const void *data, size_t size, struct error *err)
{
    int r = tape_room(t, size, err);

    if (r < 0 || size == 0)
        return r;
    memcpy((char *)t->array.data + t->array.size, data, size);
    t->array.size += size;
    return 0;
}

/* Of all values. */
static inline uint64_t tape_size(const struct tape *t)
{
    return t->written + t->array.size;
}

/* All values are in t->array from here on, to be read, until the next one is appended. */
int tape_seal(struct tape *t, struct error *err);

/* Seals it; the array is the caller's, in place of `ret`, which must be empty. */
int tape_end(struct tape *t, struct spill_array *ret, struct error *err);
