/*
 * otlp/log_reader.h - the logs of one process: a feed reader whose events are decoded into batches
 * for the sender.
 */
#pragma once

#include "src/base/list.h"
#include "src/io/timer.h"
#include "src/logs/decoder.h"
#include "src/otlp/encode_logs.h"
#include "src/otlp/log_source.h"

/* Of all readers. */
struct log_totals {
    uint64_t records; /* lines read */
    uint64_t lost;    /* events that found the buffer in the target full */
};

/* For reading. */
struct log_reader {
    struct list link; /* in the source */
    const struct log_source_config *config;
    struct log_totals *totals;
    struct target *target;
    struct feed_reader *feed; /* NULL between two tries */
    struct app_log_decoder *decoder;
    struct log_batch batch;
    struct timer silence, delay, retry;
    uint64_t retry_ms; /* the next wait */
    uint64_t event_ms; /* when the newest event came, in the loop's time */
    uint64_t lost;     /* events of this session */
    unsigned ends;     /* target->logging_ends when it started */
    int64_t told_ms;   /* of losses; 0: never */
    bool running;      /* its session */
    bool told_unread;
};

/* Borrows both. A session that cannot start is tried again, no failure here. NULL: out of memory.
 */
struct log_reader *log_reader_new(const struct log_source_config *config, struct log_totals *totals,
                                  struct target *target);

/* The target has been asked again (every 5 s): a session whose filters another one's end has taken
 * away is started anew. */
void log_reader_refresh(struct log_reader *r);

/* Hands over what has come, and leaves. NULL is fine. */
void log_reader_free(struct log_reader *r);
