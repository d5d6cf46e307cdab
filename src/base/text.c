#include "src/base/text.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

void text_deinit(struct text *t)
{
    free(t->data);
    *t = (struct text){0};
}

static bool reserve(struct text *t, size_t more)
{
    if (t->failed)
        return false;
    if (t->size + more + 1 <= t->capacity)
        return true;
    size_t capacity = t->capacity ? t->capacity * 2 : 128;
    while (capacity < t->size + more + 1)
        capacity *= 2;
    char *data = realloc(t->data, capacity);
    if (!data) {
        t->failed = true;
        return false;
    }
    t->data = data;
    t->capacity = capacity;
    return true;
}

void text_reserve(struct text *t, size_t more)
{
    (void)reserve(t, more);
}

void text_add(struct text *t, const char *data, size_t size)
{
    if (!reserve(t, size))
        return;
    memcpy(t->data + t->size, data, size);
    t->size += size;
    t->data[t->size] = '\0';
}

void text_add_str(struct text *t, const char *s)
{
    text_add(t, s, strlen(s));
}

void text_add_fmt(struct text *t, const char *fmt, ...)
{
    va_list ap;

    size_t room = t->capacity - t->size;

    if (t->failed)
        return;
    va_start(ap, fmt);
    int n = vsnprintf(room ? t->data + t->size : NULL, room, fmt, ap);
    va_end(ap);
    if (n < 0 || !reserve(t, (size_t)n))
        return;
    if ((size_t)n >= room) { /* it did not fit */
        va_start(ap, fmt);
        (void)vsnprintf(t->data + t->size, (size_t)n + 1, fmt, ap);
        va_end(ap);
    }
    t->size += (size_t)n;
}

char *text_take(struct text *t)
{
    if (!t->data && !t->failed)
        text_add(t, "", 0);
    char *data = t->failed ? NULL : t->data;
    if (t->failed)
        free(t->data);
    *t = (struct text){0};
    return data;
}

bool text_to_i64(const char *s, int64_t min, int64_t max, int64_t *ret)
{
    const char *digits = *s == '-' || *s == '+' ? s + 1 : s;

    if (*digits < '0' || *digits > '9')
        return false;
    char *end;
    errno = 0;
    long long v = strtoll(s, &end, 10);
    if (errno || *end != '\0' || v < min || v > max)
        return false;
    *ret = v;
    return true;
}

bool text_to_bool(const char *s, bool *ret)
{
    while (*s == ' ' || *s == '\t')
        s++;
    size_t n = strlen(s);
    while (n && (s[n - 1] == ' ' || s[n - 1] == '\t'))
        n--;
    if (n == 4 && strncasecmp(s, "true", 4) == 0)
        *ret = true;
    else if (n == 5 && strncasecmp(s, "false", 5) == 0)
        *ret = false;
    else
        return false;
    return true;
}

bool text_equal_nocase(const char *a, const char *b)
{
    return strcasecmp(a, b) == 0;
}
