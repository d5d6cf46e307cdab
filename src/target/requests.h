/*
 * target/requests.h - asking a runtime: a queue per target, one request in flight.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "src/ipc/channel.h"
#include "src/target/target.h"

struct target_request;

enum {
    REQUEST_DEADLINE_MS = 5000, /* for commands that a healthy runtime answers in 1 ms */
    REQUEST_UNRESPONSIVE_MS =
        3000, /* no answer for so long: marked. The peer gives up after 250 ms. */
    /* All sockets closed for so long: gone. A runtime reconnects within 0.5 s (its longest pause
       between two tries, FACTS section 3), later when it is starved. Where we see the process, its
       end is noticed at once. */
    TARGET_GRACE_MS = 3000,
};

enum request_place { REQUEST_LAST, REQUEST_FIRST };

/*
 * Queues a whole request message (copied). `deadline_ms` counts from now, waiting in line included;
 * 0 is none. `on_done` comes exactly once, never from inside this call, unless the request is
 * cancelled; outcome codes as in ipc/channel.h, and -ESRCH when the process is gone. -ENOBUFS when
 * LIMIT_TARGET_QUEUE requests wait already. `ret` (may be NULL) is valid until on_done.
 */
int target_request_start(struct target *t, enum ipc_command command, const void *message,
                         size_t size, enum request_place place, uint64_t deadline_ms,
                         void (*on_done)(void *user, const struct ipc_outcome *outcome), void *user,
                         struct target_request **ret, struct error *err);

/* The same for a command without payload. */
int target_request_empty(struct target *t, enum ipc_command command, enum request_place place,
                         uint64_t deadline_ms,
                         void (*on_done)(void *user, const struct ipc_outcome *outcome), void *user,
                         struct target_request **ret, struct error *err);

/* Drops the request without a callback. One that is in flight goes on without its owner: the
 * runtime still does what it was told, and nothing else is asked of it before it has answered. */
void target_request_cancel(struct target_request *r);

/* The resume waits behind a request that nobody waits for any more, or (its time is over) behind
 * any but a dump: its connection is closed. */
void target_unblock_resume(struct target *t);

/* Has it been handed to the runtime, so that cancelling would not take it back? */
bool target_request_is_sent(const struct target_request *r);

/* Is the request that is in flight a dump? Then silence is expected. */
bool target_is_dumping(const struct target *t);

/* A runtime offers a connection (Listen mode); the target owns it from now on. */
void target_offer(struct target *t, struct ipc_channel *ch);

/* Ends all requests with -ESRCH and closes all connections. For target_set_gone() and the last
 * unref. */
void target_requests_end(struct target *t);
