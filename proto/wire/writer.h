/*
 * wire/writer.h - write little-endian fields into the caller's buffer, never past its end.
 *
 * A writer borrows the buffer; it allocates nothing. A field that does not fit whole is left out,
 * the writer is `full` from then on, all later writes do nothing, and the caller checks once.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/wire/status.h"

struct writer {
    uint8_t *data;
    size_t size, capacity;
    bool full;
};

static inline struct writer writer_of(void *data, size_t capacity)
{
    return (struct writer){.data = data, .capacity = capacity};
}

/* WIRE_OK while everything fitted, else WIRE_MORE. */
static inline enum wire_status writer_status(const struct writer *w)
{
    return w->full ? WIRE_MORE : WIRE_OK;
}

/* Room for `n` bytes, which count as written; NULL when they do not fit (or `n` is 0). */
uint8_t *writer_take(struct writer *w, size_t n);

void writer_u8(struct writer *w, uint8_t value);
void writer_u16(struct writer *w, uint16_t value);
void writer_u32(struct writer *w, uint32_t value);
void writer_u64(struct writer *w, uint64_t value);
void writer_bytes(struct writer *w, const void *data, size_t size);

/* Overwrites the two bytes at offset `at`, which were written before. */
void writer_patch_u16(struct writer *w, size_t at, uint16_t value);

/*
 * The protocol's string: u32 count of UTF-16 units including the NUL, the units, the NUL. NULL and
 * "" are a count of 0 without any unit. Invalid UTF-8 becomes U+FFFD.
 */
void writer_utf16(struct writer *w, const char *utf8);

/* Bytes that writer_utf16() needs. */
size_t writer_utf16_size(const char *utf8);
