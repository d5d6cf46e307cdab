/*
 * unit/io/loop.h - a libuv loop for one test, and waiting on it with a deadline.
 */
#pragma once

#include <poll.h>
#include <uv.h>

#include "tests/support/world.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

/* LOOP_MS: what must happen has happened by then, on any machine. */
enum { LOOP_MS = 60000, LOOP_TURN_MS = 5 };

static inline uv_loop_t *loop_new(void)
{
    uv_loop_t *loop = world_alloc(sizeof *loop);

    REQUIRE(uv_loop_init(loop) == 0);
    return loop;
}

/* One turn of the loop, then at most LOOP_TURN_MS of waiting for the next event. */
static inline void loop_turn(uv_loop_t *loop)
{
    struct pollfd fd = {.fd = uv_backend_fd(loop), .events = POLLIN};

    (void)uv_run(loop, UV_RUN_NOWAIT);
    (void)poll(&fd, 1, LOOP_TURN_MS);
}

/* Turns the loop until `cond` holds or `ms` have passed; the value is whether it held. */
#define LOOP_UNTIL(loop, ms, cond)                                                                 \
    ({                                                                                             \
        int64_t loop_end_ = clock_monotonic_ms() + (ms);                                           \
        bool loop_ok_ = (cond);                                                                    \
        while (!loop_ok_ && clock_monotonic_ms() < loop_end_) {                                    \
            loop_turn(loop);                                                                       \
            loop_ok_ = (cond);                                                                     \
        }                                                                                          \
        loop_ok_;                                                                                  \
    })

/* Turns the loop for `ms`: to see that something does not happen. */
static inline void loop_for(uv_loop_t *loop, int ms)
{
    (void)LOOP_UNTIL(loop, ms, false);
}

/* Everything must have let go of the loop by now, but for closing callbacks. */
static inline void loop_end(uv_loop_t *loop)
{
    (void)LOOP_UNTIL(loop, LOOP_MS, uv_run(loop, UV_RUN_NOWAIT) == 0);
    CHECK_AT("nothing is left on the loop", uv_loop_close(loop) == 0);
}
