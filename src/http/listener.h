/*
 * http/listener.h - one listening socket on the loop: accepts and hands the new socket over.
 */
#pragma once

#include <stdbool.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <uv.h>

#include "src/base/list.h"

struct http_listener;

struct http_listener_events {
    void *user;
    /* Takes over `fd` (non-blocking, close-on-exec). False = accept no more for now. */
    bool (*on_connection)(void *user, int fd, const struct http_listener *from);
    /* accept() failed for want of descriptors or memory; trying again at once would spin. */
    void (*on_starved)(void *user);
    /* The listener is off the loop and its memory gone. */
    void (*on_closed)(void *user);
};

struct http_listener {
    struct list link;
    uv_poll_t poll;
    int fd, role;
    bool tls;
    const struct http_listener_events *events;
    char path[sizeof((struct sockaddr_un *)0)->sun_path]; /* to remove at close, or empty */
    dev_t device;
    ino_t inode;
};

/* Owns `fd` on success and accepts at once. `path` is the socket file, or "". `events` must outlive
 * the listener; `role` and `tls` are the owner's to set. NULL when out of memory or descriptors. */
struct http_listener *http_listener_new(uv_loop_t *loop, int fd, const char *path,
                                        const struct http_listener_events *events);
void http_listener_pause(struct http_listener *l);
void http_listener_resume(struct http_listener *l);

/* Takes the socket off its list and off the loop, removes its file if it is still ours; on_closed
 * follows. */
void http_listener_close(struct http_listener *l);
