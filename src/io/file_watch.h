/*
 * io/file_watch.h - tells that a file or the entries of a folder changed (inotify).
 *
 * Only a hint: folders on network file systems report nothing, so users keep a slow timer beside
 * it.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "src/base/error.h"
#include "src/io/watch.h"

struct file_watch {
    int fd; /* -1 or 0 in a zeroed struct: not started */
    bool started;
    struct watch watch;
    void (*changed)(void *user);
    void *user;
};

/* `mask` is inotify's (IN_MODIFY, IN_DELETE...). Events that pile up make one call. */
int file_watch_start(struct file_watch *w, uv_loop_t *loop, const char *path, uint32_t mask,
                     void (*changed)(void *user), void *user, struct error *err);

/* Pauses and goes on; what happened meanwhile is told at once on resume. */
void file_watch_pause(struct file_watch *w, bool paused);
void file_watch_stop(struct file_watch *w);
