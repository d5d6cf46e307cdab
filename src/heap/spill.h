/*
 * heap/spill.h - arrays that move to unlinked files when there is much in them.
 *
 * The arrays of one heap share a bound of memory: who grows beyond it moves to a file without a
 * name, mapped, whose pages the kernel can write out and take back. Disk is reserved before it is
 * used, so that a full one is an error and no SIGBUS. Pages of files that are mapped count as ours
 * too; spill_breathe() gives them back.
 *
 * Not thread-safe: a heap belongs to one thread at a time.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/base/error.h"
#include "src/base/list.h"

struct spill {
    const char *const *folders; /* for files, up to NULL; borrowed */
    size_t memory;              /* bytes in arrays without a file */
    size_t memory_max;
    struct list arrays;
    int statm; /* /proc/self/statm; -1: pages are never given back */
    unsigned steps;
};

void spill_init(struct spill *s, const char *const *folders, size_t memory_max);

/* All arrays must have been freed. */
void spill_deinit(struct spill *s);

struct spill_array {
    struct list link;
    struct spill *spill;
    void *data;
    size_t size, capacity; /* bytes; `size` is the caller's */
    int fd;                /* -1: in memory */
};

/* Empty; a zeroed one may be freed as well. */
void spill_array_init(struct spill_array *a, struct spill *spill);
void spill_array_free(struct spill_array *a);

/* Room for `size` bytes in all, at least; new bytes are zero. `a->size` stays. */
int spill_reserve(struct spill_array *a, size_t size, struct error *err);

/* An empty array gets `size` zeroed bytes. */
int spill_array_new(struct spill_array *a, struct spill *spill, size_t size, struct error *err);

/* Of arrays without a file: as spill_reserve(), but -ENOBUFS, without a text, when the heap's
 * memory does not suffice; and exactly `size` bytes, whatever the bound. What an array has stays.
 */
int spill_reserve_memory(struct spill_array *a, size_t size, struct error *err);
int spill_resize_memory(struct spill_array *a, size_t size, struct error *err);

/* A file without a name in the first folder that has room for `size` bytes. */
int spill_open_file(const struct spill *s, size_t size, int *ret_fd, struct error *err);

/* An array without memory becomes the first `size` bytes of the file, to be read; `fd` is its own
 * then, until spill_unmap() gives it back. */
int spill_map(struct spill_array *a, int fd, size_t size, struct error *err);
int spill_unmap(struct spill_array *a);

/* `to` must be empty; `from` is then. */
void spill_move(struct spill_array *to, struct spill_array *from);

/* For `bytes` more behind a->size; a->data may move. */
static inline int spill_room(struct spill_array *a, size_t bytes, struct error *err)
{
    return a->size + bytes <= a->capacity ? 0 : spill_reserve(a, a->size + bytes, err);
}

static inline int spill_push_u32(struct spill_array *a, uint32_t value, struct error *err)
{
    int r = spill_room(a, sizeof value, err);

    if (r < 0)
        return r;
    ((uint32_t *)a->data)[a->size / sizeof value] = value;
    a->size += sizeof value;
    return 0;
}

static inline int spill_push_u64(struct spill_array *a, uint64_t value, struct error *err)
{
    int r = spill_room(a, sizeof value, err);

    if (r < 0)
        return r;
    ((uint64_t *)a->data)[a->size / sizeof value] = value;
    a->size += sizeof value;
    return 0;
}

/* Of walks over arrays: once a step, or once in HEAP_STRIDE values of a straight walk. */
void spill_look(struct spill *s);
static inline void spill_breathe(struct spill *s)
{
    if (--s->steps == 0)
        spill_look(s);
}
