#include "src/target/module_version.h"

#include <sys/stat.h>
#include <unistd.h>

#include "proto/pe/module_version.h"
#include "src/base/cleanup.h"
#include "src/target/inside.h"

static bool read_version(int fd, struct guid *ret)
{
    struct pe_module_version p;
    struct stat st;
    uint8_t piece[PE_PIECE_MAX];
    enum wire_status status = WIRE_MORE;

    if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
        return false;
    pe_module_version_init(&p);
    while (status == WIRE_MORE) {
        ssize_t n = pread(fd, piece, p.size, (off_t)p.offset);
        if (n < 0)
            return false;
        status = pe_module_version_feed(&p, piece, (size_t)n);
    }
    if (status == WIRE_OK)
        *ret = p.version;
    return status == WIRE_OK;
}

bool module_version_read(int root, const char *path, struct guid *ret)
{
    if (path[0] != '/')
        return false;
    cleanup(close_fd) int fd = inside_open(root, path);
    return fd >= 0 && read_version(fd, ret);
}
