#include "src/auth/base64url.h"

#include <stdlib.h>

static const char alphabet[65] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

static int value_of(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    if (c == '-')
        return 62;
    return c == '_' ? 63 : -1;
}

bool base64url_decode(const char *text, size_t size, uint8_t *ret, size_t *ret_size)
{
    uint32_t bits = 0;
    unsigned held = 0;
    size_t n = 0;

    if (size % 4 == 1)
        return false;
    for (size_t i = 0; i < size; i++) {
        int value = value_of(text[i]);
        if (value < 0)
            return false;
        bits = bits << 6 | (uint32_t)value;
        held += 6;
        if (held >= 8) {
            held -= 8;
            ret[n++] = (uint8_t)(bits >> held);
        }
    }
    *ret_size = n;
    return (bits & ((1u << held) - 1)) == 0;
}

char *base64url_encode(const void *data, size_t size)
{
    const uint8_t *bytes = data;
    char *text = malloc(size * 4 / 3 + 3);
    uint32_t bits = 0;
    unsigned held = 0;
    size_t n = 0;

    if (!text)
        return NULL;
    for (size_t i = 0; i < size; i++) {
        bits = bits << 8 | bytes[i];
        for (held += 8; held >= 6; held -= 6)
            text[n++] = alphabet[bits >> (held - 6) & 63];
    }
    if (held)
        text[n++] = alphabet[bits << (6 - held) & 63];
    text[n] = '\0';
    return text;
}
