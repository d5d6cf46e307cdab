/*
 * target/discover.h - finding runtimes that listen (Connect mode).
 *
 * A runtime listens at {TMPDIR or /tmp}/dotnet-diagnostic-{pid}-{key}-socket, where the key is its
 * start time (field 22 of /proc/PID/stat, measured on .NET 8 to 10). A crashed one leaves its file
 * behind, so of several with the same pid the newest counts, and nobody listening at it means that
 * it is nobody.
 *
 * With `all_processes`, /proc is walked too: each process's own temp folder is looked at through
 * /proc/PID/root, which reaches into containers from the host. There the file's pid is the one
 * inside the container (NSpid), ours is another.
 */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

#include "src/ipc/channel.h"

struct discovered {
    const char *socket_path; /* as we can connect to it */
    const char *root;        /* "" or "/proc/PID/root" */
    pid_t pid;               /* to show: the file's, or ours for one found through /proc */
    struct ipc_peer peer;    /* host pid 0 when it cannot be told */
};

struct discover_events {
    void *user;
    bool (*is_known)(void *user, const char *socket_path);
    /* False when nobody listens there after all. */
    bool (*on_found)(void *user, const struct discovered *found);
};

/* Reads the folders now, on the calling thread; unreadable ones are passed over. */
void discover(bool all_processes, const struct discover_events *events);

/* False when the socket file is gone and so is the process (as far as we see it). */
bool discovered_still_there(const char *socket_path, pid_t host_pid);

/* "dotnet-diagnostic-12-345-socket" is pid 12, key 345. False for any other name, "-12x-" too. */
bool discover_parse_name(const char *name, pid_t *ret_pid, unsigned long long *ret_key);
