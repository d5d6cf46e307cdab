/*
 * support/portside.h - the daemon under test, as a user starts it.
 *
 * PORTSIDE_BIN names the program. It runs with a clean environment, HOME, TMPDIR, configuration
 * folders and dump folder of its own, on ports chosen by the kernel, and ends with the test.
 */
#pragma once

#include "tests/support/http.h"
#include "tests/support/json.h"
#include "tests/support/proc.h"

enum {
    PORTSIDE_EXTRA = 16,
    PORTSIDE_READY_MS = 10000,
    PORTSIDE_STOP_MS = 10000,
    PORTSIDE_LEFT_MS = 5000,
};

struct portside_options {
    const char *args[PORTSIDE_EXTRA]; /* after the standard ones, up to the first NULL */
    const char *env[PORTSIDE_EXTRA];  /* "K=V", up to the first NULL */
    const char *urls;                 /* --urls; NULL: http://127.0.0.1:0; "": option not given */
    const char *dir;                  /* reuse another daemon's folder (restart); NULL: own */
    const char *tmp;                  /* its TMPDIR; NULL: dir/tmp */
    const char *dumps;                /* Storage:DumpTempFolder; NULL: dir/dumps */
    bool connect;                     /* no --diagnostic-port */
    bool authenticate;                /* no --no-auth */
    bool exceptions; /* exceptions of targets are followed, as by default; else switched off, so
                        that no session of that runs in them */
    bool stdin_pipe;
    bool errors; /* standard error to a file of its own */
    uid_t uid;   /* 0: not changed */
};

struct portside {
    struct proc *proc;
    const char *dir;    /* its own folder */
    const char *tmp;    /* its TMPDIR */
    const char *socket; /* the diagnostic port */
    const char *dumps;  /* dump folder */
    const char *errors; /* standard error; NULL: goes with standard output */
    char base[128];     /* http://127.0.0.1:PORT */
    char metrics[128];  /* same for the metrics address; empty when there is none */
};

/* Starts it; does not wait. */
struct portside *portside_spawn(const struct portside_options *o);

/* Starts it and waits until it is ready; not ready in time fails the test. NULL: defaults. */
struct portside *portside_start(const struct portside_options *o);

/* With Metrics:Enabled=false: no sessions run in targets but those that the test asks for. */
struct portside *portside_without_metrics(void);

/* Fills base and metrics from the log. True once "Application started" is there. */
bool portside_ready(struct portside *p);

/* SIGTERM; the exit code, or -1 when it did not end in time. */
int portside_stop(struct portside *p);

/* GET base + path. */
struct http *portside_get(const struct portside *p, const char *path);

/* The process with this pid in /processes, NULL when it is not listed. */
const cJSON *portside_listed(const struct portside *p, uint64_t pid);

/* The number of processes listed, -1 when the answer is no list. */
int portside_count(const struct portside *p);

/* Waits until `count` processes are listed. */
bool portside_wait_count(const struct portside *p, int count, int ms);

/* Waits until no file is left in the dump folder (the daemon's own sub-folder may stay). */
bool portside_nothing_left(const struct portside *p);

/* Its open descriptors at rest: the number that stays for half a second. */
int portside_fds(const struct portside *p);

/* Waits until there are no more of them than before; if there are, they are printed. */
bool portside_fds_are_back(const struct portside *p, int before);

/* The newest operation of the list; NULL when there is none. */
const cJSON *portside_last_operation(const struct portside *p);

/* Waits until the newest operation has this status. */
bool portside_wait_operation(const struct portside *p, const char *status, int ms);
