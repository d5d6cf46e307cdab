#include "src/base/json_scan.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "src/base/utf8.h"

void json_scan_mark(struct json_reader *r)
{
    r->line = r->next_line;
    r->column = (unsigned)(r->at - r->line_start) + 1;
}

enum json_event json_scan_bad(struct json_reader *r, const char *fmt, ...)
{
    va_list ap;

    json_scan_mark(r);
    va_start(ap, fmt);
    (void)vsnprintf(r->fault, sizeof r->fault, fmt, ap);
    va_end(ap);
    r->failed = true;
    return JSON_BAD;
}

enum json_event json_scan_unexpected(struct json_reader *r, const char *expected)
{
    if (r->at == r->end)
        return json_scan_bad(r, "the end of the file comes where %s was expected", expected);
    if (*r->at < ' ' || *r->at > '~')
        return json_scan_bad(r, "byte 0x%02X stands where %s was expected", (unsigned char)*r->at,
                             expected);
    return json_scan_bad(r, "'%c' stands where %s was expected", *r->at, expected);
}

static void new_line(struct json_reader *r)
{
    r->next_line++;
    r->line_start = r->at;
}

/* Behind the first '/'. False when it is no comment or has no end. */
static bool skip_comment(struct json_reader *r)
{
    bool block = r->end - r->at > 1 && r->at[1] == '*';

    if (r->end - r->at < 2 || (!block && r->at[1] != '/'))
        return false;
    for (r->at += 2; r->at < r->end; r->at++) {
        if (block && *r->at == '*' && r->end - r->at > 1 && r->at[1] == '/') {
            r->at += 2;
            return true;
        }
        if (*r->at != '\n')
            continue;
        if (!block)
            return true;
        r->at++;
        new_line(r);
        r->at--;
    }
    return !block;
}

bool json_scan_blanks(struct json_reader *r)
{
    while (r->at < r->end) {
        switch (*r->at) {
        case '\n':
            r->at++;
            new_line(r);
            break;
        case ' ':
        case '\t':
        case '\r':
            r->at++;
            break;
        case '/':
            if (!skip_comment(r))
                return false;
            break;
        default:
            return true;
        }
    }
    return true;
}

/* Four hexadecimal digits; -1 when they are none. */
static long take_hex(struct json_reader *r)
{
    long value = 0;

    for (int i = 0; i < 4; i++, r->at++) {
        char c = '\0';
        if (r->at < r->end)
            c = *r->at;
        if (c >= '0' && c <= '9')
            value = value * 16 + (c - '0');
        else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
            value = value * 16 + ((c | 0x20) - 'a' + 10);
        else
            return -1;
    }
    return value;
}

/* Behind "\u". */
static bool take_unicode(struct json_reader *r)
{
    long c = take_hex(r);

    if (c < 0)
        return (void)json_scan_unexpected(r, "a hexadecimal digit of \\uXXXX"), false;
    if (c == 0)
        return (void)json_scan_bad(r, "\\u0000 can be no part of a setting"), false;
    if (c >= 0xD800 && c < 0xDC00 && r->end - r->at > 2 && r->at[0] == '\\' && r->at[1] == 'u') {
        r->at += 2;
        long low = take_hex(r);
        if (low >= 0xDC00 && low < 0xE000) {
            utf8_add(&r->buffer,
                     0x10000 + ((uint32_t)(c - 0xD800) << 10) + (uint32_t)(low - 0xDC00));
            return true;
        }
    }
    if (c >= 0xD800 && c < 0xE000)
        return (void)json_scan_bad(r, "half of a surrogate pair; both halves were expected"), false;
    utf8_add(&r->buffer, (uint32_t)c);
    return true;
}

/* Behind the backslash. */
static bool take_escape(struct json_reader *r)
{
    static const char names[] = "\"\\/bfnrt", bytes[] = "\"\\/\b\f\n\r\t";
    const char *found = r->at < r->end && *r->at ? strchr(names, *r->at) : NULL;

    if (found) {
        text_add(&r->buffer, &bytes[found - names], 1);
        r->at++;
        return true;
    }
    if (r->at < r->end && *r->at == 'u') {
        r->at++;
        return take_unicode(r);
    }
    return (void)json_scan_unexpected(r, "one of \" \\ / b f n r t u after a backslash"), false;
}

bool json_scan_string(struct json_reader *r)
{
    r->buffer.size = 0;
    text_add(&r->buffer, "", 0);
    while (r->at < r->end && *r->at != '"') {
        const char *run = r->at;
        while (r->at < r->end && *r->at != '"' && *r->at != '\\' && (unsigned char)*r->at >= ' ')
            r->at++;
        text_add(&r->buffer, run, (size_t)(r->at - run));
        if (r->at == r->end || *r->at == '"')
            break;
        if (*r->at != '\\')
            return (void)json_scan_unexpected(r, "a quotation mark or an escape such as \\n"),
                   false;
        r->at++;
        if (!take_escape(r))
            return false;
    }
    if (r->at == r->end)
        return (void)json_scan_unexpected(r, "a quotation mark"), false;
    r->at++;
    r->text = r->buffer.data;
    if (r->buffer.failed)
        return (void)json_scan_bad(r, "out of memory"), false;
    return true;
}

static bool take_digits(struct json_reader *r)
{
    const char *first = r->at;

    while (r->at < r->end && *r->at >= '0' && *r->at <= '9')
        r->at++;
    return r->at > first || ((void)json_scan_unexpected(r, "a digit"), false);
}

static bool take_one_of(struct json_reader *r, const char *set)
{
    bool is = r->at < r->end && *r->at && strchr(set, *r->at);

    r->at += is;
    return is;
}

enum json_event json_scan_number(struct json_reader *r)
{
    const char *first = r->at;

    (void)take_one_of(r, "-");
    bool zero = r->at < r->end && *r->at == '0';
    r->at += zero;
    if (zero && r->at < r->end && *r->at >= '0' && *r->at <= '9')
        return json_scan_bad(r, "a number begins with a superfluous 0");
    if (!zero && !take_digits(r))
        return JSON_BAD;
    if (take_one_of(r, ".") && !take_digits(r))
        return JSON_BAD;
    if (take_one_of(r, "eE")) {
        (void)take_one_of(r, "+-");
        if (!take_digits(r))
            return JSON_BAD;
    }
    r->buffer.size = 0;
    text_add(&r->buffer, first, (size_t)(r->at - first));
    r->text = r->buffer.data;
    return r->buffer.failed ? json_scan_bad(r, "out of memory") : JSON_NUMBER;
}

enum json_event json_scan_word(struct json_reader *r)
{
    static const struct {
        const char *word;
        enum json_event event;
    } words[] = {{"true", JSON_TRUE}, {"false", JSON_FALSE}, {"null", JSON_NULL}};

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        size_t size = strlen(words[i].word);
        if ((size_t)(r->end - r->at) >= size && memcmp(r->at, words[i].word, size) == 0) {
            r->at += size;
            return words[i].event;
        }
    }
    return json_scan_unexpected(r, "a value");
}
