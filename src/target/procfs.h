/*
 * target/procfs.h - what /proc tells of a process.
 *
 * `pid` is always one of ours to see (our own pid namespace). Every function says no rather than
 * guess: the process may be gone, or the files may be closed to us (another uid without
 * CAP_SYS_PTRACE).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "src/base/error.h"

struct procfs_stat {
    char state;           /* 'R', 'S', 'T' stopped, 't' traced, 'Z'... */
    uint64_t start_ticks; /* field 22: the key in a diagnostic socket's name (FACTS section 6) */
};

int procfs_stat(pid_t pid, struct procfs_stat *ret, struct error *err);

/* Uid and gid as /proc/PID/status shows them (effective), and the pid in the innermost namespace.
 */
struct procfs_status {
    uid_t uid;
    gid_t gid;
    pid_t namespace_pid;
    uint64_t memory_bytes; /* resident and swapped out */
    uint64_t bounding;     /* capabilities that it or a child could have at most */
};

int procfs_status(pid_t pid, struct procfs_status *ret, struct error *err);

/* The value of a variable in /proc/PID/environ; malloc'ed. NULL when absent or unreadable. */
char *procfs_environment_variable(pid_t pid, const char *name);

/* The folder, in the process's own mount namespace, that holds the mapped file `name`
 * ("libcoreclr.so"); malloc'ed. -ENOENT when nothing of that name is mapped, -EACCES when the maps
 * are closed to us. */
int procfs_folder_of_mapping(pid_t pid, const char *name, char **ret, struct error *err);

/* Bytes of all readable mappings of files, resident or not. */
int procfs_mapped_files(pid_t pid, uint64_t *ret, struct error *err);

/* True if the process shares our mount namespace; false also when we cannot tell. */
bool procfs_same_mounts(pid_t pid);
