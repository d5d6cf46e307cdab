/*
 * Real apps on the diagnostic port outlive every end of the monitor, and the next monitor at the
 * same place has them again (OUTPUT_CONTRACT sections 1, 4 and 7).
 */
#include <signal.h>

#include "tests/support/dotnet.h"
#include "tests/support/files.h"
#include "tests/support/world.h"

enum { GONE_MS = 1500, BACK_MS = 15000 };

static void by_stdin(struct portside *p)
{
    proc_close_stdin(p->proc);
}

static void by_term(struct portside *p)
{
    proc_signal(p->proc, SIGTERM);
}

static void by_kill(struct portside *p)
{
    proc_signal(p->proc, SIGKILL);
}

static const struct {
    const char *label;
    void (*end)(struct portside *p);
    int code;
} ends[] = {
    {"standard input", by_stdin, 0},
    {"SIGTERM", by_term, 0},
    {"SIGKILL", by_kill, 128 + SIGKILL},
};

static struct portside *start(const char *dir)
{
    return portside_start(&(struct portside_options){
        .dir = dir, .stdin_pipe = true, .args = {"--exit-on-stdin-disconnect"}});
}

static bool knows_entry(const struct portside *p)
{
    const cJSON *info = json_of(portside_get(p, "/process"));

    return info && strcmp(json_text(info, "managedEntryPointAssemblyName"), "web") == 0;
}

static void test_ends(void)
{
    if (!dotnet_have("web10"))
        return;
    const char *dir = files_tmpdir();
    (void)files_mkdir(dir, "tmp", 01777, 0);
    struct portside *p = start(dir);
    struct dotnet_app *app = dotnet_web(p, "web10", 0);

    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        CHECK_AT(ends[i].label, portside_get(p, "/dump?type=Mini")->status == 200);
        ends[i].end(p);
        CHECK_AT(ends[i].label, proc_wait(p->proc, 10000));
        CHECK_AT(ends[i].label, proc_exit_code(p->proc) == ends[i].code);
        CHECK_AT("the app lives", !proc_wait(app->proc, 0) && dotnet_says_hello(app));
        p = start(dir);
        CHECK_AT("it is back", portside_wait_count(p, 1, BACK_MS));
        CHECK_AT(ends[i].label, WAIT_UNTIL(BACK_MS, knows_entry(p)));
    }
    proc_signal(app->proc, SIGKILL);
    REQUIRE(proc_wait(app->proc, 5000));
    CHECK_AT("an ended app is no longer listed", portside_wait_count(p, 0, GONE_MS));
}

WORLD_SUITE("system/monitor_ends", {"ends", test_ends})
