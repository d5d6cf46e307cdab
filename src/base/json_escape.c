#include "src/base/json_escape.h"

#include <string.h>

enum { REPLACEMENT = 0xFFFD };

static bool continues(char c)
{
    return (c & 0xC0) == 0x80;
}

/* Is the second byte one that may come after the first? Keeps out overlong forms, surrogates and
 * what is above U+10FFFF. */
static bool may_follow(unsigned char first, char second)
{
    unsigned char c = (unsigned char)second;

    switch (first) {
    case 0xE0:
        return c >= 0xA0 && c <= 0xBF;
    case 0xED:
        return c >= 0x80 && c <= 0x9F;
    case 0xF0:
        return c >= 0x90 && c <= 0xBF;
    case 0xF4:
        return c >= 0x80 && c <= 0x8F;
    default:
        return continues(second);
    }
}

/* Takes one character that is not ASCII from `*s`, or as many bytes as could have begun one. */
static unsigned take(const char **s)
{
    unsigned char first = (unsigned char)*(*s)++;
    int more = first >= 0xC2 && first <= 0xDF   ? 1
               : first >= 0xE0 && first <= 0xEF ? 2
               : first >= 0xF0 && first <= 0xF4 ? 3
                                                : 0;
    unsigned c = first & (0x3FU >> more);

    if (more == 0 || !may_follow(first, **s))
        return REPLACEMENT;
    for (; more > 0; more--) {
        if (!continues(**s))
            return REPLACEMENT;
        c = c << 6 | ((unsigned char)*(*s)++ & 0x3F);
    }
    return c;
}

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
    text_add_str(out, "\"");
    while (*s) {
        if ((unsigned char)*s < 0x80)
            add_ascii(out, *s++);
        else
            add_wide(out, take(&s));
    }
    text_add_str(out, "\"");
}
