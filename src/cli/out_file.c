#include "src/cli/out_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "src/base/cleanup.h"
#include "src/base/text.h"

typedef int runner(void *user, int (*write)(void *, const void *, size_t), void *to,
                   struct error *err);

struct out {
    int fd;
    int error; /* of a write */
};

static int write_fd(void *user, const void *data, size_t size)
{
    struct out *o = user;
    const char *at = data;

    while (size > 0) {
        ssize_t n = write(o->fd, at, size);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return o->error = -errno;
        at += n;
        size -= (size_t)n;
    }
    return 0;
}

static int write_out(int fd, const char *out, runner *run, void *user, struct error *err)
{
    struct out o = {.fd = fd};
    int r = run(user, write_fd, &o, err);

    return o.error < 0 ? error_set(err, o.error, "write %s: %s", out, strerror(-o.error)) : r;
}

/* A device, a pipe, a link: written to where it is. */
static int write_in_place(const char *out, runner *run, void *user, struct error *err)
{
    cleanup(close_fd) int fd = open(out, O_WRONLY | O_TRUNC | O_CLOEXEC);

    if (fd < 0)
        return error_set(err, -errno, "open %s: %s", out, strerror(errno));
    return write_out(fd, out, run, user, err);
}

/* Into a file beside it, which then takes its place. */
static int write_beside(const char *out, runner *run, void *user, struct error *err)
{
    struct text beside = {0};

    text_add_fmt(&beside, "%s.%d.part", out, (int)getpid());
    cleanup(free_str) char *part = text_take(&beside);
    if (!part)
        return error_set(err, -ENOMEM, "no memory");
    cleanup(close_fd) int fd = open(part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd < 0)
        return error_set(err, -errno, "create %s: %s", part, strerror(errno));
    int r = write_out(fd, out, run, user, err);
    if (r == 0 && rename(part, out) < 0)
        r = error_set(err, -errno, "rename %s to %s: %s", part, out, strerror(errno));
    if (r < 0)
        (void)unlink(part);
    return r;
}

int out_file_write(const char *out, runner *run, void *user, struct error *err)
{
    struct stat st;

    if (strcmp(out, "-") == 0)
        return write_out(STDOUT_FILENO, "standard output", run, user, err);
    if (lstat(out, &st) == 0 && !S_ISREG(st.st_mode))
        return write_in_place(out, run, user, err);
    return write_beside(out, run, user, err);
}
