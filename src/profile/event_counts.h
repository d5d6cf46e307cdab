/*
 * profile/event_counts.h - how many events of each kind a trace holds, what it lost, and when.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "proto/nettrace/trace_info.h"
#include "src/base/error.h"
#include "src/base/number_map.h"
#include "src/profile/names.h"

struct nettrace;

struct event_count {
    uint32_t provider, title; /* in `names` */
    uint64_t count, bytes;    /* of payloads */
};

/* Bounded by the kinds of events, of which it keeps EVENT_COUNTS_MAX. */
struct event_counts {
    struct nettrace *parser;
    struct names names;
    struct event_count *list;
    size_t count, capacity;
    struct number_map by_key; /* provider and title to index */
    struct nettrace_trace trace;
    uint64_t first_ticks, last_ticks;
    uint64_t events, bytes, lost, uncounted;
};

enum { EVENT_COUNTS_MAX = 64 * 1024 };

/* 0 or -ENOMEM. */
int event_counts_init(struct event_counts *c, struct error *err);
void event_counts_deinit(struct event_counts *c);

/* As recorder_feed() and recorder_finish(). */
int event_counts_feed(struct event_counts *c, const void *data, size_t size, struct error *err);
int event_counts_finish(struct event_counts *c, struct error *err);

/* The most frequent first; equal ones by name. */
void event_counts_sort(struct event_counts *c);
