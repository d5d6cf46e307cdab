#include "src/config/value_parse.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "src/base/text.h"
#include "src/config/timespan.h"

char *value_trim(const char *text, char buffer[static VALUE_TRIMMED_SIZE])
{
    text += strspn(text, VALUE_BLANKS);
    size_t size = strlen(text);
    while (size && strchr(VALUE_BLANKS, text[size - 1]))
        size--;
    if (size >= VALUE_TRIMMED_SIZE)
        return NULL;
    memcpy(buffer, text, size);
    buffer[size] = '\0';
    return buffer;
}

bool parse_text(const struct value_type *type, const char *text, struct value *ret)
{
    (void)type;
    (void)text;
    (void)ret;
    return true;
}

bool parse_boolean(const struct value_type *type, const char *text, struct value *ret)
{
    char buffer[VALUE_TRIMMED_SIZE];

    (void)type;
    return value_trim(text, buffer) && text_to_bool(buffer, &ret->boolean);
}

static bool is_digits(const char *s, const char *set)
{
    return *s && s[strspn(s, set)] == '\0';
}

/* Int32Converter: hexadecimal digits are the 32 bits, so 0xFFFFFFFF is -1. */
static bool parse_hex(const char *digits, int64_t *ret)
{
    if (!is_digits(digits, "0123456789abcdefABCDEF"))
        return false;
    errno = 0;
    unsigned long long v = strtoull(digits, NULL, 16);
    if (errno || v > UINT32_MAX)
        return false;
    *ret = (int32_t)(uint32_t)v;
    return true;
}

bool parse_number(const struct value_type *type, const char *text, struct value *ret)
{
    static const char *const prefixes[] = {"0x", "&h", "#"};
    char buffer[VALUE_TRIMMED_SIZE];
    const char *s = value_trim(text, buffer);

    (void)type;
    if (!s)
        return false;
    for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++) {
        size_t size = strlen(prefixes[i]);
        if (strncasecmp(s, prefixes[i], size) == 0)
            return parse_hex(s + size, &ret->integer);
    }
    return text_to_i64(s, INT32_MIN, INT32_MAX, &ret->integer);
}

/* [sign] digits [. digits] [e [sign] digits], at least one digit before the exponent. */
static bool is_real(const char *s)
{
    s += *s == '-' || *s == '+';
    size_t whole = strspn(s, "0123456789"), fraction = 0;
    s += whole;
    if (*s == '.') {
        fraction = strspn(++s, "0123456789");
        s += fraction;
    }
    if (whole + fraction == 0)
        return false;
    if (*s != 'e' && *s != 'E')
        return *s == '\0';
    s++;
    s += *s == '-' || *s == '+';
    return is_digits(s, "0123456789");
}

/* NaN and Infinity, which .NET reads, are refused: no key of ours can mean them. */
bool parse_real(const struct value_type *type, const char *text, struct value *ret)
{
    char buffer[VALUE_TRIMMED_SIZE];
    const char *s = value_trim(text, buffer);

    (void)type;
    if (!s || !is_real(s))
        return false;
    ret->real = strtod(s, NULL);
    return isfinite(ret->real);
}

bool parse_timespan(const struct value_type *type, const char *text, struct value *ret)
{
    (void)type;
    return timespan_parse(text, &ret->integer);
}

bool parse_guid(const struct value_type *type, const char *text, struct value *ret)
{
    (void)type;
    return guid_parse(text, &ret->guid);
}

bool parse_octal(const struct value_type *type, const char *text, struct value *ret)
{
    (void)type;
    if (!is_digits(text, "01234567"))
        return false;
    errno = 0;
    long v = strtol(text, NULL, 8);
    ret->integer = v;
    return errno == 0;
}

/* An absolute one: scheme, ':' and something after it, no blanks or control characters inside. */
bool parse_uri(const struct value_type *type, const char *text, struct value *ret)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    char buffer[VALUE_TRIMMED_SIZE];
    const char *s = value_trim(text, buffer);

    (void)type;
    (void)ret;
    if (!s || !*s || !strchr(letters, *s))
        return false;
    for (const char *c = s; *c; c++) {
        if ((unsigned char)*c <= ' ' || *c == 0x7f)
            return false;
    }
    s += strspn(s, letters);
    s += strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-.");
    if (*s++ != ':')
        return false;
    return s[strspn(s, "/")] != '\0';
}

bool parse_base64url(const struct value_type *type, const char *text, struct value *ret)
{
    (void)type;
    (void)ret;
    return is_digits(text, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_-");
}

static bool is_status(const char *s)
{
    return s[0] >= '1' && s[0] <= '5' && s[1] >= '0' && s[1] <= '9' && s[2] >= '0' && s[2] <= '9';
}

bool parse_status_codes(const struct value_type *type, const char *text, struct value *ret)
{
    (void)type;
    (void)ret;
    if (!is_status(text))
        return false;
    return !text[3] ||
           (text[3] == '-' && is_status(text + 4) && !text[7] && strncmp(text, text + 4, 3) <= 0);
}

bool parse_path_glob(const struct value_type *type, const char *text, struct value *ret)
{
    (void)type;
    (void)ret;
    return !strstr(text, "***");
}

/* The peer's rule for keywords: a signed 64-bit number, or 0x and up to 16 digits. */
bool parse_keywords(const struct value_type *type, const char *text, struct value *ret)
{
    (void)type;
    if (strncasecmp(text, "0x", 2) != 0)
        return text_to_i64(text, INT64_MIN, INT64_MAX, &ret->integer);
    text += 2;
    if (!is_digits(text, "0123456789abcdefABCDEF"))
        return false;
    errno = 0;
    ret->integer = (int64_t)strtoull(text, NULL, 16);
    return errno == 0;
}
