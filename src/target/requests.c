/*
 * Happy path: start -> queued -> a channel is there (idle in Listen mode, made in Connect mode) ->
 * in flight -> reply -> on_done -> the next one. Beside it: the deadline can end a request while it
 * waits or is in flight; a slow answer marks the target; all sockets closed for TARGET_GRACE_MS
 * means that the process is gone.
 */
#include "src/target/requests.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "proto/ipc/header.h"
#include "src/base/clock.h"
#include "src/base/events.h"
#include "src/base/limits.h"
#include "src/target/procfs.h"

enum { IDLE_CHANNELS_MAX = 4, RETRY_MS = 200 };

struct target_request {
    struct list link;
    struct target *target;
    enum ipc_command command;
    uint8_t *message;
    size_t size;
    struct timer deadline;
    struct ipc_channel *channel; /* in flight */
    void (*on_done)(void *user, const struct ipc_outcome *outcome);
    void *user;
};

static void pump(struct target *t);
static void on_start(void *user);
static void check_presence(struct target *t);

static void request_free(struct target_request *r)
{
    timer_stop(&r->deadline);
    ipc_channel_free(r->channel);
    free(r->message);
    free(r);
}

/* Takes the request off the target, wherever it is. */
static void detach(struct target_request *r)
{
    struct target *t = r->target;

    if (t->in_flight == r) {
        t->in_flight = NULL;
        timer_stop(&t->slow);
    } else {
        list_remove(&r->link);
        t->queue_count--;
    }
}

static void end_request(struct target_request *r, const struct ipc_outcome *outcome)
{
    void (*on_done)(void *user, const struct ipc_outcome *outcome) = r->on_done;
    void *user = r->user;

    detach(r);
    on_done(user, outcome);
    request_free(r);
}

static void end_with(struct target_request *r, int code, const char *text)
{
    end_request(r, &(struct ipc_outcome){.code = code, .text = text});
}

/* It has been silent for so long. */
static void mark_silent(struct target *t, int64_t ms)
{
    if (t->unresponsive_since)
        return;
    t->unresponsive_since = clock_now_ticks() - ms * 10000;
    t->silence_told = !target_is_dumping(t); /* then nothing else is to be expected */
    if (t->silence_told)
        log_event(&event_process_silent, LOG_NUMBER("pid", (int64_t)t->pid),
                  {"name", t->info.name});
}

static void mark_answering(struct target *t)
{
    int64_t ms = (clock_now_ticks() - t->unresponsive_since) / 10000;

    if (!t->unresponsive_since)
        return;
    t->unresponsive_since = 0;
    if (t->silence_told)
        log_event(&event_process_answers, LOG_NUMBER("pid", (int64_t)t->pid),
                  {"name", t->info.name}, LOG_NUMBER("seconds", ms / 1000));
}

static void on_slow(void *user)
{
    mark_silent(user, REQUEST_UNRESPONSIVE_MS); /* since it was asked */
}

static void on_reply(void *user, const struct ipc_outcome *outcome)
{
    struct target_request *r = user;
    struct target *t = target_ref(r->target);

    if (outcome->code == 0 || outcome->code == -EREMOTEIO)
        mark_answering(t);
    end_request(r, outcome);
    if (!t->gone) {
        pump(t);
        check_presence(t);
    }
    target_unref(t);
}

static void ignore(void *user, const struct ipc_outcome *outcome)
{
    (void)user;
    (void)outcome;
}

/*
 * Nobody waits for the answer any more, but the request stays in flight: closing the connection
 * would not take it back, a runtime that is stopped could not offer a new one and would look dead,
 * and in Connect mode the closed connections would pile up in its backlog.
 */
static void orphan(struct target_request *r)
{
    timer_stop(&r->deadline);
    r->on_done = ignore;
    r->user = NULL;
}

void target_unblock_resume(struct target *t)
{
    struct target_request *r = t->in_flight;
    bool in_time = !t->holds_over || target_is_dumping(t);

    if (!t->resume || !r || r == t->resume || (r->on_done != ignore && in_time))
        return;
    end_with(r, -ETIMEDOUT, "It was not answered in time: the process had to be resumed.");
    check_presence(t);
    (void)timer_start(&t->start, t->loop, 0, 0, on_start, t);
}

static void on_deadline(void *user)
{
    struct target_request *r = user;
    struct target *t = target_ref(r->target);
    struct ipc_outcome outcome = {
        .code = -ETIMEDOUT,
        .text = "The process does not answer on its diagnostic port (stopped, frozen, or busy "
                "with a dump?)",
    };

    mark_silent(t, 0);
    if (t->in_flight != r) {
        end_request(r, &outcome);
    } else {
        void (*on_done)(void *user, const struct ipc_outcome *outcome) = r->on_done;
        void *owner = r->user;
        orphan(r);
        on_done(owner, &outcome);
        target_unblock_resume(t);
    }
    target_unref(t);
}

/* A connection for the next request, or NULL: Listen mode must wait for the runtime to offer one.
 */
static struct ipc_channel *take_channel(struct target *t, struct error *err)
{
    struct ipc_channel *ch = NULL;

    *err = (struct error){0};
    if (list_empty(&t->idle)) {
        if (t->socket_path)
            (void)ipc_channel_connect(t->loop, t->socket_path, &ch, err);
        return ch;
    }
    ch = ipc_channel_from_link(t->idle.prev); /* the newest */
    list_remove(ipc_channel_link(ch));
    t->idle_count--;
    return ch;
}

static int launch(struct target_request *r, struct ipc_channel *ch, struct error *err)
{
    struct target *t = r->target;

    r->channel = ch;
    list_remove(&r->link);
    t->queue_count--;
    t->in_flight = r;
    int r2 = ipc_channel_call(ch, r->command, r->message, r->size, 0, on_reply, r, err);
    if (r2 == 0)
        (void)timer_start(&t->slow, t->loop, REQUEST_UNRESPONSIVE_MS, 0, on_slow, t);
    return r2;
}

/* Connect mode: nobody listens at the socket any more. */
static bool means_dead(int code)
{
    return code == -ECONNREFUSED || code == -ENOENT;
}

static void on_start(void *user)
{
    pump(user);
}

/*
 * Starts the next request if there is one, nothing is in flight and a connection can be had. After
 * a failure it goes on from the loop, later: whoever is told may ask again at once, and that must
 * not become a circle.
 */
static void pump(struct target *t)
{
    struct error err;

    if (t->in_flight || list_empty(&t->queue))
        return;
    struct target_request *r = container_of(t->queue.next, struct target_request, link);
    struct ipc_channel *ch = take_channel(t, &err);
    if (ch && launch(r, ch, &err) == 0)
        return;
    if (!ch && err.code == 0)
        return; /* Listen mode: the runtime will offer a connection */
    if (!ch && means_dead(err.code)) {
        target_set_gone(t);
        return;
    }
    (void)timer_start(&t->start, t->loop, RETRY_MS, 0, on_start, t);
    if (err.code !=
        -EAGAIN) /* a full backlog: the server thread is stuck, and the deadlines decide */
        end_with(r, err.code, err.text);
}

int target_request_start(struct target *t, enum ipc_command command, const void *message,
                         size_t size, enum request_place place, uint64_t deadline_ms,
                         void (*on_done)(void *user, const struct ipc_outcome *outcome), void *user,
                         struct target_request **ret, struct error *err)
{
    if (t->gone)
        return error_set(err, -ESRCH, "the process has ended");
    /* What goes first is ours (resume, dump) and few; what waits in line comes from clients. */
    if (place == REQUEST_LAST && t->queue_count >= LIMIT_TARGET_QUEUE)
        return error_set(err, -ENOBUFS, "%u requests wait for this process already",
                         t->queue_count);
    struct target_request *r = calloc(1, sizeof *r);
    if (!r || !(r->message = malloc(size ? size : 1))) {
        free(r);
        return error_set(err, -ENOMEM, "%s", ipc_command_info(command)->name);
    }
    memcpy(r->message, message, size);
    r->size = size;
    list_init(&r->link);
    r->target = t;
    r->command = command;
    r->on_done = on_done;
    r->user = user;
    if (deadline_ms)
        (void)timer_start(&r->deadline, t->loop, deadline_ms, 0, on_deadline, r);
    list_append(place == REQUEST_FIRST ? t->queue.next : &t->queue, &r->link);
    t->queue_count++;
    if (ret)
        *ret = r;
    /* From the loop: the caller must have its pointer before on_done can come. */
    if (!t->in_flight && t->queue_count == 1 && !timer_active(&t->start))
        (void)timer_start(&t->start, t->loop, 0, 0, on_start, t);
    return 0;
}

int target_request_empty(struct target *t, enum ipc_command command, enum request_place place,
                         uint64_t deadline_ms,
                         void (*on_done)(void *user, const struct ipc_outcome *outcome), void *user,
                         struct target_request **ret, struct error *err)
{
    uint8_t message[IPC_HEADER_SIZE];
    struct writer out = writer_of(message, sizeof message);

    if (ipc_command_encode_empty(&out, command) != WIRE_OK)
        return error_set(err, -EINVAL, "%s needs a payload", ipc_command_info(command)->name);
    return target_request_start(t, command, message, out.size, place, deadline_ms, on_done, user,
                                ret, err);
}

bool target_request_is_sent(const struct target_request *r)
{
    return r->target->in_flight == r && ipc_channel_is_sent(r->channel);
}

void target_request_cancel(struct target_request *r)
{
    struct target *t = r->target;

    if (target_request_is_sent(r)) {
        orphan(r);
        return;
    }
    bool was_in_flight = t->in_flight == r;
    detach(r);
    request_free(r);
    if (was_in_flight && !t->gone) {
        check_presence(t);
        (void)timer_start(&t->start, t->loop, 0, 0, on_start, t);
    }
}

bool target_is_dumping(const struct target *t)
{
    return t->in_flight &&
           ipc_command_info(t->in_flight->command)->payload == IPC_PAYLOAD_CORE_DUMP;
}

static bool is_stopped(pid_t pid)
{
    struct procfs_stat st;
    struct error err;

    return pid && procfs_stat(pid, &st, &err) == 0 && (st.state == 'T' || st.state == 't');
}

static void on_grace_over(void *user)
{
    struct target *t = user;

    if (t->in_flight || !list_empty(&t->idle))
        return;
    if (!is_stopped(t->host_pid)) {
        target_set_gone(t);
        return;
    }
    mark_silent(t, 0);
    check_presence(t); /* stopped in the moment between two connections: it will come back */
}

/* Listen mode: without any connection the process has a while to come back. */
static void check_presence(struct target *t)
{
    if (t->socket_path)
        return;
    if (t->in_flight || !list_empty(&t->idle))
        timer_stop(&t->grace);
    else if (!timer_active(&t->grace))
        (void)timer_start(&t->grace, t->loop, TARGET_GRACE_MS, 0, on_grace_over, t);
}

static void drop_idle(struct target *t, struct ipc_channel *ch)
{
    t->idle_count--;
    ipc_channel_free(ch);
}

static void on_idle_closed(void *user, struct ipc_channel *ch)
{
    struct target *t = user;

    drop_idle(t, ch);
    check_presence(t);
}

void target_offer(struct target *t, struct ipc_channel *ch)
{
    list_append(&t->idle, ipc_channel_link(ch));
    t->idle_count++;
    ipc_channel_watch_idle(ch, on_idle_closed, t);
    /* Older ones stay until the runtime closes them (FACTS section 3), but not without bound. */
    if (t->idle_count > IDLE_CHANNELS_MAX)
        drop_idle(t, ipc_channel_from_link(t->idle.next));
    check_presence(t);
    pump(t);
}

void target_requests_end(struct target *t)
{
    timer_stop(&t->slow);
    timer_stop(&t->grace);
    timer_stop(&t->start);
    while (t->in_flight)
        end_with(t->in_flight, -ESRCH, "the process has ended");
    while (!list_empty(&t->queue))
        end_with(container_of(t->queue.next, struct target_request, link), -ESRCH,
                 "the process has ended");
    while (!list_empty(&t->idle))
        drop_idle(t, ipc_channel_from_link(t->idle.next));
}
