/*
 * Happy path: feed joined, or the scrape listened to -> it runs: the head goes out -> values come
 * and wait -> room: all that wait go out as one piece -> duration over: feed or scrape are left,
 * the rest goes out -> done.
 */
#include "src/collect/livemetrics.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/cleanup.h"
#include "src/base/events.h"
#include "src/base/hash.h"
#include "src/base/limits.h"
#include "src/io/timer.h"
#include "src/metrics/decoder.h"
#include "src/session/feed.h"

enum { FACT_RECORDS, FACT_DROPPED, FACT_LOST };

/* A runtime hands over what it has every 100 ms. So long is waited for the values of a duration's
 * last moment: with one of 5 s and values every 5 s these are all that there are. */
enum { GRACE_MS = 300 };

struct livemetrics {
    struct collection base;
    const struct collect_context *context;
    struct collection_events events;
    struct metrics_request request;
    struct metrics_decoder *decoder;
    const struct live_format *format;
    struct feed_reader *feed;         /* at most one of the two; neither: it is over */
    struct scrape_listener *listener; /* of the scrape that has the same set */
    struct target *target;
    struct timer duration;
    int64_t duration_seconds;
    struct error end; /* how the feed has ended; its code is 0 when well */
    struct text sent; /* the piece that the owner has */
    struct text waiting;
    size_t waiting_count;
    bool started, sending;
    uint64_t records, dropped, lost, lost_before;
    uint64_t told[LIMIT_LIVE_TOLD]; /* hashes of what was said in the log */
    size_t told_count;
};

static void leave(struct livemetrics *l)
{
    struct feed_reader *feed = take_ptr(l->feed);
    struct scrape_listener *listener = take_ptr(l->listener);

    timer_stop(&l->duration);
    if (feed)
        feed_leave(feed);
    if (listener)
        scrape_unlisten(listener);
}

static void livemetrics_free(struct livemetrics *l)
{
    leave(l);
    target_unref(l->target);
    metrics_decoder_free(l->decoder);
    metrics_request_deinit(&l->request);
    text_deinit(&l->sent);
    text_deinit(&l->waiting);
    free(l);
}

static void tell(struct livemetrics *l, const struct log_event *event, const char *key,
                 const char *text)
{
    l->events.on_notice(l->events.user, event, LOG_FIELDS({key, text}));
}

/* Once for each text: runtimes repeat them with every interval. */
static void tell_once(struct livemetrics *l, const struct log_event *event, const char *text)
{
    uint64_t hash = hash_bytes(text, strlen(text)) + (uint64_t)event->id;

    for (size_t i = 0; i < l->told_count; i++) {
        if (l->told[i] == hash)
            return;
    }
    if (l->told_count == LIMIT_LIVE_TOLD)
        return;
    l->told[l->told_count++] = hash;
    tell(l, event, "0", text);
}

static void finish(struct livemetrics *l)
{
    struct collection_events events = l->events;
    struct error end = l->end;

    events.on_fact(events.user, FACT_RECORDS, l->records);
    events.on_fact(events.user, FACT_DROPPED, l->dropped);
    events.on_fact(events.user, FACT_LOST, l->lost);
    if (l->dropped)
        events.on_notice(events.user, &event_live_dropped,
                         LOG_FIELDS(LOG_NUMBER("Count", (int64_t)l->dropped)));
    livemetrics_free(l);
    events.on_done(events.user, end.code ? &end : NULL);
}

/* The owner is free: all that waits goes out. */
static void send_next(struct livemetrics *l)
{
    if (l->waiting.size) {
        struct text empty = l->sent;
        empty.size = 0;
        l->sent = l->waiting;
        l->waiting = empty;
        l->waiting_count = 0;
        l->sending = true;
        l->events.on_data(l->events.user, l->sent.data, l->sent.size);
    } else if (!l->feed && !l->listener) {
        finish(l);
    }
}

static bool is_full(const struct livemetrics *l)
{
    return l->waiting_count >= LIMIT_LIVE_RECORDS || l->waiting.size >= LIMIT_LIVE_BYTES;
}

static void on_measurement(void *user, const struct measurement *m)
{
    struct livemetrics *l = user;
    size_t size = l->waiting.size;

    if (m->kind == MEASUREMENT_ENDED) {
        if (m->tags)
            tell_once(l, &event_live_ended, m->name);
        return;
    }
    if (is_full(l)) {
        l->dropped++;
        return;
    }
    l->format->write(&l->waiting, m);
    if (l->waiting.failed) { /* what was whole before stays */
        l->waiting.failed = false;
        l->waiting.size = size;
        l->dropped++;
    } else if (l->waiting.size > size) {
        l->waiting_count++;
        l->records++;
    }
}

static void on_notice(void *user, enum metrics_notice notice, const char *text)
{
    (void)notice;
    tell_once(user, &event_live_error, text);
}

static void on_event(void *user, const struct nettrace *stream, const struct nettrace_event *event)
{
    struct livemetrics *l = user;

    metrics_decoder_event(l->decoder, stream, event);
    if (!l->sending)
        send_next(l);
}

static void on_loss(void *user, uint64_t lost)
{
    struct livemetrics *l = user;

    l->lost = l->lost_before + lost;
}

/* That the process has ended ends what it tells, and is no failure. */
static void on_feed_end(void *user, const struct error *err)
{
    struct livemetrics *l = user;

    l->feed = NULL;
    l->listener = NULL;
    timer_stop(&l->duration);
    if (err->code != -ECONNRESET || !l->sent.data)
        l->end = *err;
    if (!l->sending)
        send_next(l);
}

static void stop(struct livemetrics *l)
{
    leave(l);
    if (!l->sending)
        send_next(l);
}

static void on_duration_over(void *user)
{
    stop(user);
}

/* The head goes out at once, and with it the client learns that it will get something. */
static void on_started(void *user)
{
    struct livemetrics *l = user;

    l->started = true;
    if (l->duration_seconds >= 0)
        (void)timer_start(&l->duration, l->context->loop,
                          (uint64_t)l->duration_seconds * 1000 + GRACE_MS, 0, on_duration_over, l);
    l->events.on_started(l->events.user);
    text_add_str(&l->sent, l->format->head);
    l->sending = true;
    l->events.on_data(l->events.user, l->sent.data, l->sent.size);
}

/* Again, when it has listened to the scrape before. */
static void on_feed_started(void *user)
{
    struct livemetrics *l = user;

    if (!l->started)
        on_started(l);
}

static int join(struct livemetrics *l, struct error *err)
{
    const struct metrics_decoder_events decoded = {l, on_measurement, on_notice};
    const struct feed_events fed = {l, on_feed_started, on_event, on_loss, on_feed_end};
    const struct feed_need need = {.providers = l->request.providers,
                                   .provider_count = l->request.provider_count};

    l->decoder = metrics_decoder_new(&l->request, &decoded);
    if (!l->decoder)
        return error_set(err, -ENOMEM, "livemetrics");
    return feed_join(l->context->feeds, l->target, &need, &fed, &l->feed, err);
}

static void on_heard(void *user, const struct measurement *m)
{
    struct livemetrics *l = user;

    on_measurement(l, m);
    if (!l->sending)
        send_next(l);
}

/* When only the settings have changed it goes on by itself, with the set that it was started with.
 */
static void on_scrape_end(void *user, const struct error *err)
{
    struct livemetrics *l = user;
    struct error own;

    l->listener = NULL;
    l->lost_before = l->lost;
    if (err->code != -ECANCELED)
        on_feed_end(l, err);
    else if (join(l, &own) < 0)
        on_feed_end(l, &own);
}

/* One session for the scrape and for those who want the same. */
static int listen_or_join(struct livemetrics *l, struct scrape *scrape, struct error *err)
{
    const struct scrape_events events = {l,         on_started, on_heard,
                                         on_notice, on_loss,    on_scrape_end};

    if (!scrape || !scrape_has(scrape, &l->request))
        return join(l, err);
    l->listener = scrape_listen(scrape, &events);
    return l->listener ? 0 : error_set(err, -ENOMEM, "livemetrics");
}

static int livemetrics_start(const struct collect_context *context, struct target *target,
                             const void *params, const struct collection_events *events,
                             struct collection **ret, struct error *err)
{
    const struct livemetrics_params *p = params;
    struct livemetrics *l = calloc(1, sizeof *l);

    if (!l)
        return error_set(err, -ENOMEM, "livemetrics");
    l->base.type = &collection_livemetrics;
    l->context = context;
    l->events = *events;
    l->duration_seconds = p->duration_seconds;
    l->format = p->format;
    l->request = *p->request;
    *p->request = (struct metrics_request){0};
    l->target = target_ref(target);
    int r = listen_or_join(l, p->scrape, err);
    if (r < 0) {
        livemetrics_free(l);
        return r;
    }
    *ret = &l->base;
    return 0;
}

static void livemetrics_proceed(struct collection *c)
{
    struct livemetrics *l = container_of(c, struct livemetrics, base);

    l->sending = false;
    send_next(l);
}

static void livemetrics_stop(struct collection *c)
{
    stop(container_of(c, struct livemetrics, base));
}

static void livemetrics_abandon(struct collection *c)
{
    livemetrics_free(container_of(c, struct livemetrics, base));
}

const struct collection_type collection_livemetrics = {
    .name = "livemetrics",
    .limit = 3,
    .stoppable = true,
    .content_type = "application/json-seq",
    .start = livemetrics_start,
    .proceed = livemetrics_proceed,
    .stop = livemetrics_stop,
    .abandon = livemetrics_abandon,
    .log_category = "Microsoft.Diagnostics.Tools.Monitor.MetricsOperation",
    .facts = {{.name = "Records"}, {.name = "Records-Dropped"}, {.name = "Events-Lost"}},
};
