/*
 * Happy path: session started -> piece -> room -> piece -> room... -> duration over: stop -> what
 * the runtime still has, and the rundown -> end of the stream -> done.
 *
 * A client that is slow while the session ends must not keep the runtime waiting, which answers
 * nobody before all is read: from stop on, what the client has no room for goes to a file.
 *
 * The tap reads along before a piece is handed on, because the piece may be gone afterwards.
 */
#include "src/collect/trace.h"

#include <errno.h>
#include <stdlib.h>

#include "src/base/cleanup.h"
#include "src/base/events.h"
#include "src/base/log.h"
#include "src/base/text.h"
#include "src/collect/dump_folder.h"
#include "src/collect/trace_tap.h"
#include "src/io/spool.h"
#include "src/io/timer.h"

enum { FILE_PIECE = 1024 * 1024 };
enum { FACT_EVENTS, FACT_LOST };

struct trace {
    struct collection base;
    const struct collect_context *context;
    struct collection_events events;
    struct session *session; /* NULL: it has ended */
    struct error end;        /* how; its code is 0 when as asked for */
    struct trace_tap *tap;
    bool stop_due; /* the tap has seen what is waited for */
    uint64_t bytes, max_bytes;
    uint32_t buffer_mb;
    struct timer duration;
    int64_t duration_seconds;
    bool sending;        /* the owner has a piece */
    bool lent;           /* which is the session's */
    bool stopping;       /* what comes too fast is spooled */
    void *kept;          /* the piece, taken from the session */
    const void *waiting; /* a piece of the session that could not be spooled */
    size_t waiting_size;
    struct spool spool;
};

static void trace_free(struct trace *t)
{
    timer_stop(&t->duration);
    if (t->session)
        session_abandon(t->session);
    trace_tap_free(t->tap);
    spool_close(&t->spool);
    free(t->kept);
    free(t);
}

static void tell_figures(const struct trace *t)
{
    const struct trace_figures f = trace_tap_figures(t->tap);
    const struct log_field fields[] = {LOG_NUMBER("lost", (int64_t)f.lost),
                                       LOG_NUMBER("events", (int64_t)f.events),
                                       LOG_NUMBER("buffer", t->buffer_mb)};

    if (!f.known)
        return;
    t->events.on_fact(t->events.user, FACT_EVENTS, f.events);
    t->events.on_fact(t->events.user, FACT_LOST, f.lost);
    if (f.lost)
        t->events.on_notice(t->events.user, &event_trace_lossy, fields,
                            sizeof fields / sizeof fields[0]);
}

static void finish(struct trace *t)
{
    struct collection_events events = t->events;
    struct error end = t->end;

    tell_figures(t);
    trace_free(t);
    events.on_done(events.user, end.code ? &end : NULL);
}

/* Frees the session from the piece that the owner has, so that it is read on. */
static void keep_piece(struct trace *t)
{
    if (t->lent && t->spool.fd >= 0)
        t->kept = session_keep(t->session);
    if (t->kept)
        t->lent = false;
}

/* `t` may be gone afterwards: the owner can have room, or be lost, at once. */
static void send_piece(struct trace *t, const void *data, size_t size)
{
    t->sending = t->lent = true;
    keep_piece(t);
    t->events.on_data(t->events.user, data, size);
}

/* The owner is free: the spool goes first, then what waits behind it. */
static void send_next(struct trace *t)
{
    const void *waiting = take_ptr(t->waiting);
    uint64_t offset, size = spool_take(&t->spool, FILE_PIECE, &offset);

    if (size) {
        t->waiting = waiting;
        t->sending = true;
        t->events.on_file(t->events.user, t->spool.fd, offset, size);
    } else if (waiting) {
        send_piece(t, waiting, t->waiting_size);
    } else if (!t->session) {
        finish(t);
    }
}

static void stop(struct trace *t);

/* Reads along: is it time to stop? */
static void follow(struct trace *t, const void *data, size_t size)
{
    trace_tap_feed(t->tap, data, size);
    t->bytes += size;
    if (t->stop_due || (t->max_bytes && t->bytes >= t->max_bytes))
        stop(t);
}

static void on_data(void *user, const void *data, size_t size)
{
    struct trace *t = user;
    struct error err;

    follow(t, data, size);
    if (!t->sending) {
        send_piece(t, data, size);
    } else if (spool_write(&t->spool, data, size, &err) == 0) {
        session_proceed(t->session);
    } else { /* no room on disk either: then the runtime waits after all */
        t->waiting = data;
        t->waiting_size = size;
    }
}

/* The runtime has ended the stream by itself, and properly: the process has come to its end. */
static bool ended_in_order(const struct trace *t, const struct error *err)
{
    return err->code == -ECONNRESET && trace_tap_figures(t->tap).whole;
}

static void on_end(void *user, const struct error *err)
{
    struct trace *t = user;

    t->session = NULL;
    t->end = err && !ended_in_order(t, err) ? *err : (struct error){0};
    if (!t->sending)
        send_next(t);
}

static void stop(struct trace *t)
{
    const char *const folders[] = {dump_folder_path(t->context->dump_folder), "/tmp", "/var/tmp",
                                   NULL};
    struct error err;

    timer_stop(&t->duration);
    if (t->stopping || !t->session)
        return;
    t->stopping = true;
    session_stop(t->session);
    if (spool_open(&t->spool, folders, &err) == 0)
        keep_piece(t);
}

static void on_duration_over(void *user)
{
    stop(user);
}

static void on_started(void *user)
{
    struct trace *t = user;

    if (t->duration_seconds >= 0)
        (void)timer_start(&t->duration, t->context->loop, (uint64_t)t->duration_seconds * 1000, 0,
                          on_duration_over, t);
    t->events.on_started(t->events.user);
}

static void on_match(void *user, const struct nettrace_metadata *event)
{
    struct trace *t = user;

    t->stop_due = true;
    t->events.on_notice(t->events.user, &event_trace_stop_hit,
                        LOG_FIELDS({"providerName", event->provider}, {"eventName", event->title}));
}

static void on_never(void *user, const struct nettrace_metadata *event)
{
    const struct trace *t = user;
    struct text names = {0};

    for (size_t i = 0; i < event->fields.count; i++)
        text_add_fmt(&names, "%s%s", i ? " " : "", event->fields.list[i].name);
    t->events.on_notice(t->events.user, &event_trace_stop_never,
                        LOG_FIELDS({"providerName", event->provider}, {"eventName", event->title},
                                   {"payloadFieldNames", names.data ? names.data : ""}));
    text_deinit(&names);
}

static int trace_start(const struct collect_context *context, struct target *target,
                       const void *params, const struct collection_events *events,
                       struct collection **ret, struct error *err)
{
    const struct trace_params *p = params;
    struct trace *t = calloc(1, sizeof *t);

    if (!t)
        return error_set(err, -ENOMEM, "trace");
    t->base.type = &collection_trace;
    t->context = context;
    t->events = *events;
    t->duration_seconds = p->duration_seconds;
    t->max_bytes = p->max_bytes;
    t->buffer_mb = p->session.request.buffer_mb;
    t->spool = SPOOL_NONE;
    int r =
        trace_tap_new(p->stopping, &(struct trace_tap_events){t, on_match, on_never}, &t->tap, err);
    if (r == 0)
        r = session_start(context->sessions, target, &p->session,
                          &(struct session_events){t, on_started, on_data, on_end}, &t->session,
                          err);
    if (r < 0) {
        trace_free(t);
        return r;
    }
    *ret = &t->base;
    return 0;
}

static void trace_proceed(struct collection *c)
{
    struct trace *t = container_of(c, struct trace, base);
    bool lent = t->lent;

    t->sending = t->lent = false;
    free(take_ptr(t->kept));
    if (lent && t->session)
        session_proceed(t->session);
    send_next(t);
}

static void trace_stop(struct collection *c)
{
    stop(container_of(c, struct trace, base));
}

static void trace_abandon(struct collection *c)
{
    trace_free(container_of(c, struct trace, base));
}

const struct collection_type collection_trace = {
    .name = "trace",
    .limit = 3,
    .stoppable = true,
    .content_type = "application/octet-stream",
    .start = trace_start,
    .proceed = trace_proceed,
    .stop = trace_stop,
    .abandon = trace_abandon,
    .log_category = "Microsoft.Diagnostics.Tools.Monitor.TraceOperation",
    .proceeds_at_once = true,
    .facts = {[FACT_EVENTS] = {.name = "Events"}, [FACT_LOST] = {.name = "Events-Lost"}},
};
