/*
 * Happy path: feed_join() -> on_started: armed -> events -> decoder -> a sample of a streak -> long
 * enough: the feed is left, fired.
 */
#include "src/rules/counter_trigger.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/cleanup.h"
#include "src/base/events.h"
#include "src/base/hash.h"
#include "src/base/limits.h"
#include "src/base/log.h"
#include "src/base/number_map.h"
#include "src/metrics/decoder.h"
#include "src/rules/setting.h"
#include "src/rules/streak.h"

#define SECOND_NS INT64_C(1000000000)

enum { DEFAULT_WINDOW_S = 60, NO_PERCENTILE = -1 };

/* What a kind of trigger is; `counter` NULL: the settings name it. */
struct counter_kind {
    const char *type;
    bool is_meter;
    const char *provider, *counter;
    double above; /* of the settings when they give no threshold */
};

struct counter_settings {
    const struct counter_kind *kind;
    char *provider, *name;
    struct streak_range range;
    int64_t window; /* ns */
    int percentile; /* of a histogram */
};

struct counter_trigger {
    struct trigger base;
    const struct counter_settings *settings;
    struct trigger_events events;
    struct target *target;
    struct metrics_request request;
    struct metrics_decoder *decoder;
    struct feed_reader *feed;
    struct streak_times times;
    struct streak *streaks; /* one for each set of tags */
    size_t streak_count, streak_capacity;
    struct number_map by_tags; /* hash of the tags to index */
    unsigned told;             /* notices, a bit each */
    bool fired;
    struct error fault; /* its code is 0 while there is none */
};

void counter_trigger_free_settings(struct trigger_settings *settings)
{
    struct counter_settings *s = (struct counter_settings *)settings;

    if (!s)
        return;
    free(s->provider);
    free(s->name);
    free(s);
}

/* Those that runtimes publish. */
static int read_percentile(const struct setting_source *from, struct counter_settings *s,
                           struct error *err)
{
    bool has;
    double value;
    int r = setting_real(from, "HistogramPercentile", &has, &value, err);

    s->percentile = NO_PERCENTILE;
    if (r < 0 || !has)
        return r;
    s->percentile = (int)value;
    if (s->percentile == 50 || s->percentile == 95 || s->percentile == 99)
        return 0;
    return error_set(err, -EINVAL,
                     "HistogramPercentile: runtimes publish the percentiles 50, 95 and 99, not "
                     "%.6g: choose one of them.",
                     value);
}

static int read_range(const struct setting_source *from, struct counter_settings *s,
                      struct error *err)
{
    int r = setting_real(from, "GreaterThan", &s->range.has_above, &s->range.above, err);

    if (r == 0)
        r = setting_real(from, "LessThan", &s->range.has_below, &s->range.below, err);
    if (r == 0)
        r = setting_duration(from, "SlidingWindowDuration", DEFAULT_WINDOW_S * SECOND_NS,
                             &s->window, err);
    return r;
}

static int read_named(const struct setting_source *from, struct counter_settings *s,
                      struct error *err)
{
    int r = setting_text(from, s->kind->is_meter ? "MeterName" : "ProviderName", &s->provider, err);

    if (r == 0)
        r = setting_text(from, s->kind->is_meter ? "InstrumentName" : "CounterName", &s->name, err);
    if (r == 0 && s->kind->is_meter)
        r = read_percentile(from, s, err);
    if (r == 0 && !s->range.has_above && !s->range.has_below)
        r = error_set(err, -EINVAL, "GreaterThan and LessThan are missing: set one of them.");
    return r;
}

/* Who gives LessThan alone does not mean the built-in GreaterThan as well. */
static int read_given(struct counter_settings *s, struct error *err)
{
    s->provider = strdup(s->kind->provider);
    s->name = strdup(s->kind->counter);
    if (!s->range.has_above && !s->range.has_below) {
        s->range.has_above = true;
        s->range.above = s->kind->above;
    }
    return s->provider && s->name ? 0 : error_set(err, -ENOMEM, "settings of a trigger");
}

static int read_settings(const struct counter_kind *kind, const struct section *settings,
                         const struct section *defaults, struct trigger_settings **ret,
                         struct error *err)
{
    const struct setting_source from = {settings, defaults};
    struct counter_settings *s = calloc(1, sizeof *s);

    if (!s)
        return error_set(err, -ENOMEM, "settings of a trigger");
    s->kind = kind;
    s->percentile = NO_PERCENTILE;
    int r = read_range(&from, s, err);
    if (r == 0)
        r = kind->counter ? read_given(s, err) : read_named(&from, s, err);
    if (r < 0) {
        counter_trigger_free_settings((struct trigger_settings *)s);
        return r;
    }
    *ret = (struct trigger_settings *)s;
    return 0;
}

int counter_trigger_read_counter(const struct section *settings, const struct section *defaults,
                                 struct trigger_settings **ret, struct error *err)
{
    static const struct counter_kind kind = {.type = "EventCounter"};

    return read_settings(&kind, settings, defaults, ret, err);
}

int counter_trigger_read_meter(const struct section *settings, const struct section *defaults,
                               struct trigger_settings **ret, struct error *err)
{
    static const struct counter_kind kind = {.type = "EventMeter", .is_meter = true};

    return read_settings(&kind, settings, defaults, ret, err);
}

int counter_trigger_read_cpu(const struct section *settings, const struct section *defaults,
                             struct trigger_settings **ret, struct error *err)
{
    static const struct counter_kind kind = {"CPUUsage", false, "System.Runtime", "cpu-usage", 50};

    return read_settings(&kind, settings, defaults, ret, err);
}

int counter_trigger_read_heap(const struct section *settings, const struct section *defaults,
                              struct trigger_settings **ret, struct error *err)
{
    static const struct counter_kind kind = {"GCHeapSize", false, "System.Runtime", "gc-heap-size",
                                             10};

    return read_settings(&kind, settings, defaults, ret, err);
}

int counter_trigger_read_queue(const struct section *settings, const struct section *defaults,
                               struct trigger_settings **ret, struct error *err)
{
    static const struct counter_kind kind = {"ThreadpoolQueueLength", false, "System.Runtime",
                                             "threadpool-queue-length", 200};

    return read_settings(&kind, settings, defaults, ret, err);
}

static void counter_free(struct counter_trigger *t)
{
    if (t->feed)
        feed_leave(t->feed);
    metrics_decoder_free(t->decoder);
    metrics_request_deinit(&t->request);
    number_map_deinit(&t->by_tags);
    target_unref(t->target);
    free(t->streaks);
    free(t);
}

/* NULL: no memory, or too many. */
static struct streak *streak_of(struct counter_trigger *t, const char *tags)
{
    uint64_t key = hash_bytes(tags, strlen(tags));
    uint32_t index = number_map_get(&t->by_tags, key);

    if (index != NUMBER_MAP_NONE)
        return &t->streaks[index];
    if (t->streak_count == LIMIT_RULE_SERIES)
        return NULL;
    if (t->streak_count == t->streak_capacity) {
        size_t capacity = t->streak_capacity ? 2 * t->streak_capacity : 1;
        struct streak *streaks = realloc(t->streaks, capacity * sizeof *streaks);
        if (!streaks)
            return NULL;
        t->streaks = streaks;
        t->streak_capacity = capacity;
    }
    if (!number_map_set(&t->by_tags, key, (uint32_t)t->streak_count))
        return NULL;
    t->streaks[t->streak_count] = (struct streak){0};
    return &t->streaks[t->streak_count++];
}

/* False: nothing was observed in this interval. */
static bool percentile_of(const struct measurement *m, int percentile, double *ret)
{
    for (size_t i = 0; i < m->quantile_count; i++) {
        if ((int)(100 * m->quantiles[i].quantile) == percentile) {
            *ret = m->quantiles[i].value;
            return true;
        }
    }
    return false;
}

static bool value_of(const struct counter_trigger *t, const struct measurement *m, double *ret)
{
    if (m->kind == MEASUREMENT_HISTOGRAM)
        return percentile_of(m, t->settings->percentile, ret);
    *ret = m->kind == MEASUREMENT_UP_DOWN ? m->total : m->value;
    return m->kind != MEASUREMENT_ENDED;
}

/* The settings do not fit what the instrument is. */
static bool is_unfit(struct counter_trigger *t, const struct measurement *m)
{
    const struct counter_settings *s = t->settings;
    bool is_histogram = m->kind == MEASUREMENT_HISTOGRAM;

    if (m->kind == MEASUREMENT_ENDED || is_histogram == (s->percentile != NO_PERCENTILE))
        return false;
    (void)error_set(&t->fault, -EINVAL, "Instrument '%.200s' of meter '%.200s' is %s histogram: %s",
                    s->name, s->provider, is_histogram ? "a" : "no",
                    is_histogram ? "set HistogramPercentile." : "remove HistogramPercentile.");
    return true;
}

/* Values of instruments are of the moment; those of counters cover the interval before. */
static void on_measurement(void *user, const struct measurement *m)
{
    struct counter_trigger *t = user;
    double value = 0;

    if (t->fired || t->fault.code || is_unfit(t, m))
        return;
    struct streak *streak = m->tags || !t->settings->kind->is_meter
                                ? streak_of(t, t->settings->kind->is_meter ? m->tags : "")
                                : NULL;
    if (!streak)
        return;
    bool in_range = value_of(t, m, &value) && streak_in_range(&t->settings->range, value);
    int64_t covers = t->settings->kind->is_meter ? 0 : (int64_t)(m->interval * (double)SECOND_NS);
    t->fired = streak_sample(streak, &t->times, m->unix_ns, covers, in_range);
}

/* Once for each kind: why the value may never come. */
static void on_notice(void *user, enum metrics_notice notice, const char *text)
{
    struct counter_trigger *t = user;
    const struct log_field process[] = {LOG_NUMBER("TargetProcessId", (int64_t)t->target->pid)};
    const struct log_scope scope = {NULL, "TargetProcessId:{TargetProcessId}", process, 1};

    if (t->told & 1u << notice)
        return;
    t->told |= 1u << notice;
    log_event_in(&scope, &event_counter_error, {"0", text});
}

static void on_started(void *user)
{
    struct counter_trigger *t = user;

    t->events.on_armed(t->events.user);
}

static void fail(struct counter_trigger *t, const struct error *err)
{
    struct trigger_events events = t->events;

    counter_free(t);
    events.on_failed(events.user, err);
}

static void on_event(void *user, const struct nettrace *stream, const struct nettrace_event *event)
{
    struct counter_trigger *t = user;
    struct trigger_events events = t->events;
    struct error fault;

    metrics_decoder_event(t->decoder, stream, event);
    if (t->fault.code) {
        fault = t->fault;
        fail(t, &fault);
    } else if (t->fired) {
        counter_free(t);
        events.on_fired(events.user);
    }
}

static void on_end(void *user, const struct error *err)
{
    struct counter_trigger *t = user;

    t->feed = NULL;
    fail(t, err);
}

static int join(struct counter_trigger *t, const struct trigger_context *context, struct error *err)
{
    const struct counter_settings *s = t->settings;
    const char *const names[] = {s->name};
    const struct metrics_choice choice = {s->provider, names, 1, s->kind->is_meter};
    const struct metrics_decoder_events decoded = {t, on_measurement, on_notice};
    const struct feed_events fed = {t, on_started, on_event, NULL, on_end};
    int r = metrics_request_chosen(context->keys, target_runtime_major(t->target), false, &choice,
                                   1, &t->request, err);

    if (r < 0)
        return r;
    double interval = s->kind->is_meter ? t->request.default_interval
                                        : metrics_request_interval(&t->request, s->provider);
    t->times = (struct streak_times){(int64_t)(interval * (double)SECOND_NS), s->window};
    t->decoder = metrics_decoder_new(&t->request, &decoded);
    if (!t->decoder)
        return error_set(err, -ENOMEM, "trigger");
    const struct feed_need need = {.providers = t->request.providers,
                                   .provider_count = t->request.provider_count};
    return feed_join(context->feeds, t->target, &need, &fed, &t->feed, err);
}

int counter_trigger_start(const struct trigger_context *context, struct target *target,
                          const struct trigger_settings *settings,
                          const struct trigger_events *events, struct trigger **ret,
                          struct error *err)
{
    struct counter_trigger *t = calloc(1, sizeof *t);

    if (!t)
        return error_set(err, -ENOMEM, "trigger");
    t->settings = (const struct counter_settings *)settings;
    t->base.type = trigger_type_find(t->settings->kind->type);
    t->events = *events;
    t->target = target_ref(target);
    int r = join(t, context, err);
    if (r < 0) {
        counter_free(t);
        return r;
    }
    *ret = &t->base;
    return 0;
}

void counter_trigger_stop(struct trigger *t)
{
    counter_free(container_of(t, struct counter_trigger, base));
}
