/*
 * collect/feeder.h - the stream of a session on its way to libuv's pool.
 *
 * One piece at a time is at work there; the session reads one more and then waits, so that a slow
 * pool slows the stream and nothing grows. Other work of the same collection (its document) goes
 * the same way, one job at a time: what a job works on is its own meanwhile. Whoever leaves during
 * a job is freed behind it.
 */
#pragma once

#include <stdatomic.h>
#include <uv.h>

#include "src/session/session.h"

struct feeder_events {
    void *user;
    void (*on_started)(void *user);                          /* of the session */
    void (*feed)(void *user, const void *data, size_t size); /* on the pool, if there is memory */
    void (*on_fed)(void *user); /* after each piece; the user must stay; NULL: nothing to do */
    void (*on_end)(void *user); /* the session has ended (`end` says how) and all has been fed */
    void (*free)(void *user);   /* feeder_leave() was called, and the pool needs nothing more */
};

struct feeder {
    uv_loop_t *loop;
    struct feeder_events events;
    struct session *session; /* NULL: none runs */
    struct error end;        /* code 0: as asked for */
    uv_work_t work;
    void (*job)(void *user);  /* on the pool; NULL: a piece */
    void (*then)(void *user); /* behind it; NULL: the stream goes on */
    bool busy, running;       /* running: on_end has yet to come */
    atomic_bool left;
    void *piece; /* at work */
    size_t piece_size;
    const void *waiting; /* the next one; the session's */
    size_t waiting_size;
};

void feeder_init(struct feeder *f, uv_loop_t *loop, const struct feeder_events *events);

/* For a user that ends by itself, not while the pool is at work; also for a zeroed feeder. */
void feeder_deinit(struct feeder *f);

/* As session_start(); again after on_end for another session. */
int feeder_start(struct feeder *f, struct sessions *sessions, struct target *target,
                 const struct session_config *config, struct error *err);

/* Asks for the end of the session, when there is one. */
void feeder_stop(struct feeder *f);

/* The session is left to end by itself, and on_end comes with this error. */
void feeder_give_up(struct feeder *f, const struct error *err);

/* `job` on the pool, then `then` on the loop; NULL: the stream goes on. Only in callbacks from
 * above on the loop, when no piece is there. */
void feeder_work(struct feeder *f, void (*job)(void *user), void (*then)(void *user));

/* There is a piece to be fed next. */
static inline bool feeder_has_piece(const struct feeder *f)
{
    return f->waiting;
}

/* Nobody waits for it any more: `free` comes now, or when the pool is done. */
void feeder_leave(struct feeder *f);

/* On the pool, too. */
static inline bool feeder_is_left(struct feeder *f)
{
    return atomic_load(&f->left);
}
