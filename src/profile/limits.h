/*
 * profile/limits.h - what a profile may keep, whatever the length of the trace.
 *
 * What comes beyond is counted in `dropped` of its owner, never kept. All at once, which only a
 * stream made for it can reach, they are about 1 GiB; real profiles stay far below 100 MiB, because
 * only different things take room.
 */
#pragma once

enum {
    PROFILE_METHOD_BYTES = 64 * 1024 * 1024, /* names; a large app has 100,000 methods of 200 */
    PROFILE_METHODS = 1024 * 1024,
    PROFILE_STACK_BYTES = 128 * 1024 * 1024, /* different stacks, 8 bytes a frame */
    PROFILE_STACKS = 2 * 1024 * 1024,
    PROFILE_DEPTH = 16 * 1024,      /* frames of one stack, from the leaf; runtimes stop at 100 */
    PROFILE_TOTALS = 1024 * 1024,   /* pairs of thread and stack, per kind */
    PROFILE_RUNS = 2 * 1024 * 1024, /* changes of what a thread does */
    PROFILE_POINTS = 64 * 1024,     /* samples that wait to be sorted */
    PROFILE_STACK_DEPTH = 1024,     /* frames of one thread's stack, from the leaf */
    PROFILE_STACK_FRAMES = 4 * 1024 * 1024, /* of all threads together, 8 bytes each */
    PROFILE_THREADS = 64 * 1024,            /* twice the default pid_max */
    PROFILE_NAME = 8 * 1024,          /* of one method, type or event, bytes; generics get long */
    PROFILE_TREE_DEPTH = 1000,        /* of a flame graph: browsers' stacks are small */
    PROFILE_TREE_NODES = 1024 * 1024, /* of a flame graph; no screen shows more */
    PROFILE_COMMAND_LINE = 4 * 1024,
};
