/*
 * nettrace/bytes.h - a growing buffer of little-endian fields, for the writer.
 *
 * After a failed allocation it is `failed` and takes nothing more; the owner checks once.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A zeroed one is empty. */
struct bytes {
    uint8_t *data;
    size_t size, capacity;
    bool failed;
};

/* Room for `n` bytes that count as written, or NULL. */
uint8_t *bytes_take(struct bytes *b, size_t n);

void bytes_raw(struct bytes *b, const void *data, size_t size);
void bytes_zeros(struct bytes *b, size_t size);
void bytes_u8(struct bytes *b, uint8_t value);
void bytes_u16(struct bytes *b, uint16_t value);
void bytes_u32(struct bytes *b, uint32_t value);
void bytes_u64(struct bytes *b, uint64_t value);
void bytes_varint(struct bytes *b, uint64_t value);
void bytes_zigzag(struct bytes *b, int64_t value);

/* Up to and with a NUL unit; varint length and the bytes. NULL is "". */
void bytes_utf16(struct bytes *b, const char *utf8);
void bytes_utf8(struct bytes *b, const char *utf8);

/* Overwrites `size` bytes at `at`, which were written before, with the low bytes of `value`. */
void bytes_patch(struct bytes *b, size_t at, uint64_t value, size_t size);

void bytes_clear(struct bytes *b); /* keeps the memory and `failed` */
void bytes_deinit(struct bytes *b);
