/*
 * collect/stack_names.h - what /proc knows about the stacks of a process in sight, and its events
 * do not tell: names of threads, and which builds its modules are.
 *
 * Reads files: not for the loop thread. What cannot be read stays unknown.
 */
#pragma once

#include <sys/types.h>

#include "src/profile/thread_stacks.h"

/* `pid` in our own pid namespace; 0: out of sight, nothing is done. */
void stack_names_add(struct thread_stacks *s, pid_t pid);
