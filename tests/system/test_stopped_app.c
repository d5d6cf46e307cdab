/*
 * An app that is stopped (SIGSTOP): silence is not death. PORTSIDE_STOP_SECONDS in the environment
 * makes the stop longer (30 is the promise); 8 s are enough to see every state.
 */
#include <signal.h>
#include <stdlib.h>

#include "tests/support/core_file.h"
#include "tests/support/dotnet.h"
#include "tests/support/files.h"
#include "tests/support/world.h"

static int stop_ms(void)
{
    const char *s = getenv("PORTSIDE_STOP_SECONDS");
    int64_t seconds = s ? strtol(s, NULL, 10) : 8;

    return (int)(seconds > 0 && seconds < 600 ? seconds : 8) * 1000;
}

static void stop_app(struct dotnet_app *app)
{
    proc_signal(app->proc, SIGSTOP);
    REQUIRE(WAIT_UNTIL(5000, proc_state(app->proc->pid) == 'T'));
}

static void test_listed_and_marked(void)
{
    if (!dotnet_have("web10"))
        return;
    struct portside *p = portside_start(NULL);
    struct dotnet_app *app = dotnet_web(p, "web10", 0);
    uint64_t pid = (uint64_t)app->proc->pid;
    int64_t end = clock_monotonic_ms() + stop_ms();
    bool marked = false, listed = true;

    stop_app(app);
    struct http *env = http_start(&(struct http_request){.url = world_text("%s/env", p->base),
                                                         .timeout_ms = stop_ms() + 30000});
    while (clock_monotonic_ms() < end) {
        const cJSON *it = portside_listed(p, pid);

        listed = listed && it;
        marked = marked || json_at(it, "unresponsiveSince");
        world_pause_ms(50);
    }
    CHECK_AT("never left the list", listed);
    CHECK(marked);
    proc_signal(app->proc, SIGCONT);
    CHECK(http_wait(env, 30000));
    CHECK(WAIT_UNTIL(10000, portside_get(p, "/env")->status == 200));
    CHECK(WAIT_UNTIL(10000, portside_listed(p, pid) &&
                                !json_at(portside_listed(p, pid), "unresponsiveSince")));
    CHECK(dotnet_says_hello(app));
}

/* No answer to be had from the runtime: its own createdump does the work from outside. */
static void test_dump_of_a_stopped_app(void)
{
    if (!dotnet_have("web10") || !dotnet_have("clrmd"))
        return;
    struct portside *p = portside_start(NULL);
    struct dotnet_app *app = dotnet_web(p, "web10", 0);
    const char *file = world_text("%s/stopped.dmp", p->dir);

    stop_app(app);
    const struct http *h = http_run(&(struct http_request){
        .url = world_text("%s/dump?type=Mini", p->base), .save_to = file, .timeout_ms = 60000});
    CHECK_AT(files_read(file, NULL), h->status == 200 && h->result == CURLE_OK);
    CHECK(core_file_whole(file));
    CHECK(core_file_opens(file, NULL, false));
    CHECK_AT("stopped still", proc_state(app->proc->pid) == 'T');
    CHECK(portside_nothing_left(p));
    proc_signal(app->proc, SIGCONT);
    CHECK(dotnet_wait_hello(app, 10000));
    CHECK(WAIT_UNTIL(10000, portside_get(p, "/env")->status == 200));
}

WORLD_SUITE("system/stopped_app", {"listed and marked", test_listed_and_marked},
            {"dump of a stopped app", test_dump_of_a_stopped_app})
