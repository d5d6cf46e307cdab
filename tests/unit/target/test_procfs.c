#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "src/base/cleanup.h"
#include "src/target/procfs.h"
#include "tests/support/fake_wire.h"
#include "tests/support/files.h"
#include "tests/support/proc.h"
#include "tests/support/world.h"

enum { WAIT_MS = 10000, NO_SUCH_PID = 0x7ffffff0 };

static struct proc *sleeper(const char *const *env, uid_t uid)
{
    static const char *const argv[] = {"sleep", "1000", NULL};
    struct proc *p =
        proc_spawn(&(struct proc_options){.argv = argv, .env = env, .clean_env = true, .uid = uid});
    const char *comm = world_text("/proc/%d/comm", (int)p->pid), *text = NULL;

    REQUIRE(WAIT_UNTIL(WAIT_MS,
                       (text = files_read(comm, NULL)) != NULL && strcmp(text, "sleep\n") == 0));
    return p;
}

static void test_stat(void)
{
    struct procfs_stat st = {0};
    struct error err;

    CHECK(procfs_stat(getpid(), &st, &err) == 0);
    CHECK(st.state == 'R' && st.start_ticks == fake_start_time(getpid()));
    struct proc *p = sleeper(NULL, 0);
    CHECK(procfs_stat(p->pid, &st, &err) == 0 && st.start_ticks == fake_start_time(p->pid));
    CHECK(WAIT_UNTIL(WAIT_MS, procfs_stat(p->pid, &st, &err) == 0 && st.state == 'S'));
    proc_signal(p, SIGSTOP);
    CHECK(WAIT_UNTIL(WAIT_MS, procfs_stat(p->pid, &st, &err) == 0 && st.state == 'T'));
    proc_signal(p, SIGKILL);
    CHECK(WAIT_UNTIL(WAIT_MS, procfs_stat(p->pid, &st, &err) == 0 && st.state == 'Z'));
}

/* The program's name is in the line, and may hold what ends it. */
static void test_stat_of_hostile_name(void)
{
    static const char *const names[] = {") R 1 1", "a b) (c", "))))", "x\ny"};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const char *path = world_text("%s/%s", files_tmpdir(), names[i]);
        const char *const argv[] = {path, "1000", NULL};
        struct procfs_stat st = {0}, own;
        struct error err;
        REQUIRE(symlink("/bin/sleep", path) == 0);
        CHECK(procfs_stat(getpid(), &own, &err) == 0);
        struct proc *p = proc_spawn(&(struct proc_options){.argv = argv});
        CHECK_AT(names[i],
                 WAIT_UNTIL(2000, procfs_stat(p->pid, &st, &err) == 0 && st.state == 'S'));
        CHECK_AT(names[i], st.start_ticks >= own.start_ticks);
    }
}

static void test_status(void)
{
    struct procfs_status st = {0};
    struct error err;

    CHECK(procfs_status(getpid(), &st, &err) == 0);
    CHECK(st.uid == geteuid() && st.gid == getegid() && st.namespace_pid == getpid());
    CHECK(st.memory_bytes > 100 * 1024 && st.memory_bytes < 1ull << 40);
    if (geteuid() != 0)
        return;
    struct proc *p = sleeper(NULL, 1654);
    CHECK(procfs_status(p->pid, &st, &err) == 0 && st.uid == 1654 && st.gid == 1654);
}

static void test_environment(void)
{
    static const char *const env[] = {"TMPDIR=/a b", "EMPTY=", "TMPDIRX=no", "XTMPDIR=no", NULL};
    struct proc *p = sleeper(env, 0);
    cleanup(free_str) char *found = procfs_environment_variable(p->pid, "TMPDIR");
    cleanup(free_str) char *empty = procfs_environment_variable(p->pid, "EMPTY");

    CHECK(found && strcmp(found, "/a b") == 0);
    CHECK(empty && empty[0] == '\0');
    CHECK(procfs_environment_variable(p->pid, "TMP") == NULL);
    CHECK(procfs_environment_variable(p->pid, "NONE") == NULL);
}

static void test_mapping(void)
{
    cleanup(free_str) char *folder = NULL, *none = NULL;
    char self[4096];
    struct error err = {0};
    ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);

    REQUIRE(n > 0);
    self[n] = '\0';
    char *slash = strrchr(self, '/');
    *slash = '\0';
    CHECK(procfs_folder_of_mapping(getpid(), slash + 1, &folder, &err) == 0);
    CHECK(folder && strcmp(folder, self) == 0);
    CHECK(procfs_folder_of_mapping(getpid(), "libcoreclr.so", &none, &err) == -ENOENT);
    CHECK(err.code == -ENOENT && none == NULL);
    CHECK_AT("no part of a name", procfs_folder_of_mapping(getpid(), slash + 2, &none, &err) < 0);
}

static void test_no_such_process(void)
{
    struct procfs_stat stat;
    struct procfs_status status;
    char *folder = NULL;
    struct error err = {0};

    CHECK(procfs_stat(NO_SUCH_PID, &stat, &err) < 0 && err.code < 0 && err.text[0]);
    CHECK(procfs_status(NO_SUCH_PID, &status, &err) < 0);
    CHECK(procfs_environment_variable(NO_SUCH_PID, "PATH") == NULL);
    CHECK(procfs_folder_of_mapping(NO_SUCH_PID, "x", &folder, &err) < 0 && !folder);
    CHECK(!procfs_same_mounts(NO_SUCH_PID));
}

static void test_mounts(void)
{
    static const char *const argv[] = {"unshare", "-m", "sleep", "1000", NULL};
    struct proc *near = sleeper(NULL, 0);

    CHECK(procfs_same_mounts(getpid()) && procfs_same_mounts(near->pid));
    struct proc *far = proc_spawn(&(struct proc_options){.argv = argv});
    const char *comm = world_text("/proc/%d/comm", (int)far->pid), *text = NULL;
    if (!WAIT_UNTIL(2000,
                    (text = files_read(comm, NULL)) != NULL && strcmp(text, "sleep\n") == 0)) {
        world_skip("unshare -m does not work here");
        return;
    }
    CHECK(!procfs_same_mounts(far->pid));
}

WORLD_SUITE("target/procfs", {"stat", test_stat},
            {"stat of hostile name", test_stat_of_hostile_name}, {"status", test_status},
            {"environment", test_environment}, {"mapping", test_mapping},
            {"no such process", test_no_such_process}, {"mounts", test_mounts})
