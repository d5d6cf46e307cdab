#include "src/io/file_watch.h"

#include <errno.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

static void on_ready(void *user, int events)
{
    struct file_watch *w = user;
    char buffer[4096] __attribute__((aligned(__alignof__(struct inotify_event))));

    (void)events;
    /* What happened does not matter, only that something did; one read may leave some behind,
     * which then makes the next call. */
    if (read(w->fd, buffer, sizeof buffer) <= 0)
        return;
    w->changed(w->user);
}

int file_watch_start(struct file_watch *w, uv_loop_t *loop, const char *path, uint32_t mask,
                     void (*changed)(void *user), void *user, struct error *err)
{
    file_watch_stop(w);
    int fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (fd < 0)
        return error_set(err, -errno, "inotify: %s", strerror(errno));
    if (inotify_add_watch(fd, path, mask) < 0) {
        int code = -errno;
        (void)close(fd);
        return error_set(err, code, "watch %s: %s", path, strerror(-code));
    }
    *w = (struct file_watch){.fd = fd, .changed = changed, .user = user};
    int r = watch_start(&w->watch, loop, fd, UV_READABLE, on_ready, w, err);
    if (r < 0) {
        (void)close(fd);
        return r;
    }
    w->started = true;
    return 0;
}

void file_watch_pause(struct file_watch *w, bool paused)
{
    if (w->started)
        watch_for(&w->watch, paused ? 0 : UV_READABLE);
}

void file_watch_stop(struct file_watch *w)
{
    if (!w->started)
        return;
    watch_stop(&w->watch);
    (void)close(w->fd);
    w->started = false;
}
