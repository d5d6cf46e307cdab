#include <errno.h>
#include <string.h>
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
    s.written = s.taken = LIMIT_SPOOL;
    CHECK(spool_write(&s, "x", 1, &err) == -EFBIG && spool_size(&s) == 0);
    spool_close(&s);
}

WORLD_SUITE("io/spool", {"order", test_order}, {"refusals", test_refusals})
