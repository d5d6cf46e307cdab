#include "src/api/openapi/schema.h"

#include <string.h>
#include <strings.h>

/* A number between -max - 1 and max. */
static bool read_number(const char *text, int64_t max, int64_t *ret)
{
    const char *at = text + strspn(text, " ");
    bool negative = *at == '-';
    uint64_t value = 0, limit = (uint64_t)max + negative;

    at += *at == '-' || *at == '+';
    if (*at < '0' || *at > '9')
        return false;
    for (; *at >= '0' && *at <= '9'; at++) {
        uint64_t digit = (uint64_t)(*at - '0');
        if (value > (limit - digit) / 10)
            return false;
        value = value * 10 + digit;
    }
    if (at[strspn(at, " ")] != '\0')
        return false;
    *ret = negative ? (int64_t)-value : (int64_t)value;
    return true;
}

bool schema_read_long(const char *text, int64_t *ret)
{
    return read_number(text, INT64_MAX, ret);
}

bool schema_read_integer(const char *text, int32_t *ret)
{
    int64_t value;

    if (!read_number(text, INT32_MAX, &value))
        return false;
    *ret = (int32_t)value;
    return true;
}

static int32_t number_of(const struct schema *s, size_t index)
{
    return s->flags & SCHEMA_FLAGS ? (int32_t)(1u << index) : s->first + (int32_t)index;
}

/* The i-th name, those of `more` behind those of `values`; NULL after the last. */
static const char *name_at(const struct schema *s, size_t index)
{
    size_t count = 0;

    while (s->values[count] && count < index)
        count++;
    if (s->values[count])
        return s->values[count];
    return s->more ? s->more[index - count] : NULL;
}

static bool read_name(const struct schema *s, const char *name, size_t size, int32_t *ret)
{
    const char *known;

    for (size_t i = 0; (known = name_at(s, i)) != NULL; i++) {
        if (strlen(known) == size && strncasecmp(known, name, size) == 0) {
            *ret |= number_of(s, i);
            return true;
        }
    }
    return false;
}

static bool read_names(const struct schema *s, const char *text, int32_t *ret)
{
    *ret = 0;
    for (const char *at = text;; at++) {
        at += strspn(at, " ");
        size_t whole = strcspn(at, ","), size = whole;
        while (size && at[size - 1] == ' ')
            size--;
        if (!read_name(s, at, size, ret))
            return false;
        at += whole;
        if (!*at)
            return true;
    }
}

/* `given`: as a number, which can only be one that the document has. */
static bool is_value(const struct schema *s, int32_t number, bool given)
{
    int32_t all = 0;

    for (size_t i = 0; given ? s->values[i] : name_at(s, i); i++) {
        if (number == number_of(s, i))
            return true;
        all |= number_of(s, i);
    }
    return s->flags & SCHEMA_FLAGS && number > 0 && (number & ~all) == 0;
}

bool schema_read_enum(const struct schema *s, const char *text, int32_t *ret)
{
    int32_t number;
    bool given = schema_read_integer(text, &number);

    if (!given && !read_names(s, text, &number))
        return false;
    if (!is_value(s, number, given))
        return false;
    *ret = number;
    return true;
}
