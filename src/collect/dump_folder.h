/*
 * collect/dump_folder.h - where dumps lie while they are written, and that nothing stays there.
 *
 * Inside the configured folder each server makes one of its own, `portside-dumps.XXXXXX`, and in it
 * one per dump with a random name, both mode 0711: others can pass through but neither list nor
 * add. The dump's file is made by us beforehand: createdump opens an existing file, truncates it
 * and keeps owner and mode (FACTS section 7), so an app of any uid can be dumped and we can read
 * the result. Folders of our own also keep clear of fs.protected_regular, which forbids opening
 * other users' files in sticky folders. As soon as the writer has opened the file its names are
 * removed: what is written then lives only in our descriptor, and a writer that comes too late
 * finds no folder to write to. The own folder is locked (flock) while its server lives; at start,
 * folders of dead servers are removed.
 *
 * A target in another mount namespace (found through /proc/PID/root) is given its folder there;
 * nothing of its file system is followed out of its root.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <uv.h>

#include "src/base/error.h"
#include "src/collect/folders.h"
#include "src/config/options.h"

struct dump_folder;

/* One dump's file, or pipe. */
struct dump_place {
    int fd;             /* open for reading; a pipe's is non-blocking */
    char *path;         /* as we see it */
    char *target_path;  /* as the target sees it */
    int parent, folder; /* descriptors of the folder around its folder, and of its folder */
    char name[RANDOM_NAME_SIZE]; /* of its folder in the parent; "" once removed */
};

/* What dump_place_remove() leaves, and where to start. */
#define DUMP_PLACE_NONE ((struct dump_place){.fd = -1, .parent = -1, .folder = -1})

/* Sweeps leftovers now; makes nothing yet. Never fails for a folder that cannot be used: dumps will
 * then say so. */
int dump_folder_new(const struct options *options, struct dump_folder **ret, struct error *err);

/* Removes the own folder. */
void dump_folder_free(struct dump_folder *f);

/* The configured folder, for messages. */
const char *dump_folder_path(const struct dump_folder *f);

/* Bytes free for us where a dump of a target with this root ("" or "/proc/PID/root") would lie. */
int dump_folder_free_bytes(struct dump_folder *f, const char *root, uint64_t *ret,
                           struct error *err);

/* Makes the file (or, with `pipe`, the FIFO) for a target of `uid` ((uid_t)-1: unknown) whose paths
 * we see under `root`. */
int dump_place_make(struct dump_folder *f, const char *root, uid_t uid, bool pipe,
                    struct dump_place *ret, struct error *err);

/*
 * The writer has the file open: removes its names; the file goes on in `fd` and in the writer's
 * hands. May be called twice. Opens and closes the file once more before: ext4 flushes a file that
 * was truncated to nothing when it is next closed, and that must not be the writer's close, because
 * the app stands still until then (measured: 0.4 to 0.8 s for 1.2 GB).
 */
void dump_place_unlink(struct dump_place *place);

/* Removes the names and closes everything. May be called twice. */
void dump_place_remove(struct dump_place *place);

/* The same, but the file is closed on libuv's pool: to free a large file takes its time (0.5 s
 * for 1.2 GB). */
void dump_place_release(struct dump_place *place, uv_loop_t *loop);
