/*
 * metrics/exposition.h - the store as a page for Prometheus.
 *
 * Every metric once, with one HELP and one TYPE, whichever processes and instruments it comes from;
 * no two samples have the same labels. What cannot be told because of that (names or kinds that
 * clash) and what is beyond LIMIT_METRIC_PAGE is counted on the page. It is never empty: the end is
 * portside's own metrics.
 */
#pragma once

#include <stdint.h>

#include "src/base/text.h"
#include "src/metrics/self.h"
#include "src/metrics/store.h"

/* The first two as enum metrics_exposition of config/options.h. */
enum exposition_style {
    EXPOSITION_COMPAT,        /* the peer's names, history with timestamps (CONTRACT 11.3) */
    EXPOSITION_OPENTELEMETRY, /* names and units of the OpenTelemetry conventions */
    EXPOSITION_OPENMETRICS,   /* the same in OpenMetrics 1.0 */
};

const char *exposition_content_type(enum exposition_style style);

/* Does an Accept header (NULL: none) ask for OpenMetrics 1.0? */
bool exposition_wants_openmetrics(const char *accept);

struct exposition {
    enum exposition_style style;
    int64_t now_unix_ns;   /* what is much older is no present value */
    int64_t since_unix_ns; /* of a history all that is newer, and always the newest */
};

/* Appends the page. out->failed: out of memory. */
void exposition_write(struct text *out, struct metric_store *store, const struct exposition *e,
                      const struct metrics_self *self);
