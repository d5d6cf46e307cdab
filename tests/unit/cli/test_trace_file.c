#include <errno.h>

#include "src/cli/trace_file.h"
#include "tests/support/files.h"
#include "tests/support/world.h"

struct seen {
    size_t size, pieces, stop_after;
    unsigned sum;
};

static int take(void *user, const void *data, size_t size, struct error *err)
{
    struct seen *seen = user;
    const uint8_t *bytes = data;

    for (size_t i = 0; i < size; i++)
        seen->sum = seen->sum * 31 + bytes[i];
    seen->size += size;
    return ++seen->pieces == seen->stop_after ? error_set(err, -EBADMSG, "enough") : 0;
}

static void test_pieces(void)
{
    const char *path = world_text("%s/big", files_tmpdir());
    enum { SIZE = 1000000 };
    uint8_t *data = world_alloc(SIZE);
    struct seen want = {0}, got = {0}, stopped = {.stop_after = 2};
    struct error err;

    for (size_t i = 0; i < SIZE; i++)
        data[i] = (uint8_t)(i * 7 >> 3);
    REQUIRE(files_write(path, data, SIZE));
    (void)take(&want, data, SIZE, &err);
    CHECK(trace_file_read(path, take, &got, &err) == 0);
    CHECK(got.size == SIZE && got.sum == want.sum && got.pieces > 1);
    CHECK(trace_file_read(path, take, &stopped, &err) == -EBADMSG && stopped.pieces == 2);
}

static void test_failures(void)
{
    const char *dir = files_tmpdir();
    struct seen seen = {0};
    struct error err;

    CHECK(trace_file_read(world_text("%s/none", dir), take, &seen, &err) == -ENOENT);
    CHECK(strstr(err.text, "none") != NULL);
    CHECK(trace_file_read(dir, take, &seen, &err) == -EISDIR);
    CHECK(trace_file_read("/dev/null", take, &seen, &err) == 0 && seen.pieces == 0);
}

WORLD_SUITE("cli/trace_file", {"pieces", test_pieces}, {"failures", test_failures})
