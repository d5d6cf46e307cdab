/*
 * wire/cursor.h - read little-endian fields from a byte range, never past its end.
 *
 * A cursor borrows the bytes; it owns nothing. After the first short read it is `bad` and stays so:
 * all later reads return zero (NULL, an empty cursor), and the caller checks once at the end.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/wire/status.h"

struct cursor {
    const uint8_t *at;
    size_t left;
    bool bad;
};

static inline struct cursor cursor_of(const void *data, size_t size)
{
    return (struct cursor){.at = data, .left = size};
}

/* WIRE_OK while every read so far was inside the range, else WIRE_MORE. */
static inline enum wire_status cursor_status(const struct cursor *c)
{
    return c->bad ? WIRE_MORE : WIRE_OK;
}

/* The next `n` bytes, or NULL. `n` = 0 may give NULL without the cursor being bad. */
static inline const uint8_t *cursor_take(struct cursor *c, size_t n)
{
    if (c->bad || n > c->left) {
        c->bad = true;
        return NULL;
    }
    if (n == 0)
        return c->at;
    const uint8_t *p = c->at;
    c->at += n;
    c->left -= n;
    return p;
}

static inline void cursor_skip(struct cursor *c, size_t n)
{
    (void)cursor_take(c, n);
}

/* A cursor over the next `n` bytes, which are skipped here. Bad when they are not all there. */
static inline struct cursor cursor_sub(struct cursor *c, size_t n)
{
    const uint8_t *p = cursor_take(c, n);

    return c->bad ? (struct cursor){.bad = true} : cursor_of(p, n);
}

static inline uint8_t cursor_u8(struct cursor *c)
{
    const uint8_t *p = cursor_take(c, 1);

    return p ? p[0] : 0;
}

static inline uint16_t cursor_u16(struct cursor *c)
{
    const uint8_t *p = cursor_take(c, 2);

    if (!p)
        return 0;
    return (uint16_t)(p[0] | p[1] << 8);
}

static inline uint32_t cursor_u32(struct cursor *c)
{
    const uint8_t *p = cursor_take(c, 4);

    if (!p)
        return 0;
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static inline uint64_t cursor_u64(struct cursor *c)
{
    /* Both halves or nothing: half a number must not move the cursor. */
    struct cursor half = cursor_sub(c, 8);
    uint64_t low = cursor_u32(&half);

    return low | (uint64_t)cursor_u32(&half) << 32;
}
