/*
 * ipc/port_file.h - the socket file of the diagnostic port: made at its path, kept there, removed.
 *
 * The file's folder is watched. When the file (or the folder) is deleted, moved or replaced, the
 * socket is made anew; while that fails it is tried again every few seconds. The folder may belong
 * to users whom we do not trust: no symlink of theirs is followed, and no file of theirs is
 * touched.
 */
#pragma once

#include <stdbool.h>
#include <sys/types.h>
#include <sys/un.h>
#include <uv.h>

#include "src/base/error.h"
#include "src/io/file_watch.h"
#include "src/io/timer.h"

struct port_file_config {
    const char *path;
    int backlog;          /* 0 or less: the system's maximum */
    bool delete_existing; /* at the start remove any socket at the path, even one that is served */
    mode_t mode;
    gid_t group; /* (gid_t)-1: as it comes */
};

struct port_file_events {
    void *user;
    /* The listening socket (borrowed) to accept from is another one now; -1: there is none for the
     * time being, and the one before is closed after the call. A failure counts as one to bind. */
    int (*on_socket)(void *user, int fd, struct error *err);
    /* One line for the operator's log. `altered`: the file was deleted or replaced. */
    void (*on_trouble)(void *user, bool altered, const char *text);
};

/* Lives inside its owner. Zeroed = closed. */
struct port_file {
    uv_loop_t *loop;
    struct sockaddr_un address;
    int backlog;
    mode_t mode;
    gid_t group;
    struct port_file_events events;
    int fd; /* -1: not bound */
    dev_t device;
    ino_t inode;
    struct file_watch watch;
    struct timer retry; /* runs only while not bound */
    bool told;          /* that it is not bound, and why */
};

/*
 * Binds: creates the folders to the path (mode 0755 whatever the umask), removes a socket that
 * nobody serves, sets mode and group. -EADDRINUSE when a living process listens there, -EEXIST when
 * the path is no socket, -ENAMETOOLONG; texts name path and cure. After a failure nothing is left
 * to close.
 */
int port_file_open(struct port_file *f, uv_loop_t *loop, const struct port_file_config *config,
                   const struct port_file_events *events, struct error *err);

/* Closes the socket and removes the file if it is still ours. Calls nothing back. */
void port_file_close(struct port_file *f);

static inline bool port_file_is_bound(const struct port_file *f)
{
    return f->fd >= 0;
}
