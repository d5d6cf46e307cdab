/*
 * collect/kernel_facts.h - what the kernel knows of a process, whether it answers or not: its
 * threads, memory, descriptors, and the limits and pressure of its control group.
 *
 * Reads files of /proc and /sys/fs/cgroup: not for the loop thread. What is closed to us, or out of
 * sight, stays unknown (cgroup_text.h). A control group's files are looked for where this process
 * sees them, then where the other one does.
 */
#pragma once

#include <sys/types.h>

#include "src/base/text.h"
#include "src/collect/cgroup_text.h"

struct kernel_facts {
    char state; /* of the process: 'R', 'S', 'T'...; 0: out of sight, and nothing else is known */
    size_t thread_count;
    uint64_t cpu_ticks;      /* of all threads */
    uint64_t resident_bytes; /* and swapped out */
    uint64_t open_files, open_files_limit;
    uint64_t memory_bytes, memory_limit; /* of the control group */
    double cpu_limit;                    /* processors; 0: none; NaN: unknown */
    uint64_t cpu_periods, cpu_throttled; /* in so many of them it was held up */
    uint64_t cpu_throttled_us;
    struct cgroup_pressure memory, cpu, io;
};

void kernel_facts_read(pid_t pid, struct kernel_facts *ret);

/* The facts as members of an object, without brackets. */
void kernel_facts_add_json(struct text *out, const struct kernel_facts *f);

/* For people, a line each, with this at its beginning. */
void kernel_facts_add_text(struct text *out, const struct kernel_facts *f, const char *indent);

/* An object: the facts, and `threads` as GET /stacks has them. At most so many of these. */
enum { KERNEL_THREADS_SHOWN = 1000 };

void kernel_facts_add_object(struct text *out, pid_t pid);
