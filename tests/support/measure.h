/*
 * support/measure.h - measurements for tests, as short as they can be written.
 */
#pragma once

#include <math.h>

#include "src/metrics/measurement.h"

enum { MEASURE_MS = 1000000, MEASURE_INTERVAL = 5 };

/* A measurement with value and total; everything else can be set afterwards. */
static inline struct measurement measure(enum measurement_kind kind, const char *provider,
                                         const char *name, const char *tags, double value)
{
    return (struct measurement){.kind = kind,
                                .unix_ns = INT64_C(1000000) * MEASURE_MS,
                                .interval = MEASURE_INTERVAL,
                                .provider = provider,
                                .name = name,
                                .display_name = "",
                                .tags = tags,
                                .meter_version = "",
                                .value = value,
                                .total = NAN,
                                .sum = NAN,
                                .count = NAN};
}
