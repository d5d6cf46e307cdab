/*
 * ipc/path.h - what every path in a request must be before a runtime may see it.
 */
#pragma once

#include <stdbool.h>

enum {
    IPC_PATH_MAX = 4095, /* Linux' PATH_MAX without the NUL */
};

/*
 * True for a path that means the same file to us and to the runtime: not NULL or empty (an empty
 * one is a null pointer to the runtime), absolute, at most IPC_PATH_MAX bytes, valid UTF-8 (others
 * would be changed on the way through UTF-16).
 */
bool ipc_path_is_safe(const char *path);
