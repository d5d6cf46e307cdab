#include "proto/wire/utf16.h"

#include <stdlib.h>
#include <string.h>

#include "proto/wire/arena.h"

enum {
    REPLACEMENT = 0xFFFD,
};

static uint16_t unit_at(const uint8_t *units, size_t i)
{
    return (uint16_t)(units[2 * i] | units[2 * i + 1] << 8);
}

static bool is_high(uint32_t unit)
{
    return unit >= 0xD800 && unit < 0xDC00;
}

static bool is_low(uint32_t unit)
{
    return unit >= 0xDC00 && unit < 0xE000;
}

/* The character at units[*i]; moves *i behind it. */
static uint32_t next_of_utf16(const uint8_t *units, size_t count, size_t *i)
{
    uint32_t unit = unit_at(units, (*i)++);

    if (is_high(unit) && *i < count && is_low(unit_at(units, *i)))
        return 0x10000 + ((unit - 0xD800) << 10) + (unit_at(units, (*i)++) - 0xDC00u);
    return is_high(unit) || is_low(unit) || unit == 0 ? REPLACEMENT : unit;
}

/* Bytes of one character in UTF-8. */
static size_t put_utf8(uint32_t c, char bytes[static 4])
{
    static const uint8_t leads[] = {0, 0, 0xC0, 0xE0, 0xF0};
    size_t n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;

    for (size_t i = n - 1; i > 0; i--) {
        bytes[i] = (char)(0x80 | (c & 0x3F));
        c >>= 6;
    }
    bytes[0] = (char)(leads[n] | c);
    return n;
}

size_t utf16_to_utf8(const uint8_t *units, size_t count, char *text, size_t capacity)
{
    size_t length = 0, end = 0;
    char bytes[4];

    for (size_t i = 0; i < count;) {
        size_t n = put_utf8(next_of_utf16(units, count, &i), bytes);
        if (length == end && capacity > n && length < capacity - n) {
            memcpy(text + end, bytes, n);
            end += n;
        }
        length += n;
    }
    if (capacity > 0)
        text[end] = '\0';
    return length;
}

/* Length of the valid sequence at `p`, with its character; 0 if there is none. Stops at a NUL. */
static size_t take_utf8(const uint8_t *p, uint32_t *ret_c)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t n = p[0] < 0x80   ? 1
               : p[0] < 0xC2 ? 0
               : p[0] < 0xE0 ? 2
               : p[0] < 0xF0 ? 3
               : p[0] < 0xF5 ? 4
                             : 0;

    if (n < 2) {
        *ret_c = p[0];
        return n;
    }
    uint32_t c = p[0] & (0x7Fu >> n);
    for (size_t i = 1; i < n; i++) {
        if ((p[i] & 0xC0) != 0x80)
            return 0;
        c = c << 6 | (p[i] & 0x3F);
    }
    *ret_c = c;
    return c < least[n] || c > 0x10FFFF || is_high(c) || is_low(c) ? 0 : n;
}

/* The character at *p, which is not the NUL; moves *p behind it. */
static uint32_t next_of_utf8(const uint8_t **p)
{
    uint32_t c = 0;
    size_t n = take_utf8(*p, &c);

    *p += n ? n : 1;
    return n ? c : REPLACEMENT;
}

size_t utf16_length(const char *utf8)
{
    size_t count = 0;

    for (const uint8_t *p = (const uint8_t *)utf8; *p;)
        count += next_of_utf8(&p) >= 0x10000 ? 2 : 1;
    return count;
}

static uint8_t *put_unit(uint8_t *out, uint32_t unit)
{
    *out++ = (uint8_t)unit;
    *out++ = (uint8_t)(unit >> 8);
    return out;
}

void utf16_from_utf8(const char *utf8, uint8_t *units)
{
    for (const uint8_t *p = (const uint8_t *)utf8; *p;) {
        uint32_t c = next_of_utf8(&p);
        if (c >= 0x10000) {
            units = put_unit(units, 0xD800 + ((c - 0x10000) >> 10));
            c = 0xDC00 + (c & 0x3FF);
        }
        units = put_unit(units, c);
    }
}

bool utf8_is_valid(const char *utf8)
{
    uint32_t c;

    for (const uint8_t *p = (const uint8_t *)utf8; *p;) {
        size_t n = take_utf8(p, &c);
        if (n == 0)
            return false;
        p += n;
    }
    return true;
}

/* The units of a counted string without its NUL. */
static enum wire_status take_units(struct cursor *in, const uint8_t **ret_units, size_t *ret_count)
{
    size_t count = cursor_u32(in);

    if (in->bad || count > in->left / 2) {
        in->bad = true;
        return WIRE_MORE;
    }
    *ret_units = cursor_take(in, 2 * count);
    *ret_count = count > 0 && unit_at(*ret_units, count - 1) == 0 ? count - 1 : count;
    return WIRE_OK;
}

static enum wire_status convert_new(const uint8_t *units, size_t count, char **ret_text)
{
    size_t size = utf16_to_utf8(units, count, NULL, 0) + 1;
    char *text = malloc(size);

    if (!text)
        return WIRE_BAD;
    (void)utf16_to_utf8(units, count, text, size);
    *ret_text = text;
    return WIRE_OK;
}

enum wire_status utf16_decode(struct cursor *in, char **ret_text)
{
    const uint8_t *units;
    size_t count;
    enum wire_status status = take_units(in, &units, &count);

    return status == WIRE_OK ? convert_new(units, count, ret_text) : status;
}

enum wire_status utf16_decode_into(struct cursor *in, char *text, size_t capacity)
{
    const uint8_t *units;
    size_t count;
    enum wire_status status = take_units(in, &units, &count);

    if (status != WIRE_OK)
        return status;
    if (utf16_to_utf8(units, count, NULL, 0) >= capacity)
        return WIRE_BAD;
    (void)utf16_to_utf8(units, count, text, capacity);
    return WIRE_OK;
}

enum wire_status utf16_decode_arena(struct cursor *in, struct arena *arena, const char **ret_text)
{
    const uint8_t *units;
    size_t count;
    enum wire_status status = take_units(in, &units, &count);

    if (status != WIRE_OK)
        return status;
    size_t size = utf16_to_utf8(units, count, NULL, 0) + 1;
    char *text = arena_take(arena, size, 1);
    if (!text)
        return WIRE_BAD;
    (void)utf16_to_utf8(units, count, text, size);
    *ret_text = text;
    return WIRE_OK;
}

enum wire_status utf16_decode_terminated(struct cursor *in, char **ret_text)
{
    for (size_t count = 0; !in->bad && count < in->left / 2; count++) {
        if (unit_at(in->at, count) != 0)
            continue;
        const uint8_t *units = cursor_take(in, 2 * (count + 1));
        return convert_new(units, count, ret_text);
    }
    in->bad = true;
    return WIRE_MORE;
}
