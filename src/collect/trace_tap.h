/*
 * collect/trace_tap.h - what passes in a stream of events, while somebody else takes its bytes.
 *
 * It reads along and changes nothing. A stream that it cannot read has no figures, and no event is
 * found in it: its bytes are none of our business.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/base/error.h"
#include "src/collect/event_match.h"

struct trace_tap;

/* From inside trace_tap_feed(); each at most once, and only one of them. */
struct trace_tap_events {
    void *user;
    /* The event that is waited for. */
    void (*on_match)(void *user, const struct nettrace_metadata *event);
    /* It came, but cannot have the fields that were asked for: it is not waited for any more. */
    void (*on_never)(void *user, const struct nettrace_metadata *event);
};

struct trace_figures {
    bool known; /* all of the stream could be read; else the rest is zero */
    bool whole; /* it has its end mark */
    uint64_t events, lost;
    uint64_t first, last; /* FILETIME of the earliest and the latest event; 0: there is none */
};

/* `wanted` may be NULL: no event is looked for. */
int trace_tap_new(const struct event_match_need *wanted, const struct trace_tap_events *events,
                  struct trace_tap **ret, struct error *err);
void trace_tap_free(struct trace_tap *t);

/* The next bytes. */
void trace_tap_feed(struct trace_tap *t, const void *data, size_t size);

/* Of what was fed so far; whole events of a block that is not yet whole do not count. */
struct trace_figures trace_tap_figures(const struct trace_tap *t);
