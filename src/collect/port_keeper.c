#include "src/collect/port_keeper.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/base/cleanup.h"
#include "src/io/unix_socket.h"

/* The second name must not look like a diagnostic socket to other tools:
 * "...-socket.kept-by-<pid>". */
void port_keeper_start(struct port_keeper *k, const char *path)
{
    char *second = NULL;

    *k = (struct port_keeper){0};
    if (!path || asprintf(&second, "%s.kept-by-%d", path, (int)getpid()) < 0)
        return;
    (void)unlink(second); /* of a server that had our pid and died in a dump */
    char *copy = strdup(path);
    if (!copy || link(path, second) < 0) {
        free(copy);
        free(second);
        return;
    }
    *k = (struct port_keeper){copy, second};
}

static bool is_served(const char *path)
{
    cleanup(close_fd) int fd = unix_socket_connect(path);

    return fd >= 0 || fd == -EAGAIN;
}

void port_keeper_end(struct port_keeper *k)
{
    struct stat st;

    if (!k->path)
        return;
    /* A process that ended removed its file itself, and that is right. */
    bool lost = lstat(k->path, &st) < 0 && errno == ENOENT && is_served(k->second) &&
                link(k->second, k->path) < 0;
    if (!lost) /* else the second name is the only way left to that process */
        (void)unlink(k->second);
    free(k->path);
    free(k->second);
    *k = (struct port_keeper){0};
}
