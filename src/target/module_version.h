/*
 * target/module_version.h - which builds the modules of a process are, out of their files.
 *
 * Reads files: not for the loop thread.
 */
#pragma once

#include <stdbool.h>

#include "proto/wire/guid.h"

/* The module version id of a file, by the path that the process knows, which is resolved inside its
 * own root. False, and `ret` untouched: it cannot be read, or is no module. */
bool module_version_read(int root, const char *path, struct guid *ret);
