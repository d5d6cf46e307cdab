/*
 * otlp/encode_metrics.h - the newest values of a metric store as ExportMetricsServiceRequest in
 * JSON.
 *
 *   means, gauges                    gauge
 *   increments, counters             sum, monotonic, cumulative since the first interval
 *   up-down counters                 sum, not monotonic, cumulative
 *   histograms                       summary: quantiles of the newest interval, count and sum since
 *                                    the first interval
 *   histograms without a count       gauge with the attribute `quantile`: a summary would tell 0
 *
 * The scope is the meter or provider, attributes are the labels, unit and description as told. What
 * is no number (NaN) is left out, and so is what has ended.
 */
#pragma once

#include "src/metrics/store.h"
#include "src/otlp/proto_json.h"
#include "src/otlp/resource.h"

struct metrics_batch {
    void *user;
    size_t limit; /* about so many bytes, then another request begins */
    /* A whole request. The callee may take the text over and leave an empty one. */
    void (*on_request)(void *user, struct text *request, size_t points);
};

/* Returns 0 or -ENOMEM: then some requests may have been handed over. */
int encode_metrics(struct metric_store *store, const struct resource *resource,
                   const struct metrics_batch *batch);
