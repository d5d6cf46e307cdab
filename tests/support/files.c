#include "tests/support/files.h"

#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/base/cleanup.h"
#include "tests/support/world.h"

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st;
    (void)type;
    (void)ftw;
    (void)remove(path);
    return 0;
}

static int counted; /* nftw() has no argument for its callback; one thread */

static int count_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)path;
    (void)ftw;
    counted += type != FTW_NS && !S_ISDIR(st->st_mode);
    return 0;
}

int files_below(const char *dir)
{
    counted = 0;
    (void)nftw(dir, count_one, 16, FTW_PHYS);
    return counted;
}

void files_remove_tree(const char *path)
{
    (void)nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
}

static void end_tmpdir(void *path)
{
    files_remove_tree(path);
}

const char *files_tmpdir(void)
{
    char *path = world_text("/tmp/ps.XXXXXX");

    REQUIRE(mkdtemp(path) != NULL);
    REQUIRE(chmod(path, 0711) == 0);
    world_at_end(end_tmpdir, path);
    return path;
}

const char *files_mkdir(const char *dir, const char *name, mode_t mode, uid_t owner)
{
    char *path = world_text("%s/%s", dir, name);

    REQUIRE(mkdir(path, mode) == 0);
    REQUIRE(chmod(path, mode) == 0);
    if (owner)
        REQUIRE(chown(path, owner, owner) == 0);
    return path;
}

char *files_read(const char *path, size_t *ret_size)
{
    cleanup(close_file) FILE *f = fopen(path, "re");
    size_t size = 0, capacity = 65536;

    if (!f)
        return NULL;
    char *data = malloc(capacity);
    while (data) {
        size += fread(data + size, 1, capacity - size - 1, f);
        if (size + 1 < capacity)
            break;
        char *more = realloc(data, capacity *= 2);
        if (!more)
            free(data);
        data = more;
    }
    if (!data)
        abort();
    data[size] = '\0';
    world_at_end(free, data);
    if (ret_size)
        *ret_size = size;
    return data;
}

bool files_write(const char *path, const void *data, size_t size)
{
    cleanup(close_file) FILE *f = fopen(path, "we");

    return f && fwrite(data, 1, size, f) == size && fflush(f) == 0;
}

bool files_exists(const char *path)
{
    struct stat st;

    return lstat(path, &st) == 0;
}

int64_t files_size(const char *path)
{
    struct stat st;

    return lstat(path, &st) == 0 ? st.st_size : -1;
}

int files_count(const char *dir)
{
    cleanup(close_dir) DIR *d = opendir(dir);
    int count = 0;

    if (!d)
        return -1;
    for (const struct dirent *e = readdir(d); e; e = readdir(d)) {
        if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
            count++;
    }
    return count;
}
