/*
 * metrics/store.h - what processes have published: a ring of points per process, instrument and set
 * of tags. Bounded: by the number of points per series (Metrics:MetricCount) and of series in all
 * (limits.h); what does not fit is counted.
 *
 * A process that ends takes its series along; what replaces it is a new process with new ones.
 * Nothing here knows sessions or HTTP.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/base/list.h"
#include "src/metrics/measurement.h"

struct metric_store;

/* Of one label, as told: neither name nor value is made fit for any format. */
struct metric_label {
    const char *name, *value;
};

struct metric_point {
    int64_t unix_ns;
    double value; /* as in struct measurement; up-down counters: the number, not the rate;
                     histograms: observations of the interval, NaN if not told */
};

/* An instrument's description, shared by its series. */
struct metric_instrument {
    struct list link; /* in the process, in order of first appearance */
    struct metric_process *process;
    enum measurement_kind kind;
    bool is_meter;
    double interval;
    const char *provider, *name;              /* live in the instrument */
    char *display_name, *unit;                /* unit: NULL if not told */
    const char *meter_version;                /* "" if none */
    const char *meter_tags, *instrument_tags; /* NULL if none */
    struct list series; /* struct metric_series, in order of first appearance */
    uint64_t hash;      /* of what tells it from others */
    size_t size;        /* of its memory, display name and unit apart */
};

struct metric_series {
    struct list link;
    struct metric_series *next; /* in the store's table */
    struct metric_instrument *instrument;
    uint64_t hash;
    const char *tags; /* raw; what makes it different from the others of its instrument */
    struct metric_label *labels; /* parsed: meter tags, instrument tags, tags; last wins */
    size_t label_count;
    /* Ring, oldest first from `first`: metric_series_point(). Histograms have one. */
    struct metric_point *points;
    unsigned first, count, capacity;
    struct measurement_quantile *quantiles; /* of the newest interval that had any; ascending */
    size_t quantile_count;
    double sum, observations; /* histograms: since `start`; NaN while never told */
    double total;             /* counters and up-down counters: as told, else since `start` */
    int64_t start_unix_ns;    /* when the interval of the first value began; of one that fell */
    size_t size;              /* of its memory, points and quantiles apart */
    bool ended;               /* no longer reported */
    bool quiet;               /* a histogram without observations in the newest interval */
};

/* One process and what it has published. */
struct metric_process {
    struct list link;
    uint64_t pid;
    char *name, *uid; /* uid: the runtime instance cookie as text */
    char *service;    /* what it is called as a service; NULL: as `name`; set by the owner */
    struct list instruments;
    size_t series_count, bytes;
    uint64_t lost_events;    /* set by the owner of the session */
    uint64_t series_dropped; /* values that had no room */
    unsigned notices;        /* bits (1 << enum metrics_notice) that came up; set by the owner */
    bool up;                 /* its session runs; set by the owner */
    double silent_seconds; /* for so long its runtime has not answered; 0: it does; by the owner */
    double waited_seconds; /* until its resume was answered; NaN: not known; set by the owner */
};

/* `points`: Metrics:MetricCount; above LIMIT_METRIC_POINTS is that. NULL: out of memory. */
struct metric_store *metric_store_new(unsigned points);
void metric_store_free(struct metric_store *store);

/* Head of the list of struct metric_process. */
struct list *metric_store_processes(struct metric_store *store);

/* Series and bytes of all processes. */
size_t metric_store_series(const struct metric_store *store);
size_t metric_store_bytes(const struct metric_store *store);

/* Another number after each change of what is in the store. */
uint64_t metric_store_changes(const struct metric_store *store);

/* For the owner of a process, when it has set one of its fields. */
void metric_store_changed(struct metric_store *store);

/* NULL: out of memory. */
struct metric_process *metric_process_add(struct metric_store *store, uint64_t pid,
                                          const char *name, const char *uid);
void metric_process_remove(struct metric_store *store, struct metric_process *p);

/* A value has come. Out of memory or above a limit: counted in the process. MEASUREMENT_ENDED with
 * `tags` NULL ends all series of the instrument. */
void metric_store_put(struct metric_store *store, struct metric_process *p,
                      const struct measurement *m);

/* The i-th point, oldest first; i < count. */
const struct metric_point *metric_series_point(const struct metric_series *s, unsigned i);

/* The newest point; there always is one. */
const struct metric_point *metric_series_last(const struct metric_series *s);
