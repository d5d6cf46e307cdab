#include "src/rules/window.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_BUCKETS = 8, BUCKET_NS = 1000000000 };

void window_init(struct window *w, int64_t duration)
{
    *w = (struct window){.duration = duration};
}

void window_deinit(struct window *w)
{
    free(w->buckets);
    *w = (struct window){0};
}

static struct window_bucket *at(const struct window *w, size_t index)
{
    return &w->buckets[(w->first + index) % w->capacity];
}

static bool make_room(struct window *w)
{
    size_t capacity = w->capacity ? w->capacity * 2 : FIRST_BUCKETS;

    if (w->used < w->capacity)
        return true;
    struct window_bucket *buckets = malloc(capacity * sizeof *buckets);
    if (!buckets)
        return false;
    for (size_t i = 0; i < w->used; i++)
        buckets[i] = *at(w, i);
    free(w->buckets);
    w->buckets = buckets;
    w->first = 0;
    w->capacity = capacity;
    return true;
}

static void forget_before(struct window *w, int64_t time)
{
    while (w->used && at(w, 0)->start < time) {
        w->count -= at(w, 0)->count;
        w->first = (w->first + 1) % w->capacity;
        w->used--;
    }
}

bool window_add(struct window *w, int64_t time)
{
    if (w->used && time - at(w, w->used - 1)->start < BUCKET_NS) {
        at(w, w->used - 1)->count++;
        w->count++;
        return true;
    }
    forget_before(w, time - w->duration);
    if (!make_room(w))
        return false;
    *at(w, w->used++) = (struct window_bucket){.start = time, .count = 1};
    w->count++;
    return true;
}
