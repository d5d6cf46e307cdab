/*
 * support/otlp_shape.h - the messages of OTLP that we write, as tables of the protocol's fields
 * (opentelemetry-proto 1.x: collector, common, resource, metrics, logs), and a check of JSON
 * against them.
 */
#pragma once

#include <cjson/cJSON.h>

/* NULL: `doc` is an ExportMetricsServiceRequest or ExportLogsServiceRequest (by `path`); else what
 * is wrong and where, to be freed. */
char *otlp_shape_fault(const char *path, const cJSON *doc);
