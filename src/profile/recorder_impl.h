/*
 * profile/recorder_impl.h - the inside of a recorder, for its files: recorder (stream), samples
 * (one function per event), resolve (the end).
 */
#pragma once

#include <stdbool.h>

#include "proto/nettrace/parser.h"
#include "src/base/number_map.h"
#include "src/profile/limits.h"
#include "src/profile/method_map.h"
#include "src/profile/recorder.h"
#include "src/profile/timeline.h"

/* Frames that are names (of types, events), not addresses: this bit and a number in `names`. No
 * code of a process has it in its address. */
#define FRAME_IS_NAME (UINT64_C(1) << 63)

enum { STACK_CACHE = 4096 };

/* The number of a stack of the stream below a leaf. */
struct cached_stack {
    const void *leaf; /* what the event's own frame comes from, or NULL */
    uint32_t id;      /* in the stream + 1; 0: empty entry */
    uint32_t number;
};

struct waiting_thread { /* for a monitor */
    int64_t since;
    uint32_t stack;
    bool waiting;
};

struct recorder {
    struct nettrace *parser;
    struct nettrace_trace trace;
    unsigned kinds;
    bool events_end_samples;
    bool cpu_only;          /* of the two kinds of time: free of what dotnet-trace makes of them */
    struct profile profile; /* names, threads and totals as they grow */
    struct number_map threads;
    struct waiting_thread *waiting; /* by number of thread */
    uint64_t last_thread_key;
    uint32_t last_thread;
    struct stack_table stacks; /* of addresses and names, leaf first */
    struct method_map methods;
    struct timeline timeline;
    struct totals sampled; /* AllocationSampled: better than ticks where there are any */
    uint64_t samples;      /* of the sampler */
    uint64_t managed_samples;
    uint64_t last_ticks;
    struct cached_stack cache[STACK_CACHE];
    uint64_t frames[PROFILE_DEPTH + 1];
};

/* What to do with an event; hangs at its metadata. */
struct event_rule {
    const char *provider; /* NULL: any */
    uint32_t event_id;
    unsigned kinds; /* that need it; 0: all */
    void (*record)(struct recorder *r, const struct nettrace_event *e);
};

/* NULL: nothing. */
const struct event_rule *event_rule_find(const struct recorder *r,
                                         const struct nettrace_metadata *metadata);

/* Nanoseconds since the trace began. */
int64_t recorder_time(const struct recorder *r, uint64_t ticks);

/* Its number; NUMBER_MAP_NONE: too many. */
uint32_t recorder_thread(struct recorder *r, const struct nettrace_event *e);

/* The event's stack, with `name` (a number in the profile's names, or NAMES_NONE) as its leaf.
 * STACK_NONE: no room. */
uint32_t recorder_stack(struct recorder *r, const struct nettrace_event *e, uint32_t name);

/* Gives names to addresses and moves everything into the profile. False: no memory. */
bool recorder_resolve(struct recorder *r);
