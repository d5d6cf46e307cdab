#include "src/base/number_text.h"

#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    DIGITS_SURE = 15,    /* as many survive the way into a double and back */
    DIGITS_MOST = 17,    /* as many tell any two doubles apart */
    DIGITS_PRINTED = 22, /* so that what is cut off says which way to round */
    POWER_EXACT = 27,    /* of ten, the last that a long double holds */
    EXPONENT_PLAIN_MIN = -4,
    EXPONENT_PLAIN_MAX = 16,
};

#define INTEGER_MAX 9007199254740992.0 /* 2^53 */

static size_t integer_text(double value, char *text)
{
    char digits[NUMBER_TEXT], *at = digits + sizeof digits, *out = text;
    uint64_t left = (uint64_t)fabs(value);

    if (signbit(value))
        *out++ = '-';
    for (; left >= 100; left /= 100) { /* in pairs: most numbers of a page are times */
        uint64_t pair = left % 100;
        *--at = (char)('0' + pair % 10);
        *--at = (char)('0' + pair / 10);
    }
    do
        *--at = (char)('0' + left % 10);
    while (left /= 10);
    size_t size = (size_t)(digits + sizeof digits - at);
    memcpy(out, at, size);
    out[size] = '\0';
    return (size_t)(out - text) + size;
}

/* A number as digits without the point, `0.DIGITS` times ten to `exponent` + 1. */
struct decimal {
    char digits[DIGITS_PRINTED + 8];
    int count, exponent;
};

static void to_decimal(double value, int count, struct decimal *ret)
{
    char text[DIGITS_PRINTED + 12];

    (void)snprintf(text, sizeof text, "%.*e", count - 1, value);
    ret->digits[0] = text[0];
    memcpy(ret->digits + 1, text + 2, (size_t)count - 1);
    ret->count = count;
    ret->exponent = (int)strtol(strchr(text, 'e') + 1, NULL, 10);
}

static void count_up(struct decimal *d)
{
    int i = d->count - 1;

    while (i >= 0 && d->digits[i] == '9')
        d->digits[i--] = '0';
    if (i >= 0) {
        d->digits[i]++;
    } else {
        d->digits[0] = '1'; /* 9.99 became 10 */
        d->exponent++;
    }
}

/* To the nearest, from the middle to the even one. */
static void round_to(const struct decimal *d, int count, struct decimal *ret)
{
    int cut = count + 1;

    *ret = *d;
    ret->count = count;
    while (cut < d->count && d->digits[cut] == '0')
        cut++;
    bool middle = d->digits[count] == '5' && cut == d->count;
    if (middle ? (d->digits[count - 1] - '0') % 2 : d->digits[count] >= '5')
        count_up(ret);
}

/* The number with one rounding to more bits than a double has: what is not on the border between
 * two doubles is as good as strtod(), and much faster. -1: on the border. */
static int reads_fast(uint64_t digits, int exponent, double value)
{
    static const long double powers[] = {1e0L,  1e1L,  1e2L,  1e3L,  1e4L,  1e5L,  1e6L,
                                         1e7L,  1e8L,  1e9L,  1e10L, 1e11L, 1e12L, 1e13L,
                                         1e14L, 1e15L, 1e16L, 1e17L, 1e18L, 1e19L, 1e20L,
                                         1e21L, 1e22L, 1e23L, 1e24L, 1e25L, 1e26L, 1e27L};
    int power = abs(exponent);

    if (power > POWER_EXACT || LDBL_MANT_DIG <= DBL_MANT_DIG)
        return -1;
    long double read =
        exponent < 0 ? (long double)digits / powers[power] : (long double)digits * powers[power];
    bool below = (double)nextafterl(read, -HUGE_VALL) == value;
    bool above = (double)nextafterl(read, HUGE_VALL) == value;
    return below == above ? below : -1;
}

static bool reads_as(const struct decimal *d, double value)
{
    char text[NUMBER_TEXT * 2];
    uint64_t digits = 0;
    int exponent = d->exponent - d->count + 1;

    for (int i = 0; i < d->count; i++)
        digits = digits * 10 + (uint64_t)(d->digits[i] - '0');
    int fast = reads_fast(digits, exponent, value);
    if (fast >= 0)
        return fast;
    (void)snprintf(text, sizeof text, "%" PRIu64 "e%d", digits, exponent);
    return strtod(text, NULL) == value;
}

/* Numbers with less than 53 bits need fewer digits than others. */
static void shortest_small(double value, struct decimal *ret)
{
    int count = 1;

    do
        to_decimal(value, count, ret);
    while (!reads_as(ret, value) && ++count <= DIGITS_MOST);
}

/* The fewest digits. Rounds the longest ones: to print again would cost more. */
static void shortest(double value, struct decimal *ret)
{
    struct decimal all;
    int half;

    if (value < DBL_MIN) {
        shortest_small(value, ret);
        return;
    }
    to_decimal(value, DIGITS_PRINTED, &all);
    for (int count = DIGITS_SURE; count <= DIGITS_MOST; count++) {
        round_to(&all, count, ret);
        if (count == DIGITS_MOST || reads_as(ret, value))
            break;
        /* Above a power of two there is twice the room: what is not the nearest may still do. */
        if (count == DIGITS_MOST - 1 && frexp(value, &half) == 0.5) {
            count_up(ret);
            if (reads_as(ret, value))
                break;
        }
    }
    while (ret->count > 1 && ret->digits[ret->count - 1] == '0')
        ret->count--;
}

static size_t plain_text(const struct decimal *d, char *out)
{
    char *at = out;

    if (d->exponent < 0) {
        at = stpcpy(at, "0.");
        for (int i = -1; i > d->exponent; i--)
            *at++ = '0';
    }
    for (int i = 0; i < d->count || i <= d->exponent; i++) {
        if (i == d->exponent + 1 && d->exponent >= 0)
            *at++ = '.';
        *at++ = i < d->count ? d->digits[i] : '0';
    }
    *at = '\0';
    return (size_t)(at - out);
}

static size_t scientific_text(const struct decimal *d, char *out, size_t room)
{
    char *at = out;

    *at++ = d->digits[0];
    if (d->count > 1) {
        *at++ = '.';
        memcpy(at, d->digits + 1, (size_t)d->count - 1);
        at += d->count - 1;
    }
    (void)snprintf(at, room - (size_t)(at - out), "E%c%02d", d->exponent < 0 ? '-' : '+',
                   abs(d->exponent));
    return strlen(out);
}

size_t number_text(double value, char text[static NUMBER_TEXT])
{
    struct decimal d;
    char *at = text;

    if (isnan(value))
        return (size_t)(stpcpy(text, "NaN") - text);
    if (fabs(value) <= INTEGER_MAX && value == trunc(value))
        return integer_text(value, text);
    if (signbit(value))
        *at++ = '-';
    if (isinf(value))
        return (size_t)(stpcpy(at, "Infinity") - text);
    shortest(fabs(value), &d);
    bool plain = d.exponent >= EXPONENT_PLAIN_MIN && d.exponent <= EXPONENT_PLAIN_MAX;
    return (size_t)(at - text) + (plain
                                      ? plain_text(&d, at)
                                      : scientific_text(&d, at, (size_t)(text + NUMBER_TEXT - at)));
}
