/*
 * metrics/instruments.h - what a runtime has told about its instruments before it tells their
 * values. Bounded: what does not fit is forgotten, and the values come without it.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "src/base/list.h"

struct instrument_text {
    const char *meter, *name, *description, *instrument_tags, *meter_tags;
};

struct instrument {
    struct list link; /* in its bucket, newest first */
    uint32_t id;      /* tells two of the same names apart; 0: the runtime does not tell (.NET 8) */
    struct instrument_text text; /* its own */
    size_t size;
};

enum { INSTRUMENT_BUCKETS = 256 };

struct instruments {
    struct list buckets[INSTRUMENT_BUCKETS];
    size_t count, bytes;
};

void instruments_init(struct instruments *all);
void instruments_deinit(struct instruments *all);

/* Copies; replaces what was told of this instrument before. */
void instruments_put(struct instruments *all, uint32_t id, const struct instrument_text *text);

/* NULL: nothing is known. An id that is not known stands for no other instrument than one without
 * id. */
const struct instrument *instruments_find(const struct instruments *all, uint32_t id,
                                          const char *meter, const char *name);
void instruments_remove(struct instruments *all, uint32_t id, const char *meter, const char *name);
