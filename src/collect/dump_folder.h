/*
 * collect/dump_folder.h - where dumps lie while they are written, and that nothing stays there.
 *
 * Inside the configured folder each server makes one of its own, `portside-XXXXXX`, mode 0711:
 * others can pass through but neither list nor add. The dump's file is made by us beforehand, with
 * a name nobody can guess: createdump opens an existing file, truncates it and keeps owner and mode
 * (FACTS section 7), so an app of any uid can be dumped and we can read the result. A folder of our
 * own also keeps clear of fs.protected_regular, which forbids opening other users' files in sticky
 * folders. The own folder is locked (flock) while its server lives; at start, folders of dead
 * servers are removed.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "src/base/error.h"
#include "src/config/options.h"

struct dump_folder;

/* One dump's file, or pipe. */
struct dump_place {
    char *path;        /* as we see it */
    char *target_path; /* as the target sees it */
    char *own_folder;  /* made for this dump alone (in another mount namespace); else NULL */
    int fd;            /* open for reading; a pipe's is non-blocking */
};

/* Sweeps leftovers now; makes nothing yet. Never fails for a folder that cannot be used: dumps will
 * then say so. */
int dump_folder_new(const struct options *options, struct dump_folder **ret, struct error *err);

/* Removes the own folder. */
void dump_folder_free(struct dump_folder *f);

/* The configured folder, for messages and for free space. */
const char *dump_folder_path(const struct dump_folder *f);

/* Bytes free for us where a dump of a target with this root ("" or "/proc/PID/root") would lie. */
int dump_folder_free_bytes(struct dump_folder *f, const char *root, uint64_t *ret,
                           struct error *err);

/* Makes the file (or, with `pipe`, the FIFO) for a target of `uid` ((uid_t)-1: unknown) whose paths
 * we see under `root`. */
int dump_place_make(struct dump_folder *f, const char *root, uid_t uid, bool pipe,
                    struct dump_place *ret, struct error *err);

/* Closes and removes it; safe on a zeroed place (fd 0 does not count as open then) and twice. */
void dump_place_remove(struct dump_place *place);
