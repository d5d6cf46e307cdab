/*
 * Happy path: feeds joined -> the first runs: duration -> over: feeds left -> a look at the stacks
 * (collect/stacks), which names the stacks of the events too and writes the document on the pool ->
 * its pieces are ours -> done.
 *
 * Beside it: no counter has come when the duration is over -> a moment more. The feed of waits ends
 * or is refused -> without it.
 *
 * What the document is made of is a `subject`, which the stacks take over: they may outlive us on
 * the pool.
 */
#include "src/collect/threadpool.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/cleanup.h"
#include "src/base/clock.h"
#include "src/base/limits.h"
#include "src/collect/stacks.h"
#include "src/io/timer.h"
#include "src/metrics/decoder.h"
#include "src/session/feed.h"

#define RUNTIME "Microsoft-Windows-DotNETRuntime"

enum {
    KEYWORD_THREADING = 0x10000,
    KEYWORD_CONTENTION = 0x4000,
    LEVEL_INFORMATIONAL = 4,
    LEVEL_VERBOSE = 5, /* of waits alone: at this level the pool tells each item too */
    WAITS_MAJOR = 9,   /* .NET that has events of wait handles */
    BUFFER_MB = 16,
    PROVIDERS = 4,
    GRACE_MS = 700, /* counters come with the last moment of the duration */
};

#define KEYWORD_WAIT_HANDLE UINT64_C(0x40000000000)

enum { FACT_COMPLETE, FACT_LOST };

/* Of the document; see the top. */
struct subject {
    struct pool_subject told;
    struct pool_events pool;
    char *name, *runtime;
    double seconds;
    const struct pool_format *format;
};

struct threadpool {
    struct collection base;
    const struct collect_context *context;
    struct collection_events events;
    struct target *target;
    struct metrics_request request;
    struct metrics_decoder *decoder;
    struct feed_reader *feed;  /* pool, locks, counters */
    struct feed_reader *waits; /* NULL: the runtime has none, or no more */
    struct timer timer;
    int64_t duration_seconds;
    size_t earlier_count;
    int64_t started_ms;        /* monotonic; 0: not yet */
    bool told;                 /* on_started */
    bool waited;               /* GRACE_MS are over */
    uint64_t lost[2];          /* of both feeds */
    struct subject *subject;   /* NULL: the stacks have it */
    struct collection *stacks; /* NULL: not yet */
};

static void subject_free(void *user)
{
    struct subject *s = user;

    if (!s)
        return;
    pool_events_deinit(&s->pool);
    free(s->name);
    free(s->runtime);
    free(s);
}

static void leave(struct threadpool *t)
{
    struct feed_reader *feed = take_ptr(t->feed), *waits = take_ptr(t->waits);

    timer_stop(&t->timer);
    if (feed)
        feed_leave(feed);
    if (waits)
        feed_leave(waits);
}

static void threadpool_free(struct threadpool *t)
{
    leave(t);
    metrics_decoder_free(t->decoder);
    metrics_request_deinit(&t->request);
    subject_free(t->subject);
    target_unref(t->target);
    free(t);
}

static void finish(struct threadpool *t, const struct error *err)
{
    struct collection_events events = t->events;
    struct error end = err ? *err : (struct error){0};

    threadpool_free(t);
    events.on_done(events.user, end.code ? &end : NULL);
}

/* --- the document: on the pool --- */

static void write_report(void *user, const struct thread_stacks *stacks, struct output *o)
{
    const struct subject *s = user;
    struct pool_report report;

    if (pool_report_init(&report, &s->told, &s->pool, stacks, s->seconds)) {
        s->format->write(&report, o);
        pool_report_deinit(&report);
    } else if (o->error == 0) {
        o->error = -ENOMEM;
    }
}

/* --- its pieces --- */

static void tell_started(void *user)
{
    struct threadpool *t = user;

    if (!t->told)
        t->events.on_started(t->events.user);
    t->told = true;
}

static void on_stacks_data(void *user, const void *data, size_t size)
{
    struct threadpool *t = user;

    t->events.on_data(t->events.user, data, size);
}

static void on_stacks_file(void *user, int fd, uint64_t offset, uint64_t size)
{
    struct threadpool *t = user;

    t->events.on_file(t->events.user, fd, offset, size);
}

static void on_stacks_fact(void *user, size_t i, uint64_t value)
{
    struct threadpool *t = user;
    const char *name = collection_stacks.facts[i].name;

    if (strcmp(name, "Stacks-Complete") == 0)
        t->events.on_fact(t->events.user, FACT_COMPLETE, value);
    else if (strcmp(name, "Events-Lost") == 0)
        t->events.on_fact(t->events.user, FACT_LOST, value + t->lost[0] + t->lost[1]);
}

static void on_stacks_done(void *user, const struct error *err)
{
    struct threadpool *t = user;

    t->stacks = NULL;
    finish(t, err);
}

/* --- the events --- */

/* The time is over: what has come is judged with the stacks of now. */
static void conclude(struct threadpool *t)
{
    struct subject *s = take_ptr(t->subject);
    const struct stacks_report report = {s, &s->pool.stacks, write_report, subject_free};
    const struct stacks_params params = {.report = &report};
    const struct collection_events events = {.user = t,
                                             .on_started = tell_started,
                                             .on_data = on_stacks_data,
                                             .on_file = on_stacks_file,
                                             .on_fact = on_stacks_fact,
                                             .on_done = on_stacks_done};
    struct error err;

    leave(t);
    s->seconds = t->started_ms ? (double)(clock_monotonic_ms() - t->started_ms) / 1000 : 0;
    s->told.lost = t->lost[0] + t->lost[1];
    pool_events_finish(&s->pool, s->seconds);
    if (collection_stacks.start(t->context, t->target, &params, &events, &t->stacks, &err) < 0)
        finish(t, &err);
}

static void on_duration_over(void *user)
{
    struct threadpool *t = user;
    bool counted = t->subject->pool.counters[POOL_QUEUE].count > t->earlier_count;

    if (!counted && !t->waited &&
        timer_start(&t->timer, t->context->loop, GRACE_MS, 0, on_duration_over, t) == 0)
        t->waited = true;
    else
        conclude(t);
}

static void on_late_start(void *user)
{
    struct threadpool *t = user;
    struct error err;

    (void)error_set(&err, -ETIMEDOUT,
                    "The process does not answer on its diagnostic port (stopped, frozen, or busy "
                    "with a dump?). /stacks and /process tell what the kernel knows of it.");
    finish(t, &err);
}

static void on_feed_started(void *user)
{
    struct threadpool *t = user;

    timer_stop(&t->timer);
    t->started_ms = clock_monotonic_ms();
    if (t->duration_seconds >= 0)
        (void)timer_start(&t->timer, t->context->loop, (uint64_t)t->duration_seconds * 1000, 0,
                          on_duration_over, t);
    tell_started(t);
}

static void on_event(void *user, const struct nettrace *stream, const struct nettrace_event *event)
{
    struct threadpool *t = user;

    pool_events_add(&t->subject->pool, stream, event);
    metrics_decoder_event(t->decoder, stream, event);
}

static void on_loss(void *user, uint64_t lost)
{
    struct threadpool *t = user;

    t->lost[0] = lost;
}

static void on_feed_end(void *user, const struct error *err)
{
    struct threadpool *t = user;

    t->feed = NULL;
    finish(t, err);
}

static void on_waits_started(void *user)
{
    (void)user;
}

static void on_wait(void *user, const struct nettrace *stream, const struct nettrace_event *event)
{
    struct threadpool *t = user;

    pool_events_add(&t->subject->pool, stream, event);
}

static void on_waits_loss(void *user, uint64_t lost)
{
    struct threadpool *t = user;

    t->lost[1] = lost;
}

static void on_waits_end(void *user, const struct error *err)
{
    struct threadpool *t = user;

    (void)err;
    t->waits = NULL;
    t->subject->told.tells_waits = false;
}

static void on_measurement(void *user, const struct measurement *m)
{
    struct threadpool *t = user;

    pool_events_count(&t->subject->pool, m->name, m->value, m->interval);
}

static void on_notice(void *user, enum metrics_notice notice, const char *text)
{
    (void)user;
    (void)notice;
    (void)text;
}

static int join_pool(struct threadpool *t, struct error *err)
{
    const struct feed_events fed = {t, on_feed_started, on_event, on_loss, on_feed_end};
    struct ipc_trace_provider providers[PROVIDERS] = {
        {.name = RUNTIME,
         .level = LEVEL_INFORMATIONAL,
         .keywords = KEYWORD_THREADING | KEYWORD_CONTENTION}};
    struct feed_need need = {
        .providers = providers, .provider_count = 1, .stacks = true, .buffer_mb = BUFFER_MB};

    for (size_t i = 0; i < t->request.provider_count && need.provider_count < PROVIDERS; i++)
        providers[need.provider_count++] = t->request.providers[i];
    return feed_join(t->context->feeds, t->target, &need, &fed, &t->feed, err);
}

/* In a session of its own, since a provider has one level in each. */
static int join_waits(struct threadpool *t, struct error *err)
{
    const struct feed_events fed = {t, on_waits_started, on_wait, on_waits_loss, on_waits_end};
    const struct ipc_trace_provider provider = {
        .name = RUNTIME, .level = LEVEL_VERBOSE, .keywords = KEYWORD_WAIT_HANDLE};
    const struct feed_need need = {
        .providers = &provider, .provider_count = 1, .stacks = true, .buffer_mb = BUFFER_MB};

    return feed_join(t->context->feeds, t->target, &need, &fed, &t->waits, err);
}

static bool set_up(struct threadpool *t, const struct threadpool_params *p)
{
    const struct target_info *info = &t->target->info;
    const struct metrics_decoder_events decoded = {t, on_measurement, on_notice};
    struct subject *s = calloc(1, sizeof *s);

    t->subject = s;
    if (!s)
        return false;
    pool_events_init(&s->pool);
    s->format = p->format;
    s->name = strdup(target_service_name(t->target));
    s->runtime = strdup(info->clr_version);
    s->told = (struct pool_subject){.pid = t->target->pid, .name = s->name, .runtime = s->runtime};
    for (size_t i = 0; i < p->earlier_count; i++)
        pool_events_count(&s->pool, pool_counter_names[POOL_QUEUE], p->earlier[i], 0);
    t->earlier_count = p->earlier_count;
    t->decoder = metrics_decoder_new(&t->request, &decoded);
    return s->name && s->runtime && t->decoder;
}

static int join(struct threadpool *t, unsigned runtime_major, struct error *err)
{
    struct error ignored;
    int r = join_pool(t, err);

    if (r < 0)
        return r;
    if (timer_start(&t->timer, t->context->loop, LIMIT_THREADPOOL_START_MS, 0, on_late_start, t) <
        0)
        return error_set(err, -ENOMEM, "thread pool");
    t->subject->told.tells_waits = runtime_major >= WAITS_MAJOR && join_waits(t, &ignored) == 0;
    return 0;
}

static int threadpool_start(const struct collect_context *context, struct target *target,
                            const void *params, const struct collection_events *events,
                            struct collection **ret, struct error *err)
{
    const struct threadpool_params *p = params;
    struct threadpool *t = calloc(1, sizeof *t);

    if (!t)
        return error_set(err, -ENOMEM, "thread pool");
    t->base.type = &collection_threadpool;
    t->context = context;
    t->events = *events;
    t->target = target_ref(target);
    t->duration_seconds = p->duration_seconds;
    t->request = *p->request;
    *p->request = (struct metrics_request){0};
    int r = set_up(t, p) ? join(t, p->runtime_major, err) : error_set(err, -ENOMEM, "thread pool");
    if (r < 0) {
        threadpool_free(t);
        return r;
    }
    *ret = &t->base;
    return 0;
}

static void threadpool_proceed(struct collection *c)
{
    struct threadpool *t = container_of(c, struct threadpool, base);

    collection_stacks.proceed(t->stacks);
}

/* Not twice. */
static void threadpool_stop(struct collection *c)
{
    struct threadpool *t = container_of(c, struct threadpool, base);

    if (t->subject)
        conclude(t);
}

static void threadpool_abandon(struct collection *c)
{
    struct threadpool *t = container_of(c, struct threadpool, base);

    if (t->stacks)
        collection_stacks.abandon(t->stacks);
    threadpool_free(t);
}

const struct collection_type collection_threadpool = {
    .name = "threadpool",
    .limit = 1,
    .stoppable = true,
    .content_type = "text/plain",
    .start = threadpool_start,
    .proceed = threadpool_proceed,
    .stop = threadpool_stop,
    .abandon = threadpool_abandon,
    .log_category = "Portside.Diagnose.ThreadPoolOperation",
    .facts = {[FACT_COMPLETE] = {.name = "Stacks-Complete", .is_truth = true},
              [FACT_LOST] = {.name = "Events-Lost"}},
};
