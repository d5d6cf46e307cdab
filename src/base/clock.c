#include "src/base/clock.h"

#include <stdio.h>
#include <time.h>

enum { TICKS_PER_SECOND = 10000000, TICKS_PER_MS = 10000 };

int64_t clock_now_ticks(void)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * TICKS_PER_SECOND + t.tv_nsec / 100;
}

int64_t clock_monotonic_ms(void)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void split(int64_t ticks, struct tm *ret_tm, int *ret_fraction)
{
    time_t seconds = (time_t)(ticks / TICKS_PER_SECOND);

    (void)gmtime_r(&seconds, ret_tm);
    *ret_fraction = (int)(ticks % TICKS_PER_SECOND);
}

const char *clock_iso(int64_t ticks, char text[static CLOCK_ISO_SIZE])
{
    struct tm tm;
    int fraction;

    split(ticks, &tm, &fraction);
    size_t n = strftime(text, CLOCK_ISO_SIZE, "%Y-%m-%dT%H:%M:%S", &tm);
    if (fraction) {
        n += (size_t)snprintf(text + n, CLOCK_ISO_SIZE - n, ".%07d", fraction);
        while (text[n - 1] == '0')
            n--;
    }
    (void)snprintf(text + n, CLOCK_ISO_SIZE - n, "Z");
    return text;
}

const char *clock_stamp(int64_t ticks, char text[static CLOCK_STAMP_SIZE])
{
    struct tm tm;
    int fraction;

    split(ticks, &tm, &fraction);
    size_t n = strftime(text, CLOCK_STAMP_SIZE, "%Y%m%d_%H%M%S", &tm);
    (void)snprintf(text + n, CLOCK_STAMP_SIZE - n, "_%03d", fraction / TICKS_PER_MS);
    return text;
}
