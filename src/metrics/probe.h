/*
 * metrics/probe.h - would the runtime measure meters for us now, which another tool's session kept
 * us from?
 *
 * A runtime says so only when it is asked. The probe asks for the meters alone, so that the
 * counters of the scrape go on; it is told at once, and leaves: while anybody asks for meters, the
 * runtime does not notice that the other tool has left.
 */
#pragma once

#include "src/io/timer.h"
#include "src/metrics/decoder.h"
#include "src/session/feed.h"

enum {
    PROBE_PATIENCE_MS = 3 * 1000, /* after the start of a session that was not shut out */
    PROBE_BUFFER_MB = 1,
};

/* Zeroed: stopped. */
struct probe {
    struct metrics_request request;
    struct metrics_decoder *decoder;
    struct feed_reader *reader;
    struct timer patience;
    struct target *target;
    void (*on_done)(void *user, bool free);
    void *user;
};

/* Takes `request` over, whatever comes of it. `target` is borrowed. `on_done` is called once, from
 * the loop, when the probe has left; `free` is false also when that could not be found out. Not
 * after probe_stop(), nor when this fails. */
int probe_start(struct probe *p, struct feeds *feeds, struct target *target,
                struct metrics_request *request, void (*on_done)(void *user, bool free), void *user,
                struct error *err);
void probe_stop(struct probe *p);
