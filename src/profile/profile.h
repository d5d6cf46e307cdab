/*
 * profile/profile.h - what a trace says about where time, memory and exceptions come from.
 *
 * Made by profile/recorder, read by the writers of profile/format. A plain value: frames, stacks
 * and threads are numbers into its arrays. Equal frames and equal stacks have equal numbers.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/profile/names.h"
#include "src/profile/stack_table.h"
#include "src/profile/totals.h"

/* In the order in which a trace's kind is chosen when nobody says. */
enum profile_kind {
    PROFILE_WALL,       /* time between the samples of a thread, whatever it did: SampleProfiler */
    PROFILE_CPU,        /* of it, where managed code ran */
    PROFILE_ALLOC,      /* bytes: GCAllocationTick, AllocationSampled */
    PROFILE_EXCEPTIONS, /* thrown */
    PROFILE_CONTENTION, /* time waited for monitors */
    PROFILE_EVENTS,     /* any event with a stack that is none of the above */
    PROFILE_KINDS,
};

enum { PROFILE_ALL_KINDS = (1 << PROFILE_KINDS) - 1 };

struct profile_kind_info {
    const char *name;  /* "wall" */
    const char *unit;  /* of values: "nanoseconds", "bytes", "count" */
    const char *title; /* for people */
    const char *needs; /* what a session must ask for */
    bool has_runs;
};
extern const struct profile_kind_info profile_kinds[PROFILE_KINDS];

/* Without regard to case. False: no kind of that name. */
bool profile_kind_parse(const char *name, enum profile_kind *ret_kind);

struct profile_frame {
    uint32_t full; /* in `names`: "Module!Namespace.Type.Method(arguments)", "0x7F00...", a type */
    uint32_t module;  /* in `names`, or NAMES_NONE */
    uint32_t skip;    /* where the part behind "Module!" begins in `full` */
    uint64_t address; /* of frames without a method, else 0 */
};

struct profile_thread {
    uint64_t id;   /* in the OS */
    uint32_t name; /* in `names`: "Thread (123)" */
};

/* A thread did one thing for a while. */
struct profile_run {
    int64_t start, duration; /* nanoseconds; start: since the trace began */
    uint32_t thread, stack;
    uint32_t samples;
    bool managed; /* the sampler saw managed code; else it waited or ran native code */
};

struct profile {
    struct names names;
    struct profile_frame *frames;
    size_t frame_count, frame_capacity;
    struct stack_table stacks; /* of frame numbers, leaf first */
    struct profile_thread *threads;
    size_t thread_count, thread_capacity;
    struct totals totals[PROFILE_KINDS]; /* sorted */
    struct profile_run *runs;            /* by thread, then time; without overlap */
    size_t run_count;
    uint64_t process_id;   /* 0: unknown */
    uint32_t process;      /* in `names`: "Process64 app (123) Args: ..." */
    int64_t start_unix_ns; /* 0: unknown */
    int64_t duration;      /* nanoseconds from the start to the last event */
    uint64_t events, lost;
    uint64_t dropped; /* samples and methods past a limit or out of memory */
};

void profile_deinit(struct profile *p);

static inline const char *profile_frame_name(const struct profile *p, uint32_t frame)
{
    return names_get(&p->names, p->frames[frame].full);
}

/* Sum of the values. */
uint64_t profile_sum(const struct profile *p, enum profile_kind kind);

/* The first kind with samples; PROFILE_KINDS: none. */
enum profile_kind profile_first_kind(const struct profile *p);
