/*
 * logs/decoder.h - events of Microsoft-Extensions-Logging into entries, with the scopes that were
 * open in their async flow.
 *
 * Entries come in the order of time, so an event waits until the stream says that no older one can
 * follow; at the end of what the runtime had to send nothing says so, and whoever reads the stream
 * calls app_log_decoder_settle() when it has been silent for a while.
 */
#pragma once

#include "proto/nettrace/parser.h"
#include "src/logs/entry.h"

struct app_log_decoder;

enum {
    APP_LOG_SILENCE_MS = 50, /* a runtime sends everything it has every 100 ms, in one go */
};

struct app_log_decoder_events {
    void *user;
    void (*on_entry)(void *user, const struct app_log_entry *entry);
};

struct app_log_decoder_stats {
    uint64_t entries;
    uint64_t halves; /* of them, lines of which one of the two events was lost */
    uint64_t failed; /* events for which there was no memory */
};

/* NULL: out of memory. */
struct app_log_decoder *app_log_decoder_new(const struct app_log_decoder_events *events);
void app_log_decoder_free(struct app_log_decoder *d);

/* Any event; others than of logging and of activities are passed over. */
void app_log_decoder_event(struct app_log_decoder *d, const struct nettrace *stream,
                           const struct nettrace_event *event);

/* Events that wait are not younger than anything that will come: delivers them. True: something
 * waits for its other half; call again after more silence. */
bool app_log_decoder_settle(struct app_log_decoder *d);

/* The stream has ended: delivers all. */
void app_log_decoder_finish(struct app_log_decoder *d);

const struct app_log_decoder_stats *app_log_decoder_stats(const struct app_log_decoder *d);
