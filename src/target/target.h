/*
 * target/target.h - one .NET process: who it is, how it answers, and the queue of requests to it.
 *
 * Identity is the runtime instance cookie; the pid is only what is shown. The registry owns one
 * reference, every operation on the target another. Fields are for reading; they change only in
 * target/.
 *
 * Requests: a runtime's diagnostic server serves one connection at a time, so one request is in
 * flight and the others wait in line. A runtime that is silent is marked, never dropped for it.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <uv.h>

#include "proto/ipc/process_info.h"
#include "proto/wire/guid.h"
#include "src/base/error.h"
#include "src/base/list.h"
#include "src/config/process_filter.h"
#include "src/io/timer.h"
#include "src/io/watch.h"
#include "src/ipc/channel.h"

struct target;

/* What the target tells its owner, the registry. */
struct target_events {
    void *user;
    void (*on_settled)(void *user, struct target *t); /* first answers are in, or will not come;
                                                         again when the cookie came late */
    void (*on_gone)(void *user, struct target *t);    /* at most once; the registry lets go of it */
    void (*on_told)(void *user, struct target *t);    /* once settled: its info is fresh */
};

/* Never NULL; "unknown" until the runtime has told. */
struct target_info {
    char *name, *command_line, *os, *arch, *entry_assembly, *clr_version;
};

struct target {
    unsigned refs;
    struct list link; /* in the registry */
    uv_loop_t *loop;
    struct target_events events;

    struct guid cookie;
    uint64_t pid;         /* as the process sees itself, or as we see it (found through /proc) */
    pid_t host_pid;       /* in our pid namespace; 0 when out of sight */
    struct ipc_peer peer; /* the kernel's word on the connection: uid and gid */
    char *root;           /* "" or "/proc/PID/root": prefix of its paths as we see them */
    char *socket_path;    /* Connect mode: where it listens; NULL in Listen mode */
    struct target_info info;
    uint64_t number; /* in order of arrival */
    bool settled, gone;
    bool told;   /* has said who it is */
    bool listed; /* settled, and not a second way to a process that is listed already */
    int64_t unresponsive_since; /* ticks (base/clock.h); 0 while it answers */
    bool silence_told;          /* in the log */

    /* Sessions with the logs of the app that have ended: each end takes away the filters of all
     * others, for the runtime keeps one set per provider. */
    unsigned logging_ends;

    /* requests.c */
    struct list idle; /* advertised channels, newest last */
    unsigned idle_count;
    struct list queue; /* struct target_request */
    unsigned queue_count;
    struct target_request *in_flight;
    struct timer start, slow, grace;

    /* attach.c */
    bool resumed;
    int64_t attached_at; /* monotonic ms */
    int64_t waited_ms;   /* until its resume was answered: at least so long was a suspended runtime
                            held up; -1: not yet, it was not waiting, or not for us */
    unsigned holds;      /* those who have something to do before the app goes on */
    bool holds_over;     /* their time is */
    struct timer hold;   /* until then */
    struct target_request *resume, *ask;
    unsigned info_revision; /* of ProcessInfo that the runtime knows: 3, 2 or 1 */
    struct timer refresh, settle;
    int pidfd;
    struct watch exit_watch;
};

/* A new target with one reference. `pid`, `peer` and, in Connect mode, `socket_path` are as found.
 */
int target_new(uv_loop_t *loop, const struct guid *cookie, uint64_t pid,
               const struct ipc_peer *peer, const struct target_events *events, struct target **ret,
               struct error *err);
struct target *target_ref(struct target *t);

/* Returns NULL. */
struct target *target_unref(struct target *t);

/* What filters and selection compare. The pid's digits go to `pid_text`. */
/* What it is called as a service: the name of the process, but for programs that `dotnet` runs: the
 * assembly that it began with. Valid until its info is told anew. */
const char *target_service_name(const struct target *t);

/* 8, 9, 10...; 0: it has not told. */
unsigned target_runtime_major(const struct target *t);

struct process_identity target_identity(const struct target *t, char pid_text[static 24]);

/* Takes over what the runtime said of itself. */
void target_set_info(struct target *t, const struct ipc_process_info *info);

/* The process is over: all its requests fail with -ESRCH, on_gone is called. */
void target_set_gone(struct target *t);
