#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "src/base/limits.h"
#include "src/collect/profile_result.h"
#include "tests/support/files.h"
#include "tests/support/world.h"

enum { PIECE = 1000 };

/* Every byte comes back once, in order, whatever its size. */
static void check_size(size_t size, bool in_file)
{
    const char *const folders[] = {files_tmpdir(), NULL};
    struct profile_result r;
    struct error err;
    uint8_t piece[PIECE];
    size_t at = 0;

    profile_result_init(&r, folders);
    while (at < size) {
        size_t n = size - at < PIECE ? size - at : PIECE;
        for (size_t i = 0; i < n; i++)
            piece[i] = (uint8_t)((at + i) * 7 / 3);
        REQUIRE(profile_result_write(&r, piece, n, &err) == 0);
        at += n;
    }
    const char *label = world_text("%zu", size);
    CHECK_AT(label, (r.file.fd >= 0) == in_file && (r.memory.data == NULL || !in_file));
    const void *data;
    uint64_t offset, n;
    at = 0;
    while ((n = profile_result_take(&r, &data, &offset)) > 0) {
        uint8_t *copy = world_alloc(n);
        CHECK_AT(label, (data == NULL) == in_file);
        if (data)
            memcpy(copy, data, n);
        else
            REQUIRE(pread(r.file.fd, copy, n, (off_t)offset) == (ssize_t)n);
        for (size_t i = 0; i < n; i++)
            REQUIRE(copy[i] == (uint8_t)((at + i) * 7 / 3));
        at += n;
    }
    CHECK_AT(label, at == size);
    profile_result_deinit(&r);
}

static void test_sizes(void)
{
    check_size(0, false);
    check_size(1, false);
    check_size(LIMIT_PROFILE_RESULT_MEMORY - 1, false);
    check_size(LIMIT_PROFILE_RESULT_MEMORY, false);
    check_size(LIMIT_PROFILE_RESULT_MEMORY + 1, true);
    check_size(5 * LIMIT_PROFILE_RESULT_MEMORY + 17, true);
}

/* Small documents need no disk; large ones say what is missing. */
static void test_no_disk(void)
{
    const char *const folders[] = {"/proc/nowhere", NULL};
    struct profile_result r;
    struct error err = {0};
    char *large = world_alloc(LIMIT_PROFILE_RESULT_MEMORY);

    profile_result_init(&r, folders);
    CHECK(profile_result_write(&r, "x", 1, &err) == 0);
    CHECK(profile_result_write(&r, large, LIMIT_PROFILE_RESULT_MEMORY, &err) == -ENOENT);
    CHECK(strstr(err.text, "folder") != NULL);
    profile_result_deinit(&r);
}

WORLD_SUITE("collect/profile_result", {"sizes", test_sizes}, {"no disk", test_no_disk})
