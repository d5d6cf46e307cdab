/*
 * io/timer.h - a one-shot or repeating timer that its owner may free at once after timer_stop().
 *
 * libuv closes handles asynchronously; here the handle lives on the heap and outlives the owner, so
 * an object with timers needs no closing state for them. Zeroed = stopped.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

struct timer_handle;

struct timer {
    struct timer_handle *handle;
};

/* Calls `fire(user)` once after `ms`, and every `repeat_ms` from then on when that is not 0. A
 * running timer is started anew. Returns 0 or -ENOMEM. `fire` may stop the timer or free its owner.
 */
int timer_start(struct timer *t, uv_loop_t *loop, uint64_t ms, uint64_t repeat_ms,
                void (*fire)(void *user), void *user);
void timer_stop(struct timer *t);
bool timer_active(const struct timer *t);
