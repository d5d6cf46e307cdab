/*
 * Happy path: feed_join() -> on_started: up -> events -> decoder -> store. Beside it: it cannot
 * start, or ends -> down, a problem, and the retry timer; nothing is published for two intervals ->
 * a problem, until something is. Shut out of the meters -> probes, until one is not -> a new
 * session.
 */
#include "src/metrics/scrape.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/events.h"
#include "src/base/log.h"
#include "src/metrics/listeners.h"

static const char silent_text[] =
    "Nothing is published: a runtime without event sources (trimmed, "
    "EventSourceSupport=false), one that is still suspended, or a program without counters.";

static void try_start(void *user);
static void start(struct scrape *s);

/* With the process that it is about, as lines of requests have. */
static void tell(const struct scrape *s, const struct log_event *event, const char *key,
                 const char *text)
{
    const struct log_field process[] = {LOG_NUMBER("TargetProcessId", (int64_t)s->target->pid)};
    const struct log_scope scope = {NULL, "TargetProcessId:{TargetProcessId}", process, 1};

    log_event_in(&scope, event, {key, text});
}

/* What pages say of the process is set here alone. */
static void set_notice(struct scrape *s, unsigned kind, bool on)
{
    unsigned bit = 1u << kind;

    s->process->notices = on ? s->process->notices | bit : s->process->notices & ~bit;
    metric_store_changed(s->context->store);
}

static void set_up(struct scrape *s, bool up)
{
    s->process->up = up;
    metric_store_changed(s->context->store);
}

static void tell_trouble(struct scrape *s, unsigned kind, const char *text)
{
    set_notice(s, kind, true);
    if (problems_add(&s->problems, kind, text))
        log_event(&event_metrics_trouble, LOG_NUMBER("pid", (int64_t)s->target->pid),
                  {"name", s->target->info.name}, {"reason", text});
}

static void clear_trouble(struct scrape *s, unsigned kind)
{
    set_notice(s, kind, false);
    problems_clear(&s->problems, kind);
}

static void on_silence(void *user)
{
    tell_trouble(user, PROBLEM_SILENT, silent_text);
}

/* The first value of a session. */
static void on_published(struct scrape *s)
{
    s->published = true;
    s->retry_ms = SCRAPE_RETRY_MS;
    timer_stop(&s->silence);
    clear_trouble(s, PROBLEM_SILENT);
}

static void on_measurement(void *user, const struct measurement *m)
{
    struct scrape *s = user;

    if (!s->published)
        on_published(s);
    metric_store_put(s->context->store, s->process, m);
    if (m->kind == MEASUREMENT_ENDED && !m->tags)
        tell(s, &event_counter_ended, "0", m->name);
    listeners_measurement(s, m);
}

static uint64_t longer_wait(uint64_t ms)
{
    return ms * 2 < SCRAPE_RETRY_MAX_MS ? ms * 2 : SCRAPE_RETRY_MAX_MS;
}

static void on_probed(void *user, bool is_free);

static void probe(void *user)
{
    struct scrape *s = user;
    struct metrics_request request;
    struct error err;
    int r = metrics_request_configured(s->context->keys, target_runtime_major(s->target), &request,
                                       &err);

    if (r == 0)
        r = probe_start(&s->probe, s->context->feeds, s->target, &request, on_probed, s, &err);
    if (r < 0)
        on_probed(s, false);
}

static void probe_later(struct scrape *s)
{
    (void)timer_start(&s->recheck, s->target->loop, s->recheck_ms, 0, probe, s);
    s->recheck_ms = longer_wait(s->recheck_ms);
}

static void stop_probing(struct scrape *s)
{
    timer_stop(&s->recheck);
    probe_stop(&s->probe);
}

static void fall_silent(struct scrape *s)
{
    timer_stop(&s->silence);
    stop_probing(s);
    metrics_decoder_free(s->decoder);
    metrics_request_deinit(&s->request);
    s->decoder = NULL;
    s->reader = NULL;
    set_up(s, false);
}

/* Whoever listens goes on alone: what it has heard so far has no meters. */
static void leave_session(struct scrape *s, const char *reason)
{
    struct error err;

    if (s->reader)
        feed_leave(s->reader);
    fall_silent(s);
    (void)error_set(&err, -ECANCELED, "%s", reason);
    listeners_end(s, &err);
}

static void on_probed(void *user, bool is_free)
{
    struct scrape *s = user;

    if (!is_free) {
        probe_later(s);
        return;
    }
    leave_session(s, "Another tool has left the meters of this process.");
    try_start(s);
}

/* Another tool has the meters. The runtime ends its session only when nobody asks for meters any
 * more: it would never end while ours does. */
static void retreat(void *user)
{
    struct scrape *s = user;

    leave_session(s, "Another tool measures the meters of this process.");
    s->without_meters = true;
    s->recheck_ms = SCRAPE_RETRY_MS;
    probe_later(s);
    start(s);
}

/* `text` is the runtime's, or about what it said. */
static void on_notice(void *user, enum metrics_notice notice, const char *text)
{
    struct scrape *s = user;

    set_notice(s, notice, true);
    if (notice == METRICS_NOTICE_COLLISION && !s->without_meters) /* not inside of the decoder */
        (void)timer_start(&s->recheck, s->target->loop, 0, 0, retreat, s);
    if (problems_add(&s->problems, notice, text))
        tell(s, &event_counter_error, "0", text);
    listeners_notice(s, notice, text);
}

static double longest_interval(const struct metrics_request *request)
{
    double longest = request->default_interval;

    for (size_t i = 0; i < request->filter_count; i++) {
        if (request->filters[i].interval > longest)
            longest = request->filters[i].interval;
    }
    return longest;
}

static void on_started(void *user)
{
    struct scrape *s = user;
    double patience = 2 * 1000 * longest_interval(&s->request) + SCRAPE_SILENT_MS;

    set_up(s, true);
    clear_trouble(s, PROBLEM_UNAVAILABLE);
    (void)timer_start(&s->silence, s->target->loop, (uint64_t)patience, 0, on_silence, s);
    listeners_start(s);
}

static void on_event(void *user, const struct nettrace *stream, const struct nettrace_event *event)
{
    struct scrape *s = user;

    metrics_decoder_event(s->decoder, stream, event);
}

static void on_loss(void *user, uint64_t lost)
{
    struct scrape *s = user;

    uint64_t more = lost - s->lost;

    s->process->lost_events += more;
    metric_store_changed(s->context->store);
    s->lost = lost;
    listeners_loss(s, more);
}

/* A process that has ended is not asked again: the registry notices it a little later. */
static void on_end(void *user, const struct error *err)
{
    struct scrape *s = user;

    fall_silent(s);
    listeners_end(s, err);
    if (s->target->gone)
        return;
    if (err->code != -ECONNRESET && err->code != -ESRCH)
        tell_trouble(s, PROBLEM_UNAVAILABLE, err->text);
    (void)timer_start(&s->retry, s->target->loop, s->retry_ms, 0, try_start, s);
    s->retry_ms = longer_wait(s->retry_ms);
}

static int join(struct scrape *s, struct error *err)
{
    const struct metrics_decoder_events decoder = {s, on_measurement, on_notice};
    const struct feed_events events = {s, on_started, on_event, on_loss, on_end};
    int r = metrics_request_configured(s->context->keys, target_runtime_major(s->target),
                                       &s->request, err);

    if (r < 0)
        return r;
    s->decoder = metrics_decoder_new(&s->request, &decoder);
    if (!s->decoder)
        return error_set(err, -ENOMEM, "metrics");
    struct feed_need need = {.providers = s->request.providers,
                             .provider_count = s->request.provider_count};
    if (s->without_meters)
        need.provider_count--; /* the last one */
    if (need.provider_count == 0)
        return 0; /* until a probe says that there are meters */
    return feed_join(s->context->feeds, s->target, &need, &events, &s->reader, err);
}

static void start(struct scrape *s)
{
    struct error err;

    s->published = false;
    s->lost = 0;
    if (join(s, &err) < 0)
        on_end(s, &err);
}

static void try_start(void *user)
{
    struct scrape *s = user;

    s->without_meters = false;
    clear_trouble(s, METRICS_NOTICE_COLLISION); /* the other tool may have left */
    start(s);
}

struct scrape *scrape_new(const struct scrape_context *context, struct target *target)
{
    struct scrape *s = calloc(1, sizeof *s);
    char uid[GUID_TEXT_SIZE];

    if (!s)
        return NULL;
    s->process = metric_process_add(context->store, target->pid, target->info.name,
                                    guid_format(&target->cookie, uid));
    if (!s->process) {
        free(s);
        return NULL;
    }
    list_init(&s->link);
    list_init(&s->listeners);
    s->context = context;
    s->target = target_ref(target);
    s->retry_ms = SCRAPE_RETRY_MS;
    scrape_refresh(s);
    try_start(s);
    return s;
}

/* Whoever listens goes on alone when the process lives. */
static void leave_listeners(struct scrape *s)
{
    struct error err;

    if (s->target->gone)
        (void)error_set(&err, -ECONNRESET, "The process has ended.");
    else
        (void)error_set(&err, -ECANCELED, "The settings of metrics have changed.");
    listeners_end(s, &err);
}

void scrape_free(struct scrape *s)
{
    if (!s)
        return;
    if (s->reader)
        feed_leave(s->reader);
    timer_stop(&s->retry);
    fall_silent(s);
    leave_listeners(s);
    metric_process_remove(s->context->store, s->process);
    problems_deinit(&s->problems);
    list_remove(&s->link);
    target_unref(s->target);
    free(s);
}

/* Without memory it keeps what it is. */
static void rename_to(char **name, const char *told)
{
    char *copy = *name && strcmp(*name, told) == 0 ? NULL : strdup(told);

    if (!copy)
        return;
    free(*name);
    *name = copy;
}

void scrape_refresh(struct scrape *s)
{
    if (s->target->waited_ms >= 0)
        s->process->waited_seconds = (double)s->target->waited_ms / 1000;
    rename_to(&s->process->name, s->target->info.name);
    rename_to(&s->process->service, target_service_name(s->target));
    metric_store_changed(s->context->store);
}
