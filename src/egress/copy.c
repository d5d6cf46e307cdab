#include "src/egress/copy.h"

#include <errno.h>
#include <stdbool.h>
#include <unistd.h>

enum {
    STEP = 8 * 1024 * 1024, /* then `stop` is looked at */
    BLOCK = 128 * 1024,
};

int copy_bytes(int out, const void *data, size_t size, const atomic_bool *stop)
{
    const char *at = data;

    while (size) {
        if (atomic_load(stop))
            return -ECANCELED;
        ssize_t n = write(out, at, size < STEP ? size : STEP);
        if (n < 0 && errno != EINTR)
            return -errno;
        if (n > 0) {
            at += n;
            size -= (size_t)n;
        }
    }
    return 0;
}

/* Two file systems, or one that cannot. */
static int copy_by_reading(int out, int in, uint64_t offset, uint64_t size, const atomic_bool *stop)
{
    char block[BLOCK];

    while (size) {
        ssize_t n = pread(in, block, size < BLOCK ? (size_t)size : BLOCK, (off_t)offset);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return n < 0 ? -errno : -ENODATA;
        int r = copy_bytes(out, block, (size_t)n, stop);
        if (r < 0)
            return r;
        offset += (uint64_t)n;
        size -= (uint64_t)n;
    }
    return 0;
}

static bool is_of_the_disk(int code)
{
    return code == ENOSPC || code == EDQUOT || code == EFBIG || code == EIO;
}

int copy_range(int out, int in, uint64_t offset, uint64_t size, const atomic_bool *stop)
{
    off_t at = (off_t)offset;

    while (size) {
        if (atomic_load(stop))
            return -ECANCELED;
        ssize_t n = copy_file_range(in, &at, out, NULL, size < STEP ? (size_t)size : STEP, 0);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && is_of_the_disk(errno))
            return -errno;
        if (n <= 0)
            return copy_by_reading(out, in, (uint64_t)at, size, stop);
        size -= (uint64_t)n;
    }
    return 0;
}
