/*
 * session/feed.h - the events of one process for many readers: those who need the same providers
 * share one session in the target.
 *
 * A reader says which providers it needs. Where a running session of that target has them all (same
 * name and arguments, at least these keywords and that level), the reader joins it; otherwise a new
 * session starts. Readers never wait for each other: events are handed over on the loop thread
 * while the stream is read, and whoever needs them later copies them into memory of its own that
 * has a bound. The last reader to leave stops the session in the target.
 *
 * A reader gets every event of the shared session, other readers' providers included: it looks at
 * the provider's name first (struct nettrace_metadata has `user` for nobody here). What comes once
 * in a session (a manifest, BeginInstrumentReporting), a reader that joins later does not get.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/nettrace/parser.h"
#include "src/base/error.h"
#include "src/session/session.h"
#include "src/target/target.h"

struct feeds; /* all of this server */
struct feed_reader;

/* Any of them may leave from inside, this reader or another, and join anew. */
struct feed_events {
    void *user;
    /* Events follow. Once; never from inside feed_join(). */
    void (*on_started)(void *user);
    /* Valid during the call. `stream` is for nettrace_trace(), nettrace_stack_find() and the like.
     */
    void (*on_event)(void *user, const struct nettrace *stream, const struct nettrace_event *event);
    /* Events were lost since the last call: how many in all, since the session began. May be NULL.
     */
    void (*on_loss)(void *user, uint64_t lost);
    /* The session is over, or has never started, and the reader is freed. -ECONNRESET: the process
     * has ended. -EBADMSG, -ENOTSUP, -E2BIG: the stream is damaged (nettrace_feed()). Others as the
     * runtime's refusal, or -ETIMEDOUT. Not after feed_leave(). */
    void (*on_end)(void *user, const struct error *err);
};

enum {
    /* Of a session's buffer in the target, where it is memory of the app's container. Counters of a
     * web app are 19 KB in 4 s (FACTS section 5), 1000 series of meters half a MB at a time; the
     * runtime hands over what it has every 0.1 s. 1 MB begins to lose above 60,000 events/s. */
    FEED_BUFFER_MB = 4,
    FEED_RENEW_MS = 10 * 1000,
    FEED_RENEW_MAX_MS = 5 * 60 * 1000,
};

struct feed_need {
    const struct ipc_trace_provider *providers; /* borrowed for the call */
    size_t provider_count;
    bool stacks;        /* memory for stacks is needed only if somebody looks at them */
    uint32_t buffer_mb; /* 0: FEED_BUFFER_MB. More for those who get much at a time. */
};

static inline uint32_t feed_buffer_mb(const struct feed_need *need)
{
    return need->buffer_mb ? need->buffer_mb : FEED_BUFFER_MB;
}

int feeds_new(struct sessions *sessions, struct feeds **ret, struct error *err);

/* Running sessions, and their readers: for self metrics. */
unsigned feeds_session_count(const struct feeds *all);
unsigned feeds_reader_count(const struct feeds *all);

/* Of all sessions, those that have ended included. */
uint64_t feeds_event_count(const struct feeds *all);
uint64_t feeds_lost_count(const struct feeds *all);

/* All readers must have left. */
void feeds_free(struct feeds *all);

/* As session_start(). Events come later, from the loop. */
int feed_join(struct feeds *all, struct target *target, const struct feed_need *need,
              const struct feed_events *events, struct feed_reader **ret, struct error *err);

/*
 * From inside on_event(): starts the session anew, for all of its readers, who are not told; what
 * happens in between they do not see. For sources that another session can silence
 * (DiagnosticSource: the end of any session takes away the filters of all). Does nothing for
 * FEED_RENEW_MS after it has, and twice as long each time within FEED_RENEW_MAX_MS: the other
 * session may be somebody's who needs it.
 */
void feed_renew(struct feed_reader *reader);

/* No event comes any more. */
void feed_leave(struct feed_reader *reader);
