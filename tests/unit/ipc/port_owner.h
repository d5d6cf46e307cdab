/*
 * unit/ipc/port_owner.h - the owner of a listening port, who counts what he is told.
 */
#pragma once

#include <unistd.h>

#include "src/base/cleanup.h"
#include "src/ipc/listener.h"
#include "tests/support/fake_runtime.h"
#include "tests/support/files.h"
#include "tests/unit/io/loop.h"

struct owner {
    uv_loop_t *loop;
    struct ipc_listener *listener;
    const char *dir, *path;
    struct ipc_listener_config config;
    struct error err;
    int advertises, troubles, alterations;
    struct ipc_advertise last;
    char text[512];
};

static inline void on_advertise(void *user, const struct ipc_advertise *advertise,
                                struct ipc_channel *ch)
{
    struct owner *o = user;

    o->advertises++;
    o->last = *advertise;
    ipc_channel_free(ch);
}

static inline void on_trouble(void *user, bool altered, const char *text)
{
    struct owner *o = user;

    o->troubles++;
    o->alterations += altered;
    (void)snprintf(o->text, sizeof o->text, "%s", text);
}

static inline struct owner *owner_new(void)
{
    struct owner *o = world_alloc(sizeof *o);

    o->loop = loop_new();
    o->dir = files_tmpdir();
    o->path = world_text("%s/port.sock", o->dir);
    o->config = (struct ipc_listener_config){.path = o->path, .mode = 0666, .group = (gid_t)-1};
    return o;
}

static inline int open_listener(struct owner *o)
{
    return ipc_listener_open(o->loop, &o->config,
                             &(struct ipc_listener_events){o, on_advertise, on_trouble},
                             &o->listener, &o->err);
}

static inline void owner_end(struct owner *o)
{
    ipc_listener_close(o->listener);
    o->listener = NULL;
    loop_end(o->loop);
}

static inline void send_advertise(int fd, uint8_t first, size_t size)
{
    uint8_t bytes[FAKE_ADVERTISE_SIZE], cookie[FAKE_COOKIE_SIZE] = {first, 2, 3};

    fake_advertise(bytes, cookie, 4711);
    CHECK(send(fd, bytes, size, MSG_NOSIGNAL) == (ssize_t)size);
}

/* True once the listener has closed its end. */
static inline bool is_dropped(int fd)
{
    char byte;

    return recv(fd, &byte, 1, MSG_DONTWAIT) == 0;
}
