/*
 * metrics/scrape.h - the metrics of one process: a feed reader whose events are decoded into the
 * store, started anew when it ends.
 *
 * A process that refuses (64 sessions in use, a diagnostic server that hangs) is asked again after
 * 5 s, then after twice as long each time, at most a minute. Nothing is asked of it in between.
 */
#pragma once

#include "src/base/list.h"
#include "src/config/keys.h"
#include "src/io/timer.h"
#include "src/metrics/decoder.h"
#include "src/metrics/problems.h"
#include "src/metrics/request.h"
#include "src/metrics/store.h"
#include "src/session/feed.h"

enum {
    SCRAPE_RETRY_MS = 5 * 1000, /* the peer's */
    SCRAPE_RETRY_MAX_MS = 60 * 1000,
    SCRAPE_SILENT_MS = 5 * 1000, /* behind the second interval: the first one begins at any time */
};

/* What all of them share; borrowed. */
struct scrape_context {
    struct feeds *feeds;
    struct metric_store *store;
    const struct config_keys *keys; /* sections Metrics and GlobalCounter */
};

/* For reading. */
struct scrape {
    struct list link; /* in the service */
    const struct scrape_context *context;
    struct target *target;
    struct metric_process *process; /* in the store */
    struct metrics_problems problems;

    struct metrics_request request;
    struct metrics_decoder *decoder;
    struct feed_reader *reader; /* NULL between two tries */
    struct timer retry, silence;
    uint64_t retry_ms; /* the next wait */
    uint64_t lost;     /* events of this session */
    bool published;    /* a value has come in it */
};

/* Events come from the loop. NULL: out of memory. A session that cannot start is a problem of it,
 * no failure here. */
struct scrape *scrape_new(const struct scrape_context *context, struct target *target);

/* Takes its process out of the store; NULL is fine. */
void scrape_free(struct scrape *s);

/* The target may have told another name, or that it was resumed. */
void scrape_refresh(struct scrape *s);
