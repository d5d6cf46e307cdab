/*
 * nettrace/spans.h - byte strings by number: stacks and label lists, both sent in blocks of
 * consecutive ids and forgotten at the next sequence point.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct span_run {
    uint32_t first, count; /* ids */
    uint32_t index;        /* of the first in `ends` */
};

/* A zeroed one is empty. */
struct spans {
    uint8_t *bytes;
    uint32_t *starts; /* of each string in `bytes`; it ends where the next starts */
    struct span_run *runs;
    size_t size, size_capacity;
    size_t count, count_capacity;
    size_t run_count, run_capacity;
};

/* Ids from `first` on are added next. False: too many runs, or out of memory. */
bool spans_begin(struct spans *s, uint32_t first);

/* Copies one string. False: above the limits of limits.h, or out of memory. */
bool spans_add(struct spans *s, const uint8_t *bytes, size_t size);

/* The newest string of that id; NULL if there is none. Valid until the next change. */
const uint8_t *spans_find(const struct spans *s, uint32_t id, size_t *ret_size);

/* Forgets all; memory is kept for the next ones unless it is unusually much. */
void spans_clear(struct spans *s);
void spans_deinit(struct spans *s);
