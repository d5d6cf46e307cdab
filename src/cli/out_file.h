/*
 * cli/out_file.h - where a command writes to.
 */
#pragma once

#include <stddef.h>

#include "src/base/error.h"

/*
 * Calls `run`, which hands all bytes to `write`. `out` "-" is standard output; a file takes its
 * place only when it is whole; what is no plain file is written to where it is. Returns what `run`
 * returned, or a negative errno of the file.
 */
int out_file_write(const char *out,
                   int (*run)(void *user, int (*write)(void *to, const void *data, size_t size),
                              void *to, struct error *err),
                   void *user, struct error *err);
