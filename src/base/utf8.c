#include "src/base/utf8.h"

/* By lead byte: how many bytes follow, and what the first of them may be. */
static const struct utf8_lead {
    uint8_t first, last, more, min, max;
} leads[] = {
    {0xC2, 0xDF, 1, 0x80, 0xBF}, {0xE0, 0xE0, 2, 0xA0, 0xBF}, {0xE1, 0xEC, 2, 0x80, 0xBF},
    {0xED, 0xED, 2, 0x80, 0x9F}, {0xEE, 0xEF, 2, 0x80, 0xBF}, {0xF0, 0xF0, 3, 0x90, 0xBF},
    {0xF1, 0xF3, 3, 0x80, 0xBF}, {0xF4, 0xF4, 3, 0x80, 0x8F},
};

static const struct utf8_lead *lead_of(uint8_t byte)
{
    for (size_t i = 0; i < sizeof leads / sizeof leads[0]; i++) {
        if (byte >= leads[i].first && byte <= leads[i].last)
            return &leads[i];
    }
    return NULL;
}

size_t utf8_next(const char *at, size_t left, uint32_t *ret)
{
    uint8_t first = (uint8_t)*at;
    const struct utf8_lead *lead = lead_of(first);

    *ret = first < 0x80 ? first : UTF8_REPLACEMENT;
    if (!lead)
        return 1;
    uint32_t code = first & (0x3Fu >> lead->more);
    for (size_t i = 1; i <= lead->more; i++) {
        uint8_t byte = i < left ? (uint8_t)at[i] : 0;
        if (byte < (i == 1 ? lead->min : 0x80) || byte > (i == 1 ? lead->max : 0xBF))
            return i;
        code = code << 6 | (byte & 0x3F);
    }
    *ret = code;
    return lead->more + 1u;
}

void utf8_add(struct text *out, uint32_t code)
{
    static const unsigned char first[] = {0, 0, 0xC0, 0xE0, 0xF0};
    char bytes[4];
    size_t size = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;

    for (size_t i = size; i-- > 1; code >>= 6)
        bytes[i] = (char)(0x80 | (code & 0x3F));
    bytes[0] = (char)(first[size] | code);
    text_add(out, bytes, size);
}
