#include "src/config/timespan.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

enum {
    NUMBERS = 5,
    FRACTION_DIGITS = 7,
    FRACTION_MAX = 9999999,
    NUMBER_OVERFLOW = 1 << 28, /* where .NET's tokenizer gives up */
};

struct number {
    uint32_t value;
    int zeros, digits; /* leading zeros; digits after them */
};

struct parts {
    struct number numbers[NUMBERS];
    char separators[NUMBERS]; /* a text of one character less than there are numbers */
    bool negative;
};

/* What the numbers mean, by their separators; the first that fits counts. */
static const struct {
    const char *separators, *units;
} forms[] = {
    {"", "d"},       {":", "hm"},     {"::", "hms"},   {"::", "dhm"},     {".:", "dhm"},
    {"::.", "hmsf"}, {".::", "dhms"}, {":::", "dhms"}, {".::.", "dhmsf"}, {":::.", "dhmsf"},
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static const char *read_number(const char *at, struct number *n)
{
    if (!is_digit(*at))
        return NULL;
    *n = (struct number){0};
    for (; *at == '0'; at++)
        n->zeros++;
    for (; is_digit(*at); at++) {
        n->value = n->value * 10 + (uint32_t)(*at - '0');
        n->digits++;
        if (n->value >= NUMBER_OVERFLOW)
            return NULL;
    }
    return at;
}

static bool split(const char *at, struct parts *p)
{
    *p = (struct parts){0};
    at += strspn(at, " \t\n\v\f\r");
    p->negative = *at == '-';
    at += p->negative;
    for (size_t i = 0; i < NUMBERS; i++) {
        at = read_number(at, &p->numbers[i]);
        if (!at)
            return false;
        if (*at != ':' && *at != '.')
            return at[strspn(at, " \t\n\v\f\r")] == '\0';
        if (i + 1 < NUMBERS)
            p->separators[i] = *at++;
    }
    return false;
}

/* Digits behind the point as ticks; more than seven only after a zero, rounded, as .NET. */
static bool fraction_to_ticks(const struct number *n, uint64_t *ret)
{
    int digits = n->zeros + n->digits;
    double value = n->value;

    if (n->zeros == 0 && n->value > FRACTION_MAX)
        return false;
    *ret = 0;
    if (n->value == 0)
        return true;
    for (; digits < FRACTION_DIGITS; digits++)
        value *= 10;
    for (; digits > FRACTION_DIGITS; digits--)
        value /= 10;
    *ret = (uint64_t)(value + 0.5);
    return true;
}

static bool add_unit(char unit, const struct number *n, uint64_t *ticks)
{
    static const struct {
        char unit;
        uint32_t end;
        int64_t ticks;
    } units[] = {
        {'d', 10675200, TICKS_PER_DAY},
        {'h', 24, 3600 * TICKS_PER_SECOND},
        {'m', 60, 60 * TICKS_PER_SECOND},
        {'s', 60, TICKS_PER_SECOND},
    };
    uint64_t fraction;

    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (units[i].unit == unit) {
            *ticks += n->value * (uint64_t)units[i].ticks;
            return n->value < units[i].end;
        }
    }
    if (!fraction_to_ticks(n, &fraction))
        return false;
    *ticks += fraction;
    return true;
}

static bool read_form(const char *units, const struct parts *p, int64_t *ret)
{
    uint64_t ticks = 0, limit = (uint64_t)INT64_MAX + p->negative;

    for (size_t i = 0; units[i]; i++) {
        if (!add_unit(units[i], &p->numbers[i], &ticks))
            return false;
    }
    if (ticks > limit)
        return false;
    *ret = (int64_t)(p->negative ? -ticks : ticks);
    return true;
}

bool timespan_parse(const char *text, int64_t *ret_ticks)
{
    struct parts p;

    if (!split(text, &p))
        return false;
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        if (strcmp(forms[i].separators, p.separators) == 0 &&
            read_form(forms[i].units, &p, ret_ticks))
            return true;
    }
    return false;
}

const char *timespan_print(int64_t ticks, char buffer[static TIMESPAN_SIZE])
{
    uint64_t left = ticks < 0 ? -(uint64_t)ticks : (uint64_t)ticks;
    uint64_t days = left / TICKS_PER_DAY, fraction = left % TICKS_PER_SECOND;
    unsigned seconds = (unsigned)(left % TICKS_PER_DAY / TICKS_PER_SECOND);
    char front[12] = "", back[12] = "";

    if (days)
        (void)snprintf(front, sizeof front, "%llu.", (unsigned long long)days);
    if (fraction)
        (void)snprintf(back, sizeof back, ".%07llu", (unsigned long long)fraction);
    (void)snprintf(buffer, TIMESPAN_SIZE, "%s%s%02u:%02u:%02u%s", ticks < 0 ? "-" : "", front,
                   seconds / 3600, seconds / 60 % 60, seconds % 60, back);
    return buffer;
}
