/*
 * support/files.h - own folders, whole files, directory counts.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * A fresh folder below /tmp, mode 0711 so that processes of other uids reach what lies in it. It
 * is removed with everything in it when the test has ended. Short enough for socket paths.
 */
const char *files_tmpdir(void);

/* A sub-folder of `dir` with this mode and owner (uid 0: left as it is). Its path. */
const char *files_mkdir(const char *dir, const char *name, mode_t mode, uid_t owner);

/* The whole file, NUL-terminated, until the test has ended; NULL when it cannot be read. */
char *files_read(const char *path, size_t *ret_size);

bool files_write(const char *path, const void *data, size_t size);
bool files_exists(const char *path);

/* -1 when there is none. */
int64_t files_size(const char *path);

/* Entries of a folder without . and .., -1 when it cannot be read. */
int files_count(const char *dir);

/* Files (all but folders) in a folder and below it; 0 when there is no such folder. */
int files_below(const char *dir);

void files_remove_tree(const char *path);
