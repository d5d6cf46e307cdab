/*
 * target/surplus.h - runtimes beyond LIMIT_TARGETS: not watched, but never left waiting.
 */
#pragma once

#include <uv.h>

#include "src/ipc/channel.h"

/* Takes the channel, resumes its runtime after a moment (it will come back, and that must not
 * become a storm), and forgets it. */
void surplus_resume(uv_loop_t *loop, struct ipc_channel *ch);
