/*
 * ipc/channel.h - one connection to a runtime: idle, then one request and its reply.
 *
 * The runtime closes the connection after each reply (streams aside), so a channel carries one
 * call. It knows sockets and the IPC framing, not processes. The owner frees it at any time; what
 * was pending is then dropped without a callback. Everything runs on the loop thread.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <uv.h>

#include "proto/ipc/commands.h"
#include "src/base/error.h"
#include "src/base/list.h"

struct ipc_channel;

/* What the kernel says of the other end (SO_PEERCRED). pid is 0 when it lives in a pid namespace
 * out of sight. */
struct ipc_peer {
    pid_t pid;
    uid_t uid;
    gid_t gid;
};

/* How a call ended. Borrowed for the length of the callback. */
struct ipc_outcome {
    int code; /* 0, or a negative errno: -ETIMEDOUT, -ECONNRESET (hung up), -EBADMSG (not a reply),
                 -EREMOTEIO (the runtime answered with an error) */
    uint32_t hresult;       /* with -EREMOTEIO */
    const char *text;       /* one line for a human; the runtime's own words when it sent some */
    const uint8_t *payload; /* of an OK reply */
    size_t payload_size;
    const uint8_t *rest; /* IPC_REPLY_CONTINUED: the bytes after the reply message */
    size_t rest_size;
    int *stream; /* IPC_REPLY_STREAM: the connection, on which the stream follows. take_fd() makes
                    it the callee's; else it is closed. NULL otherwise. */
};

/* Takes over a connected, non-blocking socket; closed by ipc_channel_free(), on failure here too.
 */
int ipc_channel_adopt(uv_loop_t *loop, int fd, struct ipc_channel **ret, struct error *err);

/* Connects to a runtime's own socket. Unix sockets connect at once or not at all: -EAGAIN is a full
 * backlog, -ECONNREFUSED a dead process. Send the call right away: an idle connection blocks the
 * runtime's server. */
int ipc_channel_connect(uv_loop_t *loop, const char *path, struct ipc_channel **ret,
                        struct error *err);

const struct ipc_peer *ipc_channel_peer(const struct ipc_channel *ch);

/* Reports once that the other end hung up, or sent bytes unasked, while no call is running; the
 * callee frees it. */
void ipc_channel_watch_idle(struct ipc_channel *ch,
                            void (*on_closed)(void *user, struct ipc_channel *ch), void *user);

/* Sends a whole request message (copied) and reads the reply. `deadline_ms` 0 is none. `on_done`
 * comes exactly once unless the channel is freed first; it may free the channel. Only one call per
 * channel. */
int ipc_channel_call(struct ipc_channel *ch, enum ipc_command command, const void *request,
                     size_t size, uint64_t deadline_ms,
                     void (*on_done)(void *user, const struct ipc_outcome *outcome), void *user,
                     struct error *err);

/* Has any byte of the call left us? Before that it can still be taken back by freeing the channel.
 */
bool ipc_channel_is_sent(const struct ipc_channel *ch);

void ipc_channel_free(struct ipc_channel *ch);

/* For the owner's list of idle channels. */
struct list *ipc_channel_link(struct ipc_channel *ch);
struct ipc_channel *ipc_channel_from_link(struct list *link);
