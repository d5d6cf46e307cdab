/*
 * support/proc.h - child processes that cannot outlive the test.
 *
 * A child runs in its own process group, dies with the test program (PR_SET_PDEATHSIG), and is
 * killed with its group when the test has ended. Its output goes to a file: nothing has to be
 * drained. Children are started from the test's main thread only.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct proc_options {
    const char *const *argv; /* NULL-ended; argv[0] is looked up in PATH */
    const char *const *env;  /* NULL-ended "K=V"; the last of a name wins; NULL: none */
    bool clean_env;          /* nothing inherited but PATH, LANG and sanitizer settings */
    const char *cwd;         /* NULL: inherited */
    const char *output;      /* file for stdout and stderr, truncated; NULL: /dev/null */
    const char *errors;      /* file for stderr alone; NULL: goes with stdout */
    uid_t uid;               /* 0: not changed; else uid and gid of the child, no other groups */
    bool stdin_pipe;         /* proc_close_stdin() then ends the child's standard input */
};

struct proc {
    pid_t pid;
    int pidfd, stdin_fd;
    bool ended;
    int status; /* as of waitpid(), once ended */
    const char *output;
};

/* Never NULL: a failure to start ends the test. Exec failure shows as exit code 127. */
struct proc *proc_spawn(const struct proc_options *o);

/* True once the process has ended; waits at most WORLD_PATIENCE times `ms`. */
bool proc_wait(struct proc *p, int ms);

/* Its exit code, or 128 + signal number. -1 while it runs. */
int proc_exit_code(const struct proc *p);

/* Signals the process, or with `group` its whole group. */
void proc_signal(struct proc *p, int signal);
void proc_kill_group(struct proc *p);
void proc_close_stdin(struct proc *p);

/* What it printed until now; lives until the test has ended. */
const char *proc_output(const struct proc *p);

/* Runs to its end, within `ms`; the exit code, or -1 when it had to be killed. */
int proc_run(const struct proc_options *o, int ms, const char **ret_output);

/* Facts from /proc; -1 (state: '?') when the process is gone. */
int proc_fd_count(pid_t pid);
long proc_status_number(pid_t pid, const char *key); /* "VmRSS" in KiB, "Threads" */
char proc_state(pid_t pid);
