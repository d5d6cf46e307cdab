/*
 * ipc/listener.h - the diagnostic port in Listen mode: a socket to which runtimes connect and
 * advertise.
 *
 * Each accepted connection must send its advertise message within LIMIT_ADVERTISE_MS; what does not
 * is dropped. A connection of a user who may not is held for LIMIT_REFUSED_MS without being read,
 * since a runtime connects again at once. The socket file is kept at its path (ipc/port_file.h):
 * when somebody deletes it, it is made anew and the owner is told.
 */
#pragma once

#include <stdbool.h>
#include <sys/types.h>
#include <uv.h>

#include "proto/ipc/advertise.h"
#include "src/base/error.h"
#include "src/ipc/channel.h"

struct ipc_listener;

struct ipc_listener_config {
    const char *path;
    int backlog;          /* 0 or less: the system's maximum */
    bool delete_existing; /* remove any socket at the path, even one that is served */
    mode_t mode;
    gid_t group; /* (gid_t)-1: as it comes */
    const uid_t *allowed_uids;
    size_t allowed_count; /* 0: everybody */
};

/* What the listener tells. The table is copied. */
struct ipc_listener_events {
    void *user;
    /* A runtime offers a connection; the callee owns the channel. */
    void (*on_advertise)(void *user, const struct ipc_advertise *advertise, struct ipc_channel *ch);
    /* Something happened that the operator should know; one line, for the log. `altered`: the
     * socket file was deleted or replaced. A refused user is named once a minute. */
    void (*on_trouble)(void *user, bool altered, const char *text);
};

/*
 * Binds `config->path` (copied, like all of `config`): creates the parent folder, removes a socket
 * that nobody serves (or any socket with DeleteEndpointOnStartup), sets mode and group. -EADDRINUSE
 * when a living process listens there, -EEXIST when the path is no socket; texts name path and
 * cure.
 */
int ipc_listener_open(uv_loop_t *loop, const struct ipc_listener_config *config,
                      const struct ipc_listener_events *events, struct ipc_listener **ret,
                      struct error *err);

/* Closes the socket and everything not yet advertised, and removes the socket file if it is still
 * ours. */
void ipc_listener_close(struct ipc_listener *l);

/* False while the socket's file is gone and cannot be made anew: runtimes cannot connect. */
bool ipc_listener_is_bound(const struct ipc_listener *l);
