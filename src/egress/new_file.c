#include "src/egress/new_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "src/base/cleanup.h"

enum { MODE = 0666, ATTEMPTS = 10 };

static int random_part(char part[static NEW_FILE_NAME])
{
    uint64_t random;

    if (getrandom(&random, sizeof random, 0) != (ssize_t)sizeof random)
        return -EIO;
    (void)snprintf(part, NEW_FILE_NAME, ".%016llx.part", (unsigned long long)random);
    return 0;
}

static int keep_folder(struct new_file *f, int folder)
{
    *f = (struct new_file){.fd = -1};
    f->folder = fcntl(folder, F_DUPFD_CLOEXEC, 0);
    return f->folder < 0 ? -errno : 0;
}

static int fail(struct new_file *f, int code)
{
    close_fd(&f->folder);
    return code;
}

int new_file_open_named(struct new_file *f, int folder)
{
    int r = keep_folder(f, folder);

    if (r < 0)
        return r;
    for (int i = 0; i < ATTEMPTS; i++) {
        r = random_part(f->part);
        if (r < 0)
            break;
        f->fd = openat(folder, f->part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, MODE);
        if (f->fd >= 0)
            return 0;
        r = -errno;
        if (r != -EEXIST)
            break;
    }
    return fail(f, r);
}

/* Which file systems have no files without names shows in many error codes; the other way tells
 * what is really wrong. */
int new_file_open(struct new_file *f, int folder)
{
    int r = keep_folder(f, folder);

    if (r < 0)
        return r;
    f->fd = openat(folder, ".", O_WRONLY | O_TMPFILE | O_CLOEXEC, MODE);
    if (f->fd >= 0)
        return 0;
    close_fd(&f->folder);
    return new_file_open_named(f, folder);
}

/* A link to a file without a name; AT_EMPTY_PATH would need a capability. */
static int link_as(const struct new_file *f, int folder, const char *name)
{
    char path[32];

    (void)snprintf(path, sizeof path, "/proc/self/fd/%d", f->fd);
    return linkat(AT_FDCWD, path, folder, name, AT_SYMLINK_FOLLOW) < 0 ? -errno : 0;
}

/* Only a rename replaces, so it needs a name for a moment. */
static int link_over(const struct new_file *f, int folder, const char *name)
{
    char part[NEW_FILE_NAME];
    int r = random_part(part);

    if (r == 0)
        r = link_as(f, folder, part);
    if (r < 0)
        return r;
    if (renameat(folder, part, folder, name) == 0)
        return 0;
    r = -errno;
    (void)unlinkat(folder, part, 0);
    return r;
}

static int rename_as(const struct new_file *f, int folder, const char *name)
{
    if (renameat2(f->folder, f->part, folder, name, RENAME_NOREPLACE) == 0)
        return 0;
    if (errno != EINVAL && errno != ENOSYS)
        return -errno;
    if (linkat(f->folder, f->part, folder, name, 0) < 0) /* NFS */
        return -errno;
    (void)unlinkat(f->folder, f->part, 0);
    return 0;
}

int new_file_publish(struct new_file *f, int folder, const char *name, bool replace)
{
    int r;

    if (!f->part[0]) {
        r = link_as(f, folder, name);
        return r == -EEXIST && replace ? link_over(f, folder, name) : r;
    }
    if (replace)
        r = renameat(f->folder, f->part, folder, name) < 0 ? -errno : 0;
    else
        r = rename_as(f, folder, name);
    if (r == 0)
        f->part[0] = '\0';
    return r;
}

bool new_file_drop(struct new_file *f)
{
    bool gone = true;

    if (f->part[0])
        gone = unlinkat(f->folder, f->part, 0) == 0 || errno == ENOENT;
    close_fd(&f->fd);
    close_fd(&f->folder);
    f->fd = f->folder = -1;
    f->part[0] = '\0';
    return gone;
}
