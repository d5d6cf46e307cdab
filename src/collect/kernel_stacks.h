/*
 * collect/kernel_stacks.h - what the kernel knows of the threads of a process that does not answer:
 * name, state, where in the kernel it waits, how long it ran.
 *
 * With what it knows of the process (kernel_facts.h). In place of stacks, in two of their formats:
 * text, and JSON with `stacks` empty.
 */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

#include "src/base/text.h"
#include "src/profile/stack_format.h"

/* Only these two formats can say it. */
bool kernel_stacks_possible(const struct stack_format *format);

/* `reason`: why there are no stacks; `since`: for how long already, in ticks (base/clock.h).
 * Returns the number of threads; 0: the process is out of sight, and nothing is written. Reads
 * files: not for the loop thread. */
size_t kernel_stacks_write(pid_t pid, const struct stack_format *format, const char *reason,
                           int64_t since, struct output *o);

/* The elements of a JSON list: the threads, at most so many. Returns how many there are. */
size_t kernel_stacks_add_json(pid_t pid, size_t most, struct text *out);
