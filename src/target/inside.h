/*
 * target/inside.h - files of a process, as it sees them itself.
 */
#pragma once

#include <sys/types.h>

/* An O_PATH descriptor of the process's root folder, `pid` in our own pid namespace; negative: out
 * of sight. The caller closes it. */
int inside_root(pid_t pid);

/* Opens a path for reading inside `root`: links of the
 * process cannot lead into our files. Returns a descriptor, or -1 with errno. */
int inside_open(int root, const char *path);
