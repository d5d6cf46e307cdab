#include "src/http/query.h"

#include <stdint.h>
#include <string.h>

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* The byte that "%XX" at `s` stands for, or -1. */
static int escape_value(const char *s)
{
    int high = hex_value(s[1]);
    int low = high < 0 ? -1 : hex_value(s[2]);

    return low < 0 ? -1 : high << 4 | low;
}

/* Length of the UTF-8 sequence that `lead` starts, with the bounds of its second byte, which rule
 * out overlong forms, surrogates and values above 0x10ffff (Unicode table 3-7). 0 = not a lead. */
static int utf8_length(uint8_t lead, uint8_t *ret_low, uint8_t *ret_high)
{
    *ret_low = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
    *ret_high = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
    if (lead < 0x80)
        return 1;
    if (lead < 0xc2 || lead > 0xf4)
        return 0;
    return lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
}

static bool is_plain_text(const char *text, size_t size)
{
    const uint8_t *s = (const uint8_t *)text, *end = s + size;

    while (s < end) {
        uint8_t low, high;
        int n = utf8_length(*s, &low, &high);
        if (n == 0 || n > end - s || *s < ' ' || *s == 0x7f)
            return false;
        if (n > 1 && (s[1] < low || s[1] > high))
            return false;
        /* U+0080 to U+009F are control characters too. */
        if (*s == 0xc2 && s[1] < 0xa0)
            return false;
        for (int i = 2; i < n; i++) {
            if (s[i] < 0x80 || s[i] > 0xbf)
                return false;
        }
        s += n;
    }
    return true;
}

bool http_decode(char *text, enum http_decode_as as)
{
    char *to = text;

    for (const char *from = text; *from; from++) {
        int v = *from == '%' ? escape_value(from) : -1;
        if (v >= 0) {
            *to++ = (char)v;
            from += 2;
        } else if (*from == '%' && as == HTTP_DECODE_PATH) {
            return false;
        } else {
            *to++ = *from == '+' && as == HTTP_DECODE_QUERY ? ' ' : *from;
        }
    }
    *to = '\0';
    return is_plain_text(text, (size_t)(to - text));
}

size_t http_query_bound(const char *query)
{
    size_t n = 1;

    for (const char *s = query; *s; s++)
        n += *s == '&';
    return n;
}

static bool read_pair(char *piece, struct http_pair *ret)
{
    char *equals = strchr(piece, '=');
    char *value = equals ? equals + 1 : piece + strlen(piece);

    if (equals)
        *equals = '\0';
    if (!http_decode(piece, HTTP_DECODE_QUERY))
        return false;
    if (equals && !http_decode(value, HTTP_DECODE_QUERY))
        return false;
    *ret = (struct http_pair){piece, equals ? value : ""};
    return true;
}

bool http_query_split(char *query, struct http_pair *pairs, size_t *ret_count)
{
    size_t count = 0;

    for (char *rest = query, *piece; (piece = strsep(&rest, "&")) != NULL;) {
        if (*piece == '\0')
            continue;
        if (!read_pair(piece, &pairs[count]))
            return false;
        count++;
    }
    *ret_count = count;
    return true;
}
