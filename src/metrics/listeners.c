/*
 * Callbacks may take away any listener. So each round moves all of them to a list of its own and
 * takes them from there one by one, back to where they belong.
 */
#include "src/metrics/listeners.h"

#include <stdlib.h>

struct scrape_listener {
    struct list link;
    struct scrape *scrape;
    struct scrape_events events;
    struct timer welcome; /* of who joins a session that runs */
    uint64_t lost;        /* since it listens */
    bool started;
};

static void move_all(struct list *from, struct list *to)
{
    list_init(to);
    while (!list_empty(from)) {
        struct list *node = from->next;
        list_remove(node);
        list_append(to, node);
    }
}

/* The next of a round; NULL: it is over. */
static struct scrape_listener *next(struct scrape *s, struct list *round)
{
    struct scrape_listener *l = container_of(round->next, struct scrape_listener, link);

    if (list_empty(round))
        return NULL;
    list_remove(&l->link);
    list_append(&s->listeners, &l->link);
    return l;
}

static void start(void *user)
{
    struct scrape_listener *l = user;

    if (l->started)
        return;
    timer_stop(&l->welcome);
    l->started = true;
    l->events.on_started(l->events.user);
}

void listeners_start(struct scrape *s)
{
    struct scrape_listener *l;
    struct list round;

    move_all(&s->listeners, &round);
    while ((l = next(s, &round)) != NULL)
        start(l);
}

void listeners_measurement(struct scrape *s, const struct measurement *m)
{
    struct scrape_listener *l;
    struct list round;

    move_all(&s->listeners, &round);
    while ((l = next(s, &round)) != NULL) {
        if (l->started)
            l->events.on_measurement(l->events.user, m);
    }
}

void listeners_notice(struct scrape *s, enum metrics_notice notice, const char *text)
{
    struct scrape_listener *l;
    struct list round;

    move_all(&s->listeners, &round);
    while ((l = next(s, &round)) != NULL) {
        if (l->started)
            l->events.on_notice(l->events.user, notice, text);
    }
}

void listeners_loss(struct scrape *s, uint64_t more)
{
    struct scrape_listener *l;
    struct list round;

    move_all(&s->listeners, &round);
    while ((l = next(s, &round)) != NULL) {
        l->lost += more;
        l->events.on_loss(l->events.user, l->lost);
    }
}

void listeners_end(struct scrape *s, const struct error *err)
{
    while (!list_empty(&s->listeners)) {
        struct scrape_listener *l = container_of(s->listeners.next, struct scrape_listener, link);
        struct scrape_events events = l->events;
        scrape_unlisten(l);
        events.on_end(events.user, err);
    }
}

/* One that another tool keeps from measuring has nothing to tell. */
bool scrape_has(const struct scrape *s, const struct metrics_request *request)
{
    return s->reader && !(s->process->notices & 1u << METRICS_NOTICE_COLLISION) &&
           metrics_request_equal(&s->request, request);
}

struct scrape_listener *scrape_listen(struct scrape *s, const struct scrape_events *events)
{
    struct scrape_listener *l = calloc(1, sizeof *l);

    if (!l || (s->process->up && timer_start(&l->welcome, s->target->loop, 0, 0, start, l) < 0)) {
        free(l);
        return NULL;
    }
    l->scrape = s;
    l->events = *events;
    list_append(&s->listeners, &l->link);
    return l;
}

void scrape_unlisten(struct scrape_listener *l)
{
    timer_stop(&l->welcome);
    list_remove(&l->link);
    free(l);
}
