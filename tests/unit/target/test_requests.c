#include <signal.h>
#include <sys/un.h>

#include "src/base/limits.h"
#include "src/target/requests.h"
#include "tests/support/files.h"
#include "tests/support/proc.h"
#include "tests/unit/target/runtime_end.h"

enum { INFO = FAKE_INFO1, ENV = FAKE_ENV, RESUME = FAKE_RESUME, SHORT_MS = 60 };

static void test_order(void)
{
    struct watched *w = watched_new();
    struct asked a = {0}, b = {0}, c = {0};
    const int want[] = {RESUME, INFO, ENV};

    ended_so_far = 0;
    CHECK(ask_for(w, &a, IPC_PROCESS_INFO, REQUEST_LAST, 0) == 0);
    CHECK(ask_for(w, &b, IPC_PROCESS_ENVIRONMENT, REQUEST_LAST, 0) == 0);
    CHECK(ask_for(w, &c, IPC_RESUME_RUNTIME, REQUEST_FIRST, 0) == 0);
    for (size_t i = 0; i < 3; i++) {
        int fd = offer(w);
        int command = next_command(w, fd, LOOP_MS);
        CHECK(command == want[i]);
        CHECK_AT("one in flight", w->target->in_flight && w->target->queue_count == 2 - i);
        answer_command(fd, command, NULL);
        CHECK(LOOP_UNTIL(w->loop, LOOP_MS, ended_so_far == i + 1));
    }
    CHECK(c.order == 1 && a.order == 2 && b.order == 3);
    CHECK(a.code == 0 && b.code == 0 && c.code == 0);
    watched_end(w);
}

/* One in flight at a time, also when more connections are there. */
static void test_one_in_flight(void)
{
    struct watched *w = watched_new();
    struct asked a = {0}, b = {0};
    int first = offer(w), second = offer(w);

    CHECK(ask_for(w, &a, IPC_PROCESS_INFO, REQUEST_LAST, 0) == 0);
    CHECK(ask_for(w, &b, IPC_RESUME_RUNTIME, REQUEST_LAST, 0) == 0);
    CHECK_AT("the newest connection", next_command(w, second, LOOP_MS) == INFO);
    CHECK(next_command(w, first, SHORT_MS) == NO_COMMAND && w->target->queue_count == 1);
    answer_command(second, INFO, NULL);
    CHECK(next_command(w, first, LOOP_MS) == RESUME);
    answer_ok(first);
    CHECK(LOOP_UNTIL(w->loop, LOOP_MS, b.done == 1) && a.done == 1 && b.code == 0);
    watched_end(w);
}

/* The runtime's own closing of older offers is no end of the process. */
static void test_offers_keep_the_newest(void)
{
    struct watched *w = watched_new();
    int ends[10];
    int open = 0;

    for (int i = 0; i < 10; i++)
        ends[i] = offer(w);
    for (int i = 0; i < 10; i++)
        open += !is_closed(ends[i]);
    CHECK_AT("bounded", open >= 1 && open < 10 && w->target->idle_count == (unsigned)open);
    CHECK_AT("the newest is kept", !is_closed(ends[9]));
    for (int i = 0; i < 9; i++)
        (void)shutdown(ends[i], SHUT_RDWR);
    CHECK(LOOP_UNTIL(w->loop, LOOP_MS, w->target->idle_count == 1));
    loop_for(w->loop, TARGET_GRACE_MS + 300);
    CHECK(w->gone == 0);
    watched_end(w);
}

static void test_deadline_while_waiting(void)
{
    struct watched *w = watched_new();
    struct asked a = {0}, b = {0};
    int fd = offer(w);

    CHECK(ask_for(w, &a, IPC_PROCESS_INFO, REQUEST_LAST, 0) == 0);
    CHECK(next_command(w, fd, LOOP_MS) == INFO);
    CHECK(ask_for(w, &b, IPC_PROCESS_ENVIRONMENT, REQUEST_LAST, SHORT_MS) == 0);
    CHECK(LOOP_UNTIL(w->loop, LOOP_MS, b.done == 1));
    CHECK(b.code == -ETIMEDOUT && a.done == 0 && w->target->queue_count == 0);
    CHECK_AT("marked", w->target->unresponsive_since != 0);
    CHECK_AT("the connection is left alone", !is_closed(fd));
    answer_command(fd, INFO, NULL);
    CHECK(LOOP_UNTIL(w->loop, LOOP_MS, a.done == 1) && a.code == 0);
    CHECK_AT("it answers again", w->target->unresponsive_since == 0);
    watched_end(w);
}

/* The owner is told, but the question stays: nothing else is asked before the answer. */
static void test_deadline_in_flight(void)
{
    struct watched *w = watched_new();
    struct asked a = {0}, b = {0};
    int fd = offer(w), other = offer(w);

    CHECK(ask_for(w, &a, IPC_PROCESS_INFO, REQUEST_LAST, SHORT_MS) == 0);
    CHECK(next_command(w, other, LOOP_MS) == INFO);
    CHECK(LOOP_UNTIL(w->loop, LOOP_MS, a.done == 1) && a.code == -ETIMEDOUT);
    CHECK(!is_closed(other) && w->target->in_flight && w->target->unresponsive_since != 0);
    CHECK(ask_for(w, &b, IPC_RESUME_RUNTIME, REQUEST_LAST, 0) == 0);
    CHECK(next_command(w, fd, SHORT_MS) == NO_COMMAND);
    answer_command(other, INFO, NULL);
    CHECK(next_command(w, fd, LOOP_MS) == RESUME);
    CHECK(w->target->unresponsive_since == 0);
    answer_ok(fd);
    CHECK(LOOP_UNTIL(w->loop, LOOP_MS, b.done == 1) && b.code == 0 && a.done == 1);
    watched_end(w);
}

static void test_cancel(void)
{
    struct watched *w = watched_new();
    struct asked a = {0}, b = {0}, c = {0};

    CHECK(ask_for(w, &a, IPC_PROCESS_INFO, REQUEST_LAST, 0) == 0);
    CHECK(ask_for(w, &b, IPC_PROCESS_ENVIRONMENT, REQUEST_LAST, SHORT_MS) == 0);
    CHECK(ask_for(w, &c, IPC_RESUME_RUNTIME, REQUEST_LAST, 0) == 0);
    int fd = offer(w);
    CHECK(next_command(w, fd, LOOP_MS) == INFO);
    target_request_cancel(b.request);
    target_request_cancel(a.request);
    CHECK_AT("in flight it goes on", w->target->in_flight && !is_closed(fd));
    int second = offer(w);
    CHECK(next_command(w, second, 2 * SHORT_MS) == NO_COMMAND);
    answer_command(fd, INFO, NULL);
    CHECK(next_command(w, second, LOOP_MS) == RESUME);
    answer_ok(second);
    CHECK(LOOP_UNTIL(w->loop, LOOP_MS, c.done == 1));
    CHECK(a.done == 0 && b.done == 0);
    watched_end(w);
}

/* An end that cancels the request behind it. */
static void test_cancel_inside(void)
{
    struct watched *w = watched_new();
    struct asked a = {0}, b = {0};
    int fd = offer(w);

    (void)offer(w);
    CHECK(ask_for(w, &a, IPC_PROCESS_INFO, REQUEST_LAST, 0) == 0);
    CHECK(ask_for(w, &b, IPC_RESUME_RUNTIME, REQUEST_LAST, 0) == 0);
    a.cancel_inside = b.request;
    target_set_gone(w->target);
    CHECK(a.done == 1 && a.code == -ESRCH && b.done == 0 && w->gone == 1);
    CHECK(is_closed(fd));
    loop_end(w->loop);
}

static void test_gone(void)
{
    struct watched *w = watched_new();
    struct asked a[5] = {0};
    struct asked late = {0};
    int fd = offer(w), idle = offer(w);

    struct target *held = target_ref(w->target);
    for (int i = 0; i < 5; i++)
        CHECK(ask_for(w, &a[i], IPC_PROCESS_INFO, REQUEST_LAST, (uint64_t)i * 10000) == 0);
    CHECK(next_command(w, idle, LOOP_MS) == INFO);
    target_set_gone(held);
    for (int i = 0; i < 5; i++)
        CHECK(a[i].done == 1 && a[i].code == -ESRCH);
    CHECK(w->gone == 1 && held->gone && is_closed(fd) && is_closed(idle));
    target_set_gone(held);
    CHECK_AT("told once", w->gone == 1);
    w->target = held;
    CHECK(ask_for(w, &late, IPC_PROCESS_INFO, REQUEST_LAST, 0) == -ESRCH);
    watched_end(w);
    CHECK(late.done == 0);
}

/* Whoever asked drops the last reference when told. */
static void test_last_unref_inside(void)
{
    struct watched *w = watched_new();
    struct asked a = {0};

    CHECK(ask_for(w, &a, IPC_PROCESS_INFO, REQUEST_LAST, 0) == 0);
    a.unref_inside = target_ref(w->target);
    int fd = offer(w);
    CHECK(next_command(w, fd, LOOP_MS) == INFO);
    w->target = target_unref(w->target);
    answer_command(fd, INFO, NULL);
    CHECK(LOOP_UNTIL(w->loop, LOOP_MS, a.done == 1) && !a.unref_inside);
    loop_end(w->loop);
    CHECK(w->gone == 0);
}

static void test_full_queue(void)
{
    struct watched *w = watched_new();
    static struct asked a[LIMIT_TARGET_QUEUE], more;

    for (int i = 0; i < LIMIT_TARGET_QUEUE; i++)
        CHECK(ask_for(w, &a[i], IPC_PROCESS_INFO, REQUEST_LAST, 0) == 0);
    CHECK(ask_for(w, &more, IPC_PROCESS_INFO, REQUEST_LAST, 0) == -ENOBUFS);
    target_request_cancel(a[7].request);
    CHECK(ask_for(w, &more, IPC_PROCESS_INFO, REQUEST_LAST, 0) == 0);
    target_set_gone(w->target);
    CHECK(more.done == 1 && a[7].done == 0 && a[63].done == 1);
    loop_end(w->loop);
}

static void test_needs_payload(void)
{
    struct watched *w = watched_new();
    struct asked a = {0};

    CHECK(ask_for(w, &a, IPC_COLLECT_TRACING, REQUEST_LAST, 0) == -EINVAL);
    watched_end(w);
}

/* Without any connection: not gone before the grace, gone soon after. */
static void test_grace(void)
{
    struct watched *w = watched_new();
    int fd = offer(w);

    loop_turn(w->loop);
    int64_t before = clock_monotonic_ms();
    (void)shutdown(fd, SHUT_RDWR);
    CHECK(LOOP_UNTIL(w->loop, LOOP_MS, w->gone == 1));
    CHECK(clock_monotonic_ms() - before >= TARGET_GRACE_MS - 50);
    loop_end(w->loop);
}

/* A runtime that comes back in time, again and again, stays. */
static void test_grace_comes_back(void)
{
    struct watched *w = watched_new();

    for (int i = 0; i < 4; i++) {
        int fd = offer(w);
        loop_turn(w->loop);
        (void)shutdown(fd, SHUT_RDWR);
        loop_for(w->loop, TARGET_GRACE_MS / 2);
        CHECK(w->gone == 0);
    }
    (void)offer(w);
    loop_for(w->loop, TARGET_GRACE_MS + 300);
    CHECK(w->gone == 0);
    watched_end(w);
}

/* Stopped by a signal between two connections: it cannot come back now, but is not dead. */
static void test_grace_of_a_stopped_process(void)
{
    static const char *const argv[] = {"sleep", "1000", NULL};
    struct watched *w = watched_new();
    struct proc *p = proc_spawn(&(struct proc_options){.argv = argv});
    int fd = offer(w);

    w->target->host_pid = p->pid;
    proc_signal(p, SIGSTOP);
    REQUIRE(WAIT_UNTIL(LOOP_MS, proc_state(p->pid) == 'T'));
    (void)shutdown(fd, SHUT_RDWR);
    loop_for(w->loop, 2 * TARGET_GRACE_MS + 500);
    CHECK(w->gone == 0 && w->target->unresponsive_since != 0);
    proc_signal(p, SIGKILL);
    CHECK(LOOP_UNTIL(w->loop, LOOP_MS, w->gone == 1));
    loop_end(w->loop);
}

static void test_slow(void)
{
    struct watched *w = watched_new();
    struct asked a = {0};
    int fd = offer(w);
    int64_t before = clock_now_ticks();

    CHECK(ask_for(w, &a, IPC_PROCESS_INFO, REQUEST_LAST, 0) == 0);
    CHECK(next_command(w, fd, LOOP_MS) == INFO && w->target->unresponsive_since == 0);
    CHECK(
        LOOP_UNTIL(w->loop, REQUEST_UNRESPONSIVE_MS + LOOP_MS, w->target->unresponsive_since != 0));
    int64_t since = w->target->unresponsive_since;
    CHECK(since >= before - 5000000 && since <= before + 20000000);
    CHECK_AT("marked, never dropped", a.done == 0 && w->gone == 0);
    answer_error(fd, FAKE_E_FAIL);
    CHECK(LOOP_UNTIL(w->loop, LOOP_MS, a.done == 1) && a.code == -EREMOTEIO);
    CHECK(w->target->unresponsive_since == 0);
    watched_end(w);
}

/* Connect mode: each request makes a connection; nobody listening means that it is gone. */
static void test_connect_mode(void)
{
    struct watched *w = watched_new();
    const char *dir = files_tmpdir();
    struct fake_runtime *r = fake_runtime_start(&(struct fake_options){.folder = dir});
    struct asked a = {0}, b = {0}, c = {0};

    w->target->socket_path = strdup(world_text("%s/dotnet-diagnostic-%d-%llu-socket", dir,
                                               (int)getpid(), fake_start_time(getpid())));
    CHECK(ask_for(w, &a, IPC_PROCESS_INFO, REQUEST_LAST, 0) == 0);
    CHECK(ask_for(w, &b, IPC_PROCESS_INFO, REQUEST_LAST, 0) == 0);
    CHECK(LOOP_UNTIL(w->loop, LOOP_MS, b.done == 1) && a.code == 0 && b.code == 0);
    CHECK(fake_runtime_connections(r) == 2);
    loop_for(w->loop, TARGET_GRACE_MS + 300);
    CHECK_AT("no connection is no sign of its end", w->gone == 0);
    fake_runtime_stop(r);
    CHECK(ask_for(w, &c, IPC_PROCESS_INFO, REQUEST_LAST, 0) == 0);
    CHECK(LOOP_UNTIL(w->loop, LOOP_MS, c.done == 1) && c.code == -ESRCH && w->gone == 1);
    loop_end(w->loop);
}

static void test_is_dumping(void)
{
    struct watched *w = watched_new();
    struct asked a = {0};
    struct error err;

    CHECK(!target_is_dumping(w->target));
    CHECK(target_request_start(w->target, IPC_GENERATE_CORE_DUMP3, "01234567890123456789", 20,
                               REQUEST_LAST, 0, on_asked, &a, NULL, &err) == 0);
    CHECK_AT("not while it waits", !target_is_dumping(w->target));
    int fd = offer(w);
    CHECK(LOOP_UNTIL(w->loop, LOOP_MS, target_is_dumping(w->target)));
    answer_error(fd, FAKE_E_FAIL);
    CHECK(LOOP_UNTIL(w->loop, LOOP_MS, a.done == 1) && !target_is_dumping(w->target));
    watched_end(w);
}

WORLD_SUITE("target/requests", {"order", test_order}, {"one in flight", test_one_in_flight},
            {"offers keep the newest", test_offers_keep_the_newest},
            {"deadline while waiting", test_deadline_while_waiting},
            {"deadline in flight", test_deadline_in_flight}, {"cancel", test_cancel},
            {"cancel inside", test_cancel_inside}, {"gone", test_gone},
            {"last unref inside", test_last_unref_inside}, {"full queue", test_full_queue},
            {"needs payload", test_needs_payload}, {"grace", test_grace},
            {"grace: comes back", test_grace_comes_back},
            {"grace of a stopped process", test_grace_of_a_stopped_process}, {"slow", test_slow},
            {"connect mode", test_connect_mode}, {"is dumping", test_is_dumping})
