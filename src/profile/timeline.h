/*
 * profile/timeline.h - samples of threads into runs: what each thread did, and for how long.
 *
 * A sample counts until the next sample of its thread; the last of a thread has no length. (So does
 * TraceEvent's SampleProfilerThreadTimeComputer, whose figures dotnet-trace shows.) Samples may
 * come out of order within a few blocks of the stream: they wait, up to PROFILE_POINTS, and are
 * sorted.
 *
 * The sampler takes all threads in turn, again and again, and leaves out those without managed
 * frames. With `may_leave` a thread that is left out has ended what it did when that turn began;
 * else a thread that ran one managed method and went back to native code would be said to have run
 * it until the end of the trace, which is what dotnet-trace's figures do say.
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
    bool sampled; /* by the sampler: part of a turn */
};

struct timeline_thread {
    struct profile_run run; /* that goes on; its duration ends at the newest sample */
    bool running;
    uint64_t turn; /* of its last sample */
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
    bool may_leave; /* set before the first sample */
    uint64_t turn;  /* from 1 */
    int64_t turn_start;
    uint32_t *now, *before; /* threads of this turn and of the last */
    size_t now_count, before_count;
};

void timeline_deinit(struct timeline *t);
void timeline_add(struct timeline *t, const struct timeline_point *point);

/* No sample will come that is older than those that wait. */
void timeline_flush(struct timeline *t);

/* No more samples: ends all runs. */
void timeline_finish(struct timeline *t);
