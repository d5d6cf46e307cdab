#include "src/base/json_escape.h"

#include <stdbool.h>
#include <string.h>

#include "src/base/utf8.h"

static void add_unit(struct text *out, unsigned unit)
{
    text_add_fmt(out, "\\u%04X", unit);
}

static void add_wide(struct text *out, unsigned c)
{
    if (c >= 0x10000) {
        add_unit(out, 0xD800 + ((c - 0x10000) >> 10));
        add_unit(out, 0xDC00 + ((c - 0x10000) & 0x3FF));
    } else {
        add_unit(out, c);
    }
}

/* The escaped form of an ASCII character that does not stay: two characters or six. */
static void add_ascii(struct text *out, char c)
{
    static const char names[] = "\\bfnrt", bytes[] = "\\\b\f\n\r\t";
    const char *short_form = strchr(bytes, c);

    if (short_form) {
        char pair[2] = {'\\', names[short_form - bytes]};
        text_add(out, pair, sizeof pair);
    } else {
        add_unit(out, (unsigned char)c);
    }
}

/* Characters that stay as they are: most of most texts. */
static size_t plain_run(const char *s)
{
    static const bool plain[256] = {
        [' '] = true,         ['!'] = true,         ['#' ... '%'] = true,
        ['(' ... '*'] = true, [',' ... ';'] = true, ['='] = true,
        ['?' ... '['] = true, [']' ... '_'] = true, ['a' ... '~'] = true,
    };
    const char *at = s;

    while (plain[(unsigned char)*at])
        at++;
    return (size_t)(at - s);
}

void json_escape_add(struct text *out, const char *s)
{
    uint32_t code;

    text_add_str(out, "\"");
    for (size_t left = strlen(s), n; left; s += n, left -= n) {
        n = plain_run(s);
        if (n) {
            text_add(out, s, n);
            continue;
        }
        n = utf8_next(s, left, &code);
        if (code < 0x80)
            add_ascii(out, (char)code);
        else
            add_wide(out, code);
    }
    text_add_str(out, "\"");
}
