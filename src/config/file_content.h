/*
 * config/file_content.h - a whole small file, read with a bound and without ever waiting.
 */
#pragma once

#include <stddef.h>

#include "src/base/error.h"

/* Text of UTF-16 or UTF-32 with its mark is read as UTF-8 (file_encoding.h). Reads what is not
 * larger than LIMIT_CONFIG_FILE; the caller frees `*ret_data`, which has a NUL behind its
 * `*ret_size` bytes. -ENOENT when there is none (also when a folder stands there), -EFBIG, else why
 * it cannot be read. Pipes and devices are refused with -EINVAL. */
int file_content_read(int folder, const char *path, char **ret_data, size_t *ret_size,
                      struct error *err);
