#include "src/rules/streak.h"

#include <math.h>

bool streak_in_range(const struct streak_range *range, double value)
{
    return !isnan(value) && (!range->has_above || value > range->above) &&
           (!range->has_below || value < range->below);
}

bool streak_sample(struct streak *s, const struct streak_times *times, int64_t time, int64_t covers,
                   bool in_range)
{
    int64_t patience = times->interval + times->interval / 2;

    if (!in_range) {
        s->running = false;
        return false;
    }
    if (!s->running || time - s->latest > patience)
        s->target = time - covers + times->duration;
    s->running = true;
    s->latest = time;
    return time >= s->target;
}
