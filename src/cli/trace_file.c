#include "src/cli/trace_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "src/base/cleanup.h"

enum { PIECE = 256 * 1024 }; /* a block of a runtime is 100 KiB: most lie whole in one piece */

static int read_all(int fd, const char *path, char *piece,
                    int (*take)(void *user, const void *data, size_t size, struct error *err),
                    void *user, struct error *err)
{
    for (;;) {
        ssize_t n = read(fd, piece, PIECE);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return error_set(err, -errno, "read %s: %s", path, strerror(errno));
        int r = n > 0 ? take(user, piece, (size_t)n, err) : 0;
        if (n == 0 || r < 0)
            return r;
    }
}

int trace_file_read(const char *path,
                    int (*take)(void *user, const void *data, size_t size, struct error *err),
                    void *user, struct error *err)
{
    cleanup(free_str) char *piece = malloc(PIECE);
    cleanup(close_fd) int fd = -1;

    if (!piece)
        return error_set(err, -ENOMEM, "no memory to read %s", path);
    if (strcmp(path, "-") == 0)
        return read_all(STDIN_FILENO, "standard input", piece, take, user, err);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return error_set(err, -errno, "open %s: %s", path, strerror(errno));
    return read_all(fd, path, piece, take, user, err);
}
