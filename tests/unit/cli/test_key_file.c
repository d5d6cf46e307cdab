#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "src/cli/key_file.h"
#include "tests/support/check.h"
#include "tests/support/files.h"
#include "tests/support/world.h"

static const struct {
    const char *name, *text;
    int code;
    const char *header;
} rows[] = {
    {"plain", "abc.DEF-1", 0, "Authorization: Bearer abc.DEF-1"},
    {"blanks around", " \tabc\r\n\n", 0, "Authorization: Bearer abc"},
    {"empty", "", -EINVAL, NULL},
    {"blanks only", " \n", -EINVAL, NULL},
    {"two words", "a b", -EINVAL, NULL},
    {"two lines", "a\nX: y", -EINVAL, NULL},
    {"beyond ASCII", "\xc3\xa4", -EINVAL, NULL},
};

static void check(const char *name, const char *path, int code, const char *header)
{
    struct error err;
    char *got = NULL;

    CHECK_AT(name, key_file_header(path, &got, &err) == code);
    CHECK_AT(name, header ? got && strcmp(got, header) == 0 : !got);
    free(got);
}

static void test_file(void)
{
    const char *path = world_text("%s/key", files_tmpdir());
    static char large[KEY_MAX + 1];

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        REQUIRE(files_write(path, rows[i].text, strlen(rows[i].text)));
        check(rows[i].name, path, rows[i].code, rows[i].header);
    }
    memset(large, 'a', sizeof large);
    REQUIRE(files_write(path, large, sizeof large));
    check("too large", path, -EFBIG, NULL);
    REQUIRE(files_write(path, "a\0b", 3));
    check("NUL", path, -EINVAL, NULL);
    check("missing", world_text("%s/none", files_tmpdir()), -ENOENT, NULL);
    check("a folder", files_tmpdir(), -EISDIR, NULL);
}

static void test_variable(void)
{
    REQUIRE(unsetenv(KEY_VARIABLE) == 0);
    check("none", NULL, 0, NULL);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        REQUIRE(setenv(KEY_VARIABLE, rows[i].text, 1) == 0);
        bool is_empty = !*rows[i].text; /* as if it were not set */
        check(rows[i].name, NULL, is_empty ? 0 : rows[i].code, rows[i].header);
    }
    REQUIRE(unsetenv(KEY_VARIABLE) == 0);
}

WORLD_SUITE("cli/key_file", {"file", test_file}, {"variable", test_variable})
