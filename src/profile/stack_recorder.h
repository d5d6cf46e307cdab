/*
 * profile/stack_recorder.h - bytes of a NetTrace stream with samples and rundown in, the newest
 * stack of each thread out.
 *
 * Streaming, as profile/recorder. Runtimes tell names at the end, so only the names of methods that
 * lie on a stack are kept: memory is that of the stacks, whatever the size of the app.
 */
#pragma once

#include <stddef.h>

#include "src/base/error.h"
#include "src/profile/stack_table.h"
#include "src/profile/thread_stacks.h"

struct stack_recorder;

/* NULL: out of memory. */
struct stack_recorder *stack_recorder_new(void);
void stack_recorder_free(struct stack_recorder *r);

/* Names these stacks too, as `others` of the result. Before the first bytes; borrowed until the
 * recorder is freed, and not to be changed. */
void stack_recorder_name_also(struct stack_recorder *r, const struct stack_table *others);

/* As recorder_feed(). */
int stack_recorder_feed(struct stack_recorder *r, const void *data, size_t size, struct error *err);

/*
 * No more bytes will come. Once only. `ret` is the caller's, to thread_stacks_deinit(), whatever is
 * returned: 0, also for a stream that is cut or damaged (`whole` is false then); -ENOMEM: `ret` is
 * empty.
 */
int stack_recorder_finish(struct stack_recorder *r, struct thread_stacks *ret, struct error *err);
