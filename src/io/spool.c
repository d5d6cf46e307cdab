#include "src/io/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "src/base/cleanup.h"
#include "src/base/limits.h"

int spool_open(struct spool *s, const char *const *folders, struct error *err)
{
    int r = -ENOENT;

    *s = SPOOL_NONE;
    for (; *folders; folders++) {
        s->fd = open(*folders, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
        if (s->fd >= 0)
            return 0;
        r = -errno;
    }
    return error_set(err, r, "no folder for temporary files can be written to: %s", strerror(-r));
}

void spool_close(struct spool *s)
{
    close_fd(&s->fd);
    *s = SPOOL_NONE;
}

int spool_write(struct spool *s, const void *data, size_t size, struct error *err)
{
    const char *at = data;

    if (s->fd < 0)
        return error_set(err, -EBADF, "no file");
    if (s->written + size > LIMIT_SPOOL)
        return error_set(err, -EFBIG, "too much to keep for a slow reader");
    for (size_t done = 0; done < size;) {
        ssize_t n = pwrite(s->fd, at + done, size - done, (off_t)(s->written + done));
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return error_set(err, n < 0 ? -errno : -EIO, "temporary file: %s", strerror(errno));
        done += (size_t)n;
    }
    s->written += size;
    return 0;
}

uint64_t spool_take(struct spool *s, uint64_t most, uint64_t *ret_offset)
{
    uint64_t size = spool_size(s) < most ? spool_size(s) : most;

    *ret_offset = s->taken;
    s->taken += size;
    return size;
}
