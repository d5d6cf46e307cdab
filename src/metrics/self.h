/*
 * metrics/self.h - what portside tells of itself on each page: values that others count.
 */
#pragma once

/* NaN: not known, left out. */
struct metrics_self {
    double sessions;                                        /* event sessions that run */
    double events, lost_events;                             /* of all sessions, since the start */
    double dump_free_bytes;                                 /* where dumps are written */
    double resident_bytes, cpu_seconds, start_unix_seconds; /* of this process */
};

/* All unknown but the last three, which it looks up. */
void metrics_self_read(struct metrics_self *self);
