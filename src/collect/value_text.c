#include "src/collect/value_text.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "proto/wire/utf16.h"
#include "src/base/number_text.h"

enum {
    TEXT_MAX = 64,
    SINGLE_DIGITS = 9, /* numbers of more digits before the point have an exponent */
    LEAST_POINT = -4,  /* 0.0001 has none */
};

#define UNIX_EPOCH_FILE_TIME UINT64_C(116444736000000000) /* 100 ns units from 1601 to 1970 */

/* The fewest digits that are read back as the same single: "d.ddde+xx". */
static void shortest(double v, char text[static TEXT_MAX])
{
    for (int digits = 1; digits <= SINGLE_DIGITS; digits++) {
        (void)snprintf(text, TEXT_MAX, "%.*e", digits - 1, v);
        if (strtof(text, NULL) == (float)v)
            return;
    }
}

/* Digits without point, "ddd", and where the point stands: behind so many of them. */
static int take_digits(const char *scientific, char digits[static TEXT_MAX])
{
    size_t n = 0;

    for (; *scientific && *scientific != 'e'; scientific++) {
        if (*scientific >= '0' && *scientific <= '9')
            digits[n++] = *scientific;
    }
    while (n > 1 && digits[n - 1] == '0')
        n--;
    digits[n] = '\0';
    return (int)strtol(scientific + 1, NULL, 10) + 1;
}

static void print_positive(double v, char text[static TEXT_MAX])
{
    char scientific[TEXT_MAX], digits[TEXT_MAX];

    shortest(v, scientific);
    int point = take_digits(scientific, digits);
    int count = (int)strlen(digits);
    if (point > SINGLE_DIGITS || point <= LEAST_POINT)
        (void)snprintf(text, TEXT_MAX, "%c%s%sE%+03d", digits[0], count > 1 ? "." : "", digits + 1,
                       point - 1);
    else if (point <= 0)
        (void)snprintf(text, TEXT_MAX, "0.%.*s%s", -point, "0000", digits);
    else if (point >= count)
        (void)snprintf(text, TEXT_MAX, "%s%.*s", digits, point - count, "0000000000000000");
    else
        (void)snprintf(text, TEXT_MAX, "%.*s.%s", point, digits, digits + point);
}

/* Singles need fewer digits than base/number_text gives. */
static void print_single(double v, char text[static TEXT_MAX])
{
    char *at = text;

    if (isnan(v)) {
        (void)snprintf(text, TEXT_MAX, "NaN");
        return;
    }
    if (signbit(v))
        *at++ = '-';
    v = fabs(v);
    if (isinf(v) || v == 0) {
        (void)snprintf(at, 16, "%s", v == 0 ? "0" : "Infinity");
        return;
    }
    char positive[TEXT_MAX];
    print_positive(v, positive);
    (void)snprintf(at, TEXT_MAX - 1, "%s", positive);
}

static bool print_file_time(uint64_t ticks, char text[static TEXT_MAX])
{
    time_t seconds = (time_t)(ticks / 10000000) - (time_t)(UNIX_EPOCH_FILE_TIME / 10000000);
    struct tm t;

    return localtime_r(&seconds, &t) != NULL && strftime(text, TEXT_MAX, "%m/%d/%Y %H:%M:%S", &t);
}

/* SYSTEMTIME: eight u16, the third is the day of the week. */
static bool print_system_time(const struct nettrace_value *value, char text[static TEXT_MAX])
{
    struct cursor c = cursor_of(value->bytes, value->size);
    unsigned part[7];

    for (size_t i = 0; i < 7; i++)
        part[i] = cursor_u16(&c);
    (void)snprintf(text, TEXT_MAX, "%02u/%02u/%04u %02u:%02u:%02u", part[1], part[3], part[0],
                   part[4], part[5], part[6]);
    return !c.bad;
}

static bool print_unit(uint64_t unit, char text[static TEXT_MAX])
{
    uint8_t bytes[2] = {(uint8_t)unit, (uint8_t)(unit >> 8)};

    (void)utf16_to_utf8(bytes, 1, text, TEXT_MAX);
    return true;
}

/* Of what is no text itself. */
static bool print(const struct nettrace_value *value, char text[static TEXT_MAX])
{
    struct guid guid;

    switch (value->type->code) {
    case NETTRACE_BOOLEAN32:
    case NETTRACE_BOOLEAN8:
        (void)snprintf(text, TEXT_MAX, "%s", value->u ? "True" : "False");
        return true;
    case NETTRACE_UTF16_UNIT:
    case NETTRACE_UTF8_UNIT:
        return print_unit(value->u, text);
    case NETTRACE_INT8:
    case NETTRACE_INT16:
    case NETTRACE_INT32:
    case NETTRACE_INT64:
    case NETTRACE_VARINT:
        (void)snprintf(text, TEXT_MAX, "%" PRId64, value->i);
        return true;
    case NETTRACE_UINT8:
    case NETTRACE_UINT16:
    case NETTRACE_UINT32:
    case NETTRACE_UINT64:
    case NETTRACE_VARUINT:
    case NETTRACE_POINTER:
        (void)snprintf(text, TEXT_MAX, "%" PRIu64, value->u);
        return true;
    case NETTRACE_SINGLE:
        print_single(value->f, text);
        return true;
    case NETTRACE_DOUBLE:
        (void)number_text(value->f, text);
        return true;
    case NETTRACE_GUID:
        guid = nettrace_value_guid(value);
        (void)guid_format(&guid, text);
        return true;
    case NETTRACE_DATE_TIME: /* v6: a SYSTEMTIME */
        return value->size == 16 ? print_system_time(value, text) : print_file_time(value->u, text);
    case NETTRACE_SYSTEM_TIME:
        return print_system_time(value, text);
    default:
        return false;
    }
}

bool value_text(const struct nettrace_value *value, char *text, size_t capacity, size_t *ret_length)
{
    char own[TEXT_MAX];

    if (nettrace_value_is_text(value)) {
        *ret_length = nettrace_value_text(value, text, capacity);
        return true;
    }
    if (!print(value, own))
        return false;
    *ret_length = strlen(own);
    if (capacity > 0)
        (void)snprintf(text, capacity, "%s", own);
    return true;
}
