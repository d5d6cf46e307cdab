#include "src/collect/enter.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "src/base/cleanup.h"
#include "src/base/text.h"
#include "src/target/procfs.h"

enum { CANNOT_RUN = 126, KILLED = 128, NAMESPACES = 6 };

/* The mount namespace comes last: after it our /proc is gone. A user namespace of its own is
 * refused: there the ids mean something else. */
static const char *const namespaces[NAMESPACES] = {"cgroup", "ipc", "uts", "net", "pid", "mnt"};

struct place {
    int fds[NAMESPACES]; /* -1: the same as ours */
    struct procfs_status process;
};

static int complain(const char *what)
{
    (void)fprintf(stderr, "enter: %s: %s\n", what, strerror(errno));
    return -1;
}

static bool is_same_namespace(int fd, const char *name)
{
    char path[64];
    struct stat theirs, ours;

    (void)snprintf(path, sizeof path, "/proc/self/ns/%s", name);
    return fstat(fd, &theirs) == 0 && stat(path, &ours) == 0 && theirs.st_ino == ours.st_ino &&
           theirs.st_dev == ours.st_dev;
}

static int open_namespace(pid_t pid, const char *name)
{
    char path[64];

    (void)snprintf(path, sizeof path, "/proc/%d/ns/%s", (int)pid, name);
    return open(path, O_RDONLY | O_CLOEXEC);
}

static int look(pid_t pid, struct place *ret)
{
    struct error err;
    cleanup(close_fd) int user = open_namespace(pid, "user");

    if (user < 0 || !is_same_namespace(user, "user")) {
        errno = EPERM;
        return complain("the process has a user namespace of its own");
    }
    if (procfs_status(pid, &ret->process, &err) < 0)
        return complain(err.text);
    for (size_t i = 0; i < NAMESPACES; i++) {
        ret->fds[i] = open_namespace(pid, namespaces[i]);
        if (ret->fds[i] < 0)
            return complain(namespaces[i]);
        if (is_same_namespace(ret->fds[i], namespaces[i])) {
            close_fd(&ret->fds[i]);
            ret->fds[i] = -1;
        }
    }
    return 0;
}

static int move(const struct place *place)
{
    for (size_t i = 0; i < NAMESPACES; i++) {
        if (place->fds[i] >= 0 && setns(place->fds[i], 0) < 0)
            return complain(namespaces[i]);
    }
    return chdir("/") < 0 ? complain("chdir /") : 0;
}

static int set_capabilities(uint64_t permitted)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct data[2] = {
        {.effective = (uint32_t)permitted, .permitted = (uint32_t)permitted},
        {.effective = (uint32_t)(permitted >> 32), .permitted = (uint32_t)(permitted >> 32)},
    };

    return (int)syscall(SYS_capset, &header, data);
}

/* Before there is a child in the target's pid namespace, where its own processes could trace it:
 * keep only what the target could have and what it takes to change the user. A root process that
 * executes a program gets its bounding set, so that is cut as well. */
static int shed(const struct procfs_status *process)
{
    const uint64_t change_user = 1ull << CAP_SETUID | 1ull << CAP_SETGID;

    for (unsigned cap = 0; cap <= CAP_LAST_CAP; cap++) {
        if (!(process->bounding >> cap & 1) && prctl(PR_CAPBSET_READ, cap) == 1 &&
            prctl(PR_CAPBSET_DROP, cap) < 0)
            return complain("drop capabilities");
    }
    (void)prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
    if (prctl(PR_SET_DUMPABLE, 0) < 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
        set_capabilities(process->bounding | change_user) < 0)
        return complain("drop capabilities");
    return 0;
}

static int become(const struct procfs_status *process)
{
    if (setgroups(0, NULL) < 0 || setresgid(process->gid, process->gid, process->gid) < 0 ||
        setresuid(process->uid, process->uid, process->uid) < 0)
        return complain("become the process's user");
    return 0;
}

/* `parent` brings a byte once the parent is known to live: if it was killed before this child could
 * ask to be told (PR_SET_PDEATHSIG, which a change of user clears), the pipe is at its end, and
 * nobody wants the dump any more. */
static int run(const struct procfs_status *process, char **program, int parent)
{
    char path[] = "PATH=/usr/bin:/bin", byte;
    char *environment[] = {path, NULL};

    if (become(process) < 0 || prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || read(parent, &byte, 1) != 1)
        return CANNOT_RUN;
    (void)execve(program[0], program, environment);
    (void)complain(program[0]);
    return CANNOT_RUN;
}

int enter_main(char **argv)
{
    struct place place;
    int64_t pid;
    int status;

    if (!argv[0] || !argv[1] || !text_to_i64(argv[0], 1, INT_MAX, &pid)) {
        (void)fprintf(stderr, "usage: portside " ENTER_COMMAND " PID PROGRAM [ARG...]\n");
        return CANNOT_RUN;
    }
    if (look((pid_t)pid, &place) < 0 || move(&place) < 0)
        return CANNOT_RUN;
    int ends[2];
    if (shed(&place.process) < 0 || pipe2(ends, O_CLOEXEC) < 0)
        return CANNOT_RUN;
    pid_t child = fork(); /* only a child is in the pid namespace that was entered */
    if (child == 0) {
        (void)close(ends[1]);
        _exit(run(&place.process, argv + 1, ends[0]));
    }
    if (child < 0 || write(ends[1], "", 1) != 1 || waitpid(child, &status, 0) < 0) {
        (void)complain("fork");
        return CANNOT_RUN;
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : KILLED + WTERMSIG(status);
}
