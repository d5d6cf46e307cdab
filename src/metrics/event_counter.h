/*
 * metrics/event_counter.h - the event that EventCounters tell their values with.
 *
 * Its name is EventCounters, its one field an object `Payload`, directly or in another object. That
 * has, in varying order, Name, DisplayName, DisplayUnits, CounterType (Mean or Sum), Mean or
 * Increment, IntervalSec, Series ("Interval=1000", what the runtime was asked for in ms) and
 * Metadata (CONTRACT 11.1, FACTS).
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "proto/nettrace/event.h"
#include "src/metrics/scratch.h"

/* Texts are in the scratch; "" for those that are not there. */
struct event_counter {
    const char *name, *display_name, *display_units, *metadata;
    double value;
    double interval;   /* seconds that the value covers */
    int64_t series_ms; /* 0: not told */
    bool is_sum;
};

/* False: it is none, or lacks a name, its type or its value. */
bool event_counter_read(const struct nettrace_event *event, struct scratch *scratch,
                        struct event_counter *ret);
