/*
 * io/resident.h - gives pages of program code back that nobody needs while nothing happens.
 *
 * Most of what a resting server has in memory is code of its libraries that ran once (the start, a
 * TLS handshake). The pages are the file's; dropping them from our mappings loses nothing, and what
 * is needed again is mapped again, 64 KiB at a fault.
 */
#pragma once

#include <stdbool.h>
#include <uv.h>

#include "src/io/timer.h"

struct resident {
    uv_loop_t *loop;
    struct timer timer;
    bool active; /* since the timer was started */
};

/* Something happens: pages are dropped when nothing more does for RESIDENT_REST_MS. Cheap. */
void resident_touch(struct resident *r);
void resident_stop(struct resident *r);

enum { RESIDENT_REST_MS = 3000 };
