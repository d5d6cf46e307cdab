#include "proto/nettrace/utf8.h"

#include <string.h>

#include "proto/nettrace/varint.h"
#include "proto/wire/utf16.h"

struct cursor utf8_take(struct cursor *in)
{
    return cursor_sub(in, cursor_varint32(in));
}

/* Length of the character that starts with this byte; 0: none does. */
static size_t length_of(uint8_t lead)
{
    return lead == 0     ? 0
           : lead < 0x80 ? 1
           : lead < 0xC2 ? 0
           : lead < 0xE0 ? 2
           : lead < 0xF0 ? 3
           : lead < 0xF5 ? 4
                         : 0;
}

/* The character at `bytes`, or its replacement, and how many bytes it stands for. */
static size_t take_character(const uint8_t *bytes, size_t left, char one[static 5])
{
    size_t n = length_of(bytes[0]);

    memset(one, 0, 5);
    if (n != 0 && n <= left)
        memcpy(one, bytes, n);
    if (n != 0 && n <= left && strlen(one) == n && utf8_is_valid(one))
        return n;
    memcpy(one, "\xEF\xBF\xBD", 4);
    return 1;
}

size_t utf8_to_text(const uint8_t *bytes, size_t size, char *text, size_t capacity)
{
    size_t length = 0, end = 0;
    char one[5];

    for (size_t i = 0; i < size;) {
        i += take_character(bytes + i, size - i, one);
        size_t n = strlen(one);
        if (length == end && capacity > n && length < capacity - n) {
            memcpy(text + end, one, n);
            end += n;
        }
        length += n;
    }
    if (capacity > 0)
        text[end] = '\0';
    return length;
}
