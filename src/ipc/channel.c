/*
 * The life of a channel: idle -> calling (request out, reply head in, payload in, rest in) -> done.
 * Failures at any step end the call with an outcome; the owner then frees the channel.
 */
#include "src/ipc/channel.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "proto/ipc/environment.h"
#include "proto/ipc/header.h"
#include "proto/ipc/reply.h"
#include "src/base/cleanup.h"
#include "src/base/limits.h"
#include "src/io/timer.h"
#include "src/io/unix_socket.h"
#include "src/io/watch.h"

enum channel_state { CHANNEL_IDLE, CHANNEL_HEAD, CHANNEL_PAYLOAD, CHANNEL_REST, CHANNEL_DONE };

struct ipc_channel {
    struct list link;
    uv_loop_t *loop;
    int fd;
    struct watch watch;
    struct timer deadline;
    struct ipc_peer peer;
    enum channel_state state;
    enum ipc_command command;
    uint8_t *request;
    size_t request_size, sent;
    struct ipc_reply_header reply;
    uint8_t *in; /* the part of the reply that is being read: head, payload or rest */
    size_t want, got;
    uint8_t head[IPC_HEADER_SIZE];
    uint8_t *payload, *rest;
    size_t rest_size;
    void (*on_closed)(void *user, struct ipc_channel *ch);
    void (*on_done)(void *user, const struct ipc_outcome *outcome);
    void *user;
};

static void on_ready(void *user, int events);

int ipc_channel_adopt(uv_loop_t *loop, int fd, struct ipc_channel **ret, struct error *err)
{
    struct ipc_channel *ch = calloc(1, sizeof *ch);
    struct ucred cred;
    socklen_t size = sizeof cred;

    if (!ch) {
        (void)close(fd);
        return error_set(err, -ENOMEM, "diagnostic connection");
    }
    list_init(&ch->link);
    ch->loop = loop;
    ch->fd = fd;
    ch->peer = (struct ipc_peer){0, (uid_t)-1, (gid_t)-1};
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &size) == 0)
        ch->peer = (struct ipc_peer){cred.pid, cred.uid, cred.gid};
    int r = watch_start(&ch->watch, loop, fd, 0, on_ready, ch, err);
    if (r < 0) {
        ipc_channel_free(ch);
        return r;
    }
    *ret = ch;
    return 0;
}

int ipc_channel_connect(uv_loop_t *loop, const char *path, struct ipc_channel **ret,
                        struct error *err)
{
    int fd = unix_socket_connect(path);

    if (fd == -ENAMETOOLONG)
        return error_set(err, fd, "%s: longer than a socket path can be", path);
    if (fd < 0)
        return error_set(err, fd, "connect to %s: %s", path, strerror(-fd));
    return ipc_channel_adopt(loop, fd, ret, err);
}

const struct ipc_peer *ipc_channel_peer(const struct ipc_channel *ch)
{
    return &ch->peer;
}

struct list *ipc_channel_link(struct ipc_channel *ch)
{
    return &ch->link;
}

struct ipc_channel *ipc_channel_from_link(struct list *link)
{
    return container_of(link, struct ipc_channel, link);
}

void ipc_channel_watch_idle(struct ipc_channel *ch,
                            void (*on_closed)(void *user, struct ipc_channel *ch), void *user)
{
    ch->on_closed = on_closed;
    ch->user = user;
    watch_for(&ch->watch, UV_READABLE | UV_DISCONNECT);
}

/* Ends the call. The outcome's bytes live as long as the callback: the channel may be freed in it.
 */
static void finish(struct ipc_channel *ch, struct ipc_outcome *outcome)
{
    void (*on_done)(void *user, const struct ipc_outcome *outcome) = ch->on_done;
    uint8_t *payload = ch->payload, *rest = ch->rest;

    ch->state = CHANNEL_DONE;
    ch->payload = ch->rest = NULL;
    timer_stop(&ch->deadline);
    watch_stop(&ch->watch); /* before the callee may take the descriptor */
    on_done(ch->user, outcome);
    free(payload);
    free(rest);
}

static void fail(struct ipc_channel *ch, int code, const char *reason)
{
    char text[256];

    (void)snprintf(text, sizeof text, "%s: %s", ipc_command_info(ch->command)->name, reason);
    finish(ch, &(struct ipc_outcome){.code = code, .text = text});
}

static void finish_ok(struct ipc_channel *ch)
{
    bool streams = ipc_command_info(ch->command)->reply == IPC_REPLY_STREAM;

    finish(ch, &(struct ipc_outcome){.payload = ch->payload,
                                     .payload_size = ch->reply.payload_size,
                                     .rest = ch->rest,
                                     .rest_size = ch->rest_size,
                                     .stream = streams ? &ch->fd : NULL});
}

/* The runtime said no: its own words when it sent some, else the name and meaning of its HRESULT.
 */
static void finish_refused(struct ipc_channel *ch)
{
    struct cursor in = {ch->payload, ch->reply.payload_size, false};
    struct ipc_error said;
    char text[256];

    if (ipc_error_decode(&in, &said) != WIRE_OK) {
        fail(ch, -EBADMSG, "the runtime's error reply is malformed");
        return;
    }
    const char *name = ipc_hresult_name(said.hresult);
    (void)snprintf(text, sizeof text, "%s failed: %s (HRESULT 0x%08X%s%s)",
                   ipc_command_info(ch->command)->name, ipc_hresult_meaning(said.hresult),
                   said.hresult, name ? " " : "", name ? name : "");
    finish(ch, &(struct ipc_outcome){.code = -EREMOTEIO,
                                     .hresult = said.hresult,
                                     .text = said.text[0] ? said.text : text});
    ipc_error_deinit(&said);
}

static void read_into(struct ipc_channel *ch, enum channel_state state, uint8_t *in, size_t want)
{
    ch->state = state;
    ch->in = in;
    ch->want = want;
    ch->got = 0;
}

/* Only the environment's reply goes on after its message; its payload says how far. */
static void start_rest(struct ipc_channel *ch)
{
    struct cursor in = {ch->payload, ch->reply.payload_size, false};
    uint32_t size;

    if (ipc_environment_head_decode(&in, &size) != WIRE_OK || size > LIMIT_IPC_ENVIRONMENT) {
        fail(ch, -EBADMSG, "the runtime's reply has an impossible size");
        return;
    }
    ch->rest = malloc(size ? size : 1);
    if (!ch->rest) {
        fail(ch, -ENOMEM, "no memory");
        return;
    }
    ch->rest_size = size;
    read_into(ch, CHANNEL_REST, ch->rest, size);
}

static void got_payload(struct ipc_channel *ch)
{
    if (!ch->reply.ok)
        finish_refused(ch);
    else if (ipc_command_info(ch->command)->reply == IPC_REPLY_CONTINUED)
        start_rest(ch);
    else
        finish_ok(ch);
}

static void got_head(struct ipc_channel *ch)
{
    struct cursor in = {ch->head, sizeof ch->head, false};

    if (ipc_reply_header_decode(&in, &ch->reply) != WIRE_OK) {
        fail(ch, -EBADMSG, "the answer is not a diagnostic IPC reply");
        return;
    }
    ch->payload = malloc(ch->reply.payload_size ? ch->reply.payload_size : 1);
    if (!ch->payload) {
        fail(ch, -ENOMEM, "no memory");
        return;
    }
    read_into(ch, CHANNEL_PAYLOAD, ch->payload, ch->reply.payload_size);
    if (ch->want == 0)
        got_payload(ch);
}

static void (*const got_part[])(struct ipc_channel *ch) = {
    [CHANNEL_HEAD] = got_head,
    [CHANNEL_PAYLOAD] = got_payload,
    [CHANNEL_REST] = finish_ok,
};

static bool is_calling(const struct ipc_channel *ch)
{
    return ch->state == CHANNEL_HEAD || ch->state == CHANNEL_PAYLOAD || ch->state == CHANNEL_REST;
}

/* Reads what the current part lacks, then lets it act; that may free the channel. One part a turn:
 * the descriptor stays readable, so the next comes at once. */
static void read_part(struct ipc_channel *ch)
{
    while (ch->got < ch->want) {
        ssize_t n = recv(ch->fd, ch->in + ch->got, ch->want - ch->got, 0);
        if (n < 0 && (errno == EAGAIN || errno == EINTR))
            return;
        if (n <= 0) {
            fail(ch, -ECONNRESET,
                 ch->got || ch->state != CHANNEL_HEAD
                     ? "the runtime closed the connection in the middle of its reply"
                     : "the runtime closed the connection without an answer");
            return;
        }
        ch->got += (size_t)n;
    }
    got_part[ch->state](ch);
}

static void send_request(struct ipc_channel *ch)
{
    while (ch->sent < ch->request_size) {
        ssize_t n = send(ch->fd, ch->request + ch->sent, ch->request_size - ch->sent, MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno == EAGAIN) {
            watch_for(&ch->watch, UV_READABLE | UV_WRITABLE);
            return;
        }
        if (n < 0) {
            fail(ch, -errno, strerror(errno));
            return;
        }
        ch->sent += (size_t)n;
    }
    watch_for(&ch->watch, UV_READABLE);
}

static void on_ready(void *user, int events)
{
    struct ipc_channel *ch = user;

    if (ch->state == CHANNEL_IDLE) {
        /* End of file, or bytes that nobody asked for: useless either way. */
        watch_for(&ch->watch, 0);
        ch->on_closed(ch->user, ch);
        return;
    }
    if (!is_calling(ch))
        return;
    if (events & UV_WRITABLE && ch->sent < ch->request_size) {
        send_request(ch);
        return;
    }
    read_part(ch);
}

static void on_deadline(void *user)
{
    fail(user, -ETIMEDOUT, "the runtime did not answer in time");
}

int ipc_channel_call(struct ipc_channel *ch, enum ipc_command command, const void *request,
                     size_t size, uint64_t deadline_ms,
                     void (*on_done)(void *user, const struct ipc_outcome *outcome), void *user,
                     struct error *err)
{
    assert(ch->state == CHANNEL_IDLE);
    ch->request = malloc(size);
    if (!ch->request ||
        (deadline_ms && timer_start(&ch->deadline, ch->loop, deadline_ms, 0, on_deadline, ch) < 0))
        return error_set(err, -ENOMEM, "%s", ipc_command_info(command)->name);
    memcpy(ch->request, request, size);
    ch->request_size = size;
    ch->command = command;
    ch->on_done = on_done;
    ch->user = user;
    read_into(ch, CHANNEL_HEAD, ch->head, sizeof ch->head);
    /* Sent from the loop, so that on_done never comes before this function has returned. */
    watch_for(&ch->watch, UV_WRITABLE);
    return 0;
}

bool ipc_channel_is_sent(const struct ipc_channel *ch)
{
    return ch->sent > 0;
}

void ipc_channel_free(struct ipc_channel *ch)
{
    if (!ch)
        return;
    list_remove(&ch->link);
    timer_stop(&ch->deadline);
    watch_stop(&ch->watch);
    close_fd(&ch->fd);
    free(ch->request);
    free(ch->payload);
    free(ch->rest);
    free(ch);
}
