#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <unistd.h>

#include "src/http/transport.h"

static ssize_t plain_recv(struct http_transport *t, void *data, size_t size)
{
    ssize_t n = recv(t->fd, data, size, 0);

    return n < 0 ? -errno : n;
}

static ssize_t plain_send(struct http_transport *t, const struct iovec *parts, size_t count,
                          bool more)
{
    /* sendmsg() does not write through msg_iov. */
    struct msghdr message = {.msg_iov = (struct iovec *)(uintptr_t)parts, .msg_iovlen = count};
    ssize_t n = sendmsg(t->fd, &message, MSG_NOSIGNAL | (more ? MSG_MORE : 0));

    return n < 0 ? -errno : n;
}

/* sendfile() has no MSG_NOSIGNAL: the server ignores SIGPIPE (http/server.h). */
static ssize_t plain_sendfile(struct http_transport *t, int fd, uint64_t offset, size_t size)
{
    off_t at = (off_t)offset;
    ssize_t n = sendfile(t->fd, fd, &at, size);

    return n < 0 ? -errno : n;
}

static void plain_shutdown(struct http_transport *t)
{
    (void)shutdown(t->fd, SHUT_WR);
}

/* Only TCP has a reset; a Unix socket's client sees the end of the stream. */
void http_transport_reset(int fd)
{
    (void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &(struct linger){.l_onoff = 1},
                     sizeof(struct linger));
}

/* Pieces that belong together are sent with MSG_MORE, so waiting for more is never right. The
 * keep-alive finds the client that vanished while an answer has nothing to send. Both fail on Unix
 * sockets, which need neither. */
void http_transport_tune(int fd)
{
    int on = 1;

    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    (void)setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
}

static void plain_close(struct http_transport *t, bool reset)
{
    if (reset)
        http_transport_reset(t->fd);
    (void)close(t->fd);
    free(t);
}

static const struct http_transport_ops plain_ops = {
    .scheme = "http",
    .recv = plain_recv,
    .send = plain_send,
    .sendfile = plain_sendfile,
    .shutdown = plain_shutdown,
    .close = plain_close,
};

struct http_transport *http_transport_plain(int fd)
{
    struct http_transport *t = calloc(1, sizeof *t);

    if (!t)
        return NULL;
    http_transport_tune(fd);
    *t = (struct http_transport){.ops = &plain_ops, .fd = fd};
    return t;
}
