#include "src/io/watch.h"

#include <errno.h>
#include <stdlib.h>

enum { STOPPED = -1 };

struct watch_handle {
    uv_poll_t uv;
    struct watch *owner; /* NULL once stopped */
    int events;
    void (*ready)(void *user, int events);
    void *user;
};

static void on_closed(uv_handle_t *uv)
{
    free(uv->data);
}

static void on_poll(uv_poll_t *uv, int status, int events)
{
    struct watch_handle *h = uv->data;

    if (!h->owner)
        return;
    if (status >= 0) {
        h->ready(h->user, events);
        return;
    }
    /* libuv has stopped polling because of POLLERR. What was sent before may still be read, so go
     * on until the owner has met the error itself. */
    int wanted = h->events;
    h->events = STOPPED;
    h->ready(h->user, wanted);
    if (h->owner && h->events == STOPPED) {
        h->events = 0;
        watch_for(h->owner, wanted);
    }
}

int watch_start(struct watch *w, uv_loop_t *loop, int fd, int events,
                void (*ready)(void *user, int events), void *user, struct error *err)
{
    watch_stop(w);
    struct watch_handle *h = calloc(1, sizeof *h);
    if (!h)
        return error_set(err, -ENOMEM, "watch descriptor %d", fd);
    int r = uv_poll_init(loop, &h->uv, fd);
    if (r < 0) {
        free(h);
        return error_set(err, r, "watch descriptor %d: %s", fd, uv_strerror(r));
    }
    h->owner = w;
    h->ready = ready;
    h->user = user;
    h->uv.data = h;
    w->handle = h;
    watch_for(w, events);
    return 0;
}

void watch_for(struct watch *w, int events)
{
    struct watch_handle *h = w->handle;

    if (h->events == events)
        return;
    h->events = events;
    if (events)
        (void)uv_poll_start(&h->uv, events, on_poll);
    else
        (void)uv_poll_stop(&h->uv);
}

void watch_stop(struct watch *w)
{
    struct watch_handle *h = w->handle;

    if (!h)
        return;
    w->handle = NULL;
    h->owner = NULL;
    (void)uv_poll_stop(&h->uv);
    uv_close((uv_handle_t *)&h->uv, on_closed);
}
