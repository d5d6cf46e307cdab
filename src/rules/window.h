/*
 * rules/window.h - how many points in time lie within the last so many seconds (CONTRACT 19.2).
 *
 * Points less than a second behind the start of the newest bucket are counted there; a later one
 * opens a bucket, and those older than the window go. So the count only shrinks when a bucket is
 * opened, and there are no more buckets than the window has seconds. Streams are in the order of
 * time only roughly: an earlier point counts in the newest bucket.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct window_bucket {
    int64_t start;
    uint64_t count;
};

struct window {
    int64_t duration; /* ns */
    uint64_t count;
    struct window_bucket *buckets; /* a ring */
    size_t first, used, capacity;
};

/* `duration` in ns. */
void window_init(struct window *w, int64_t duration);
void window_deinit(struct window *w);

/* `time` in ns of any clock. False: out of memory, the point is not counted. */
bool window_add(struct window *w, int64_t time);
