/*
 * collect/threadpool.h - how the thread pool of a process fares, and what blocks it: some seconds
 * of its pool's, locks' and waits' events with its counters, then one look at its stacks.
 *
 * The runtime's diagnostic server and its counters have native threads of their own: a pool without
 * a free thread does not keep them from answering.
 */
#pragma once

#include "src/collect/collection.h"
#include "src/diagnose/pool_format.h"
#include "src/metrics/request.h"

enum { THREADPOOL_EARLIER = 3 };

struct threadpool_params {
    /* Counters of System.Runtime, at the interval of the settings: another one would take them away
     * from everybody else who listens (FACTS). start() takes what is in it. */
    struct metrics_request *request;
    int64_t duration_seconds; /* negative: until stopped */
    const struct pool_format *format;
    unsigned runtime_major; /* 0: not known */
    const double *earlier;  /* lengths of its queue that are known already, oldest first */
    size_t earlier_count;
};

/* Ends by duration or by stop. A process that ends before, or does not answer, is an error. Memory:
 * that of diagnose/pool_events and of collect/stacks. */
extern const struct collection_type collection_threadpool;
