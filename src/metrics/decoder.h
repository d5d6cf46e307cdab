/*
 * metrics/decoder.h - events of EventCounters and of System.Diagnostics.Metrics into measurements.
 *
 * Knows what was asked for, because runtimes tell every listener what any of them asked for: a
 * counter whose interval is not ours belongs to another tool (CONTRACT 11.1), an instrument's event
 * with another session's id too.
 */
#pragma once

#include <stdbool.h>

#include "proto/nettrace/parser.h"
#include "src/base/error.h"
#include "src/metrics/measurement.h"
#include "src/metrics/request.h"

struct metrics_decoder;

struct metrics_decoder_events {
    void *user;
    /* Borrowed for the call. */
    void (*on_measurement)(void *user, const struct measurement *m);
    void (*on_notice)(void *user, enum metrics_notice notice, const char *text);
};

/* `request` is borrowed until metrics_decoder_free(). NULL: out of memory. */
struct metrics_decoder *metrics_decoder_new(const struct metrics_request *request,
                                            const struct metrics_decoder_events *events);
void metrics_decoder_free(struct metrics_decoder *d);

/* Any event; those that are no metrics are passed over. */
void metrics_decoder_event(struct metrics_decoder *d, const struct nettrace *stream,
                           const struct nettrace_event *event);
