/*
 * target/surplus.h - runtimes beyond the limit: not watched, but never left waiting.
 *
 * A bounded number is held for a moment and then resumed; they come back, and that must not become
 * a storm. When more come, the one that has waited longest is dropped, and comes back too.
 */
#pragma once

#include <uv.h>

#include "src/base/list.h"
#include "src/ipc/channel.h"

struct surplus {
    uv_loop_t *loop;
    struct list held;
    unsigned count;
};

void surplus_init(struct surplus *s, uv_loop_t *loop);
void surplus_deinit(struct surplus *s);

/* Takes the channel, resumes its runtime after a moment, and forgets it. */
void surplus_add(struct surplus *s, struct ipc_channel *ch);
