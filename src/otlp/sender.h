/*
 * otlp/sender.h - pushes requests of one signal to a collector, one after the other, and tries
 * again what could not be delivered.
 *
 * Requests wait in a queue that is bounded in bytes; when it is full the oldest is dropped. After
 * 429, 502, 503, 504 and failures of the connection the first is tried again: after a second, two,
 * four... up to a minute, with a random part, and not before the collector's Retry-After. Any other
 * status but 2xx drops it (OTLP/HTTP: not retryable). Failures, recovery and drops are told in the
 * log, each kind at most once a minute.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "src/base/text.h"
#include "src/net/request.h"

struct sender;

/* Borrowed until sender_free(). */
struct sender_settings {
    const char *signal; /* "metrics", "logs": for the log */
    const char *url;
    const char *const *headers; /* "Name: value", up to the first NULL; Content-Type and -Encoding
                                   not among them */
    bool gzip;
    int timeout_ms;
    uint64_t retry_ms;                           /* first wait */
    const char *authorities, *certificate, *key; /* "" or NULL: none */
    size_t queue_max;
};

/* Items are data points or records. */
struct sender_stats {
    uint64_t sent;     /* taken by the collector */
    uint64_t rejected; /* by the collector, as part of a request that it took or as a whole */
    uint64_t dropped;  /* by us */
    uint64_t failures; /* attempts that came to nothing */
    size_t queued;     /* bytes that wait now */
};

/* `curl` is borrowed. NULL: out of memory. */
struct sender *sender_new(uv_loop_t *loop, struct curl_loop *curl,
                          const struct sender_settings *settings);

/* Takes the text over, which is empty afterwards. */
void sender_put(struct sender *s, struct text *body, size_t items);

/* From now on each request is tried once. `on_idle` comes once, when nothing is left; perhaps at
 * once. */
void sender_finish(struct sender *s, void (*on_idle)(void *user), void *user);

void sender_stats(const struct sender *s, struct sender_stats *ret);

/* What still waits is lost. NULL is accepted. */
void sender_free(struct sender *s);
