/*
 * metrics/measurement.h - one value that a process has published: of an EventCounter, or of an
 * instrument of a Meter (System.Diagnostics.Metrics).
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

enum measurement_kind {
    MEASUREMENT_MEAN,      /* EventCounter, PollingCounter: `value` */
    MEASUREMENT_INCREMENT, /* IncrementingEventCounter and -PollingCounter: `value` per interval */
    MEASUREMENT_GAUGE,     /* Gauge, ObservableGauge: `value` is the last one */
    MEASUREMENT_COUNTER,   /* Counter, ObservableCounter: `value` is the rate of the interval,
                              `total` since the runtime began to count, NaN if it is not told */
    MEASUREMENT_UP_DOWN,   /* UpDownCounter...: `value` is the rate, `total` the number now */
    MEASUREMENT_HISTOGRAM, /* quantiles, `count` and `sum` of the interval */
    MEASUREMENT_ENDED,     /* the instrument (`tags` NULL) or this set of its tags is no longer
                              reported */
};

struct measurement_quantile {
    double quantile; /* 0..1 */
    double value;
};

/* Where it comes from. Texts are UTF-8, never NULL where nothing else is said. */
struct measurement {
    enum measurement_kind kind;
    int64_t unix_ns;      /* when the runtime published it */
    double interval;      /* seconds that the value covers */
    const char *provider; /* EventCounters: provider; instruments: meter name */
    const char *name;     /* counter or instrument */
    const char
        *display_name; /* EventCounters as told; instruments: their description. "" if none */
    const char *unit;  /* NULL: not told. Increments without one: "count" */
    const char *tags;  /* raw: EventCounters' Metadata `k:v,k:v`; instruments' `k=v,k=v` */
    const char *meter_version;   /* "" if none */
    const char *meter_tags;      /* NULL: not told; "" if none */
    const char *instrument_tags; /* the same */
    double value, total;
    double sum, count; /* histograms; NaN when the runtime does not tell (.NET 8 and older) */
    const struct measurement_quantile *quantiles;
    size_t quantile_count;
};

/* What a runtime says about its metrics as a whole. */
enum metrics_notice {
    METRICS_NOTICE_TIME_SERIES_LIMIT, /* some sets of tags are not reported */
    METRICS_NOTICE_HISTOGRAM_LIMIT,   /* some histograms are not */
    METRICS_NOTICE_ERROR,             /* `text`: the runtime's words */
    METRICS_NOTICE_INSTRUMENT_ERROR,  /* an observable instrument's callback threw; `text` */
    METRICS_NOTICE_COLLISION,         /* another listener's session keeps ours from working */
};
