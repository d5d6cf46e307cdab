/*
 * Happy path: session started -> piece -> the pool feeds it -> next piece ... -> end of the
 * stream -> on_end -> other jobs -> the user is done.
 */
#include "src/collect/feeder.h"

#include <assert.h>
#include <stdlib.h>

#include "src/base/cleanup.h"

void feeder_init(struct feeder *f, uv_loop_t *loop, const struct feeder_events *events)
{
    *f = (struct feeder){.loop = loop, .events = *events};
    f->work.data = f;
}

void feeder_deinit(struct feeder *f)
{
    assert(!f->busy);
    if (f->session)
        session_abandon(take_ptr(f->session));
    free(take_ptr(f->piece));
}

static void on_work(uv_work_t *work)
{
    struct feeder *f = work->data;

    if (f->job)
        f->job(f->events.user);
    else
        f->events.feed(f->events.user, f->piece, f->piece_size);
}

static void on_worked(uv_work_t *work, int status);

void feeder_work(struct feeder *f, void (*job)(void *user), void (*then)(void *user))
{
    f->job = job;
    f->then = then;
    f->busy = true;
    (void)uv_queue_work(f->loop, &f->work, on_work, on_worked); /* cannot fail */
}

static void on_fed(struct feeder *f)
{
    if (f->events.on_fed)
        f->events.on_fed(f->events.user);
}

/* Takes the piece out of the session, which reads the next one meanwhile. */
static void feed(struct feeder *f, const void *data, size_t size)
{
    f->piece = session_keep(f->session);
    f->piece_size = size;
    if (f->piece) {
        feeder_work(f, NULL, NULL);
        return;
    }
    f->events.feed(f->events.user, data, size); /* no memory for another piece: the loop does it */
    session_proceed(f->session);
    on_fed(f);
}

static void go_on(struct feeder *f)
{
    const void *waiting = f->busy ? NULL : take_ptr(f->waiting);

    if (waiting) {
        feed(f, waiting, f->waiting_size);
    } else if (!f->busy && !f->session && f->running) {
        f->running = false;
        f->events.on_end(f->events.user);
    }
}

static void on_worked(uv_work_t *work, int status)
{
    struct feeder *f = work->data;
    void *piece = take_ptr(f->piece);

    (void)status;
    f->busy = false;
    free(piece);
    if (feeder_is_left(f)) {
        f->events.free(f->events.user);
        return;
    }
    if (piece)
        on_fed(f);
    if (f->then && !f->busy)
        f->then(f->events.user);
    else
        go_on(f);
}

static void on_data(void *user, const void *data, size_t size)
{
    struct feeder *f = user;

    if (!f->busy) {
        feed(f, data, size);
        return;
    }
    f->waiting = data;
    f->waiting_size = size;
}

static void on_end(void *user, const struct error *err)
{
    struct feeder *f = user;

    f->session = NULL;
    f->end = err ? *err : (struct error){0};
    go_on(f);
}

static void on_started(void *user)
{
    struct feeder *f = user;

    f->events.on_started(f->events.user);
}

int feeder_start(struct feeder *f, struct sessions *sessions, struct target *target,
                 const struct session_config *config, struct error *err)
{
    int r =
        session_start(sessions, target, config,
                      &(struct session_events){f, on_started, on_data, on_end}, &f->session, err);

    f->running = r == 0;
    f->end = (struct error){0};
    return r;
}

void feeder_stop(struct feeder *f)
{
    if (f->session)
        session_stop(f->session);
}

void feeder_give_up(struct feeder *f, const struct error *err)
{
    if (!f->session)
        return;
    f->waiting = NULL;
    session_abandon(f->session);
    on_end(f, err);
}

void feeder_leave(struct feeder *f)
{
    atomic_store(&f->left, true);
    if (f->session)
        session_abandon(take_ptr(f->session));
    if (!f->busy)
        f->events.free(f->events.user);
}
