#include "src/metrics/value_text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *text;
    double value;
} words[] = {
    {"NaN", (double)NAN}, {"Infinity", (double)INFINITY}, {"-Infinity", -(double)INFINITY}};

/* strtod() would also take hexadecimal digits, blanks and other words. */
static bool read_number(const char *text, size_t size, double *ret)
{
    char copy[64], *end;

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (size == strlen(words[i].text) && memcmp(text, words[i].text, size) == 0) {
            *ret = words[i].value;
            return true;
        }
    }
    if (size == 0 || size >= sizeof copy || strspn(text, "0123456789+-.eE") < size)
        return false;
    memcpy(copy, text, size);
    copy[size] = '\0';
    double value = strtod(copy, &end);
    if (*end)
        return false;
    *ret = value;
    return true;
}

bool value_text_number(const char *text, double *ret)
{
    return read_number(text, strlen(text), ret);
}

size_t value_text_quantiles(const char *text, struct measurement_quantile *ret, size_t capacity)
{
    size_t count = 0;

    while (*text && count < capacity) {
        size_t size = strcspn(text, ";");
        const char *equals = memchr(text, '=', size);
        if (equals) {
            size_t name = (size_t)(equals - text);
            struct measurement_quantile *q = &ret[count];
            if (read_number(text, name, &q->quantile) &&
                read_number(equals + 1, size - name - 1, &q->value))
                count++;
        }
        text += size + (text[size] == ';');
    }
    return count;
}
