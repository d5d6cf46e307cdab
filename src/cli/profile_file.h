/*
 * cli/profile_file.h - a trace file as a profile, written in a format.
 *
 * A file that is cut or damaged gives what is there, and a warning on standard error: traces of
 * processes that died are like that, and are those that matter.
 */
#pragma once

#include "src/profile/format.h"

/* Reads `path`, writes in `format` to `out` ("-": standard output). The output file appears whole
 * or not at all. 0, or a negative errno with cause and cure in `err`. */
int profile_file_write(const char *path, const struct format *format,
                       const struct format_options *options, const char *out, struct error *err);
