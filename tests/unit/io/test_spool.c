#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/base/limits.h"
#include "src/io/spool.h"
#include "tests/support/files.h"
#include "tests/support/world.h"

/* What is taken is what was written, in order, in ranges of any size. */
static void test_order(void)
{
    static const char text[] = "first second third";
    const char *const folders[] = {"/does/not/exist", files_tmpdir(), NULL};
    struct spool s;
    struct error err;
    uint64_t offset, size;
    char got[sizeof text] = "";
    size_t done = 0;

    REQUIRE(spool_open(&s, folders, &err) == 0);
    CHECK(spool_size(&s) == 0 && spool_take(&s, 10, &offset) == 0);
    CHECK(spool_write(&s, text, 6, &err) == 0 && spool_write(&s, text + 6, 12, &err) == 0);
    CHECK(spool_size(&s) == 18);
    while ((size = spool_take(&s, 5, &offset)) > 0) {
        CHECK(offset == done && pread(s.fd, got + done, size, (off_t)offset) == (ssize_t)size);
        done += size;
    }
    CHECK(strcmp(got, text) == 0 && spool_size(&s) == 0);
    spool_close(&s);
    CHECK(s.fd < 0);
}

static void test_refusals(void)
{
    const char *const nowhere[] = {"/does/not/exist", NULL};
    const char *const folders[] = {files_tmpdir(), NULL};
    struct spool s;
    struct error err;

    CHECK(spool_open(&s, nowhere, &err) == -ENOENT && s.fd < 0);
    CHECK(spool_write(&s, "x", 1, &err) == -EBADF);
    REQUIRE(spool_open(&s, folders, &err) == 0);
    s.written = s.taken = LIMIT_SPOOL; /* and nothing was given back */
    CHECK(spool_write(&s, "x", 1, &err) == -EFBIG && spool_size(&s) == 0);
    spool_close(&s);
}

/* What was taken makes room for more, within the owner's limit. */
static void test_release(void)
{
    enum { BLOCK = 64 * 1024, LIMIT = 4 * BLOCK };
    const char *const folders[] = {files_tmpdir(), NULL};
    char *block = world_alloc(BLOCK);
    struct spool s;
    struct error err;
    uint64_t offset;
    struct stat st;

    REQUIRE(spool_open(&s, folders, &err) == 0);
    s.limit = LIMIT;
    for (int i = 0; i < 100; i++) {
        memset(block, i, BLOCK);
        REQUIRE(spool_write(&s, block, BLOCK, &err) == 0);
        if (i == 0) /* the reader stays one behind: never empty */
            continue;
        REQUIRE(spool_take(&s, BLOCK, &offset) == BLOCK);
        REQUIRE(pread(s.fd, block, 1, (off_t)offset) == 1 && block[0] == i - 1);
        spool_release(&s);
    }
    CHECK(spool_size(&s) == BLOCK);
    CHECK(fstat(s.fd, &st) == 0 && st.st_blocks * 512 <= 2 * BLOCK);
    CHECK(spool_take(&s, LIMIT, &offset) == BLOCK);
    spool_release(&s);
    CHECK(s.written == 0 && fstat(s.fd, &st) == 0 && st.st_size == 0);
    for (int i = 0; i < 4; i++)
        CHECK(spool_write(&s, block, BLOCK, &err) == 0);
    CHECK(spool_write(&s, block, 1, &err) == -EFBIG);
    spool_close(&s);
    spool_release(&s);
}

/* A copy stays as it was, wherever ranges begin and end, while their place is given back. */
static void test_read(void)
{
    enum { SIZE = 48 * 1024, RANGE = 5000 };
    const char *const folders[] = {files_tmpdir(), NULL};
    char *data = world_alloc(SIZE);
    struct text got = {0};
    struct spool s;
    struct error err;

    for (size_t i = 0; i < SIZE; i++)
        data[i] = (char)(1 + i % 251);
    REQUIRE(spool_open(&s, folders, &err) == 0);
    REQUIRE(spool_write(&s, data, SIZE, &err) == 0);
    while (spool_size(&s)) {
        REQUIRE(spool_read(&s, RANGE, &got, &err) == 0);
        spool_release(&s);
    }
    CHECK(got.size == SIZE && memcmp(got.data, data, SIZE) == 0);
    REQUIRE(spool_write(&s, data, SIZE, &err) == 0 && ftruncate(s.fd, 10) == 0);
    CHECK_AT("cut by somebody", spool_read(&s, RANGE, &got, &err) == -EIO);
    text_deinit(&got);
    spool_close(&s);
}

WORLD_SUITE("io/spool", {"order", test_order}, {"refusals", test_refusals},
            {"release", test_release}, {"read", test_read})
