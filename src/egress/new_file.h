/*
 * egress/new_file.h - a file that gets its name when it is whole. Blocks: for the thread pool.
 *
 * Until then it has none (O_TMPFILE): whatever ends the process, nothing is left. Where the file
 * system has no such files, it is called ".RANDOM.part" meanwhile.
 */
#pragma once

#include <stdbool.h>

enum { NEW_FILE_NAME = 24 };

struct new_file {
    int fd;                   /* for writing */
    int folder;               /* O_PATH */
    char part[NEW_FILE_NAME]; /* its name until it is whole; "": none */
};

/* Mode 0666 less the umask, as the peer. `folder` is borrowed for the call. 0 or a negative errno;
 * then there is nothing to drop. */
int new_file_open(struct new_file *f, int folder);

/* The same without O_TMPFILE. */
int new_file_open_named(struct new_file *f, int folder);

/* Gives it its name in `folder`, at once and whole. `replace`: what is there by that name gives
 * way, a symbolic link itself and not what it points to; else -EEXIST. -EXDEV: `folder` is on
 * another file system. */
int new_file_publish(struct new_file *f, int folder, const char *name, bool replace);

/* Closes it; what was not published is gone. False when its ".part" could not be removed. */
bool new_file_drop(struct new_file *f);
