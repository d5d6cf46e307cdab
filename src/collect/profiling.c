/*
 * Happy path: session started -> piece -> the pool feeds it to the recorder -> next piece ... ->
 * duration over: stop -> the rest and the rundown -> end of the stream -> the pool resolves names
 * and writes the document -> counts -> piece -> room ... -> done.
 *
 * What the pool works on (collect/feeder) is only its own meanwhile: the recorder, the result.
 */
#include "src/collect/profiling.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/cleanup.h"
#include "src/collect/dump_folder.h"
#include "src/collect/feeder.h"
#include "src/collect/profile_result.h"
#include "src/io/timer.h"
#include "src/profile/recorder.h"

enum { FACT_EVENTS, FACT_LOST };

struct profiling {
    struct collection base;
    const struct collect_context *context;
    struct collection_events events;
    struct feeder feeder;
    struct timer duration;
    int64_t duration_seconds;
    const struct format *format;
    struct format_options options;
    char *name, *folder;
    const char *folders[4];

    /* What the pool works on. */
    struct recorder *recorder;
    struct error failure; /* of the stream, then of the document; code 0: none */
    bool whole;           /* the stream has its end mark */
    uint64_t events_seen, events_lost;
    struct profile_result result;
    bool written;
};

static void profiling_free(void *user)
{
    struct profiling *p = user;

    timer_stop(&p->duration);
    feeder_deinit(&p->feeder);
    recorder_free(p->recorder);
    profile_result_deinit(&p->result);
    free(p->name);
    free(p->folder);
    free(p);
}

static void finish(struct profiling *p, const struct error *err)
{
    struct collection_events events = p->events;
    struct error end = err ? *err : (struct error){0};

    profiling_free(p);
    events.on_done(events.user, end.code ? &end : NULL);
}

/* --- the pool's side --- */

static int write_result(void *user, const void *data, size_t size)
{
    struct profiling *p = user;
    struct error err;

    if (feeder_is_left(&p->feeder))
        return -ECANCELED;
    int r = profile_result_write(&p->result, data, size, &err);
    if (r < 0)
        p->failure = err;
    return r;
}

/* Of a stream that is cut or damaged, what there was is written too. */
static void write_document(void *user)
{
    struct profiling *p = user;
    struct profile profile;
    struct error err;
    int r = recorder_finish(p->recorder, &profile, &err);

    recorder_free(take_ptr(p->recorder));
    p->events_seen = profile.events;
    p->events_lost = profile.lost;
    p->whole = r == 0;
    if (r < 0)
        p->failure = err;
    if (r != -ENOMEM)
        r = format_write(p->format, &profile, &p->options, write_result, p, &err);
    if (r == -ENODATA) /* its words are for who records a file: here the providers were asked for */
        (void)error_set(&err, r,
                        "The process has told nothing that can be shown as %s. NativeAOT has no "
                        "sampler; another process needs more time, or more to do.",
                        p->format->name);
    p->written = r == 0;
    if (r < 0 && p->failure.code == 0)
        p->failure = err;
    profile_deinit(&profile);
}

static void feed(void *user, const void *data, size_t size)
{
    struct profiling *p = user;
    struct error err;

    if (recorder_feed(p->recorder, data, size, &err) < 0)
        p->failure = err;
}

/* --- the loop's side --- */

/* The runtime has ended the stream by itself, and properly: the process has come to its end. */
static bool ended_in_order(const struct profiling *p)
{
    return p->feeder.end.code == -ECONNRESET && p->whole;
}

/* What has gone wrong first explains the rest. */
static const struct error *reason(const struct profiling *p)
{
    if (p->feeder.end.code && !ended_in_order(p))
        return &p->feeder.end;
    return p->failure.code ? &p->failure : NULL;
}

static void send_next(struct profiling *p)
{
    const void *data;
    uint64_t offset, size = profile_result_take(&p->result, &data, &offset);

    if (size && data)
        p->events.on_data(p->events.user, data, size);
    else if (size)
        p->events.on_file(p->events.user, p->result.file.fd, offset, size);
    else
        finish(p, reason(p));
}

static void stop(struct profiling *p)
{
    timer_stop(&p->duration);
    feeder_stop(&p->feeder);
}

static void on_fed(void *user)
{
    struct profiling *p = user;

    if (p->failure.code)
        stop(p); /* nothing of what follows can be read */
}

static void after_document(void *user)
{
    struct profiling *p = user;

    if (!p->written) {
        finish(p, reason(p));
        return;
    }
    p->events.on_fact(p->events.user, FACT_EVENTS, p->events_seen);
    p->events.on_fact(p->events.user, FACT_LOST, p->events_lost);
    send_next(p);
}

static void on_end(void *user)
{
    struct profiling *p = user;

    timer_stop(&p->duration);
    feeder_work(&p->feeder, write_document, after_document);
}

static void on_duration_over(void *user)
{
    stop(user);
}

static void on_started(void *user)
{
    struct profiling *p = user;

    if (p->duration_seconds >= 0)
        (void)timer_start(&p->duration, p->context->loop, (uint64_t)p->duration_seconds * 1000, 0,
                          on_duration_over, p);
    p->events.on_started(p->events.user);
}

static bool set_up(struct profiling *p, const struct profiling_params *params)
{
    const struct recorder_options wanted = {
        .kinds = params->kinds, .events_end_samples = params->format->events_end_samples};
    const char *folder = dump_folder_path(p->context->dump_folder);

    p->duration_seconds = params->duration_seconds;
    p->format = params->format;
    p->options = params->options;
    feeder_init(&p->feeder, p->context->loop,
                &(struct feeder_events){.user = p,
                                        .on_started = on_started,
                                        .feed = feed,
                                        .on_fed = on_fed,
                                        .on_end = on_end,
                                        .free = profiling_free});
    p->name = strdup(params->options.name ? params->options.name : "trace");
    p->options.name = p->name;
    p->folder = strdup(folder ? folder : "/tmp"); /* of its own: the pool may outlive the server */
    memcpy(p->folders, (const char *[]){p->folder, "/tmp", "/var/tmp", NULL}, sizeof p->folders);
    profile_result_init(&p->result, p->folders);
    p->recorder = recorder_new(&wanted);
    return p->name && p->folder && p->recorder;
}

static int profiling_start(const struct collect_context *context, struct target *target,
                           const void *params, const struct collection_events *events,
                           struct collection **ret, struct error *err)
{
    const struct profiling_params *wanted = params;
    struct profiling *p = calloc(1, sizeof *p);

    if (!p)
        return error_set(err, -ENOMEM, "profile");
    p->base.type = &collection_profiling;
    p->context = context;
    p->events = *events;
    int r = set_up(p, wanted) ? 0 : error_set(err, -ENOMEM, "profile");
    if (r == 0)
        r = feeder_start(&p->feeder, context->sessions, target, &wanted->session, err);
    if (r < 0) {
        profiling_free(p);
        return r;
    }
    *ret = &p->base;
    return 0;
}

static void profiling_proceed(struct collection *c)
{
    send_next(container_of(c, struct profiling, base));
}

static void profiling_stop(struct collection *c)
{
    stop(container_of(c, struct profiling, base));
}

static void profiling_abandon(struct collection *c)
{
    struct profiling *p = container_of(c, struct profiling, base);

    timer_stop(&p->duration);
    feeder_leave(&p->feeder);
}

const struct collection_type collection_profiling = {
    .name = "trace",
    .limit = 3,
    .stoppable = true,
    .content_type = "application/octet-stream",
    .start = profiling_start,
    .proceed = profiling_proceed,
    .stop = profiling_stop,
    .abandon = profiling_abandon,
    .log_category = "Microsoft.Diagnostics.Tools.Monitor.TraceOperation",
    .facts = {[FACT_EVENTS] = {.name = "Events"}, [FACT_LOST] = {.name = "Events-Lost"}},
};
