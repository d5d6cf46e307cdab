/*
 * otlp/log_source.h - the logs of all processes that are meant (those of the configured default
 * process, or all when none is), as requests for a sender.
 *
 * One reader of a feed per process; the runtime is asked for what the app's own filters let through
 * and is at least of the configured level. A process that refuses is asked again after 5 s, then
 * after twice as long each time, at most a minute.
 */
#pragma once

#include "src/config/options.h"
#include "src/otlp/resource.h"
#include "src/otlp/sender.h"
#include "src/session/feed.h"
#include "src/target/registry.h"

struct log_source;

/* Borrowed until log_source_free(). */
struct log_source_config {
    uv_loop_t *loop;
    struct registry *registry;
    struct feeds *feeds;
    const struct resource *resource;
    struct sender *sender;
    enum log_level level; /* not LOG_NONE */
    uint64_t delay_ms;    /* that a line waits for others */
    size_t batch;         /* lines in one request */
};

/* NULL: out of memory. */
struct log_source *log_source_new(const struct log_source_config *config);

/* What the default process is has changed. */
void log_source_reload(struct log_source *s);

/* Hands over all lines that are there, and leaves the sessions. */
void log_source_stop(struct log_source *s);

/* Lines read, and events lost in runtimes, since the start. */
void log_source_counts(const struct log_source *s, uint64_t *ret_records, uint64_t *ret_lost);

/* Comes before feeds_free() and registry_free(). NULL is fine. */
void log_source_free(struct log_source *s);
