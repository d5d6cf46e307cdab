/*
 * Happy path: CollectTracing in the target's queue -> its reply: the session's id, the connection
 * becomes the stream -> pieces -> session_stop(): StopTracing on another connection -> the rest of
 * the stream -> its end -> on_end.
 *
 * Beside it: an unknown revision -> the next lower one; an owner who leaves before the reply -> the
 * reply is waited for all the same, then the session is stopped; a runtime that says nothing after
 * StopTracing -> the connection is closed when STOP_SILENCE_MS have passed without a byte.
 *
 * The end of the stream alone does not say that it is whole: a process that dies while it is being
 * stopped ends it too. Its reply to StopTracing does.
 */
#include "src/session/session.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include "proto/ipc/reply.h"
#include "src/base/cleanup.h"
#include "src/base/limits.h"
#include "src/io/timer.h"
#include "src/io/watch.h"
#include "src/session/attempts.h"
#include "src/target/requests.h"

enum {
    START_MS = 10 * 1000,        /* the reply to CollectTracing; a healthy runtime needs 1 ms */
    STOP_SILENCE_MS = 15 * 1000, /* after StopTracing: no byte for so long is a hung runtime */
    PIECE_SIZE = 256 * 1024,     /* the runtime writes blocks of 100 KB */
};

struct sessions {
    uv_loop_t *loop;
    struct list list;
    unsigned count;
    struct timer patience;
    void (*on_idle)(void *user);
    void *user;
};

enum state {
    SESSION_ASKING,   /* CollectTracing is on its way */
    SESSION_RUNNING,  /* the stream comes */
    SESSION_STOPPING, /* so does its end */
};

struct session {
    struct list link;
    struct sessions *all;
    struct target *target;
    struct session_events events;
    enum state state;
    bool abandoned, stop_wanted, lent; /* lent: the reader has a piece */
    bool any;                          /* bytes have come */
    bool over;        /* the stream has ended, the reply to StopTracing is missing */
    bool stop_failed; /* StopTracing was refused or lost */
    bool expired;     /* its time is up, but the reader has a piece */
    bool logging;     /* has the provider of the app's logs */
    struct attempts attempts;
    struct target_request *request; /* CollectTracing or StopTracing */
    uint64_t id;
    int fd;
    struct watch watch;
    struct timer deadline;
    uint8_t *piece;
};

static void ask(struct session *s);

static void on_idle_now(void *user)
{
    struct sessions *all = user;
    void (*on_idle)(void *user) = all->on_idle;

    all->on_idle = NULL;
    on_idle(all->user);
}

static bool has_logging(const struct ipc_trace_request *r)
{
    for (size_t i = 0; i < r->provider_count; i++) {
        if (strcasecmp(r->providers[i].name, "Microsoft-Extensions-Logging") == 0)
            return true;
    }
    return false;
}

static void session_free(struct session *s)
{
    struct sessions *all = s->all;

    if (s->logging && s->state != SESSION_ASKING)
        s->target->logging_ends++;
    if (s->request)
        target_request_cancel(s->request);
    timer_stop(&s->deadline);
    watch_stop(&s->watch);
    close_fd(&s->fd);
    attempts_deinit(&s->attempts);
    target_unref(s->target);
    list_remove(&s->link);
    all->count--;
    free(s->piece);
    free(s);
    if (all->count == 0 && all->on_idle)
        (void)timer_start(&all->patience, all->loop, 0, 0, on_idle_now, all);
}

static void end(struct session *s, const struct error *err)
{
    struct session_events events = s->events;
    bool told = !s->abandoned;

    session_free(s);
    if (told)
        events.on_end(events.user, err);
}

static void end_with(struct session *s, int code, const char *text)
{
    struct error err;

    (void)error_set(&err, code, "%s", text);
    end(s, &err);
}

static void on_stop_silence(void *user)
{
    struct session *s = user;

    if (s->lent)
        s->expired = true; /* session_proceed() comes back to it */
    else
        end_with(s, -ETIMEDOUT,
                 "The process does not end its event session; its connection is closed.");
}

/* Without a reply to StopTracing all of the stream must come in this time. */
static void expect_bytes(struct session *s)
{
    if (!s->stop_failed)
        (void)timer_start(&s->deadline, s->all->loop, STOP_SILENCE_MS, 0, on_stop_silence, s);
}

static void on_end_of_stream(struct session *s)
{
    s->over = true;
    watch_for(&s->watch, 0);
    if (s->state == SESSION_STOPPING && s->request)
        return;
    if (s->state == SESSION_STOPPING && !s->stop_failed && s->any)
        end(s, NULL);
    else if (s->state == SESSION_STOPPING && !s->stop_failed)
        end_with(s, -ENODATA,
                 "The process has told nothing: it is suspended until a tool lets it run "
                 "(DOTNET_DefaultDiagnosticPortSuspend, or a diagnostic port without nosuspend).");
    else
        end_with(s, -ECONNRESET, "The process ended the event session (has it exited?).");
}

/* One piece; what an abandoned session brings is thrown away. */
static void on_readable(void *user, int events)
{
    struct session *s = user;

    (void)events;
    ssize_t n = recv(s->fd, s->piece, PIECE_SIZE, 0);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n <= 0) {
        on_end_of_stream(s);
        return;
    }
    s->any = true;
    if (s->state == SESSION_STOPPING)
        expect_bytes(s);
    if (s->abandoned)
        return;
    s->lent = true;
    if (!s->stop_failed)
        timer_stop(&s->deadline);
    s->events.on_data(s->events.user, s->piece, (size_t)n);
    if (s->lent) /* mostly it has been taken: two system calls less */
        watch_for(&s->watch, 0);
}

static void on_stopped(void *user, const struct ipc_outcome *outcome)
{
    struct session *s = user;

    s->request = NULL;
    if (outcome->code < 0) {
        expect_bytes(s);
        s->stop_failed = true;
    }
    if (s->over)
        on_end_of_stream(s);
}

/* Sent at most once: a new session may get the same id (FACTS section 3). */
static void request_stop(struct session *s)
{
    uint8_t message[64];
    struct writer out = writer_of(message, sizeof message);
    struct error err;

    s->state = SESSION_STOPPING;
    expect_bytes(s);
    if (ipc_stop_tracing_encode(&out, s->id) != WIRE_OK ||
        target_request_start(s->target, IPC_STOP_TRACING, message, out.size, REQUEST_FIRST, 0,
                             on_stopped, s, &s->request, &err) < 0)
        s->stop_failed = true;
}

static int take_stream(struct session *s, const struct ipc_outcome *outcome, struct error *err)
{
    struct cursor in = {outcome->payload, outcome->payload_size, false};

    if (!outcome->stream || ipc_session_reply_decode(&in, &s->id) != WIRE_OK)
        return error_set(err, -EBADMSG, "The runtime's answer to CollectTracing is malformed.");
    s->piece = malloc(PIECE_SIZE);
    if (!s->piece)
        return error_set(err, -ENOMEM, "event session");
    s->fd = take_fd(outcome->stream);
    return watch_start(&s->watch, s->all->loop, s->fd, UV_READABLE, on_readable, s, err);
}

static void on_collecting(struct session *s, const struct ipc_outcome *outcome)
{
    struct error err;

    timer_stop(&s->deadline);
    attempts_deinit(&s->attempts);
    if (take_stream(s, outcome, &err) < 0) {
        end(s, &err);
        return;
    }
    s->state = SESSION_RUNNING;
    if (s->stop_wanted || s->abandoned)
        request_stop(s);
    if (!s->abandoned)
        s->events.on_started(s->events.user);
}

/* The runtime does not say why it refuses; mostly it is this. */
static void end_refused(struct session *s, const struct ipc_outcome *outcome)
{
    bool full = outcome->code == -EREMOTEIO && outcome->hresult == IPC_E_FAIL;
    struct error err;

    (void)error_set(&err, outcome->code, "%s%s", outcome->text,
                    full ? "; are all of its 64 event sessions in use?" : "");
    end(s, &err);
}

static void on_reply(void *user, const struct ipc_outcome *outcome)
{
    struct session *s = user;

    s->request = NULL;
    if (outcome->code == 0)
        on_collecting(s, outcome);
    else if (outcome->code == -EREMOTEIO && outcome->hresult == IPC_E_UNKNOWN_COMMAND &&
             attempts_next(&s->attempts))
        ask(s);
    else
        end_refused(s, outcome);
}

/* The owner is told, but the reply is still waited for: a session may come of it. */
static void on_start_silence(void *user)
{
    struct session *s = user;
    struct session_events events = s->events;
    struct error err;

    session_abandon(s);
    (void)error_set(&err, -ETIMEDOUT,
                    "The process does not answer on its diagnostic port (stopped, frozen, or busy "
                    "with a dump?)");
    events.on_end(events.user, &err);
}

static void ask(struct session *s)
{
    const struct attempt *a = attempts_current(&s->attempts);
    struct error err;

    /* No deadline of the queue's own: it would lose the session that comes late. */
    if (target_request_start(s->target, a->command, a->message, a->size, REQUEST_LAST, 0, on_reply,
                             s, &s->request, &err) < 0)
        end(s, &err);
}

int session_start(struct sessions *all, struct target *target, const struct session_config *config,
                  const struct session_events *events, struct session **ret, struct error *err)
{
    struct session *s = calloc(1, sizeof *s);

    if (!s)
        return error_set(err, -ENOMEM, "event session");
    s->all = all;
    s->fd = -1;
    s->events = *events;
    s->target = target_ref(target);
    s->logging = has_logging(&config->request);
    list_init(&s->link);
    list_append(&all->list, &s->link);
    all->count++;
    int r = attempts_init(&s->attempts, config, err);
    if (r == 0) {
        const struct attempt *a = attempts_current(&s->attempts);
        r = target_request_start(target, a->command, a->message, a->size, REQUEST_LAST, 0, on_reply,
                                 s, &s->request, err);
    }
    if (r == 0 &&
        timer_start(&s->deadline, all->loop, config->start_ms ? config->start_ms : START_MS, 0,
                    on_start_silence, s) < 0)
        r = error_set(err, -ENOMEM, "event session");
    if (r < 0) {
        session_free(s);
        return r;
    }
    *ret = s;
    return 0;
}

void session_proceed(struct session *s)
{
    if (!s->lent)
        return;
    s->lent = false;
    if (s->expired) {
        (void)timer_start(&s->deadline, s->all->loop, 0, 0, on_stop_silence, s);
        return;
    }
    watch_for(&s->watch, UV_READABLE);
    if (s->state == SESSION_STOPPING)
        expect_bytes(s);
}

void *session_keep(struct session *s)
{
    uint8_t *kept = s->piece, *other = s->lent ? malloc(PIECE_SIZE) : NULL;

    if (!other)
        return NULL;
    s->piece = other;
    session_proceed(s);
    return kept;
}

void session_stop(struct session *s)
{
    s->stop_wanted = true;
    if (s->state == SESSION_RUNNING)
        request_stop(s);
}

void session_abandon(struct session *s)
{
    s->abandoned = true;
    if (s->state == SESSION_ASKING && !(s->request && target_request_is_sent(s->request))) {
        session_free(s);
        return;
    }
    if (s->state == SESSION_ASKING)
        timer_stop(&s->deadline);
    session_proceed(s);
    session_stop(s);
}

int sessions_new(uv_loop_t *loop, struct sessions **ret, struct error *err)
{
    struct sessions *all = calloc(1, sizeof *all);

    if (!all)
        return error_set(err, -ENOMEM, "event sessions");
    all->loop = loop;
    list_init(&all->list);
    *ret = all;
    return 0;
}

unsigned sessions_count(const struct sessions *all)
{
    return all->count;
}

void sessions_wait(struct sessions *all, uint64_t ms, void (*on_idle)(void *user), void *user)
{
    all->on_idle = on_idle;
    all->user = user;
    (void)timer_start(&all->patience, all->loop, all->count ? ms : 0, 0, on_idle_now, all);
}

void sessions_free(struct sessions *all)
{
    if (!all)
        return;
    all->on_idle = NULL;
    timer_stop(&all->patience);
    while (!list_empty(&all->list))
        session_free(container_of(all->list.next, struct session, link));
    free(all);
}
