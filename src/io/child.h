/*
 * io/child.h - runs another program, keeps the first of what it prints, reports its exit.
 */
#pragma once

#include <uv.h>

#include "src/base/error.h"

struct child;

enum { CHILD_OUTPUT_SIZE = 800 };

struct child_result {
    int64_t exit_status;
    int signal;                     /* 0 unless killed by one */
    char output[CHILD_OUTPUT_SIZE]; /* the first lines of standard output and error */
};

/* The user to run it as; needs root. */
struct child_user {
    uid_t uid;
    gid_t gid;
};

/* Starts argv[0] with no standard input and next to no environment; `as` NULL: as ourselves.
 * `on_exit` comes exactly once, later, unless child_abandon() is called first; the child is gone
 * after it returns. */
int child_start(uv_loop_t *loop, char *const argv[], const struct child_user *as,
                void (*on_exit)(void *user, const struct child_result *result), void *user,
                struct child **ret, struct error *err);

/* The same for a program that the user of this one has chosen: with our environment and rights, and
 * in a process group of its own, which child_abandon() kills as a whole. argv[0] has a '/'. */
int child_start_chosen(uv_loop_t *loop, char *const argv[],
                       void (*on_exit)(void *user, const struct child_result *result), void *user,
                       struct child **ret, struct error *err);

/* Kills the program and forgets about it; on_exit will not come. */
void child_abandon(struct child *c);
