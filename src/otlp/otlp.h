/*
 * otlp/otlp.h - pushes the metrics and logs of all processes to an OpenTelemetry collector
 * (OTLP/HTTP, JSON), when one is configured.
 *
 * Metrics: the newest value of every series of the store, every Otlp:Metrics:Interval. Logs: as
 * they come (log_source.h). Each signal has a queue and a sender of its own.
 */
#pragma once

#include "src/config/options.h"
#include "src/metrics/store.h"
#include "src/otlp/sender.h"
#include "src/otlp/settings.h"
#include "src/session/feed.h"
#include "src/target/registry.h"

struct otlp;

/* Borrowed until otlp_free(). */
struct otlp_config {
    uv_loop_t *loop;
    const struct options *options;
    struct registry *registry;
    struct feeds *feeds;
    /* Asked at each push. NULL: there are no metrics. */
    struct metric_store *(*store)(void *user);
    void *user;
};

/* *ret is NULL when nothing is to be pushed. Settings that keep a signal from being pushed are told
 * in the log: it must not keep the program from running. -ENOMEM. */
int otlp_new(const struct otlp_config *config, struct otlp **ret, struct error *err);

/* What the default process is has changed. NULL is fine. */
void otlp_reload(struct otlp *o);

/* Pushes what there is, each request once, for at most LIMIT_OTLP_FLUSH_MS. Sessions of logs are
 * left at once. `on_done` comes once, from the loop; at once when `o` is NULL. */
void otlp_finish(struct otlp *o, void (*on_done)(void *user), void *user);

/* False: this signal is not pushed. */
bool otlp_stats(const struct otlp *o, enum otlp_signal signal, struct sender_stats *ret);

/* Before feeds_free() and registry_free(). NULL is fine. */
void otlp_free(struct otlp *o);
