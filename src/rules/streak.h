/*
 * rules/streak.h - has a value been in range all the time, for long enough (CONTRACT 19.2)?
 *
 * The value is told in samples, each of which covers the interval before it. A sample out of range
 * ends the streak; so does one that comes more than one and a half intervals after the last, which
 * then begins the next.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Open ends: a value equal to one is out of range. */
struct streak_range {
    bool has_above, has_below;
    double above, below;
};

/* In ns. */
struct streak_times {
    int64_t interval; /* that samples were asked for */
    int64_t duration; /* that is long enough */
};

/* A zeroed one has not begun. */
struct streak {
    bool running;
    int64_t latest, target;
};

/* NaN is out of range. */
bool streak_in_range(const struct streak_range *range, double value);

/* `time` of the sample; `covers`: the interval before it that is known to have this value, 0 if
 * the value is of that moment. True: it has been in range for long enough. */
bool streak_sample(struct streak *s, const struct streak_times *times, int64_t time, int64_t covers,
                   bool in_range);
