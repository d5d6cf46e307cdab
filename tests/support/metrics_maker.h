/*
 * support/metrics_maker.h - NetTrace streams with the events of counters and meters, made to order.
 *
 * Time stamps are nanoseconds from the trace's start, 2026-11-22T04:05:06.007Z. Everything ends
 * with the test.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "proto/nettrace/writer.h"

/* 2026-11-22T04:05:06.007Z */
#define METRICS_MAKER_START INT64_C(1795320306007000000)

enum metrics_maker_event {
    METER_COUNTER = 4,
    METER_GAUGE = 5,
    METER_HISTOGRAM = 6,
    METER_BEGIN = 7,
    METER_END = 8,
    METER_ERROR = 9,
    METER_TIME_SERIES_LIMIT = 12,
    METER_HISTOGRAM_LIMIT = 13,
    METER_CALLBACK_ERROR = 14,
    METER_NOT_SUPPORTED = 15,
    METER_UP_DOWN = 16,
    METER_CONFIGURED_OTHERWISE = 17,
};

struct metrics_maker;

struct metrics_maker *metrics_maker_new(void);

/*
 * An event of System.Diagnostics.Metrics: its fields with '|' between them, texts, or `#5` for a
 * 32-bit number, `%1.5` for a double.
 */
void metrics_maker_meter(struct metrics_maker *m, enum metrics_maker_event event, uint64_t time,
                         const char *fields);

/*
 * An event EventCounters of any provider; the members of its Payload as `Name=text`,
 * `Mean=%1.5`, with '|' between them.
 */
void metrics_maker_counter(struct metrics_maker *m, const char *provider, uint64_t time,
                           const char *members);

/* An event of DiagnosticSource, as Activity1Start; its Arguments as `Key=Value` with '|' between.
 */
void metrics_maker_activity(struct metrics_maker *m, const char *name, uint64_t time,
                            const char *arguments);

/* Any event of text fields. */
void metrics_maker_event(struct metrics_maker *m, const char *provider, const char *name,
                         uint32_t id, uint64_t time, const char *fields);

/* The next events come behind a gap of so many. */
void metrics_maker_lose(struct metrics_maker *m, uint32_t count);

/* Ends the block, so that what was written until now can be read. Returns the size until now. */
size_t metrics_maker_flush(struct metrics_maker *m);

/* The stream, ended. */
const uint8_t *metrics_maker_end(struct metrics_maker *m, size_t *ret_size);
