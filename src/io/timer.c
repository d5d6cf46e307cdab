#include "src/io/timer.h"

#include <errno.h>
#include <stdlib.h>

struct timer_handle {
    uv_timer_t uv;
    struct timer *owner; /* NULL once stopped */
    void (*fire)(void *user);
    void *user;
};

static void on_closed(uv_handle_t *uv)
{
    free(uv->data);
}

static void on_timer(uv_timer_t *uv)
{
    struct timer_handle *h = uv->data;

    if (!h->owner)
        return;
    void (*fire)(void *user) = h->fire;
    void *user = h->user;
    if (uv_timer_get_repeat(uv) == 0)
        timer_stop(h->owner);
    fire(user);
}

int timer_start(struct timer *t, uv_loop_t *loop, uint64_t ms, uint64_t repeat_ms,
                void (*fire)(void *user), void *user)
{
    timer_stop(t);
    struct timer_handle *h = calloc(1, sizeof *h);
    if (!h)
        return -ENOMEM;
    (void)uv_timer_init(loop, &h->uv);
    *h = (struct timer_handle){.uv = h->uv, .owner = t, .fire = fire, .user = user};
    h->uv.data = h;
    t->handle = h;
    return uv_timer_start(&h->uv, on_timer, ms, repeat_ms);
}

void timer_stop(struct timer *t)
{
    struct timer_handle *h = t->handle;

    if (!h)
        return;
    t->handle = NULL;
    h->owner = NULL;
    (void)uv_timer_stop(&h->uv);
    uv_close((uv_handle_t *)&h->uv, on_closed);
}

bool timer_active(const struct timer *t)
{
    return t->handle != NULL;
}
