#include "proto/wire/guid.h"

#include <stddef.h>
#include <string.h>

/* Where the n-th byte of the text (two digits each, left to right) is on the wire. */
static const uint8_t wire_order[GUID_SIZE] = {3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15};

struct guid guid_read(struct cursor *in)
{
    struct guid guid = {0};
    const uint8_t *p = cursor_take(in, GUID_SIZE);

    if (p)
        memcpy(guid.bytes, p, GUID_SIZE);
    return guid;
}

void guid_write(struct writer *out, const struct guid *guid)
{
    writer_bytes(out, guid->bytes, GUID_SIZE);
}

static bool hyphen_before(size_t byte)
{
    return byte == 4 || byte == 6 || byte == 8 || byte == 10;
}

const char *guid_format(const struct guid *guid, char text[static GUID_TEXT_SIZE])
{
    static const char digits[] = "0123456789abcdef";
    char *p = text;

    for (size_t i = 0; i < GUID_SIZE; i++) {
        uint8_t byte = guid->bytes[wire_order[i]];
        if (hyphen_before(i))
            *p++ = '-';
        *p++ = digits[byte >> 4];
        *p++ = digits[byte & 15];
    }
    *p = '\0';
    return text;
}

static bool is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static const char *skip_blanks(const char *p)
{
    while (is_blank(*p))
        p++;
    return p;
}

static int digit_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* N or, with hyphens, D. Returns what follows, or NULL. */
static const char *parse_digits(const char *p, bool hyphens, struct guid *guid)
{
    for (size_t i = 0; i < GUID_SIZE; i++) {
        if (hyphens && hyphen_before(i) && *p++ != '-')
            return NULL;
        int high = digit_value(p[0]);
        int low = high < 0 ? -1 : digit_value(p[1]);
        if (low < 0)
            return NULL;
        guid->bytes[wire_order[i]] = (uint8_t)(high << 4 | low);
        p += 2;
    }
    return p;
}

/* X only: the character `c`, blanks before it. Returns what follows, or NULL; so do the next two.
 */
static const char *parse_mark(const char *p, char c)
{
    p = p ? skip_blanks(p) : NULL;
    return p && *p == c ? p + 1 : NULL;
}

/* "0x" and at least one digit, at most `size` bytes in value. Blanks may be between any two. */
static const char *parse_number(const char *p, size_t size, uint32_t *ret_value)
{
    uint64_t value = 0;
    size_t count = 0;

    p = parse_mark(p, '0');
    p = p ? skip_blanks(p) : NULL;
    if (!p || (*p | 0x20) != 'x')
        return NULL;
    for (p = skip_blanks(p + 1); digit_value(*p) >= 0; p = skip_blanks(p + 1), count++) {
        value = value << 4 | (uint64_t)digit_value(*p);
        if (value >> (8 * size) != 0)
            return NULL;
    }
    *ret_value = (uint32_t)value;
    return count > 0 ? p : NULL;
}

/* X: a field table row per number; the mark is what stands before it. */
static const char *parse_structured(const char *p, struct guid *guid)
{
    static const struct {
        uint8_t at, size;
    } fields[] = {{0, 4},  {4, 2},  {6, 2},  {8, 1},  {9, 1}, {10, 1},
                  {11, 1}, {12, 1}, {13, 1}, {14, 1}, {15, 1}};

    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        uint32_t value = 0;
        p = parse_mark(p, i == 0 ? '{' : ',');
        if (fields[i].at == 8)
            p = parse_mark(p, '{');
        p = parse_number(p, fields[i].size, &value);
        for (uint8_t k = 0; k < fields[i].size; k++)
            guid->bytes[fields[i].at + k] = (uint8_t)(value >> (8 * k));
    }
    return parse_mark(parse_mark(p, '}'), '}');
}

/* B and P: D inside a pair of brackets. */
static const char *parse_bracketed(const char *p, char end, struct guid *guid)
{
    p = parse_digits(p + 1, true, guid);
    return p && *p == end ? p + 1 : NULL;
}

static const char *parse_any(const char *p, struct guid *guid)
{
    if (*p == '(')
        return parse_bracketed(p, ')', guid);
    if (*p == '{' && strnlen(p, 10) == 10 && p[9] == '-')
        return parse_bracketed(p, '}', guid);
    if (*p == '{')
        return parse_structured(p, guid);
    return parse_digits(p, strnlen(p, 9) == 9 && p[8] == '-', guid);
}

bool guid_parse(const char *text, struct guid *ret_guid)
{
    struct guid guid = {0};
    const char *end = parse_any(skip_blanks(text), &guid);

    if (!end || *skip_blanks(end) != '\0')
        return false;
    *ret_guid = guid;
    return true;
}

bool guid_equal(const struct guid *a, const struct guid *b)
{
    return memcmp(a->bytes, b->bytes, GUID_SIZE) == 0;
}

bool guid_is_zero(const struct guid *guid)
{
    return guid_equal(guid, &(struct guid){0});
}
