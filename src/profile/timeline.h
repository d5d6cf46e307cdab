/*
 * profile/timeline.h - samples of threads into runs: what each thread did, and for how long.
 *
 * A sample counts until the next sample of its thread; the last of a thread has no length. (So does
 * TraceEvent's SampleProfilerThreadTimeComputer, whose figures dotnet-trace shows.) Samples may
 * come out of order within a few blocks of the stream: they wait, up to PROFILE_POINTS, and are
 * sorted.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/profile/profile.h"

struct timeline_point {
    int64_t time; /* nanoseconds since the trace began */
    uint32_t thread, stack;
    uint32_t order; /* for the timeline's own use */
    bool managed;
};

struct timeline_thread {
    struct profile_run run; /* that goes on; its duration ends at the newest sample */
    bool running;
};

/* A zeroed one is empty. */
struct timeline {
    struct timeline_point *points; /* that wait */
    size_t point_count;
    bool unsorted;
    struct timeline_thread *threads; /* by number */
    size_t thread_capacity;
    struct profile_run *runs; /* that ended, in order of their ends */
    size_t run_count, run_capacity;
    struct totals wall, cpu;
    uint64_t dropped;
};

void timeline_deinit(struct timeline *t);
void timeline_add(struct timeline *t, const struct timeline_point *point);

/* No sample will come that is older than those that wait. */
void timeline_flush(struct timeline *t);

/* No more samples: ends all runs. */
void timeline_finish(struct timeline *t);
