/*
 * cli/key_file.h - the API key or token that a command shows to a running portside. It comes from a
 * file or the environment: who lists processes would see an argument.
 */
#pragma once

#include "src/base/error.h"

#define KEY_VARIABLE "PORTSIDE_API_KEY"

enum { KEY_MAX = 8 * 1024 }; /* half of what a server takes as a head */

/* The header "Authorization: Bearer KEY" of the key in the file `path` ("-": standard input), else
 * (NULL) of the environment; `*ret` is NULL when there is none. The caller frees it. Blanks and
 * line ends around the key do not count. -EINVAL: it is none, -EFBIG; else why the file cannot be
 * read. */
int key_file_header(const char *path, char **ret, struct error *err);
