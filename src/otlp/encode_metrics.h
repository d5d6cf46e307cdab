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

/* How far a push has come; zeroed = at its beginning. Counts what stands before in the store: when
 * something ends between two requests, others may be left out until the next push. */
struct metrics_cursor {
    size_t process, instrument, series;
};

/* Writes the next request, of about `limit` bytes, to `ret`, which must be empty, and the number of
 * its points, which is 0 when there are none or no memory. True: more is left. */
bool encode_metrics(struct metric_store *store, const struct resource *resource, size_t limit,
                    struct metrics_cursor *cursor, struct text *ret, size_t *ret_points);
