#include "proto/wire/writer.h"

#include <string.h>

#include "proto/wire/utf16.h"

uint8_t *writer_take(struct writer *w, size_t n)
{
    if (w->full || n > w->capacity - w->size) {
        w->full = true;
        return NULL;
    }
    if (n == 0)
        return NULL;
    uint8_t *p = w->data + w->size;
    w->size += n;
    return p;
}

static void writer_number(struct writer *w, uint64_t value, size_t size)
{
    uint8_t *p = writer_take(w, size);

    for (size_t i = 0; p && i < size; i++)
        p[i] = (uint8_t)(value >> (8 * i));
}

void writer_u8(struct writer *w, uint8_t value)
{
    writer_number(w, value, 1);
}

void writer_u16(struct writer *w, uint16_t value)
{
    writer_number(w, value, 2);
}

void writer_u32(struct writer *w, uint32_t value)
{
    writer_number(w, value, 4);
}

void writer_u64(struct writer *w, uint64_t value)
{
    writer_number(w, value, 8);
}

void writer_bytes(struct writer *w, const void *data, size_t size)
{
    uint8_t *p = writer_take(w, size);

    if (p)
        memcpy(p, data, size);
}

void writer_patch_u16(struct writer *w, size_t at, uint16_t value)
{
    if (at > w->size || w->size - at < 2)
        return;
    w->data[at] = (uint8_t)value;
    w->data[at + 1] = (uint8_t)(value >> 8);
}

size_t writer_utf16_size(const char *utf8)
{
    return utf8 && *utf8 ? 4 + 2 * (utf16_length(utf8) + 1) : 4;
}

void writer_utf16(struct writer *w, const char *utf8)
{
    size_t size = writer_utf16_size(utf8);
    size_t units = (size - 4) / 2;

    if (units > UINT32_MAX || size > w->capacity - w->size) {
        w->full = true;
        return;
    }
    writer_u32(w, (uint32_t)units);
    uint8_t *p = writer_take(w, size - 4);
    if (!p)
        return;
    utf16_from_utf8(utf8, p);
    memset(p + size - 6, 0, 2);
}
