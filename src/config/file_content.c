#include "src/config/file_content.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/base/cleanup.h"
#include "src/base/limits.h"
#include "src/config/file_encoding.h"

/* Reads to the end: the file may grow or shrink meanwhile. Bytes read, or a negative errno. */
static ssize_t read_all(int fd, char *data, size_t size)
{
    size_t n = 0;

    while (n < size) {
        ssize_t r = read(fd, data + n, size - n);
        if (r < 0 && errno == EINTR)
            continue;
        if (r < 0)
            return -errno;
        if (r == 0)
            break;
        n += (size_t)r;
    }
    return (ssize_t)n;
}

/* Fails unless it is a file that can be read in a moment. */
static int check_kind(int fd, const char *path, size_t *ret_size, struct error *err)
{
    struct stat st;

    if (fstat(fd, &st) < 0)
        return error_set(err, -errno, "%s: %s", path, strerror(errno));
    if (S_ISDIR(st.st_mode))
        return error_set(err, -ENOENT, "%s is a folder", path);
    if (!S_ISREG(st.st_mode))
        return error_set(err, -EINVAL, "%s is no regular file", path);
    if (st.st_size > LIMIT_CONFIG_FILE)
        return error_set(err, -EFBIG, "%s is larger than %d KiB", path, LIMIT_CONFIG_FILE / 1024);
    *ret_size = (size_t)st.st_size;
    return 0;
}

/* In place of the bytes what they say, when they are no UTF-8. */
static int decode(char **data, size_t *size, const char *path, struct error *err)
{
    struct text text = {0};

    if (!file_encoding_add(&text, *data, *size))
        return 0;
    *size = text.size;
    free(*data);
    *data = text_take(&text);
    return *data ? 0 : error_set(err, -ENOMEM, "%s", path);
}

int file_content_read(int folder, const char *path, char **ret_data, size_t *ret_size,
                      struct error *err)
{
    cleanup(close_fd) int fd = openat(folder, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    size_t size = 0;

    if (fd < 0) {
        int code = errno == ENOTDIR ? -ENOENT : -errno;
        return error_set(err, code, "%s cannot be read: %s", path, strerror(errno));
    }
    int r = check_kind(fd, path, &size, err);
    if (r < 0)
        return r;
    size += 4096; /* it may be growing; files of /proc say 0 */
    cleanup(free_str) char *data = malloc(size + 1);
    if (!data)
        return error_set(err, -ENOMEM, "%s", path);
    ssize_t n = read_all(fd, data, size);
    if (n < 0)
        return error_set(err, (int)n, "%s cannot be read: %s", path, strerror((int)-n));
    data[n] = '\0';
    size = (size_t)n;
    r = decode(&data, &size, path, err);
    if (r < 0)
        return r;
    *ret_data = take_ptr(data);
    *ret_size = size;
    return 0;
}
