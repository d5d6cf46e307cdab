#include "src/config/file_encoding.h"

#include <stdint.h>
#include <string.h>

#include "src/base/utf8.h"

struct encoding {
    const char *mark;
    size_t unit; /* bytes of the mark, and of each unit */
    bool big_endian;
};

/* The mark of UTF-16 is also the beginning of that of UTF-32, which comes first. */
static const struct encoding encodings[] = {
    {"\xFF\xFE\0\0", 4, false},
    {"\0\0\xFE\xFF", 4, true},
    {"\xFF\xFE", 2, false},
    {"\xFE\xFF", 2, true},
};

static const struct encoding *find(const char *data, size_t size)
{
    for (size_t i = 0; i < sizeof encodings / sizeof encodings[0]; i++) {
        if (size >= encodings[i].unit && memcmp(data, encodings[i].mark, encodings[i].unit) == 0)
            return &encodings[i];
    }
    return NULL;
}

static uint32_t unit_at(const struct encoding *e, const char *data)
{
    uint32_t unit = 0;

    for (size_t i = 0; i < e->unit; i++)
        unit = unit << 8 | (uint8_t)data[e->big_endian ? i : e->unit - 1 - i];
    return unit;
}

static bool is_in(uint32_t code, uint32_t first, uint32_t end)
{
    return code >= first && code < end;
}

/* The code point at `data`; returns its bytes. */
static size_t next(const struct encoding *e, const char *data, size_t left, uint32_t *ret)
{
    *ret = UTF8_REPLACEMENT;
    if (left < e->unit)
        return left;
    uint32_t code = unit_at(e, data);
    if (e->unit == 2 && is_in(code, 0xD800, 0xDC00) && left >= 4) {
        uint32_t low = unit_at(e, data + 2);
        if (is_in(low, 0xDC00, 0xE000)) {
            *ret = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
            return 4;
        }
    }
    if (!is_in(code, 0xD800, 0xE000) && code <= 0x10FFFF)
        *ret = code;
    return e->unit;
}

bool file_encoding_add(struct text *ret, const char *data, size_t size)
{
    const struct encoding *e = find(data, size);

    if (!e)
        return false;
    for (size_t at = e->unit; at < size;) {
        uint32_t code;
        at += next(e, data + at, size - at, &code);
        utf8_add(ret, code);
    }
    return true;
}
