#include <signal.h>

#include "src/base/limits.h"
#include "src/base/log.h"
#include "src/target/attach.h"
#include "tests/support/proc.h"
#include "tests/unit/target/runtime_end.h"

enum { WAITED_MS = 30 };

static void test_resume_first(void)
{
    struct watched *w = watched_new();
    int fd = offer(w);

    target_attach(w->target);
    CHECK(next_command(w, fd, LOOP_MS) == FAKE_RESUME);
    CHECK(!w->target->resumed && w->settled == 0 && w->target->waited_ms == -1);
    loop_for(w->loop, WAITED_MS);
    answer_ok(fd);
    fd = offer(w);
    CHECK(next_command(w, fd, LOOP_MS) == FAKE_INFO3);
    CHECK(w->target->resumed && w->target->waited_ms >= WAITED_MS);
    answer_command(fd, FAKE_INFO3, "/usr/bin/dotnet x.dll");
    CHECK(LOOP_UNTIL(w->loop, LOOP_MS, w->settled == 1));
    CHECK(strcmp(w->target->info.name, "dotnet") == 0);
    CHECK(strcmp(w->target->info.command_line, "/usr/bin/dotnet x.dll") == 0);
    CHECK(strcmp(w->target->info.os, "Linux") == 0 && w->target->settled);
    watched_end(w);
}

/* Somebody has something to do before: who it is is asked first, and the resume comes when the last
 * has let go. */
static void test_held(void)
{
    struct watched *w = watched_new();
    int fd = offer(w);

    target_hold(w->target);
    target_hold(w->target);
    target_attach(w->target);
    CHECK(next_command(w, fd, LOOP_MS) == FAKE_INFO3);
    answer_command(fd, FAKE_INFO3, "/usr/bin/dotnet x.dll");
    CHECK(LOOP_UNTIL(w->loop, LOOP_MS, w->settled == 1) && w->target->told);
    target_release(w->target);
    fd = offer(w);
    CHECK(next_command(w, fd, 200) == NO_COMMAND);
    target_release(w->target);
    CHECK(next_command(w, fd, LOOP_MS) == FAKE_RESUME);
    watched_end(w);
}

/* Nobody holds it for ever. */
static void test_held_too_long(void)
{
    struct watched *w = watched_new();
    int fd = offer(w);
    int64_t before = clock_monotonic_ms();

    log_set_level(LOG_LEVEL_NONE);
    target_hold(w->target);
    target_attach(w->target);
    CHECK(next_command(w, fd, LOOP_MS) == FAKE_INFO3);
    answer_command(fd, FAKE_INFO3, "/usr/bin/dotnet x.dll");
    for (int command = FAKE_INFO3; command == FAKE_INFO3;) {
        fd = offer(w);
        command = next_command(w, fd, 3 * TARGET_HOLD_MS);
        CHECK(command == FAKE_RESUME || command == FAKE_INFO3);
        if (command == FAKE_INFO3)
            answer_command(fd, FAKE_INFO3, "/usr/bin/dotnet x.dll");
    }
    CHECK(clock_monotonic_ms() - before >= TARGET_HOLD_MS - 100);
    target_release(w->target);
    watched_end(w);
}

/* Its first answer does not come: that does not stand in the way of the resume. */
static void test_held_and_silent(void)
{
    struct watched *w = watched_new();
    int fd = offer(w);

    target_hold(w->target);
    target_attach(w->target);
    CHECK(next_command(w, fd, LOOP_MS) == FAKE_INFO3);
    target_release(w->target);
    loop_for(w->loop, TARGET_HELD_ASK_MS + 100);
    fd = offer(w);
    CHECK(next_command(w, fd, LOOP_MS) == FAKE_RESUME);
    watched_end(w);
}

enum ending { END_HANG_UP, END_GARBAGE, END_HALF };

static void break_off(int fd, enum ending how)
{
    if (how == END_GARBAGE)
        CHECK(send(fd, "garbage of more than twenty bytes", 33, MSG_NOSIGNAL) == 33);
    if (how == END_HALF)
        CHECK(send(fd, "DOTNET_IPC", 10, MSG_NOSIGNAL) == 10);
    (void)shutdown(fd, SHUT_RDWR);
}

/* A broken connection: the runtime may not have heard, so it is told again, before all else. */
static void test_resume_again(void)
{
    struct watched *w = watched_new();
    int fd = offer(w);

    target_attach(w->target);
    for (int how = END_HANG_UP; how <= END_HALF; how++) {
        CHECK(next_command(w, fd, LOOP_MS) == FAKE_RESUME);
        break_off(fd, (enum ending)how);
        fd = offer(w);
    }
    CHECK(next_command(w, fd, LOOP_MS) == FAKE_RESUME);
    answer_ok(fd);
    fd = offer(w);
    CHECK(next_command(w, fd, LOOP_MS) == FAKE_INFO3);
    watched_end(w);
}

/* A refusal means that it was not waiting. */
static void test_resume_refused(void)
{
    struct watched *w = watched_new();
    int fd = offer(w);

    target_attach(w->target);
    CHECK(next_command(w, fd, LOOP_MS) == FAKE_RESUME);
    answer_error(fd, FAKE_E_FAIL);
    fd = offer(w);
    CHECK(next_command(w, fd, LOOP_MS) == FAKE_INFO3);
    CHECK(w->target->resumed && w->target->waited_ms == -1);
    watched_end(w);
}

/* Whatever fails beside it: a queue that is full of others' requests must not cost the resume. */
static void test_resume_despite_full_queue(void)
{
    static struct asked a[LIMIT_TARGET_QUEUE];
    struct watched *w = watched_new();
    int fd = offer(w), command;

    memset(a, 0, sizeof a);
    target_attach(w->target);
    CHECK(next_command(w, fd, LOOP_MS) == FAKE_RESUME);
    while (w->target->queue_count < LIMIT_TARGET_QUEUE)
        REQUIRE(ask_for(w, &a[w->target->queue_count], IPC_PROCESS_INFO, REQUEST_LAST, 0) == 0);
    break_off(fd, END_HANG_UP);
    bool resumed = false;
    for (int i = 0; i < LIMIT_TARGET_QUEUE + 2 && !resumed; i++) {
        fd = offer(w);
        command = next_command(w, fd, 500);
        if (command == NO_COMMAND)
            break;
        resumed = command == FAKE_RESUME;
        answer_command(fd, command, NULL);
    }
    CHECK(resumed);
    watched_end(w);
}

static void test_info_fallback(void)
{
    struct watched *w = watched_new();
    static const int commands[] = {FAKE_INFO3, FAKE_INFO2, FAKE_INFO1};
    int fd = offer(w);

    target_attach(w->target);
    CHECK(next_command(w, fd, LOOP_MS) == FAKE_RESUME);
    answer_ok(fd);
    for (size_t i = 0; i < COUNT_OF(commands); i++) {
        fd = offer(w);
        CHECK(next_command(w, fd, LOOP_MS) == commands[i]);
        CHECK(w->settled == 0);
        if (i < 2)
            answer_error(fd, FAKE_UNKNOWN_COMMAND);
        else
            answer_command(fd, FAKE_INFO1, "/app/old");
    }
    CHECK(LOOP_UNTIL(w->loop, LOOP_MS, w->settled == 1));
    CHECK(strcmp(w->target->info.name, "old") == 0);
    CHECK(strcmp(w->target->info.entry_assembly, "unknown") == 0);
    CHECK(strcmp(w->target->info.clr_version, "unknown") == 0);
    CHECK(w->target->info_revision == 1);
    watched_end(w);
}

/* Not even the oldest is known: it is listed all the same, and not asked in a circle. */
static void test_info_unknown(void)
{
    struct watched *w = watched_new();
    int fd = offer(w), asked = 0;
    int64_t before = clock_monotonic_ms();

    target_attach(w->target);
    CHECK(next_command(w, fd, LOOP_MS) == FAKE_RESUME);
    answer_ok(fd);
    while (w->settled == 0 && clock_monotonic_ms() - before < LOOP_MS) {
        fd = offer(w);
        if (next_command(w, fd, 200) != NO_COMMAND) {
            asked++;
            answer_error(fd, FAKE_UNKNOWN_COMMAND);
        }
    }
    CHECK(w->settled == 1 && asked >= 3 && asked <= 5);
    CHECK(clock_monotonic_ms() - before >= TARGET_SETTLE_MS - 100);
    CHECK(strcmp(w->target->info.name, "unknown") == 0);
    watched_end(w);
}

/* Silent from the start: listed after TARGET_SETTLE_MS, and once only. */
static void test_settle_timeout(void)
{
    struct watched *w = watched_new();
    int64_t before = clock_monotonic_ms();
    int fd = offer(w);

    target_attach(w->target);
    CHECK(LOOP_UNTIL(w->loop, LOOP_MS, w->settled == 1));
    int64_t took = clock_monotonic_ms() - before;
    CHECK(took >= TARGET_SETTLE_MS - 50 && took < LOOP_MS);
    CHECK(next_command(w, fd, LOOP_MS) == FAKE_RESUME);
    answer_ok(fd);
    fd = offer(w);
    CHECK(next_command(w, fd, LOOP_MS) == FAKE_INFO3);
    answer_command(fd, FAKE_INFO3, "/app/late");
    CHECK(LOOP_UNTIL(w->loop, LOOP_MS, strcmp(w->target->info.name, "late") == 0));
    CHECK(w->settled == 1 && w->gone == 0);
    watched_end(w);
}

/* A broken answer is asked for again soon, and the process is not lost for it. */
static void test_broken_info(void)
{
    struct watched *w = watched_new();
    int fd = offer(w);

    target_attach(w->target);
    CHECK(next_command(w, fd, LOOP_MS) == FAKE_RESUME);
    answer_ok(fd);
    fd = offer(w);
    CHECK(next_command(w, fd, LOOP_MS) == FAKE_INFO3);
    answer_ok(fd); /* four bytes are no ProcessInfo */
    fd = offer(w);
    CHECK(next_command(w, fd, TARGET_FIRST_REFRESH_MS + 2000) == FAKE_INFO3);
    answer_command(fd, FAKE_INFO3, "/app/web");
    CHECK(LOOP_UNTIL(w->loop, LOOP_MS, w->settled == 1));
    watched_end(w);
}

static void test_refresh(void)
{
    struct watched *w = watched_new();
    int fd = offer(w);

    target_attach(w->target);
    CHECK(next_command(w, fd, LOOP_MS) == FAKE_RESUME);
    answer_ok(fd);
    fd = offer(w);
    CHECK(next_command(w, fd, LOOP_MS) == FAKE_INFO3);
    answer_command(fd, FAKE_INFO3, "/app/web");
    fd = offer(w);
    CHECK(next_command(w, fd, TARGET_REFRESH_MS + 2000) == FAKE_INFO3);
    answer_command(fd, FAKE_INFO3, "/app/web --now with arguments");
    CHECK(LOOP_UNTIL(w->loop, LOOP_MS,
                     strcmp(w->target->info.command_line, "/app/web --now with arguments") == 0));
    CHECK(w->settled == 1 && w->told == 1);
    watched_end(w);
}

static void test_ping(void)
{
    struct watched *w = watched_new();
    struct asked a = {0}, b = {0};
    struct error err;
    int fd = offer(w);

    CHECK(target_ping(w->target, 0, on_asked, &a, &a.request, &err) == 0);
    CHECK(next_command(w, fd, LOOP_MS) == FAKE_INFO3);
    answer_command(fd, FAKE_INFO3, NULL);
    CHECK(LOOP_UNTIL(w->loop, LOOP_MS, a.done == 1) && a.code == 0);
    CHECK(target_ping(w->target, 50, on_asked, &b, &b.request, &err) == 0);
    CHECK(LOOP_UNTIL(w->loop, LOOP_MS, b.done == 1) && b.code == -ETIMEDOUT);
    watched_end(w);
}

static void test_exit_seen(void)
{
    static const char *const argv[] = {"sleep", "1000", NULL};
    struct watched *w = watched_new();
    struct proc *p = proc_spawn(&(struct proc_options){.argv = argv});

    (void)offer(w);
    w->target->host_pid = p->pid;
    target_attach(w->target);
    target_watch_exit(w->target);
    loop_for(w->loop, 30);
    CHECK(w->gone == 0);
    int64_t before = clock_monotonic_ms();
    proc_signal(p, SIGKILL);
    CHECK(LOOP_UNTIL(w->loop, LOOP_MS, w->gone == 1));
    CHECK_AT("at once, not after a grace", clock_monotonic_ms() - before < TARGET_GRACE_MS);
    loop_end(w->loop);
}

/* Out of sight: nothing to watch, nothing lost. */
static void test_exit_out_of_sight(void)
{
    struct watched *w = watched_new();

    target_watch_exit(w->target);
    CHECK(w->target->pidfd == -1);
    watched_end(w);
}

WORLD_SUITE("target/attach", {"resume first", test_resume_first}, {"held", test_held},
            {"held too long", test_held_too_long}, {"held and silent", test_held_and_silent},
            {"resume again", test_resume_again}, {"resume refused", test_resume_refused},
            {"resume despite full queue", test_resume_despite_full_queue},
            {"info fallback", test_info_fallback}, {"info unknown", test_info_unknown},
            {"settle timeout", test_settle_timeout}, {"broken info", test_broken_info},
            {"refresh", test_refresh}, {"ping", test_ping}, {"exit seen", test_exit_seen},
            {"exit out of sight", test_exit_out_of_sight})
