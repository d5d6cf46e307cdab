#include "proto/nettrace/bytes.h"

#include <stdlib.h>
#include <string.h>

#include "proto/wire/utf16.h"

enum {
    FIRST_CAPACITY = 256,
};

uint8_t *bytes_take(struct bytes *b, size_t n)
{
    size_t capacity = b->capacity ? b->capacity : FIRST_CAPACITY;

    if (b->failed || n > SIZE_MAX / 4 - b->size) {
        b->failed = true;
        return NULL;
    }
    while (capacity - b->size < n)
        capacity *= 2;
    if (capacity > b->capacity) {
        uint8_t *grown = realloc(b->data, capacity);
        if (!grown) {
            b->failed = true;
            return NULL;
        }
        b->data = grown;
        b->capacity = capacity;
    }
    b->size += n;
    return b->data + b->size - n;
}

void bytes_raw(struct bytes *b, const void *data, size_t size)
{
    uint8_t *p = bytes_take(b, size);

    if (p && size > 0)
        memcpy(p, data, size);
}

void bytes_zeros(struct bytes *b, size_t size)
{
    uint8_t *p = bytes_take(b, size);

    if (p && size > 0)
        memset(p, 0, size);
}

static void put(uint8_t *p, uint64_t value, size_t size)
{
    for (size_t i = 0; i < size; i++)
        p[i] = (uint8_t)(value >> (8 * i));
}

static void append(struct bytes *b, uint64_t value, size_t size)
{
    uint8_t *p = bytes_take(b, size);

    if (p)
        put(p, value, size);
}

void bytes_u8(struct bytes *b, uint8_t value)
{
    append(b, value, 1);
}

void bytes_u16(struct bytes *b, uint16_t value)
{
    append(b, value, 2);
}

void bytes_u32(struct bytes *b, uint32_t value)
{
    append(b, value, 4);
}

void bytes_u64(struct bytes *b, uint64_t value)
{
    append(b, value, 8);
}

void bytes_varint(struct bytes *b, uint64_t value)
{
    for (; value >= 0x80; value >>= 7)
        bytes_u8(b, (uint8_t)(value | 0x80));
    bytes_u8(b, (uint8_t)value);
}

void bytes_zigzag(struct bytes *b, int64_t value)
{
    bytes_varint(b, (uint64_t)value << 1 ^ (value < 0 ? UINT64_MAX : 0));
}

void bytes_utf16(struct bytes *b, const char *utf8)
{
    size_t units = utf8 ? utf16_length(utf8) : 0;
    uint8_t *p = bytes_take(b, 2 * units);

    if (p && units > 0)
        utf16_from_utf8(utf8, p);
    bytes_u16(b, 0);
}

void bytes_utf8(struct bytes *b, const char *utf8)
{
    size_t size = utf8 ? strlen(utf8) : 0;

    bytes_varint(b, size);
    bytes_raw(b, utf8, size);
}

void bytes_patch(struct bytes *b, size_t at, uint64_t value, size_t size)
{
    if (at <= b->size && size <= b->size - at)
        put(b->data + at, value, size);
}

void bytes_clear(struct bytes *b)
{
    b->size = 0;
}

void bytes_deinit(struct bytes *b)
{
    free(b->data);
    *b = (struct bytes){0};
}
