/*
 * support/core_file.h - is this file a whole core, and can debuggers open it?
 */
#pragma once

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdint.h>

/* The size that the ELF program headers claim (largest p_offset + p_filesz); -1: no ELF core. */
int64_t core_file_claimed(const char *path);

/* The file is exactly as long as its program headers say. */
bool core_file_whole(const char *path);

/*
 * Opens it with build/apps/clrmd. `dac` names libmscordaccore.so where it is not beside the
 * runtime's own modules; NULL: found by itself. False when it has no managed threads or no objects
 * (0 objects are fine without `heap`).
 */
bool core_file_opens(const char *path, const char *dac, bool heap);

/* What build/apps/clrmd says of it; NULL: it has no managed threads. */
const cJSON *core_file_read(const char *path, const char *dac);

/* Number of threads that gdb lists; -1 when it cannot open the file. */
int core_file_gdb_threads(const char *path);
