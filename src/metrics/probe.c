#include "src/metrics/probe.h"

#include <errno.h>

void probe_stop(struct probe *p)
{
    if (p->reader)
        feed_leave(p->reader);
    timer_stop(&p->patience);
    metrics_decoder_free(p->decoder);
    metrics_request_deinit(&p->request);
    *p = (struct probe){0};
}

static void done(struct probe *p, bool is_free)
{
    void (*on_done)(void *user, bool free) = p->on_done;
    void *user = p->user;

    probe_stop(p);
    on_done(user, is_free);
}

static void on_patience_over(void *user)
{
    done(user, true);
}

static void on_shut_out(void *user)
{
    done(user, false);
}

/* The decoder is in the middle of the event: the probe ends when it is out of it. */
static void on_notice(void *user, enum metrics_notice notice, const char *text)
{
    struct probe *p = user;

    (void)text;
    if (notice == METRICS_NOTICE_COLLISION)
        (void)timer_start(&p->patience, p->target->loop, 0, 0, on_shut_out, p);
}

static void on_measurement(void *user, const struct measurement *m)
{
    (void)user;
    (void)m;
}

static void on_started(void *user)
{
    struct probe *p = user;

    if (timer_start(&p->patience, p->target->loop, PROBE_PATIENCE_MS, 0, on_patience_over, p) < 0)
        done(p, false);
}

static void on_event(void *user, const struct nettrace *stream, const struct nettrace_event *event)
{
    struct probe *p = user;

    metrics_decoder_event(p->decoder, stream, event);
}

static void on_end(void *user, const struct error *err)
{
    struct probe *p = user;

    (void)err;
    p->reader = NULL;
    done(p, false);
}

int probe_start(struct probe *p, struct feeds *feeds, struct target *target,
                struct metrics_request *request, void (*on_done)(void *user, bool free), void *user,
                struct error *err)
{
    const struct metrics_decoder_events decoder = {p, on_measurement, on_notice};
    const struct feed_events events = {p, on_started, on_event, NULL, on_end};

    *p = (struct probe){.request = *request, .target = target, .on_done = on_done, .user = user};
    *request = (struct metrics_request){0};
    const struct feed_need need = {.providers = metrics_request_meters(&p->request),
                                   .provider_count = 1,
                                   .buffer_mb = PROBE_BUFFER_MB};
    p->decoder = metrics_decoder_new(&p->request, &decoder);
    int r = !need.providers ? error_set(err, -EINVAL, "no meters")
            : !p->decoder   ? error_set(err, -ENOMEM, "metrics")
                            : feed_join(feeds, target, &need, &events, &p->reader, err);
    if (r < 0)
        probe_stop(p);
    return r;
}
