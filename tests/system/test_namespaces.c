/*
 * A host agent (Connect mode, ScanProcesses): an app in mount and pid namespaces of its own is
 * found through /proc, by the pid that the host sees, and dumped, also when it is stopped.
 */
#include <limits.h>
#include <signal.h>
#include <unistd.h>

#include "tests/support/core_file.h"
#include "tests/support/dotnet.h"
#include "tests/support/files.h"
#include "tests/support/world.h"

/* Only processes of our own `unshare` count: the machine may run others. */
static uint64_t listed_child(const struct portside *p, pid_t parent)
{
    const cJSON *list = json_of(portside_get(p, "/processes"));

    for (const cJSON *it = list ? list->child : NULL; it; it = it->next) {
        pid_t pid = (pid_t)cJSON_GetObjectItem(it, "pid")->valuedouble;
        if (proc_status_number(pid, "PPid") == parent)
            return (uint64_t)pid;
    }
    return 0;
}

/* The app's temp folder is a mount that nobody else sees. */
static struct proc *start_inside(const char *folder, const char *user)
{
    char here[PATH_MAX];

    REQUIRE(getcwd(here, sizeof here) != NULL);
    const char *script =
        world_text("mount -t tmpfs -o mode=1777 none %s && cd / && exec setpriv %s "
                   "env -i PATH=\"$PATH\" HOME=/ TMPDIR=%s "
                   "ASPNETCORE_URLS=http://127.0.0.1:0 %s/build/apps/web9/web",
                   folder, user, folder, here);
    const char *argv[] = {
        "unshare",       "-m",      "-p", "--fork", "--kill-child", "--mount-proc",
        "--propagation", "private", "sh", "-c",     script,         NULL};

    return proc_spawn(
        &(struct proc_options){.argv = argv, .output = world_text("%s/../app.log", folder)});
}

/* Not in a chroot, nor where mounts are forbidden. */
static bool can_unshare(void)
{
    const char *argv[] = {"unshare",       "-m",      "-p",   "--fork", "--mount-proc",
                          "--propagation", "private", "true", NULL};
    const char *output;

    if (proc_run(&(struct proc_options){.argv = argv}, 5000, &output) == 0)
        return true;
    world_skip("no namespaces can be made here (unshare -m -p)");
    return false;
}

static void dump_twice(const char *user)
{
    if (!dotnet_have("web9") || !dotnet_need_root() || !can_unshare())
        return;
    struct portside *p = portside_start(&(struct portside_options){
        .connect = true, .env = {"DotnetMonitor_DiagnosticPort__ScanProcesses=true"}});
    struct proc *outer = start_inside(files_mkdir(p->dir, "private", 0777, 0), user);
    const char *file = world_text("%s/inside.dmp", p->dir);
    uint64_t pid;

    REQUIRE(WAIT_UNTIL(20000, (pid = listed_child(p, outer->pid)) != 0));
    struct http_request request = {
        .url = world_text("%s/dump?type=Mini&pid=%d", p->base, (int)pid),
        .save_to = file,
        .timeout_ms = 60000,
    };
    const struct http *h = http_run(&request);
    CHECK_AT(files_read(file, NULL), h->status == 200 && h->result == CURLE_OK);
    CHECK(core_file_whole(file));

    REQUIRE(kill((pid_t)pid, SIGSTOP) == 0);
    REQUIRE(WAIT_UNTIL(5000, proc_state((pid_t)pid) == 'T'));
    h = http_run(&request);
    CHECK_AT(files_read(file, NULL), h->status == 200 && h->result == CURLE_OK);
    CHECK(core_file_whole(file));
    REQUIRE(kill((pid_t)pid, SIGCONT) == 0);
    CHECK(portside_nothing_left(p));
    proc_kill_group(outer);
    CHECK(WAIT_UNTIL(10000, listed_child(p, outer->pid) == 0));
}

static void test_user(void)
{
    dump_twice("--reuid 1000 --regid 1000 --clear-groups");
}

/* Root, but with less than we have: its createdump must not get more. */
static void test_narrowed_root(void)
{
    dump_twice("--bounding-set -all,+chown,+kill --inh-caps -all");
}

WORLD_SUITE("system/namespaces", {"an app of uid 1000", test_user},
            {"an app of a narrowed root", test_narrowed_root})
