#include "src/base/json_escape.h"

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

/* The escaped form of an ASCII character: two characters or six, nothing for one that stays. */
static void add_ascii(struct text *out, char c)
{
    static const char names[] = "\\bfnrt", bytes[] = "\\\b\f\n\r\t";
    const char *short_form = strchr(bytes, c);

    if (short_form) {
        char pair[2] = {'\\', names[short_form - bytes]};
        text_add(out, pair, sizeof pair);
    } else if (c < ' ' || c > '~' || strchr("\"&'+<>`", c)) {
        add_unit(out, (unsigned char)c);
    } else {
        text_add(out, &c, 1);
    }
}

void json_escape_add(struct text *out, const char *s)
{
    uint32_t code;

    text_add_str(out, "\"");
    for (size_t left = strlen(s), n; left; s += n, left -= n) {
        n = utf8_next(s, left, &code);
        if (code < 0x80)
            add_ascii(out, (char)code);
        else
            add_wide(out, code);
    }
    text_add_str(out, "\"");
}
