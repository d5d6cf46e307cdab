#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "src/base/limits.h"
#include "src/config/file_content.h"
#include "tests/support/files.h"
#include "tests/support/world.h"

static int size_of(const char *path, size_t *ret_size)
{
    struct error err;
    char *data;
    int r = file_content_read(AT_FDCWD, path, &data, ret_size, &err);

    if (r == 0) {
        CHECK_AT("a NUL behind it", data[*ret_size] == '\0');
        free(data);
    } else {
        CHECK_AT("the cause names the file", err.code == r && strstr(err.text, path) != NULL);
    }
    return r;
}

static void test_sizes(void)
{
    static const size_t sizes[] = {0, 1, 4096, LIMIT_CONFIG_FILE};
    const char *path = world_text("%s/f", files_tmpdir());
    char *data = world_alloc(LIMIT_CONFIG_FILE + 1);
    size_t size = 0;

    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        CHECK(files_write(path, data, sizes[i]));
        CHECK(size_of(path, &size) == 0 && size == sizes[i]);
    }
    CHECK(files_write(path, data, LIMIT_CONFIG_FILE + 1));
    CHECK(size_of(path, &size) == -EFBIG);
}

static void test_others(void)
{
    const char *dir = files_tmpdir();
    const char *pipe = world_text("%s/pipe", dir), *file = world_text("%s/file", dir);
    size_t size = 0;

    REQUIRE(mkfifo(pipe, 0600) == 0);
    CHECK_AT("never waits", size_of(pipe, &size) == -EINVAL);
    CHECK(size_of("/dev/zero", &size) == -EINVAL);
    CHECK(size_of(dir, &size) == -ENOENT);
    CHECK(size_of(world_text("%s/none", dir), &size) == -ENOENT);
    CHECK(files_write(file, "x", 1));
    CHECK(size_of(world_text("%s/below", file), &size) == -ENOENT);
    CHECK_AT("says 0, has more", size_of("/proc/self/status", &size) == 0 && size > 100);
}

/* As PowerShell 5 writes it. */
static void test_utf16(void)
{
    static const char bytes[] = "\xFF\xFE{\0\xE9\0}";
    const char *path = world_text("%s/f", files_tmpdir());
    struct error err;
    char *data = NULL;
    size_t size = 0;

    CHECK(files_write(path, bytes, sizeof bytes));
    REQUIRE(file_content_read(AT_FDCWD, path, &data, &size, &err) == 0);
    CHECK(size == 4 && strcmp(data, "{\xC3\xA9}") == 0);
    free(data);
}

WORLD_SUITE("config/file_content", {"UTF-16", test_utf16}, {"sizes", test_sizes},
            {"others", test_others})
