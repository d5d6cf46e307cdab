/*
 * exceptions/process.h - the exceptions of one process: a feed reader whose events fill a history,
 * started anew when it ends; and the names of the code in it, asked for when somebody needs them.
 *
 * Counted: by the service, and by whoever still reads when the service has let go.
 */
#pragma once

#include "src/exceptions/history.h"
#include "src/exceptions/names.h"
#include "src/exceptions/refresh.h"
#include "src/io/timer.h"
#include "src/session/feed.h"

/* What all of them share; borrowed from the service, until exception_process_close(). */
struct exception_context {
    struct sessions *sessions;
    struct feeds *feeds;
    struct exception_filters filters; /* of what is kept */
    size_t limit;
};

/* For reading. */
struct exception_process {
    unsigned refs;
    struct list link;                        /* in the service */
    const struct exception_context *context; /* NULL: closed */
    struct target *target;
    struct feed_reader *reader; /* NULL between two tries */
    bool started;               /* the present session runs */
    bool ever_started;
    struct error trouble; /* why it does not; code 0: it does, or is about to */
    struct timer retry, judge;
    uint64_t retry_ms, judge_ms; /* the next waits */
    uint64_t lost;               /* events of all sessions */
    uint64_t session_lost;       /* of the present one */
    struct exception_history history;
    struct exception_names *names; /* NULL: they are at `refresh` */
    struct name_refresh *refresh;
    struct list waiters;
};

/* One who waits for names; embedded in its owner. */
struct exception_waiter {
    struct list link;
    uint64_t last_id; /* names are there for records up to this one, the newest when it asked */
    /* Once. `err`: not all have come. */
    void (*on_named)(void *user, const struct error *err);
    void *user;
};

/* With one reference. Its session starts; that it cannot is no failure here. NULL: no memory. */
struct exception_process *exception_process_new(const struct exception_context *context,
                                                struct target *target);
struct exception_process *exception_process_ref(struct exception_process *p);
void exception_process_unref(struct exception_process *p);

/* Leaves its session; the history stays for those who have it. */
void exception_process_close(struct exception_process *p);

/* The settings in the context have changed. */
void exception_process_reload(struct exception_process *p);

/*
 * Names for all that is in the history. True: they are there, `w` does not wait. False: `w` waits
 * for them, or for the news that they will not come; never called back from inside.
 */
bool exception_process_name(struct exception_process *p, struct exception_waiter *w);

/* Also fine when it does not wait. */
void exception_waiter_cancel(struct exception_waiter *w);
