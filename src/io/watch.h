/*
 * io/watch.h - readiness of a file descriptor, as a thing its owner may stop and free at once.
 *
 * The descriptor is borrowed: stop the watch first, then close it. Zeroed = stopped.
 */
#pragma once

#include <uv.h>

#include "src/base/error.h"

struct watch_handle;

struct watch {
    struct watch_handle *handle;
};

/* Calls `ready(user, events)` whenever one of `events` (UV_READABLE, UV_WRITABLE, UV_DISCONNECT)
 * holds; an error on the descriptor is reported as all of them, so that the next read or write
 * meets it. `ready` may stop the watch or free its owner. */
int watch_start(struct watch *w, uv_loop_t *loop, int fd, int events,
                void (*ready)(void *user, int events), void *user, struct error *err);

/* Other events from now on; 0 pauses. The watch must be started. */
void watch_for(struct watch *w, int events);
void watch_stop(struct watch *w);
