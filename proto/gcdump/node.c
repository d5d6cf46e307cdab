#include "proto/gcdump/node.h"

size_t gcdump_int_put(uint8_t *to, int32_t value)
{
    size_t size = gcdump_int_size(value);

    for (size_t i = 0; i < size; i++) {
        unsigned shift = (unsigned)(7 * (size - 1 - i));
        to[i] = (uint8_t)(shift ? value >> shift | 0x80 : value & 0x7F);
    }
    return size;
}

int32_t gcdump_int_take(struct cursor *in)
{
    uint8_t byte = cursor_u8(in);
    uint32_t bits = byte & 0x40 ? ~UINT32_C(0x7F) | byte : byte & UINT32_C(0x7F);

    for (int i = 1; byte & 0x80; i++) {
        byte = cursor_u8(in);
        if (i == GCDUMP_INT_MAX)
            in->bad = true;
        if (in->bad)
            return 0;
        bits = bits << 7 | (byte & 0x7F);
    }
    return (int32_t)bits;
}
