/*
 * session/session.h - one EventPipe session in one target, from CollectTracing to the last byte.
 *
 * The stream is handed on as it comes, a piece at a time, in the pace of its reader. A session ends
 * in the target before it ends here: whoever leaves early (session_abandon) leaves it to stop,
 * drain and free itself, because a runtime has 64 sessions and keeps each whose reader just went
 * away (FACTS section 3).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/ipc/trace.h"
#include "src/base/error.h"
#include "src/target/target.h"

struct session;

/* All sessions of this server. */
struct sessions;

struct session_events {
    void *user;
    /* The runtime has started it: what happens from now on is in the stream. At most once. */
    void (*on_started)(void *user);
    /* Bytes of the stream; borrowed until session_proceed(), none follow before that. */
    void (*on_data)(void *user, const void *data, size_t size);
    /* The stream is over and the session freed. NULL: it ended as asked for. -ECONNRESET: the
     * runtime ended it by itself (the process has ended). -ENODATA: it began no stream, because the
     * process is suspended. Not after session_abandon(). */
    void (*on_end)(void *user, const struct error *err);
};

struct session_config {
    /* `revision` follows from the rest; see ipc/trace.h. Borrowed for the call. */
    struct ipc_trace_request request;
    /* What a runtime that does not know the rundown keyword is asked for: 0 or
     * IPC_TRACE_RUNDOWN_DEFAULT. */
    uint64_t rundown_fallback;
    /* How long the runtime may take to start it; 0: 10 s. A heap snapshot is collected before. */
    uint64_t start_ms;
};

int sessions_new(uv_loop_t *loop, struct sessions **ret, struct error *err);

/* Live sessions, those that are only being stopped included. */
unsigned sessions_count(const struct sessions *all);

/* Waits until all (abandoned) sessions have ended, at most `ms`; `on_idle` comes once, from the
 * loop. */
void sessions_wait(struct sessions *all, uint64_t ms, void (*on_idle)(void *user), void *user);

/* Closes what is left, without a word to the targets. */
void sessions_free(struct sessions *all);

/*
 * Starts a session with the lowest CollectTracing revision that can say all of the request, so with
 * the one that most runtimes know; a runtime that does not know it is asked for what its own can
 * say (no filters, stacks always, `rundown_fallback`). -EINVAL: the request makes no sense;
 * -ENOBUFS and others as target_request_start(). Events come later, from the loop.
 */
int session_start(struct sessions *all, struct target *target, const struct session_config *config,
                  const struct session_events *events, struct session **ret, struct error *err);

/* The reader has taken its piece. */
void session_proceed(struct session *s);

/* The piece becomes the caller's, who frees it; the session goes on with another one, as after
 * session_proceed(). NULL when there is none or no memory for another. */
void *session_keep(struct session *s);

/* Asks the runtime to end the session: what is buffered and the rundown follow, then on_end. Read
 * quickly from then on: the runtime answers nobody else before all is read. May be called twice. */
void session_stop(struct session *s);

/* Leaves: no event comes any more, the rest takes care of itself. */
void session_abandon(struct session *s);
