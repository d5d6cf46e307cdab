/*
 * metrics/readers.h - which points of a history a scraper has been told.
 *
 * Prometheus takes points with timestamps only if they are newer than what it has; each that is not
 * is a warning of its log. So each of its connections is told what has come since its last page,
 * and a connection that is new only the newest.
 */
#pragma once

#include <stdint.h>

#include "src/base/limits.h"

/* Zeroed: none yet. The one that has been silent for longest is forgotten. */
struct metrics_readers {
    struct metrics_reader {
        uint64_t connection;
        int64_t unix_ns; /* of its last page */
    } at[LIMIT_METRIC_READERS];
};

/* A page at `unix_ns` for this connection: when the last one was, INT64_MAX: not known. */
int64_t metrics_readers_turn(struct metrics_readers *r, uint64_t connection, int64_t unix_ns);
