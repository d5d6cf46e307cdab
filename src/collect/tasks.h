/*
 * collect/tasks.h - the threads of a process, as /proc tells them.
 */
#pragma once

#include <stdint.h>
#include <sys/types.h>

enum { TASK_COMM_SIZE = 16 };

struct task {
    int folder;                /* /proc/PID/task/TID, open for the visit */
    uint64_t id;               /* in the process's own pid namespace */
    char comm[TASK_COMM_SIZE]; /* its name; "" when it is that of the process: nobody gave it one */
};

/* Calls `visit` for each; returns how many. 0: out of sight. Reads files: not for the loop thread.
 */
size_t tasks_visit(pid_t pid, void (*visit)(void *user, const struct task *task), void *user);

/* The first bytes of a file of the task's, as text without its last newline; "" when closed to us.
 * Returns `text`. */
char *task_read(const struct task *task, const char *file, char *text, size_t capacity);

/* Of /proc/PID/task/TID/stat. */
struct task_times {
    char state;     /* 'R' running, 'S' sleeping, 'T' stopped...; '?': closed to us */
    uint64_t ticks; /* of user and system */
};

struct task_times task_times(const struct task *task);
