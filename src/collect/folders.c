#include "src/collect/folders.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "src/base/cleanup.h"

static int make_one(const char *path)
{
    if (mkdir(path, 0755) < 0)
        return errno == EEXIST ? 0 : -errno;
    cleanup(close_fd) int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    return fd >= 0 && fchmod(fd, 0755) == 0 ? 0 : -errno;
}

int folders_make(const char *path, struct error *err)
{
    char part[PATH_MAX];

    if (path[0] != '/')
        return error_set(err, -EINVAL,
                         "dump folder '%s': Storage:DumpTempFolder must be an absolute path", path);
    (void)snprintf(part, sizeof part, "%s", path);
    for (char *at = strchr(part + 1, '/');; at = strchr(at + 1, '/')) {
        if (at)
            *at = '\0';
        int r = make_one(part);
        if (r < 0)
            return error_set(err, r,
                             "dump folder %s: %s; mount a volume there that uid %u can write, or "
                             "set Storage:DumpTempFolder",
                             path, strerror(-r), geteuid());
        if (!at)
            return 0;
        *at = '/';
    }
}

int folders_open_in_root(const char *root, const char *path, struct error *err)
{
    struct open_how how = {.flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC, .resolve = RESOLVE_IN_ROOT};
    cleanup(close_fd) int base = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);

    int fd = base < 0 ? -1 : (int)syscall(SYS_openat2, base, path, &how, sizeof how);
    return fd >= 0 ? fd : error_set(err, -errno, "open %s%s: %s", root, path, strerror(errno));
}

int folders_random_name(char name[static RANDOM_NAME_SIZE], struct error *err)
{
    uint8_t bytes[(RANDOM_NAME_SIZE - 1) / 2];

    if (getrandom(bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes)
        return error_set(err, -EIO, "no random numbers");
    for (size_t i = 0; i < sizeof bytes; i++)
        (void)snprintf(name + 2 * i, 3, "%02x", bytes[i]);
    return 0;
}
