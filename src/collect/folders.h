/*
 * collect/folders.h - making and opening folders without being led astray.
 */
#pragma once

#include "src/base/error.h"

enum { RANDOM_NAME_SIZE = 33 };

/* mkdir -p of an absolute path. Folders made here are 0755 whatever the umask: apps of other uids
 * must pass through. */
int folders_make(const char *path, struct error *err);

/* Opens the folder `path` of a process whose root is `root` ("/proc/PID/root"); symbolic links,
 * absolute ones too, are followed inside that root only. Returns a descriptor. */
int folders_open_in_root(const char *root, const char *path, struct error *err);

/* 32 random hexadecimal digits. */
int folders_random_name(char name[static RANDOM_NAME_SIZE], struct error *err);
