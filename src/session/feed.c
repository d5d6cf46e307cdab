/*
 * Happy path: feed_join() -> a session that covers the need, or a new one -> on_started -> pieces
 * of the stream go through the parser, each event to each reader -> feed_leave() of the last reader
 * -> the session is abandoned, so that it stops in the target.
 *
 * Callbacks may leave and join. While one runs (`busy`), who leaves is only marked; settle() frees
 * the marked ones, and the feed with the last of them.
 */
#include "src/session/feed.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "src/base/clock.h"
#include "src/base/list.h"
#include "src/io/timer.h"
#include "src/session/coverage.h"

struct feeds {
    struct sessions *sessions;
    struct list list;
    unsigned count, readers;
    uint64_t events, lost;
};

/* One session and who reads it. */
struct feed {
    struct list link;
    struct feeds *all;
    struct target *target; /* the session keeps it */
    struct coverage has;
    struct session *session; /* NULL when it is over */
    struct nettrace *parser;
    struct list readers;
    unsigned live; /* readers that have not left */
    bool started, busy;
    uint64_t lost;        /* as told */
    uint64_t lost_before; /* in sessions before this one */
    bool renew;           /* as soon as no callback runs */
    int64_t renewed_at, renew_ms;
    struct timer welcome; /* of readers who joined a running session */
};

struct feed_reader {
    struct list link;
    struct feed *feed;
    struct feed_events events;
    bool started, left;
};

int feeds_new(struct sessions *sessions, struct feeds **ret, struct error *err)
{
    struct feeds *all = calloc(1, sizeof *all);

    if (!all)
        return error_set(err, -ENOMEM, "event sessions");
    all->sessions = sessions;
    list_init(&all->list);
    *ret = all;
    return 0;
}

unsigned feeds_session_count(const struct feeds *all)
{
    return all->count;
}

unsigned feeds_reader_count(const struct feeds *all)
{
    return all->readers;
}

uint64_t feeds_event_count(const struct feeds *all)
{
    uint64_t events = all->events;

    list_each(f, &all->list, const struct feed, link)
    {
        events += nettrace_stats(f->parser)->events;
    }
    return events;
}

uint64_t feeds_lost_count(const struct feeds *all)
{
    uint64_t lost = all->lost;

    list_each(f, &all->list, const struct feed, link)
    {
        lost += nettrace_stats(f->parser)->loss.events;
    }
    return lost;
}

void feeds_free(struct feeds *all)
{
    if (!all)
        return;
    assert(list_empty(&all->list));
    free(all);
}

/* What its parser has counted stays. */
static void count(struct feed *f)
{
    const struct nettrace_stats *stats = f->parser ? nettrace_stats(f->parser) : NULL;

    f->all->events += stats ? stats->events : 0;
    f->all->lost += stats ? stats->loss.events : 0;
}

/* Nobody can join it any more. */
static void retire(struct feed *f)
{
    if (list_empty(&f->link))
        return;
    list_remove(&f->link);
    f->all->count--;
    count(f);
}

static void feed_free(struct feed *f)
{
    retire(f);
    if (f->session)
        session_abandon(f->session);
    timer_stop(&f->welcome);
    nettrace_free(f->parser);
    coverage_deinit(&f->has);
    free(f);
}

static void forget(struct feed_reader *r)
{
    list_remove(&r->link);
    free(r);
}

/* After callbacks. False: nobody reads any more and the feed is freed. */
static bool settle(struct feed *f)
{
    f->busy = false;
    list_each(r, &f->readers, struct feed_reader, link)
    {
        if (r->left)
            forget(r);
    }
    if (f->live)
        return true;
    feed_free(f);
    return false;
}

/* Tells all that are left, the last word of the feed. */
static void end_all(struct feed *f, const struct error *err)
{
    retire(f);
    f->busy = true; /* who leaves now is marked, and freed below */
    while (!list_empty(&f->readers)) {
        struct feed_reader *r = container_of(f->readers.next, struct feed_reader, link);
        struct feed_events events = r->events;
        bool told = !r->left;
        if (told) {
            f->live--;
            f->all->readers--;
        }
        forget(r);
        if (told)
            events.on_end(events.user, err);
    }
    feed_free(f);
}

static void welcome(void *user)
{
    struct feed *f = user;

    f->busy = true;
    list_each(r, &f->readers, struct feed_reader, link)
    {
        if (r->started || r->left)
            continue;
        r->started = true;
        r->events.on_started(r->events.user);
    }
    (void)settle(f);
}

static void on_started(void *user)
{
    struct feed *f = user;

    f->started = true;
    welcome(f);
}

static int on_event(void *user, const struct nettrace_event *event)
{
    struct feed *f = user;

    list_each(r, &f->readers, struct feed_reader, link)
    {
        if (r->started && !r->left)
            r->events.on_event(r->events.user, f->parser, event);
    }
    return f->live ? 0 : -ECANCELED;
}

static void tell_loss(struct feed *f)
{
    uint64_t lost = f->lost_before + nettrace_stats(f->parser)->loss.events;

    if (lost == f->lost)
        return;
    f->lost = lost;
    list_each(r, &f->readers, struct feed_reader, link)
    {
        if (r->started && !r->left && r->events.on_loss)
            r->events.on_loss(r->events.user, lost);
    }
}

static int start(struct feed *f, struct error *err);

/* The old session ends in the target first: its end would silence the new one. */
static void renew(struct feed *f)
{
    struct target *target = target_ref(f->target);
    struct error err;

    f->renew = f->started = false;
    count(f);
    f->lost_before = f->lost;
    session_abandon(take_ptr(f->session));
    nettrace_free(take_ptr(f->parser));
    if (start(f, &err) < 0)
        end_all(f, &err);
    target_unref(target);
}

static void on_data(void *user, const void *data, size_t size)
{
    struct feed *f = user;
    struct error err;

    f->busy = true;
    int code = nettrace_feed(f->parser, data, size);
    tell_loss(f);
    if (!settle(f))
        return;
    if (code == 0) {
        if (f->renew)
            renew(f);
        else
            session_proceed(f->session);
        return;
    }
    (void)error_set(&err, code, "The event stream cannot be read: %s",
                    nettrace_error(f->parser)->text);
    end_all(f, &err);
}

static void on_end(void *user, const struct error *err)
{
    struct feed *f = user;
    struct error ended;

    f->session = NULL;
    f->busy = true;
    (void)nettrace_finish(f->parser); /* the events of a block that is cut */
    tell_loss(f);
    if (!settle(f))
        return;
    if (!err) {
        (void)error_set(&ended, -ECONNRESET, "The event session was stopped.");
        err = &ended;
    }
    end_all(f, err);
}

static int start(struct feed *f, struct error *err)
{
    const struct feed_need *need = &f->has.need;
    struct session_config config = {.request = {.buffer_mb = feed_buffer_mb(need),
                                                .format = IPC_TRACE_NET_TRACE,
                                                .stackwalk = need->stacks,
                                                .providers = need->providers,
                                                .provider_count = need->provider_count}};
    struct session_events events = {f, on_started, on_data, on_end};
    struct nettrace_callbacks callbacks = {.user = f, .on_event = on_event};
    struct nettrace_options options = {.without_stacks = !need->stacks};

    f->parser = nettrace_new(&callbacks, &options);
    if (!f->parser)
        return error_set(err, -ENOMEM, "event session");
    return session_start(f->all->sessions, f->target, &config, &events, &f->session, err);
}

static int feed_new(struct feeds *all, struct target *target, const struct feed_need *need,
                    struct feed **ret, struct error *err)
{
    struct feed *f = calloc(1, sizeof *f);

    if (!f)
        return error_set(err, -ENOMEM, "event session");
    f->all = all;
    f->target = target;
    list_init(&f->link);
    list_init(&f->readers);
    int r = coverage_init(&f->has, need, err);
    if (r == 0)
        r = start(f, err);
    if (r < 0) {
        feed_free(f);
        return r;
    }
    list_append(&all->list, &f->link);
    all->count++;
    *ret = f;
    return 0;
}

/* Not one that is about to end: its readers are told, or have left. */
static struct feed *find(const struct feeds *all, const struct target *target,
                         const struct feed_need *need)
{
    list_each(f, &all->list, struct feed, link)
    {
        if (f->target == target && f->session && f->live && coverage_has(&f->has.need, need))
            return f;
    }
    return NULL;
}

int feed_join(struct feeds *all, struct target *target, const struct feed_need *need,
              const struct feed_events *events, struct feed_reader **ret, struct error *err)
{
    struct feed_reader *r = calloc(1, sizeof *r);
    struct feed *f = find(all, target, need);
    int code = 0;

    if (!r)
        code = error_set(err, -ENOMEM, "event session");
    else if (!f)
        code = feed_new(all, target, need, &f, err);
    else if (f->started && timer_start(&f->welcome, target->loop, 0, 0, welcome, f) < 0)
        code = error_set(err, -ENOMEM, "event session");
    if (code < 0) {
        free(r);
        return code;
    }
    r->feed = f;
    r->events = *events;
    list_append(&f->readers, &r->link);
    f->live++;
    all->readers++;
    *ret = r;
    return 0;
}

void feed_renew(struct feed_reader *r)
{
    struct feed *f = r->feed;
    int64_t now = clock_monotonic_ms();

    assert(f->busy);
    if (f->renew || (f->renew_ms && now - f->renewed_at < f->renew_ms))
        return;
    bool again = f->renew_ms && now - f->renewed_at < FEED_RENEW_MAX_MS;
    f->renew_ms = again ? 2 * f->renew_ms : FEED_RENEW_MS;
    f->renewed_at = now;
    f->renew = true;
}

void feed_leave(struct feed_reader *r)
{
    struct feed *f = r->feed;

    r->left = true;
    f->live--;
    f->all->readers--;
    if (!f->busy)
        (void)settle(f);
}
