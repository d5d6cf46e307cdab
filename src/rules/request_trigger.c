/*
 * Happy path: feed_join() -> on_started: armed -> starts and stops of requests, with a counter of
 * the server as heartbeat -> points in the window -> enough: the feed is left, fired.
 *
 * The end of any session that watches DiagnosticSource takes the filters away from all others
 * (.NET 8, 9 and 10, tried): requests go on and nobody tells. The heartbeat has the number of
 * requests, so that is noticed, and the session started anew.
 */
#include "src/rules/request_trigger.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/cleanup.h"
#include "src/base/events.h"
#include "src/base/limits.h"
#include "src/base/log.h"
#include "src/collect/trace_profiles.h"
#include "src/metrics/event_counter.h"
#include "src/metrics/request.h"
#include "src/rules/open_requests.h"
#include "src/rules/path_glob.h"
#include "src/rules/request_event.h"
#include "src/rules/setting.h"
#include "src/rules/status_ranges.h"
#include "src/rules/window.h"

#define SECOND_NS INT64_C(1000000000)
#define HOSTING "Microsoft.AspNetCore.Hosting"

enum { DEFAULT_WINDOW_S = 60, DEFAULT_REQUEST_S = 5, HEARTBEAT_S = 9 };

/* In the app, when it is needed: 10,000 requests a second are 12 MB, and where processors are
 * scarce 4 MB lose a twentieth of them. */
enum { BUFFER_MB = 16 };

struct request_trigger;
struct request_settings;

struct request_kind {
    const char *type;
    const char *count_name;
    unsigned start_wants, stop_wants; /* without the path */
    /* One that passes the paths, or is to be judged without; NULL: not looked at. `pass`: by its
     * path. */
    void (*on_start)(struct request_trigger *t, const struct request_event *e, int64_t time);
    void (*on_stop)(struct request_trigger *t, const struct request_event *e, int64_t time,
                    bool pass);
    void (*on_heartbeat)(struct request_trigger *t, int64_t time);
    int (*read)(const struct setting_source *from, struct request_settings *s, struct error *err);
};

struct request_settings {
    const struct request_kind *kind;
    uint64_t count;
    int64_t window, duration; /* ns */
    struct path_globs paths;
    struct status_ranges statuses;
};

struct request_trigger {
    struct trigger base;
    const struct request_settings *settings;
    struct trigger_events events;
    struct target *target;
    struct metrics_request heartbeat; /* what the server's counters are asked for */
    struct feed_reader *feed;
    struct window window;
    struct open_requests open;
    bool fired, dropping, beaten;
    int64_t latest;            /* ns: of the last event */
    int64_t last_beat;         /* ns; if `beaten` */
    uint64_t starts;           /* since the heartbeat last told of requests */
    unsigned silent_intervals; /* one after the other: requests, but no event */
    struct scratch scratch;
    struct request_event event;
};

/* Settings */

static int add_include(void *user, const char *item, struct error *err)
{
    struct request_settings *s = user;

    return path_globs_include(&s->paths, item, err);
}

static int add_exclude(void *user, const char *item, struct error *err)
{
    struct request_settings *s = user;

    return path_globs_exclude(&s->paths, item, err);
}

static int add_status(void *user, const char *item, struct error *err)
{
    struct request_settings *s = user;

    return status_ranges_add(&s->statuses, item, err);
}

static int read_duration(const struct setting_source *from, struct request_settings *s,
                         struct error *err)
{
    return setting_duration(from, "RequestDuration", DEFAULT_REQUEST_S * SECOND_NS, &s->duration,
                            err);
}

static int read_statuses(const struct setting_source *from, struct request_settings *s,
                         struct error *err)
{
    int r = setting_list(from, "StatusCodes", add_status, s, err);

    return r == 0 ? error_set(err, -EINVAL, "StatusCodes is missing.") : r < 0 ? r : 0;
}

void request_trigger_free_settings(struct trigger_settings *settings)
{
    struct request_settings *s = (struct request_settings *)settings;

    if (!s)
        return;
    path_globs_deinit(&s->paths);
    free(s);
}

static int read_members(const struct setting_source *from, struct request_settings *s,
                        struct error *err)
{
    int r = setting_count(from, s->kind->count_name, &s->count, err);

    if (r == 0)
        r = setting_duration(from, "SlidingWindowDuration", DEFAULT_WINDOW_S * SECOND_NS,
                             &s->window, err);
    if (r == 0)
        r = setting_list(from, "IncludePaths", add_include, s, err);
    if (r >= 0)
        r = setting_list(from, "ExcludePaths", add_exclude, s, err);
    if (r >= 0 && s->kind->read)
        r = s->kind->read(from, s, err);
    return r < 0 ? r : 0;
}

static int read_settings(const struct request_kind *kind, const struct section *settings,
                         const struct section *defaults, struct trigger_settings **ret,
                         struct error *err)
{
    const struct setting_source from = {settings, defaults};
    struct request_settings *s = calloc(1, sizeof *s);

    if (!s)
        return error_set(err, -ENOMEM, "settings of a trigger");
    s->kind = kind;
    int r = read_members(&from, s, err);
    if (r < 0) {
        request_trigger_free_settings((struct trigger_settings *)s);
        return r;
    }
    *ret = (struct trigger_settings *)s;
    return 0;
}

/* Kinds */

static void count(struct request_trigger *t, int64_t time)
{
    (void)window_add(&t->window, time);
    t->fired |= t->window.count >= t->settings->count;
}

static void count_start(struct request_trigger *t, const struct request_event *e, int64_t time)
{
    (void)e;
    count(t, time);
}

static void count_status(struct request_trigger *t, const struct request_event *e, int64_t time,
                         bool pass)
{
    if (pass && (e->found & REQUEST_STATUS) && status_ranges_has(&t->settings->statuses, e->status))
        count(t, time);
}

/* Once for each trigger; the number is not of interest to anybody. */
static void tell_dropped(struct request_trigger *t)
{
    if (t->dropping || !t->open.dropped)
        return;
    t->dropping = true;
    log_event(&event_rule_requests_dropped, LOG_NUMBER("pid", (int64_t)t->target->pid),
              LOG_NUMBER("limit", LIMIT_RULE_REQUESTS));
}

/* Its end may have come before. */
static void open_request(struct request_trigger *t, const struct request_event *e, int64_t time)
{
    if (!(e->found & REQUEST_ID))
        return;
    if (open_requests_start(&t->open, e->id, time) == OPEN_REQUEST_SLOW)
        count(t, time);
    tell_dropped(t);
}

/* The path may have been changed by the app meanwhile; the start's counts. */
static void close_request(struct request_trigger *t, const struct request_event *e, int64_t time,
                          bool pass)
{
    bool slow = (e->found & REQUEST_DURATION) && e->duration >= t->settings->duration;

    if ((e->found & REQUEST_ID) &&
        open_requests_stop(&t->open, e->id, time, slow, pass) == OPEN_REQUEST_SLOW)
        count(t, time);
}

/* Those that do not end are counted now, once: their ends will find nothing. Where events were lost
 * nobody knows which have ended, and none is counted. */
static void count_hung(struct request_trigger *t, int64_t time)
{
    if (t->beaten && time - t->last_beat <= HEARTBEAT_S * SECOND_NS)
        return;
    t->beaten = true;
    t->last_beat = time;
    for (size_t n = open_requests_take_older(&t->open, time - t->settings->duration); n; n--)
        count(t, time);
}

int request_trigger_read_count(const struct section *settings, const struct section *defaults,
                               struct trigger_settings **ret, struct error *err)
{
    static const struct request_kind kind = {
        .type = "AspNetRequestCount", .count_name = "RequestCount", .on_start = count_start};

    return read_settings(&kind, settings, defaults, ret, err);
}

int request_trigger_read_duration(const struct section *settings, const struct section *defaults,
                                  struct trigger_settings **ret, struct error *err)
{
    static const struct request_kind kind = {
        .type = "AspNetRequestDuration",
        .count_name = "RequestCount",
        .start_wants = REQUEST_ID,
        .stop_wants = REQUEST_ID | REQUEST_DURATION,
        .on_start = open_request,
        .on_stop = close_request,
        .on_heartbeat = count_hung,
        .read = read_duration,
    };

    return read_settings(&kind, settings, defaults, ret, err);
}

int request_trigger_read_status(const struct section *settings, const struct section *defaults,
                                struct trigger_settings **ret, struct error *err)
{
    static const struct request_kind kind = {
        .type = "AspNetResponseStatus",
        .count_name = "ResponseCount",
        .stop_wants = REQUEST_STATUS,
        .on_stop = count_status,
        .read = read_statuses,
    };

    return read_settings(&kind, settings, defaults, ret, err);
}

/* Events */

static void request_free(struct request_trigger *t)
{
    if (t->feed)
        feed_leave(t->feed);
    metrics_request_deinit(&t->heartbeat);
    window_deinit(&t->window);
    open_requests_deinit(&t->open);
    scratch_deinit(&t->scratch);
    target_unref(t->target);
    free(t);
}

/* Of the runtime's monotonic clock, which goes on from session to session. */
static int64_t time_of(const struct nettrace *stream, const struct nettrace_event *event)
{
    uint64_t rate = nettrace_trace(stream)->ticks_per_second;
    uint64_t seconds = event->timestamp / rate, rest = event->timestamp % rate;

    return (int64_t)(seconds % (INT64_MAX / SECOND_NS) * SECOND_NS) +
           (int64_t)((double)rest / (double)rate * (double)SECOND_NS);
}

static bool passes(const struct request_trigger *t)
{
    return path_globs_is_all(&t->settings->paths) ||
           ((t->event.found & REQUEST_PATH) &&
            path_globs_match(&t->settings->paths, t->event.path));
}

static void on_start(struct request_trigger *t, const struct nettrace_event *event, int64_t time)
{
    const struct request_kind *kind = t->settings->kind;
    unsigned path = path_globs_is_all(&t->settings->paths) ? 0 : REQUEST_PATH;

    t->starts++;
    if (!kind->on_start)
        return;
    request_event_read(event, kind->start_wants | path, &t->event);
    if (passes(t))
        kind->on_start(t, &t->event, time);
}

static void on_stop(struct request_trigger *t, const struct nettrace_event *event, int64_t time)
{
    const struct request_kind *kind = t->settings->kind;
    unsigned path = path_globs_is_all(&t->settings->paths) ? 0 : REQUEST_PATH;

    if (!kind->on_stop)
        return;
    request_event_read(event, kind->stop_wants | path, &t->event);
    kind->on_stop(t, &t->event, time, passes(t));
}

/* Requests of an interval without a single event: twice, as events of one thread may come late. */
static void look_for_silence(struct request_trigger *t, const struct event_counter *c)
{
    bool silent = c->value > 0 && t->starts == 0;

    t->starts = 0;
    t->silent_intervals = silent ? t->silent_intervals + 1 : 0;
    if (t->silent_intervals < LIMIT_RULE_SILENT_INTERVALS)
        return;
    t->silent_intervals = 0;
    feed_renew(t->feed);
}

static void on_counter(struct request_trigger *t, const struct nettrace_event *event, int64_t time)
{
    struct event_counter c;

    if (!event_counter_read(event, &t->scratch, &c))
        return;
    if (t->settings->kind->on_heartbeat)
        t->settings->kind->on_heartbeat(t, time);
    if (!t->fired && strcmp(c.name, "requests-per-second") == 0)
        look_for_silence(t, &c);
}

static void on_event(void *user, const struct nettrace *stream, const struct nettrace_event *event)
{
    struct request_trigger *t = user;
    struct trigger_events events = t->events;
    enum request_event_kind kind = request_event_kind(event);
    int64_t time = time_of(stream, event);

    if (time > t->latest)
        t->latest = time;
    if (kind == REQUEST_START)
        on_start(t, event, time);
    else if (kind == REQUEST_STOP)
        on_stop(t, event, time);
    else if (strcmp(event->metadata->provider, HOSTING) == 0)
        on_counter(t, event, time);
    if (!t->fired)
        return;
    request_free(t);
    events.on_fired(events.user);
}

static void on_loss(void *user, uint64_t lost)
{
    struct request_trigger *t = user;

    (void)lost;
    open_requests_doubt(&t->open, t->latest);
}

static void on_started(void *user)
{
    struct request_trigger *t = user;

    t->events.on_armed(t->events.user);
}

static void on_end(void *user, const struct error *err)
{
    struct request_trigger *t = user;
    struct trigger_events events = t->events;

    t->feed = NULL;
    request_free(t);
    events.on_failed(events.user, err);
}

/* The same for all kinds, so that they share a session. */
static int join(struct request_trigger *t, const struct trigger_context *context, struct error *err)
{
    const struct metrics_choice counters = {.provider = HOSTING};
    const struct feed_events fed = {t, on_started, on_event, on_loss, on_end};
    int r = metrics_request_chosen(context->keys, target_runtime_major(t->target), false, &counters,
                                   1, &t->heartbeat, err);

    if (r < 0)
        return r;
    const struct ipc_trace_provider providers[] = {trace_http_provider, t->heartbeat.providers[0]};
    const struct feed_need need = {.providers = providers,
                                   .provider_count = sizeof providers / sizeof providers[0],
                                   .buffer_mb = BUFFER_MB};
    return feed_join(context->feeds, t->target, &need, &fed, &t->feed, err);
}

int request_trigger_start(const struct trigger_context *context, struct target *target,
                          const struct trigger_settings *settings,
                          const struct trigger_events *events, struct trigger **ret,
                          struct error *err)
{
    struct request_trigger *t = calloc(1, sizeof *t);

    if (!t)
        return error_set(err, -ENOMEM, "trigger");
    t->settings = (const struct request_settings *)settings;
    t->base.type = trigger_type_find(t->settings->kind->type);
    t->events = *events;
    t->target = target_ref(target);
    window_init(&t->window, t->settings->window);
    int r = join(t, context, err);
    if (r < 0) {
        request_free(t);
        return r;
    }
    *ret = &t->base;
    return 0;
}

void request_trigger_stop(struct trigger *t)
{
    request_free(container_of(t, struct request_trigger, base));
}
