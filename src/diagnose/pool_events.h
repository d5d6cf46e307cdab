/*
 * diagnose/pool_events.h - what a runtime tells of its thread pool, its locks and its waits, as
 * totals of bounded size.
 *
 * Events go in as they come; layouts are those of the runtime's manifest (ClrEtwAll.man). Waits are
 * those of any thread, grouped by the stack that they began with. Nothing is kept per event.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/nettrace/parser.h"
#include "src/base/number_map.h"
#include "src/profile/stack_table.h"

enum {
    POOL_SITES = 4096,                    /* different stacks of a kind of waits */
    POOL_STACK_BYTES = 4 * 1024 * 1024,   /* of all of them */
    POOL_WAITING_THREADS = 16 * 1024,     /* at one time */
    POOL_SAMPLES = 64,                    /* of a counter; the newest are kept */
    POOL_REASONS = 9,                     /* why the pool changes its number of threads */
    POOL_REASON_STARVATION = 6,           /* nothing was taken from a queue that is not empty */
    POOL_REASON_COOPERATIVE_BLOCKING = 8, /* a worker waits for a task */
};

enum pool_wait { POOL_CONTENTION, POOL_WAIT_HANDLE, POOL_WAITS };

/* Waits that began with one stack. */
struct pool_site {
    uint32_t stack; /* in `stacks` */
    uint64_t count, total_ns, max_ns;
    uint32_t open; /* not over when the time was */
};

struct pool_sites {
    struct pool_site *list;
    size_t count, capacity;
    struct number_map by_stack;
    uint64_t waits, total_ns;
};

/* A counter of System.Runtime, oldest first. */
struct pool_counter {
    double samples[POOL_SAMPLES];
    size_t count;
};

enum pool_counter_kind {
    POOL_QUEUE,     /* items */
    POOL_THREADS,   /* of the pool */
    POOL_COMPLETED, /* items per second */
    POOL_CPU,       /* percent of all processors that the process may use */
    POOL_COUNTERS,
};

/* What the metrics of System.Runtime are called. */
extern const char *const pool_counter_names[POOL_COUNTERS];

struct pool_waiting; /* a thread that waits */

struct pool_events {
    uint64_t adjustments[POOL_REASONS]; /* by reason; others are not counted */
    uint64_t started, stopped;          /* workers */
    struct stack_table stacks;
    struct pool_sites sites[POOL_WAITS];
    struct pool_waiting *waiting[POOL_WAITS];
    size_t waiting_count[POOL_WAITS], waiting_capacity[POOL_WAITS];
    struct number_map by_thread[POOL_WAITS];
    struct pool_counter counters[POOL_COUNTERS];
    bool cpu_measured;                /* a value of POOL_CPU has come */
    uint64_t start, last, per_second; /* ticks; of the newest stream */
    uint64_t dropped;                 /* waits past a limit, or out of memory */
};

void pool_events_init(struct pool_events *p);
void pool_events_deinit(struct pool_events *p);

/* Any event; those of others are passed over. */
void pool_events_add(struct pool_events *p, const struct nettrace *stream,
                     const struct nettrace_event *event);

/* A value of a counter; those of other names are passed over. `interval`: seconds, for what is
 * counted per interval. */
void pool_events_count(struct pool_events *p, const char *name, double value, double interval);

/* The time is over, `seconds` after the stream began: who still waits has waited until now. Once.
 */
void pool_events_finish(struct pool_events *p, double seconds);
