#include "tests/support/proc.h"

#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <linux/close_range.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "src/base/cleanup.h"
#include "tests/support/files.h"
#include "tests/support/world.h"

enum { ENV_MAX = 256 };

static const char *const kept_names[] = {
    "PATH=", "LANG=", "ASAN_OPTIONS=", "UBSAN_OPTIONS=", "TSAN_OPTIONS=", "LSAN_OPTIONS="};

static bool is_kept(const char *entry)
{
    for (size_t i = 0; i < sizeof kept_names / sizeof kept_names[0]; i++) {
        if (strncmp(entry, kept_names[i], strlen(kept_names[i])) == 0)
            return true;
    }
    return false;
}

static bool same_name(const char *a, const char *b)
{
    size_t n = strcspn(a, "=");

    return strncmp(a, b, n) == 0 && b[n] == '=';
}

static size_t env_put(const char **out, size_t n, const char *entry)
{
    for (size_t i = 0; i < n; i++) {
        if (same_name(out[i], entry)) {
            out[i] = entry;
            return n;
        }
    }
    REQUIRE(n + 1 < ENV_MAX);
    out[n] = entry;
    return n + 1;
}

static const char **build_env(const struct proc_options *o)
{
    const char **out = world_alloc(ENV_MAX * sizeof *out);
    size_t n = 0;

    for (char **e = environ; *e; e++) {
        if (!o->clean_env || is_kept(*e))
            n = env_put(out, n, *e);
    }
    for (const char *const *e = o->env; e && *e; e++)
        n = env_put(out, n, *e);
    return out;
}

static void become(const struct proc_options *o)
{
    if (o->uid && (setgroups(0, NULL) != 0 || setresgid(o->uid, o->uid, o->uid) != 0 ||
                   setresuid(o->uid, o->uid, o->uid) != 0))
        _exit(126);
    /* After the change of uid: the kernel forgets the setting there. */
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (o->cwd && chdir(o->cwd) != 0)
        _exit(126);
}

static void unblock_signals(void)
{
    sigset_t none;

    (void)sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
    (void)signal(SIGPIPE, SIG_DFL);
}

struct child_fds {
    int in, out, err;
};

__attribute__((noreturn)) static void run_child(const struct proc_options *o, const char **env,
                                                const struct child_fds *fds)
{
    (void)setpgid(0, 0);
    unblock_signals();
    if (dup2(fds->in, 0) < 0 || dup2(fds->out, 1) < 0 || dup2(fds->err, 2) < 0)
        _exit(126);
    /* Nothing of the test's own environment reaches the child: tests count its descriptors. */
    (void)close_range(3, UINT_MAX, CLOSE_RANGE_CLOEXEC);
    become(o);
    (void)execvpe(o->argv[0], (char *const *)(uintptr_t)o->argv, (char *const *)(uintptr_t)env);
    static const char message[] = "cannot be executed: ";
    (void)!write(2, message, sizeof message - 1);
    (void)!write(2, o->argv[0], strlen(o->argv[0]));
    _exit(127);
}

static void end_proc(void *arg)
{
    struct proc *p = arg;

    proc_close_stdin(p);
    (void)kill(-p->pid, SIGKILL);
    if (!p->ended)
        (void)waitpid(p->pid, &p->status, 0);
    close_fd(&p->pidfd);
    free(p);
}

static int open_output(const char *path)
{
    int fd =
        open(path ? path : "/dev/null", O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0644);

    REQUIRE(fd >= 0);
    if (path)
        world_show_on_failure(path);
    return fd;
}

struct proc *proc_spawn(const struct proc_options *o)
{
    const char **env = build_env(o);
    int in[2] = {-1, -1};
    cleanup(close_fd) int out = open_output(o->output);
    cleanup(close_fd) int err = o->errors ? open_output(o->errors) : dup(out);
    struct proc *p = calloc(1, sizeof *p);

    REQUIRE(p && err >= 0 && (!o->stdin_pipe || pipe2(in, O_CLOEXEC) == 0));
    if (!o->stdin_pipe)
        in[0] = open("/dev/null", O_RDONLY | O_CLOEXEC);
    p->output = o->output;
    p->stdin_fd = in[1];
    (void)fflush(stdout);
    p->pid = fork();
    if (p->pid == 0)
        run_child(o, env, &(struct child_fds){in[0], out, err});
    close_fd(&in[0]);
    REQUIRE(p->pid > 0);
    (void)setpgid(p->pid, p->pid);
    p->pidfd = pidfd_open(p->pid, 0);
    world_at_end(end_proc, p);
    return p;
}

static bool wait_exactly(struct proc *p, int ms)
{
    struct pollfd fd = {.fd = p->pidfd, .events = POLLIN};

    if (!p->ended && poll(&fd, 1, ms) == 1)
        p->ended = waitpid(p->pid, &p->status, WNOHANG) == p->pid;
    return p->ended;
}

bool proc_wait(struct proc *p, int ms)
{
    return wait_exactly(p, WORLD_PATIENCE * ms);
}

int proc_exit_code(const struct proc *p)
{
    if (!p->ended)
        return -1;
    return WIFEXITED(p->status) ? WEXITSTATUS(p->status) : 128 + WTERMSIG(p->status);
}

void proc_signal(struct proc *p, int signal)
{
    if (!p->ended)
        (void)kill(p->pid, signal);
}

void proc_kill_group(struct proc *p)
{
    (void)kill(-p->pid, SIGKILL);
    (void)proc_wait(p, 5000);
}

void proc_close_stdin(struct proc *p)
{
    close_fd(&p->stdin_fd);
    p->stdin_fd = -1;
}

const char *proc_output(const struct proc *p)
{
    const char *text = p->output ? files_read(p->output, NULL) : NULL;

    return text ? text : "";
}

int proc_run(const struct proc_options *o, int ms, const char **ret_output)
{
    struct proc *p = proc_spawn(o);

    if (!wait_exactly(p, ms))
        proc_kill_group(p);
    else if (ret_output)
        *ret_output = proc_output(p);
    return WIFSIGNALED(p->status) && WTERMSIG(p->status) == SIGKILL ? -1 : proc_exit_code(p);
}

int proc_fd_count(pid_t pid)
{
    char path[64];

    (void)snprintf(path, sizeof path, "/proc/%d/fd", (int)pid);
    return files_count(path);
}

long proc_status_number(pid_t pid, const char *key)
{
    char path[64], line[256];
    size_t n = strlen(key);

    (void)snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
    cleanup(close_file) FILE *f = fopen(path, "re");
    while (f && fgets(line, sizeof line, f)) {
        if (strncmp(line, key, n) == 0 && line[n] == ':')
            return strtol(line + n + 1, NULL, 10);
    }
    return -1;
}

char proc_state(pid_t pid)
{
    char path[64], line[1024];

    (void)snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    cleanup(close_file) FILE *f = fopen(path, "re");
    const char *end = f && fgets(line, sizeof line, f) ? strrchr(line, ')') : NULL;
    return end && end[1] == ' ' ? end[2] : '?';
}
