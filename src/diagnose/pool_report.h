/*
 * diagnose/pool_report.h - how a thread pool fares, and why: events, counters and the stacks of one
 * moment as a verdict with its figures.
 *
 * A worker is a thread of the pool; it is idle (waits for work), blocked (waits inside a work item,
 * or is in native code) or running. What kind of wait it is, the frames above the app's own code
 * say (the table in pool_stacks.c).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/base/text.h"
#include "src/diagnose/pool_events.h"
#include "src/profile/thread_stacks.h"

enum pool_block {
    POOL_RUNS,            /* not blocked */
    POOL_SYNC_OVER_ASYNC, /* waits for a task */
    POOL_LOCK,            /* waits for a lock that another thread has */
    POOL_SLEEP,
    POOL_WAIT,   /* for an event, a semaphore, a thread... */
    POOL_IO,     /* reads or writes, and waits for it */
    POOL_NATIVE, /* in native code, waiting or not */
    POOL_BLOCKS,
};

/* Of pool_report.verdict. */
enum pool_verdict {
    POOL_UNKNOWN,
    POOL_STARVED,   /* work waits, and the workers are blocked */
    POOL_BUSY,      /* the processors are used up */
    POOL_BACKLOG,   /* work waits for another reason */
    POOL_CONTENDED, /* work does not wait, but threads wait for locks */
    POOL_HEALTHY,
    POOL_IDLE,
    POOL_VERDICTS,
};

/* Words of the JSON document. */
extern const char *const pool_block_names[POOL_BLOCKS];
extern const char *const pool_verdict_names[POOL_VERDICTS];
/* And for people: "sync over async". */
extern const char *const pool_block_texts[POOL_BLOCKS];

enum { POOL_GROUPS = 10, POOL_SITES_SHOWN = 10, POOL_NO_FRAME = UINT32_MAX };

/* Where a thread is. */
struct pool_place {
    enum pool_block block;
    uint32_t where; /* frame of the app's code, or of whose code waits; POOL_NO_FRAME: none */
    uint32_t call;  /* frame that it calls; POOL_NO_FRAME: none */
};

/* Workers at the same place. */
struct pool_group {
    struct pool_place place;
    size_t threads;
    size_t example; /* number of one of them */
};

/* What the document begins with; borrowed. */
struct pool_subject {
    uint64_t pid;
    const char *name, *runtime; /* "10.0.1"; "unknown" */
    bool tells_waits;           /* the runtime has events of wait handles */
    uint64_t lost;              /* events */
};

/* Waits of one kind, equal stacks once, without those of the runtime's own service threads. */
struct pool_waits {
    struct pool_site *list; /* the longest in all first */
    size_t count;
    uint64_t waits, total_ns;
};

struct pool_report {
    const struct pool_subject *subject;
    const struct pool_events *events;
    const struct thread_stacks *stacks;
    double seconds;
    size_t workers, idle, blocked, running;
    size_t by_block[POOL_BLOCKS]; /* workers */
    size_t lock_threads;          /* that wait for a lock, of all threads */
    struct pool_group *groups;    /* the biggest first */
    size_t group_count, group_capacity;
    struct pool_waits waits[POOL_WAITS];
    struct number_map contended; /* frames in which somebody waited for a lock */
    enum pool_verdict verdict;
    enum pool_block cause; /* of a starved pool */
};

/* Borrows all until pool_report_deinit(). `events` are finished. Without threads in `stacks` it
 * goes by the counters. False: no memory. */
bool pool_report_init(struct pool_report *r, const struct pool_subject *subject,
                      const struct pool_events *events, const struct thread_stacks *stacks,
                      double seconds);
void pool_report_deinit(struct pool_report *r);

/* Mean, newest; NaN without samples. */
double pool_counter_mean(const struct pool_counter *c);
double pool_counter_last(const struct pool_counter *c);

/* What a thread is, and where. pool_stacks.c. */
bool pool_is_worker(const struct thread_stacks *s, const struct stack_thread *t);
bool pool_is_idle(const struct thread_stacks *s, const struct stack_thread *t);
/* A thread that the runtime has for its timers, counters and the like. */
bool pool_is_service(const struct thread_stacks *s, const struct stack_thread *t);
struct pool_place pool_place_of(const struct thread_stacks *s, const struct stack_thread *t);

/* "starve.dll!Orders.Handle", and without the module's name. */
void pool_add_frame(struct text *out, const struct thread_stacks *s, uint32_t frame, bool module);

/* Sets verdict and cause; the rest is there. pool_verdict.c. */
void pool_judge(struct pool_report *r);

/* The verdict in a sentence or two. */
void pool_verdict_add(struct text *out, const struct pool_report *r);
