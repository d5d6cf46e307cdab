/* Apps that live 300 ms, and a daemon that dies while apps are suspended on its port. */
#include <signal.h>

#include "tests/support/dotnet.h"
#include "tests/support/world.h"

/* A sanitizer keeps freed memory for a while; the daemon is built as this test is. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define RSS_SLACK_KIB (64 * 1024)
#else
#define RSS_SLACK_KIB 512
#endif

enum {
    BATCHES = 20,
    BATCH = 10, /* 200 apps in all */
    APP_MS = 300,
    BATCH_DEADLINE_MS = 60000,
};

static void run_batch(const struct portside *p, int number)
{
    struct dotnet_app *apps[BATCH];
    int64_t end = clock_monotonic_ms() + BATCH_DEADLINE_MS;

    for (int i = 0; i < BATCH; i++)
        apps[i] = dotnet_start(
            &(struct dotnet_options){.name = "brief10", .port = p->socket, .arg = "300"});
    for (int i = 0; i < BATCH; i++) {
        int64_t left = end - clock_monotonic_ms();
        bool ended = proc_wait(apps[i]->proc, left > 0 ? (int)left : 0);

        CHECK_AT(world_text("batch %d, app %d ended", number, i), ended);
        CHECK_AT(world_text("batch %d, app %d: %d", number, i, proc_exit_code(apps[i]->proc)),
                 proc_exit_code(apps[i]->proc) == 0);
    }
}

static void test_two_hundred(void)
{
    if (!dotnet_have("brief10"))
        return;
    struct portside *p = portside_start(NULL);
    int fds = proc_fd_count(p->proc->pid);
    long rss = 0;

    for (int i = 0; i < BATCHES; i++) {
        run_batch(p, i);
        if (i == 1) /* the first rounds fill pools and the allocator's arenas */
            rss = proc_status_number(p->proc->pid, "VmRSS");
    }
    CHECK(portside_wait_count(p, 0, 5000));
    CHECK(WAIT_UNTIL(5000, proc_fd_count(p->proc->pid) <= fds));
    long rss_after = proc_status_number(p->proc->pid, "VmRSS");
    CHECK_AT(world_text("RSS %ld KiB, then %ld KiB", rss, rss_after),
             rss_after <= rss + RSS_SLACK_KIB);
    CHECK(portside_stop(p) == 0);
}

/* The app's connection is in the backlog of a daemon that never reads it and is then killed. */
static void test_killed_before_it_reads(void)
{
    if (!dotnet_have("brief10"))
        return;
    struct portside *p = portside_start(NULL);

    proc_signal(p->proc, SIGSTOP);
    REQUIRE(WAIT_UNTIL(5000, proc_state(p->proc->pid) == 'T'));
    struct dotnet_app *app =
        dotnet_start(&(struct dotnet_options){.name = "brief10", .port = p->socket, .arg = "300"});
    /* Suspended: it prints nothing and does not end. */
    world_pause_ms(1500);
    CHECK(!proc_wait(app->proc, 0));
    proc_kill_group(p->proc);
    (void)portside_start(&(struct portside_options){.dir = p->dir});
    CHECK(proc_wait(app->proc, 15000));
    CHECK(proc_exit_code(app->proc) == 0);
}

/* Killed at one moment after another of the app's start and handshake. */
static void test_killed_in_handshake(void)
{
    static const int delays_ms[] = {20, 35, 45, 55, 65, 80, 100};

    if (!dotnet_have("brief10"))
        return;
    struct portside *p = portside_start(NULL);
    for (size_t i = 0; i < sizeof delays_ms / sizeof delays_ms[0]; i++) {
        struct dotnet_app *app = dotnet_start(
            &(struct dotnet_options){.name = "brief10", .port = p->socket, .arg = "300"});

        world_pause_ms(delays_ms[i]); /* the moment is what is varied */
        proc_kill_group(p->proc);
        p = portside_start(&(struct portside_options){.dir = p->dir});
        CHECK_AT(world_text("killed after %d ms", delays_ms[i]), proc_wait(app->proc, 15000));
        CHECK_AT(world_text("killed after %d ms", delays_ms[i]), proc_exit_code(app->proc) == 0);
    }
}

/* The daemon comes later than the app, and goes: the app lives on. */
static void test_daemon_goes(void)
{
    if (!dotnet_have("web10"))
        return;
    struct portside *p = portside_start(NULL);
    struct dotnet_app *app = dotnet_web(p, "web10", 0);

    CHECK(portside_stop(p) == 0);
    CHECK(dotnet_says_hello(app));
    struct portside *again = portside_start(&(struct portside_options){.dir = p->dir});
    CHECK(portside_wait_count(again, 1, 5000));
    CHECK(portside_get(again, "/env")->status == 200);
    proc_kill_group(again->proc);
    CHECK(dotnet_says_hello(app));
}

WORLD_SUITE("system/brief_apps", {"two hundred", test_two_hundred},
            {"killed before it reads", test_killed_before_it_reads},
            {"killed in the handshake", test_killed_in_handshake},
            {"the daemon goes", test_daemon_goes})
