/*
 * nettrace/varint.h - numbers of 7 bits a byte, the lowest first, the high bit = more follow.
 *
 * The bare-pointer functions read up to 5 (32 bits) or 10 (64 bits) bytes without looking where
 * the range ends: the caller has made sure that so many can be read. They return NULL when the
 * number is longer than that.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "proto/wire/cursor.h"

enum {
    VARINT32_MAX = 5,
    VARINT64_MAX = 10,
};

static inline const uint8_t *varint_tail(const uint8_t *p, unsigned max, uint64_t *ret_value)
{
    uint64_t value = 0;

    for (unsigned i = 0; i < max; i++) {
        value |= (uint64_t)(p[i] & 0x7F) << (7 * i);
        if (p[i] < 0x80) {
            *ret_value = value;
            return p + i + 1;
        }
    }
    return NULL;
}

static inline const uint8_t *varint_take64(const uint8_t *p, uint64_t *ret_value)
{
    if (p[0] < 0x80) {
        *ret_value = p[0];
        return p + 1;
    }
    if (p[1] < 0x80) {
        *ret_value = (p[0] & 0x7Fu) | (uint64_t)p[1] << 7;
        return p + 2;
    }
    return varint_tail(p, VARINT64_MAX, ret_value);
}

static inline const uint8_t *varint_take32(const uint8_t *p, uint32_t *ret_value)
{
    uint64_t value;

    if (p[0] < 0x80) {
        *ret_value = p[0];
        return p + 1;
    }
    p = varint_tail(p, VARINT32_MAX, &value);
    if (p)
        *ret_value = (uint32_t)value;
    return p;
}

/* The same from a cursor: bad when the range ends first or the number is too long. */
static inline uint64_t cursor_varint(struct cursor *c, unsigned max)
{
    uint64_t value = 0;

    for (unsigned i = 0; i < max; i++) {
        uint8_t byte = cursor_u8(c);
        value |= (uint64_t)(byte & 0x7F) << (7 * i);
        if (byte < 0x80)
            return c->bad ? 0 : value;
    }
    c->bad = true;
    return 0;
}

static inline uint64_t cursor_varint64(struct cursor *c)
{
    return cursor_varint(c, VARINT64_MAX);
}

static inline uint32_t cursor_varint32(struct cursor *c)
{
    return (uint32_t)cursor_varint(c, VARINT32_MAX);
}

/* Signed: 0 -1 1 -2 2 are sent as 0 1 2 3 4. */
static inline int64_t cursor_zigzag(struct cursor *c)
{
    uint64_t value = cursor_varint64(c);

    return (int64_t)(value >> 1 ^ (0 - (value & 1)));
}
