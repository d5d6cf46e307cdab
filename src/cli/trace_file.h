/*
 * cli/trace_file.h - a .nettrace file, or standard input, read in pieces.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "src/base/error.h"

/* Calls `take` with each piece until it fails or the file ends. `path` "-" is standard input.
 * Returns 0, what `take` returned, or a negative errno with the cause in `err`. */
int trace_file_read(const char *path,
                    int (*take)(void *user, const void *data, size_t size, struct error *err),
                    void *user, struct error *err);
