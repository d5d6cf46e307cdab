/*
 * collect/inside.h - files of a process, as it sees them itself.
 */
#pragma once

/* Opens a path for reading inside `root` (an O_PATH descriptor of /proc/PID/root): links of the
 * process cannot lead into our files. Returns a descriptor, or -1 with errno. */
int inside_open(int root, const char *path);
