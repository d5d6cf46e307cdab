#include "src/rules/occurrences.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/limits.h"

void occurrences_deinit(struct occurrences *o)
{
    free(o->times);
    *o = (struct occurrences){0};
}

/* How many of the oldest have left the window; one that is as old as the window has not. */
static size_t left_window(const struct occurrences *o, int64_t now_ms)
{
    size_t i = 0;

    while (i < o->count && o->times[i] < now_ms - o->window_ms)
        i++;
    return i;
}

uint64_t occurrences_within(const struct occurrences *o, int64_t now_ms)
{
    return o->window_ms ? o->count - left_window(o, now_ms) : o->lifetime;
}

bool occurrences_throttled(const struct occurrences *o, int64_t now_ms)
{
    return o->window_ms && occurrences_within(o, now_ms) >= o->limit;
}

bool occurrences_exhausted(const struct occurrences *o)
{
    return !o->window_ms && o->lifetime >= o->limit;
}

static bool make_room(struct occurrences *o)
{
    size_t capacity = o->capacity ? o->capacity * 2 : 8;

    if (o->count < o->capacity)
        return true;
    int64_t *times =
        o->count < LIMIT_RULE_OCCURRENCES ? realloc(o->times, capacity * sizeof *times) : NULL;
    if (!times)
        return false;
    o->times = times;
    o->capacity = capacity;
    return true;
}

bool occurrences_begin(struct occurrences *o, int64_t now_ms)
{
    size_t old = o->window_ms ? left_window(o, now_ms) : 0;

    if (old) {
        o->count -= old;
        memmove(o->times, o->times + old, o->count * sizeof *o->times);
    }
    if (occurrences_throttled(o, now_ms) || (o->window_ms && !make_room(o)))
        return false;
    if (o->window_ms)
        o->times[o->count++] = now_ms;
    o->lifetime++;
    return true;
}

int64_t occurrences_left_ms(const struct occurrences *o, int64_t now_ms)
{
    if (!occurrences_throttled(o, now_ms))
        return 0;
    return o->times[left_window(o, now_ms)] - (now_ms - o->window_ms);
}
