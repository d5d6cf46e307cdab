#include "src/base/log_time.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "src/base/clock.h"
#include "src/base/limits.h"

enum { TICKS_PER_SECOND = 10000000, FRACTION_DIGITS = 7 };

/* A point in time, taken apart. */
struct parts {
    struct tm tm;
    int fraction; /* ticks of the second */
    int offset;   /* minutes */
};

static const struct {
    char letter;
    bool utc;
    const char *pattern;
} standard[] = {
    {'d', false, "MM/dd/yyyy"},
    {'D', false, "dddd, dd MMMM yyyy"},
    {'f', false, "dddd, dd MMMM yyyy HH:mm"},
    {'F', false, "dddd, dd MMMM yyyy HH:mm:ss"},
    {'g', false, "MM/dd/yyyy HH:mm"},
    {'G', false, "MM/dd/yyyy HH:mm:ss"},
    {'m', false, "MMMM dd"},
    {'M', false, "MMMM dd"},
    {'o', false, "yyyy-MM-dd'T'HH:mm:ss.fffffffzzz"},
    {'O', false, "yyyy-MM-dd'T'HH:mm:ss.fffffffzzz"},
    {'r', true, "ddd, dd MMM yyyy HH:mm:ss 'GMT'"},
    {'R', true, "ddd, dd MMM yyyy HH:mm:ss 'GMT'"},
    {'s', false, "yyyy-MM-dd'T'HH:mm:ss"},
    {'t', false, "HH:mm"},
    {'T', false, "HH:mm:ss"},
    {'u', true, "yyyy-MM-dd HH:mm:ss'Z'"},
    {'y', false, "yyyy MMMM"},
    {'Y', false, "yyyy MMMM"},
};

static const char general[] = "MM/dd/yyyy HH:mm:ss zzz";

static const char *const days[] = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                   "Thursday", "Friday", "Saturday"};
static const char *const months[] = {"January",   "February", "March",    "April",
                                     "May",       "June",     "July",     "August",
                                     "September", "October",  "November", "December"};

static struct parts split(const struct log_time *t, bool utc)
{
    struct parts p = {.offset = utc ? 0 : t->offset};
    int64_t ticks = t->ticks + (int64_t)p.offset * 60 * TICKS_PER_SECOND;
    int64_t fraction = ticks % TICKS_PER_SECOND;

    if (fraction < 0)
        fraction += TICKS_PER_SECOND;
    time_t seconds = (time_t)((ticks - fraction) / TICKS_PER_SECOND);
    p.fraction = (int)fraction;
    (void)gmtime_r(&seconds, &p.tm);
    return p;
}

static void add_digits(struct text *out, int value, size_t width)
{
    text_add_fmt(out, "%0*d", width < 2 ? 1 : 2, value);
}

static void add_name(struct text *out, const char *name, size_t width)
{
    text_add(out, name, width == 3 ? 3 : strlen(name));
}

static void add_fraction(struct text *out, int fraction, size_t width, bool trim)
{
    char digits[FRACTION_DIGITS + 1];

    (void)snprintf(digits, sizeof digits, "%07d", fraction);
    while (trim && width && digits[width - 1] == '0')
        width--;
    if (width)
        text_add(out, digits, width);
    else if (out->size && out->data[out->size - 1] == '.')
        out->data[--out->size] = '\0'; /* "ss.FFF" leaves no dot behind */
}

static void add_year(struct text *out, int year, size_t width)
{
    if (width <= 2)
        add_digits(out, year % 100, width);
    else
        text_add_fmt(out, "%0*d", (int)width, year);
}

static void add_offset(struct text *out, int offset, size_t width)
{
    int minutes = offset < 0 ? -offset : offset;

    text_add_fmt(out, width < 2 ? "%c%d" : "%c%02d", offset < 0 ? '-' : '+', minutes / 60);
    if (width > 2)
        text_add_fmt(out, ":%02d", minutes % 60);
}

static int hour_of_half_day(int hour)
{
    return hour % 12 ? hour % 12 : 12;
}

/* One run of a pattern letter. False when that letter cannot come so often, or is none. */
static bool add_run(struct text *out, const struct parts *p, char letter, size_t width)
{
    switch (letter) {
    case 'g':
        text_add_str(out, "A.D.");
        return true;
    case 'h':
        add_digits(out, hour_of_half_day(p->tm.tm_hour), width);
        return true;
    case 'H':
        add_digits(out, p->tm.tm_hour, width);
        return true;
    case 'm':
        add_digits(out, p->tm.tm_min, width);
        return true;
    case 's':
        add_digits(out, p->tm.tm_sec, width);
        return true;
    case 'f':
    case 'F':
        if (width > FRACTION_DIGITS)
            return false;
        add_fraction(out, p->fraction, width, letter == 'F');
        return true;
    case 't':
        text_add(out, p->tm.tm_hour < 12 ? "AM" : "PM", width < 2 ? 1 : 2);
        return true;
    case 'd':
        if (width > 2)
            add_name(out, days[p->tm.tm_wday], width);
        else
            add_digits(out, p->tm.tm_mday, width);
        return true;
    case 'M':
        if (width > 2)
            add_name(out, months[p->tm.tm_mon], width);
        else
            add_digits(out, p->tm.tm_mon + 1, width);
        return true;
    case 'y':
        add_year(out, p->tm.tm_year + 1900, width);
        return true;
    case 'z':
        add_offset(out, p->offset, width);
        return true;
    default:
        return false;
    }
}

/* 'text' or "text", a backslash taking the next character as it is. NULL when it does not end. */
static const char *add_quoted(struct text *out, const char *at, const char *end)
{
    char quote = *at++;

    for (; at < end && *at != quote; at++) {
        if (*at == '\\' && ++at == end)
            return NULL;
        text_add(out, at, 1);
    }
    return at < end ? at + 1 : NULL;
}

static const char *add_element(struct text *out, const struct parts *p, const char *at,
                               const char *end);

/* "%H": the letter alone, also where it would stand for a standard format. */
static const char *add_single(struct text *out, const struct parts *p, const char *at,
                              const char *end)
{
    if (at + 1 == end || at[1] == '%' || !add_element(out, p, at + 1, at + 2))
        return NULL;
    return at + 2;
}

/* The element that begins at `at`. Returns its end, NULL when the pattern is none. */
static const char *add_element(struct text *out, const struct parts *p, const char *at,
                               const char *end)
{
    size_t width = 1;

    switch (*at) {
    case '\'':
    case '"':
        return add_quoted(out, at, end);
    case '%':
        return add_single(out, p, at, end);
    case '\\':
        if (at + 1 == end)
            return NULL;
        text_add(out, at + 1, 1);
        return at + 2;
    case 'K':
        add_offset(out, p->offset, 3);
        return at + 1;
    default:
        break;
    }
    if (!strchr("ghHmsfFtdMyz", *at)) {
        text_add(out, at, 1);
        return at + 1;
    }
    while (at + width < end && at[width] == *at)
        width++;
    return add_run(out, p, *at, width) ? at + width : NULL;
}

static bool add_pattern(struct text *out, const struct parts *p, const char *pattern)
{
    const char *end = pattern + strlen(pattern);

    while (pattern && pattern < end)
        pattern = add_element(out, p, pattern, end);
    return pattern != NULL;
}

bool log_time_format(struct text *out, const char *format, const struct log_time *t)
{
    bool utc = false;

    if (!format[0]) {
        format = general;
    } else if (!format[1]) {
        size_t i = 0;
        while (i < sizeof standard / sizeof standard[0] && standard[i].letter != format[0])
            i++;
        if (i == sizeof standard / sizeof standard[0])
            return false;
        utc = standard[i].utc;
        format = standard[i].pattern;
    }
    struct parts p = split(t, utc);
    return add_pattern(out, &p, format);
}

bool log_time_check(const char *format)
{
    const struct log_time some = {0};
    struct text scratch = {0};

    bool good = strlen(format) <= LIMIT_LOG_TIMESTAMP && log_time_format(&scratch, format, &some);
    text_deinit(&scratch);
    return good;
}

struct log_time log_time_now(bool utc)
{
    struct log_time now = {.ticks = clock_now_ticks()};
    time_t seconds = (time_t)(now.ticks / TICKS_PER_SECOND);
    struct tm tm;

    if (!utc && localtime_r(&seconds, &tm))
        now.offset = (int)(tm.tm_gmtoff / 60);
    return now;
}
