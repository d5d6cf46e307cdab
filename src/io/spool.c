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
    s->limit = LIMIT_SPOOL;
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
    if (s->written - s->released + size > s->limit)
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

int spool_read(struct spool *s, uint64_t most, struct text *ret, struct error *err)
{
    char piece[16 * 1024];
    uint64_t offset, size = spool_take(s, most, &offset);

    while (size) {
        size_t wanted = size < sizeof piece ? (size_t)size : sizeof piece;
        ssize_t n = pread(s->fd, piece, wanted, (off_t)offset);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return error_set(err, n < 0 ? -errno : -EIO, "temporary file: %s",
                             n < 0 ? strerror(errno) : "it has become shorter");
        text_add(ret, piece, (size_t)n);
        offset += (uint64_t)n;
        size -= (uint64_t)n;
    }
    return ret->failed ? error_set(err, -ENOMEM, "temporary file") : 0;
}

void spool_release(struct spool *s)
{
    if (s->fd < 0 || s->taken == s->released)
        return;
    if (s->taken == s->written) {
        if (ftruncate(s->fd, 0) == 0)
            s->written = s->taken = s->released = 0;
    } else if (fallocate(s->fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, (off_t)s->released,
                         (off_t)(s->taken - s->released)) == 0) {
        s->released = s->taken;
    }
}
