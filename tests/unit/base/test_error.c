#include <errno.h>

#include "src/base/error.h"
#include "tests/support/check.h"

static void test_set(void)
{
    struct error err;

    CHECK(error_set(&err, -EIO, "%s: %d", "disk", 7) == -EIO);
    CHECK(err.code == -EIO && strcmp(err.text, "disk: 7") == 0);
    CHECK(error_set(&err, -ENOMEM, "%s", "") == -ENOMEM);
    CHECK(err.code == -ENOMEM && err.text[0] == '\0');
}

static void test_prefix(void)
{
    struct error err;

    (void)error_set(&err, -ENOENT, "no such file");
    CHECK(error_prefix(&err, "open %s", "/x") == -ENOENT);
    CHECK(error_prefix(&err, "start") == -ENOENT);
    CHECK(strcmp(err.text, "start: open /x: no such file") == 0);
}

static void test_append(void)
{
    struct error err;

    (void)error_set(&err, -EPERM, "refused");
    CHECK(error_append(&err, "; uid %u", 1654u) == -EPERM);
    CHECK(strcmp(err.text, "refused; uid 1654") == 0);
}

/* Texts of every length around the buffer's: cut, ended by a NUL, never longer. */
static void test_cut(void)
{
    static char long_text[2 * ERROR_TEXT_SIZE];
    struct {
        struct error err;
        char guard[8];
    } box;

    for (size_t size = ERROR_TEXT_SIZE - 8; size < ERROR_TEXT_SIZE + 8; size++) {
        size_t kept = size < ERROR_TEXT_SIZE ? size : ERROR_TEXT_SIZE - 1;
        memset(long_text, 'x', size);
        long_text[size] = '\0';
        memset(box.guard, 'g', sizeof box.guard);

        (void)error_set(&box.err, -EIO, "%s", long_text);
        CHECK(strlen(box.err.text) == kept);
        (void)error_append(&box.err, "%s", "more");
        CHECK(strlen(box.err.text) ==
              (kept + 4 < ERROR_TEXT_SIZE ? kept + 4 : ERROR_TEXT_SIZE - 1));
        (void)error_prefix(&box.err, "%s", "ab");
        CHECK(strncmp(box.err.text, "ab: xxx", 7) == 0);
        CHECK(strlen(box.err.text) < ERROR_TEXT_SIZE);
        (void)error_prefix(&box.err, "%s", long_text);
        CHECK(strlen(box.err.text) < ERROR_TEXT_SIZE);
        CHECK(memcmp(box.guard, "gggggggg", 8) == 0);
    }
}

TEST_SUITE("base/error", {"set", test_set}, {"prefix", test_prefix}, {"append", test_append},
           {"cut", test_cut})
