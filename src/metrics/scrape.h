/*
 * metrics/scrape.h - the metrics of one process: a feed reader whose events are decoded into the
 * store, started anew when it ends.
 *
 * A process that refuses (64 sessions in use, a diagnostic server that hangs) is asked again after
 * 5 s, then after twice as long each time, at most a minute. Nothing is asked of it in between.
 * While another tool keeps the runtime from measuring our meters, only counters are asked for, and
 * in the same steps whether it has left (metrics/probe.h); then the session begins anew.
 *
 * Who wants the same set of metrics listens to it instead of having a session: also in the middle,
 * because the decoder knows all instruments.
 */
#pragma once

#include "src/base/list.h"
#include "src/config/keys.h"
#include "src/io/timer.h"
#include "src/metrics/decoder.h"
#include "src/metrics/probe.h"
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

/* Who wants its measurements too, decoded. Any may leave from inside, this one or another. */
struct scrape_events {
    void *user;
    /* Measurements follow. Once; never from inside scrape_listen(). */
    void (*on_started)(void *user);
    void (*on_measurement)(void *user, const struct measurement *m);
    void (*on_notice)(void *user, enum metrics_notice notice, const char *text);
    void (*on_loss)(void *user, uint64_t lost); /* in all, since it listens */
    /* It no longer listens. As of a feed, or -ECANCELED: the settings have changed, the process
     * lives. Not after scrape_unlisten(). */
    void (*on_end)(void *user, const struct error *err);
};

struct scrape_listener;

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
    struct timer recheck; /* until the next probe, while another tool has the meters */
    struct probe probe;
    uint64_t recheck_ms; /* the next wait for it */
    uint64_t retry_ms;   /* the next wait */
    uint64_t lost;       /* events of this session */
    bool published;      /* a value has come in it */
    bool without_meters; /* another tool has them: they are not asked for */
    struct list listeners;
};

/* Events come from the loop. NULL: out of memory. A session that cannot start is a problem of it,
 * no failure here. */
struct scrape *scrape_new(const struct scrape_context *context, struct target *target);

/* Takes its process out of the store; NULL is fine. */
void scrape_free(struct scrape *s);

/* Does its session run, or begin, and give what this request asks for? */
bool scrape_has(const struct scrape *s, const struct metrics_request *request);

/* NULL: out of memory. Only where scrape_has(); the runtime is asked for nothing more. */
struct scrape_listener *scrape_listen(struct scrape *s, const struct scrape_events *events);
void scrape_unlisten(struct scrape_listener *l);

/* The target may have told another name, or that it was resumed. */
void scrape_refresh(struct scrape *s);
