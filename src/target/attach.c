#include "src/target/attach.h"

#include <errno.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "proto/ipc/reply.h"
#include "src/base/clock.h"
#include "src/base/events.h"
#include "src/target/requests.h"

/* By revision; the newest that the runtime knows is asked (3 since .NET 8). */
static const enum ipc_command info_commands[] = {
    [1] = IPC_PROCESS_INFO,
    [2] = IPC_PROCESS_INFO2,
    [3] = IPC_PROCESS_INFO3,
};

static void ask(struct target *t);
static void resume(struct target *t);

static void settle(struct target *t)
{
    timer_stop(&t->settle);
    if (t->settled)
        return;
    t->settled = true;
    t->events.on_settled(t->events.user, t);
}

static void on_settle_late(void *user)
{
    settle(user);
}

static void on_refresh(void *user)
{
    resume(user); /* nothing, unless it could not be sent before */
    ask(user);
}

static void refresh_in(struct target *t, uint64_t ms)
{
    (void)timer_start(&t->refresh, t->loop, ms, 0, on_refresh, t);
}

static void on_info(void *user, const struct ipc_outcome *outcome)
{
    struct target *t = user;
    struct ipc_process_info info;
    struct cursor in = {outcome->payload, outcome->payload_size, false};

    t->ask = NULL;
    if (outcome->code == -ESRCH)
        return;
    if (outcome->code == -EREMOTEIO && outcome->hresult == IPC_E_UNKNOWN_COMMAND &&
        t->info_revision > 1) {
        t->info_revision--;
        ask(t);
        return;
    }
    bool told =
        outcome->code == 0 && ipc_process_info_decode(&in, t->info_revision, &info) == WIRE_OK;
    bool named =
        told && guid_is_zero(&t->cookie); /* found by a scan, and has told only now who it is */
    if (told) {
        target_set_info(t, &info);
        ipc_process_info_deinit(&info);
    }
    refresh_in(t, t->settled ? TARGET_REFRESH_MS : TARGET_FIRST_REFRESH_MS);
    if (named && t->settled)
        t->events.on_settled(t->events.user, t);
    if (told && t->settled)
        t->events.on_told(t->events.user, t);
    if (told)
        settle(t);
}

/* No deadline: a silent runtime keeps the question, and is marked by the queue. But nothing stands
 * for ever between a suspended one and its resume. */
static void ask(struct target *t)
{
    struct error err;
    uint64_t deadline = t->holds && !t->resumed ? TARGET_HELD_ASK_MS : 0;

    if (t->ask)
        return;
    if (target_request_empty(t, info_commands[t->info_revision], REQUEST_LAST, deadline, on_info, t,
                             &t->ask, &err) < 0)
        refresh_in(t, TARGET_REFRESH_MS);
}

static void on_resumed(void *user, const struct ipc_outcome *outcome)
{
    struct target *t = user;

    t->resume = NULL;
    /* A refusal means that it was not waiting; a broken connection means that it may not have
     * heard. */
    if (outcome->code == 0)
        t->waited_ms = clock_monotonic_ms() - t->attached_at;
    if (outcome->code == 0 || outcome->code == -EREMOTEIO)
        t->resumed = true;
    else if (outcome->code != -ESRCH)
        resume(t);
}

static void resume(struct target *t)
{
    struct error err;

    /* In Connect mode nobody waits for us: a runtime suspended on its default port was started so
     * for another tool. */
    if (!t->resume && !t->resumed && !t->socket_path && (!t->holds || t->holds_over))
        (void)target_request_empty(t, IPC_RESUME_RUNTIME, REQUEST_FIRST, 0, on_resumed, t,
                                   &t->resume, &err);
    target_unblock_resume(t);
}

static void on_hold_late(void *user)
{
    struct target *t = user;

    t->holds_over = true;
    if (!t->resumed && !t->gone)
        log_event(&event_hold_over, LOG_NUMBER("pid", (int64_t)t->pid), {"name", t->info.name},
                  LOG_NUMBER("seconds", TARGET_HOLD_MS / 1000));
    resume(t);
}

void target_hold(struct target *t)
{
    /* Without a timer it could last for ever. */
    if (t->holds++ == 0 && !t->holds_over && !t->socket_path && !t->gone &&
        timer_start(&t->hold, t->loop, TARGET_HOLD_MS, 0, on_hold_late, t) < 0)
        t->holds_over = true;
}

void target_release(struct target *t)
{
    if (--t->holds)
        return;
    timer_stop(&t->hold);
    if (!t->gone)
        resume(t);
}

void target_attach(struct target *t)
{
    t->attached_at = clock_monotonic_ms();
    (void)timer_start(&t->settle, t->loop, TARGET_SETTLE_MS, 0, on_settle_late, t);
    ask(t);
    resume(t);
}

static void on_exit_seen(void *user, int events)
{
    (void)events;
    target_set_gone(user);
}

void target_watch_exit(struct target *t)
{
    struct error err;

    if (t->host_pid <= 0)
        return;
    t->pidfd = (int)syscall(SYS_pidfd_open, t->host_pid, 0); /* close-on-exec by definition */
    if (t->pidfd >= 0)
        (void)watch_start(&t->exit_watch, t->loop, t->pidfd, UV_READABLE, on_exit_seen, t, &err);
}

int target_ping(struct target *t, uint64_t deadline_ms,
                void (*on_done)(void *user, const struct ipc_outcome *outcome), void *user,
                struct target_request **ret, struct error *err)
{
    return target_request_empty(t, info_commands[t->info_revision], REQUEST_LAST, deadline_ms,
                                on_done, user, ret, err);
}

void target_attach_end(struct target *t)
{
    timer_stop(&t->settle);
    timer_stop(&t->refresh);
    timer_stop(&t->hold);
    if (t->ask)
        target_request_cancel(t->ask);
    if (t->resume)
        target_request_cancel(t->resume);
    t->ask = t->resume = NULL;
    watch_stop(&t->exit_watch);
    if (t->pidfd >= 0)
        (void)close(t->pidfd);
    t->pidfd = -1;
}
