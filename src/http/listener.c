#include "src/http/listener.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum { ACCEPT_BATCH = 16 }; /* then other descriptors get their turn */

static bool is_starved(int code)
{
    return code == EMFILE || code == ENFILE || code == ENOBUFS || code == ENOMEM;
}

static void on_poll(uv_poll_t *poll, int status, int events)
{
    struct http_listener *l = poll->data;

    (void)events;
    if (status < 0) /* libuv has stopped the poll */
        http_listener_resume(l);
    for (int i = 0; i < ACCEPT_BATCH; i++) {
        int fd = accept4(l->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd < 0 && is_starved(errno))
            l->events->on_starved(l->events->user);
        /* Everything else (no more to accept, a client that left) waits for the next event. */
        if (fd < 0 || !l->events->on_connection(l->events->user, fd, l))
            return;
    }
}

static void remember_file(struct http_listener *l, const char *path)
{
    struct stat st;

    if (*path == '\0' || lstat(path, &st) < 0)
        return;
    (void)snprintf(l->path, sizeof l->path, "%s", path);
    l->device = st.st_dev;
    l->inode = st.st_ino;
}

/* Somebody may have put another socket in its place. */
static void remove_file(const struct http_listener *l)
{
    struct stat st;

    if (l->path[0] && lstat(l->path, &st) == 0 && st.st_dev == l->device && st.st_ino == l->inode)
        (void)unlink(l->path);
}

struct http_listener *http_listener_new(uv_loop_t *loop, int fd, const char *path,
                                        const struct http_listener_events *events)
{
    struct http_listener *l = calloc(1, sizeof *l);

    if (!l)
        return NULL;
    *l = (struct http_listener){.fd = fd, .events = events};
    list_init(&l->link);
    if (uv_poll_init(loop, &l->poll, fd) < 0) {
        free(l);
        return NULL;
    }
    l->poll.data = l;
    remember_file(l, path);
    http_listener_resume(l);
    return l;
}

void http_listener_pause(struct http_listener *l)
{
    (void)uv_poll_stop(&l->poll);
}

void http_listener_resume(struct http_listener *l)
{
    (void)uv_poll_start(&l->poll, UV_READABLE, on_poll);
}

static void on_closed(uv_handle_t *handle)
{
    struct http_listener *l = handle->data;
    const struct http_listener_events *events = l->events;

    (void)close(l->fd);
    free(l);
    events->on_closed(events->user);
}

void http_listener_close(struct http_listener *l)
{
    remove_file(l);
    list_remove(&l->link);
    uv_close((uv_handle_t *)&l->poll, on_closed);
}
