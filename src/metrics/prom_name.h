/*
 * metrics/prom_name.h - names of metrics for Prometheus, in both conventions.
 */
#pragma once

#include "src/base/text.h"
#include "src/metrics/store.h"

/* The peer's (CONTRACT 11.3): provider, metric, unit. Returns what values are multiplied by. */
double prom_name_compat(struct text *out, const struct metric_instrument *in);

/* OpenTelemetry's for Prometheus, without `_total`: meters are left out, EventCounters keep their
 * provider; units are base units and spelled out. Returns what values are multiplied by. */
double prom_name_otel(struct text *out, const struct metric_instrument *in);
