#include "src/egress/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/base/cleanup.h"

enum { FOLDER = O_PATH | O_DIRECTORY };

static int make_with_parents(const char *path)
{
    char part[PATH_MAX];

    if (snprintf(part, sizeof part, "%s", path) >= (int)sizeof part)
        return -ENAMETOOLONG;
    for (char *at = part; at; at = strchr(at + 1, '/')) {
        if (at > part)
            *at = '\0';
        if (at > part && mkdir(part, 0777) < 0 && errno != EEXIST)
            return -errno;
        if (at > part)
            *at = '/';
    }
    return mkdir(part, 0777) < 0 && errno != EEXIST ? -errno : 0;
}

int folder_open(const char *path)
{
    int fd = open(path, FOLDER | O_CLOEXEC);

    if (fd >= 0 || errno != ENOENT)
        return fd >= 0 ? fd : -errno;
    int r = make_with_parents(path);
    if (r < 0)
        return r;
    fd = open(path, FOLDER | O_CLOEXEC);
    return fd >= 0 ? fd : -errno;
}

int folder_open_below(int folder, const char *name)
{
    cleanup(close_fd) int fd = openat(folder, ".", FOLDER | O_CLOEXEC);
    char part[NAME_MAX + 1];

    for (const char *end; fd >= 0 && (end = strchr(name, '/')); name = end + 1) {
        if (end - name > NAME_MAX)
            return -ENAMETOOLONG;
        (void)snprintf(part, sizeof part, "%.*s", (int)(end - name), name);
        int next = openat(fd, part, FOLDER | O_NOFOLLOW | O_CLOEXEC);
        int saved = errno;
        close_fd(&fd);
        fd = next;
        errno = saved;
    }
    return fd >= 0 ? take_fd(&fd) : -errno;
}
