/*
 * collect/cgroup_text.h - what the kernel writes about control groups, and /proc about limits, as
 * values.
 *
 * Pure: texts in, values out. Formats: cgroup-v2.rst, cgroups(7), proc(5), psi.rst. What is not
 * there stays unknown: CGROUP_UNKNOWN, NaN.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CGROUP_UNKNOWN UINT64_MAX         /* not told */
#define CGROUP_UNLIMITED (UINT64_MAX - 1) /* "max" */

enum { CGROUP_PATH = 512 };

/* Of /proc/PID/cgroup. "" where there is none; a path that is too long counts as none. */
struct cgroup_paths {
    char unified[CGROUP_PATH]; /* v2 */
    char memory[CGROUP_PATH];  /* v1: where its controller is */
    char cpu[CGROUP_PATH];
};

void cgroup_paths_read(const char *text, struct cgroup_paths *ret);

/* "max", "-1" or a number; v1 writes no limit as one near 2^63. CGROUP_UNKNOWN: neither. */
uint64_t cgroup_amount_read(const char *text);

/* v2's cpu.max, "50000 100000" or "max 100000", in processors; 0: no limit. NaN: neither. */
double cgroup_cpu_max_read(const char *text);

/* The number behind a word at the beginning of a line: "nr_throttled 12". */
uint64_t cgroup_value_read(const char *text, const char *word);

/* Shares of the time in percent that some, or all, tasks waited: NaN when not told. */
struct cgroup_pressure {
    double some10, some60, full10, full60;
};

void cgroup_pressure_read(const char *text, struct cgroup_pressure *ret);

/* Soft limit of open descriptors in /proc/PID/limits. */
uint64_t limits_open_files_read(const char *text);
