#include "src/metrics/prom_text.h"

#include "src/base/number_text.h"

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

/* The character that stands for *s in a name, NUL for none: the further bytes of one beyond ASCII,
 * of which those above U+FFFF are two units in UTF-16. */
static char name_char(const char *s, bool first)
{
    if (is_letter(*s) || (*s >= '0' && *s <= '9' && !first))
        return *s;
    if (((unsigned char)*s & 0xC0) != 0x80)
        return '_';
    return !first && ((unsigned char)s[-1] & 0xF8) == 0xF0 ? '_' : '\0';
}

void prom_add_name(struct text *out, const char *s)
{
    char piece[64];
    size_t size = 0;

    for (const char *at = s; *at; at++) {
        char c = name_char(at, at == s);
        if (c)
            piece[size++] = c;
        if (size == sizeof piece) {
            text_add(out, piece, size);
            size = 0;
        }
    }
    text_add(out, piece, size);
}

static char next_char(const char *s, const char **at)
{
    while (**at) {
        char c = name_char(*at, *at == s);
        (*at)++;
        if (c)
            return c;
    }
    return '\0';
}

bool prom_same_name(const char *a, const char *b)
{
    const char *at_a = a, *at_b = b;
    char c;

    do {
        c = next_char(a, &at_a);
        if (c != next_char(b, &at_b))
            return false;
    } while (c);
    return true;
}

/* Copies, with a backslash before itself and quotes; a newline becomes `\n`. */
static void add_escaped(struct text *out, const char *s, bool quotes)
{
    const char *plain = s;

    for (; *s; s++) {
        if (*s != '\\' && *s != '\n' && !(*s == '"' && quotes))
            continue;
        char pair[2] = {'\\', *s == '\n' ? 'n' : *s};
        text_add(out, plain, (size_t)(s - plain));
        text_add(out, pair, sizeof pair);
        plain = s + 1;
    }
    text_add(out, plain, (size_t)(s - plain));
}

void prom_add_help(struct text *out, const char *s, bool quotes)
{
    add_escaped(out, s, quotes);
}

void prom_add_value(struct text *out, const char *s)
{
    text_add(out, "\"", 1);
    add_escaped(out, s, true);
    text_add(out, "\"", 1);
}

void prom_add_number(struct text *out, double value)
{
    char digits[NUMBER_TEXT];

    text_add(out, digits, number_text(value, digits));
}
