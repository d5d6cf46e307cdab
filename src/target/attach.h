/*
 * target/attach.h - the first words with a runtime and the regular ones after: resume, who are you,
 * still there?
 *
 * Resume comes before everything else and is repeated until the runtime has taken it, whatever
 * fails beside it: an app that waits for us must never hang (Listen mode; in Connect mode it waits
 * for somebody else). Then ProcessInfo, newest revision first. Later the same question every
 * TARGET_REFRESH_MS keeps the answers fresh (a suspended runtime does not know its arguments yet)
 * and notices silence.
 *
 * Who has to do something in the app before that (collection rules) holds the resume, for
 * TARGET_HOLD_MS at most.
 */
#pragma once

#include "src/target/target.h"

enum {
    TARGET_HOLD_MS = 10 * 1000, /* five times what a session takes to start on a loaded machine */
    TARGET_HELD_ASK_MS = 3000,  /* for ProcessInfo, which then comes before the resume */
    TARGET_FIRST_REFRESH_MS = 1000,
    TARGET_REFRESH_MS = 5000, /* the peer asks every 3 s */
    TARGET_SETTLE_MS = 1500,  /* listed after so long even when it has told nothing */
};

/* Begins; target_offer() must have been called before in Listen mode. */
void target_attach(struct target *t);

/* The process is not resumed before each hold is released, or TARGET_HOLD_MS after the first.
 * Without effect on one that was resumed before, and in Connect mode. */
void target_hold(struct target *t);
void target_release(struct target *t);

/* Watches the process itself, where the kernel lets us: its end is then noticed at once. */
void target_watch_exit(struct target *t);

/* Asks for a sign of life, in line behind what was asked before. Outcome and `ret` as
 * target_request_start(). */
struct target_request;
int target_ping(struct target *t, uint64_t deadline_ms,
                void (*on_done)(void *user, const struct ipc_outcome *outcome), void *user,
                struct target_request **ret, struct error *err);

/* For the last unref and target_set_gone(). */
void target_attach_end(struct target *t);
