#include "src/otlp/otlp.h"

#include <errno.h>
#include <stdlib.h>

#include "src/base/cleanup.h"
#include "src/base/events.h"
#include "src/base/limits.h"
#include "src/base/log.h"
#include "src/io/timer.h"
#include "src/otlp/encode_metrics.h"
#include "src/otlp/log_source.h"

struct otlp {
    struct otlp_config config;
    struct resource resource;
    struct curl_loop *curl;
    struct otlp_settings settings[OTLP_SIGNALS];
    struct sender *senders[OTLP_SIGNALS]; /* NULL: not pushed */
    struct log_source *logs;
    struct timer push, turn, flush;
    struct metrics_cursor pushed;
    unsigned busy; /* senders that are not yet done */
    void (*on_done)(void *user);
    void *user;
};

/* --- metrics --- */

/* One request. True: more is left. */
static bool push_some(struct otlp *o)
{
    struct metric_store *store = o->config.store ? o->config.store(o->config.user) : NULL;
    struct text request = {0};
    size_t points = 0;

    bool more = store &&
                encode_metrics(store, &o->resource, LIMIT_OTLP_TURN, &o->pushed, &request, &points);
    if (points)
        sender_put(o->senders[OTLP_METRICS], &request, points);
    return more;
}

/* Each request in a turn of its own: the loop serves others between them. */
static void push_turn(void *user)
{
    struct otlp *o = user;

    if (push_some(o))
        (void)timer_start(&o->turn, o->config.loop, 0, 0, push_turn, o);
}

static void push_metrics(void *user)
{
    struct otlp *o = user;

    if (timer_active(&o->turn))
        return; /* the one before is not through */
    o->pushed = (struct metrics_cursor){0};
    push_turn(o);
}

static void push_all_metrics(struct otlp *o)
{
    timer_stop(&o->turn);
    o->pushed = (struct metrics_cursor){0};
    while (push_some(o))
        continue;
}

static void start_metrics(struct otlp *o)
{
    uint64_t interval = (uint64_t)o->config.options->otlp_metrics_interval;

    if (!o->config.store)
        log_event(&event_otlp_setting,
                  {"reason", "Metrics:Enabled is false: there are no metrics to push"});
    (void)timer_start(&o->push, o->config.loop, interval, interval, push_metrics, o);
}

/* --- logs --- */

static int start_logs(struct otlp *o, struct error *err)
{
    const struct options *options = o->config.options;
    const struct log_source_config config = {
        .loop = o->config.loop,
        .registry = o->config.registry,
        .feeds = o->config.feeds,
        .resource = &o->resource,
        .sender = o->senders[OTLP_LOGS],
        .level = options->otlp_logs_level,
        .delay_ms = (uint64_t)options->otlp_logs_delay,
        .batch = (size_t)options->otlp_logs_batch,
    };

    o->logs = log_source_new(&config);
    return o->logs ? 0 : error_set(err, -ENOMEM, "logs");
}

void otlp_reload(struct otlp *o)
{
    if (o && o->logs)
        log_source_reload(o->logs);
}

/* --- life --- */

static int start_sender(struct otlp *o, enum otlp_signal signal, struct error *err)
{
    const struct otlp_settings *s = &o->settings[signal];

    if (!s->on)
        return 0;
    int r = o->curl ? 0 : curl_loop_new(o->config.loop, &o->curl, err);
    if (r < 0)
        return r;
    o->senders[signal] = sender_new(o->config.loop, o->curl, &s->sender);
    if (!o->senders[signal])
        return error_set(err, -ENOMEM, "%s", otlp_signal_name(signal));
    log_event(&event_otlp_on, {"signal", otlp_signal_name(signal)}, {"endpoint", s->url});
    return 0;
}

/* -ENOMEM; other failures are told and leave the signal off. */
static int prepare(struct otlp *o, enum otlp_signal signal, struct error *err)
{
    int r = otlp_settings_load(o->config.options, signal, &o->settings[signal], err);

    if (r == 0)
        r = start_sender(o, signal, err);
    if (r < 0 && r != -ENOMEM)
        log_event(&event_otlp_setting, {"reason", err->text});
    return r == -ENOMEM ? r : 0;
}

static bool wants_logs(const struct otlp *o)
{
    return o->config.options->otlp_logs_level != LOG_LEVEL_NONE;
}

static int start(struct otlp *o, struct error *err)
{
    int r = prepare(o, OTLP_METRICS, err);

    if (r == 0 && wants_logs(o))
        r = prepare(o, OTLP_LOGS, err);
    if (r == 0 && (o->senders[OTLP_METRICS] || o->senders[OTLP_LOGS]))
        r = otlp_resource_load(o->config.options, &o->resource, err);
    if (r == 0 && o->senders[OTLP_METRICS])
        start_metrics(o);
    if (r == 0 && o->senders[OTLP_LOGS])
        r = start_logs(o, err);
    return r;
}

int otlp_new(const struct otlp_config *config, struct otlp **ret, struct error *err)
{
    struct otlp *o = calloc(1, sizeof *o);

    if (!o)
        return error_set(err, -ENOMEM, "Otlp");
    o->config = *config;
    int r = start(o, err);
    if (r < 0 || (!o->senders[OTLP_METRICS] && !o->senders[OTLP_LOGS])) {
        otlp_free(o);
        o = NULL;
    }
    *ret = o;
    return r;
}

static void on_flushed(void *user)
{
    struct otlp *o = user;
    void (*on_done)(void *user) = o->on_done;

    o->on_done = NULL;
    on_done(o->user);
}

/* Senders call this from inside, where they must not be freed: on_done waits for the loop. */
static void on_idle(void *user)
{
    struct otlp *o = user;

    if (--o->busy == 0 && o->on_done)
        (void)timer_start(&o->flush, o->config.loop, 0, 0, on_flushed, o);
}

void otlp_finish(struct otlp *o, void (*on_done)(void *user), void *user)
{
    if (!o) {
        on_done(user);
        return;
    }
    o->on_done = on_done;
    o->user = user;
    timer_stop(&o->push);
    if (o->senders[OTLP_METRICS])
        push_all_metrics(o);
    if (o->logs)
        log_source_stop(o->logs);
    (void)timer_start(&o->flush, o->config.loop, LIMIT_OTLP_FLUSH_MS, 0, on_flushed, o);
    o->busy = 1;
    for (enum otlp_signal signal = 0; signal < OTLP_SIGNALS; signal++) {
        if (!o->senders[signal])
            continue;
        o->busy++;
        sender_finish(o->senders[signal], on_idle, o);
    }
    on_idle(o);
}

bool otlp_stats(const struct otlp *o, enum otlp_signal signal, struct sender_stats *ret)
{
    if (!o || !o->senders[signal])
        return false;
    sender_stats(o->senders[signal], ret);
    return true;
}

void otlp_free(struct otlp *o)
{
    if (!o)
        return;
    timer_stop(&o->push);
    timer_stop(&o->turn);
    timer_stop(&o->flush);
    log_source_free(o->logs);
    for (enum otlp_signal signal = 0; signal < OTLP_SIGNALS; signal++) {
        sender_free(o->senders[signal]);
        otlp_settings_deinit(&o->settings[signal]);
    }
    curl_loop_free(o->curl);
    resource_deinit(&o->resource);
    free(o);
}
