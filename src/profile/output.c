#include "src/profile/output.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void output_init(struct output *o, int (*write)(void *, const void *, size_t), void *user)
{
    o->write = write;
    o->user = user;
    o->error = 0;
    o->size = 0;
}

int output_end(struct output *o)
{
    if (o->error == 0 && o->size > 0)
        o->error = o->write(o->user, o->buffer, o->size);
    o->size = 0;
    return o->error;
}

void output_put(struct output *o, const void *data, size_t size)
{
    if (size > sizeof o->buffer - o->size) {
        (void)output_end(o);
        if (size >= sizeof o->buffer) {
            if (o->error == 0)
                o->error = o->write(o->user, data, size);
            return;
        }
    }
    memcpy(o->buffer + o->size, data, size);
    o->size += size;
}

void output_str(struct output *o, const char *s)
{
    output_put(o, s, strlen(s));
}

void output_u64(struct output *o, uint64_t value)
{
    char digits[20];
    size_t at = sizeof digits;

    do {
        digits[--at] = (char)('0' + value % 10);
        value /= 10;
    } while (value > 0);
    output_put(o, digits + at, sizeof digits - at);
}

void output_fmt(struct output *o, const char *fmt, ...)
{
    char text[1024];
    va_list ap;

    va_start(ap, fmt);
    int n = vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    if (n < 0 || (size_t)n >= sizeof text)
        o->error = o->error ? o->error : -EOVERFLOW; /* longer texts go by output_str() */
    else
        output_put(o, text, (size_t)n);
}

void output_decimal(struct output *o, int64_t value, unsigned shift)
{
    char digits[32];
    uint64_t whole = value < 0 ? 0 - (uint64_t)value : (uint64_t)value, scale = 1;

    for (unsigned i = 0; i < shift; i++)
        scale *= 10;
    if (value < 0)
        output_put(o, "-", 1);
    output_u64(o, whole / scale);
    uint64_t rest = whole % scale;
    if (rest == 0)
        return;
    digits[0] = '.';
    for (size_t i = shift; i > 0; i--, rest /= 10)
        digits[i] = (char)('0' + rest % 10);
    size_t size = shift + 1;
    while (digits[size - 1] == '0')
        size--;
    output_put(o, digits, size);
}

/* Bytes of the character at `s`; 0: not UTF-8. */
static size_t character_size(const unsigned char *s)
{
    static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t size = s[0] < 0x80 ? 1 : s[0] < 0xC2 ? 0 : s[0] < 0xE0 ? 2 : s[0] < 0xF0 ? 3 : 4;
    uint32_t code = size < 2 ? s[0] : s[0] & (0x7FU >> size);

    if (s[0] > 0xF4)
        return 0;
    for (size_t i = 1; i < size; i++) {
        if ((s[i] & 0xC0) != 0x80) /* the text's NUL too */
            return 0;
        code = code << 6 | (s[i] & 0x3F);
    }
    if (size > 1 && (code < smallest[size] || code > 0x10FFFF || (code >= 0xD800 && code < 0xE000)))
        return 0;
    return size;
}

static void put_escaped(struct output *o, unsigned char c)
{
    switch (c) {
    case '"':
        output_str(o, "\\\"");
        break;
    case '\\':
        output_str(o, "\\\\");
        break;
    case '\n':
        output_str(o, "\\n");
        break;
    default:
        output_fmt(o, "\\u%04x", c);
        break;
    }
}

static int is_plain(unsigned char c)
{
    return c >= 0x20 && c < 0x7F && c != '"' && c != '\\' && c != '<' && c != '>' && c != '&';
}

void output_json(struct output *o, const char *s)
{
    const unsigned char *at = (const unsigned char *)s;

    output_put(o, "\"", 1);
    while (*at) {
        size_t plain = 0;
        while (is_plain(at[plain]))
            plain++;
        output_put(o, at, plain);
        at += plain;
        if (*at == 0)
            break;
        size_t size = character_size(at);
        if (size == 1)
            put_escaped(o, *at);
        else if (size == 0)
            output_str(o, "\xEF\xBF\xBD");
        else
            output_put(o, at, size);
        at += size ? size : 1;
    }
    output_put(o, "\"", 1);
}

/* C0, DEL, and C1, which is C2 80 to C2 9F. */
static int is_control(const unsigned char *at, size_t size)
{
    return size == 1 ? *at < 0x20 || *at == 0x7F : size == 2 && at[0] == 0xC2 && at[1] < 0xA0;
}

void output_shown(struct output *o, const char *s)
{
    const unsigned char *at = (const unsigned char *)s;

    while (*at) {
        size_t size = character_size(at);
        if (size == 0)
            output_str(o, "\xEF\xBF\xBD");
        else if (is_control(at, size))
            output_fmt(o, "\\x%02x", at[size - 1]);
        else
            output_put(o, at, size);
        at += size ? size : 1;
    }
}
