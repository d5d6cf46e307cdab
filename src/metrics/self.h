/*
 * metrics/self.h - what portside tells of itself on each page: values that others count.
 */
#pragma once

#include <stdbool.h>

enum { METRICS_PUSHED = 2 }; /* metrics, logs */

/* What is pushed to a collector of one signal: data points or lines of log. */
struct metrics_pushed {
    bool on; /* else the rest is nothing */
    double sent, rejected, dropped, failures, queued_bytes;
};

/* NaN: not known, left out. */
struct metrics_self {
    double sessions;                                        /* event sessions that run */
    double events, lost_events;                             /* of all sessions, since the start */
    double dump_free_bytes;                                 /* where dumps are written */
    double resident_bytes, cpu_seconds, start_unix_seconds; /* of this process */
    struct metrics_pushed pushed[METRICS_PUSHED];
};

/* All unknown but the last three, which it looks up. */
void metrics_self_read(struct metrics_self *self);
