/* Tokens in files: what is taken, what is refused, and that a change counts at once. */
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/auth/token_file.h"
#include "src/base/limits.h"
#include "tests/support/files.h"
#include "tests/support/world.h"

#define TOKEN "0123456789abcdef0123456789abcdef"
#define OTHER "fedcba9876543210fedcba9876543210"

static const struct row {
    const char *label, *content;
    mode_t mode;
    bool usable;
} rows[] = {
    {"plain", TOKEN, 0600, true},
    {"with line ends and blanks", " \t" TOKEN "\r\n\n", 0600, true},
    {"readable by everybody", TOKEN, 0644, true},
    {"writable by everybody", TOKEN, 0646, false},
    {"empty", "", 0600, false},
    {"one character short", "0123456789abcdef0123456789abcde", 0600, false},
    {"two words", TOKEN " " TOKEN, 0600, false},
    {"control character", TOKEN "\x01", 0600, false},
    {"no ASCII", TOKEN "\xc3\xa9", 0600, false},
};

static void run_until_closed(uv_loop_t *loop)
{
    (void)uv_run(loop, UV_RUN_DEFAULT);
    CHECK(uv_loop_close(loop) == 0);
}

static void test_rows(void)
{
    const char *path = world_text("%s/token", files_tmpdir());
    uv_loop_t loop;

    (void)uv_loop_init(&loop);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct token_file t;
        struct error err;
        REQUIRE(files_write(path, rows[i].content, strlen(rows[i].content)));
        REQUIRE(chmod(path, rows[i].mode) == 0);
        REQUIRE(token_file_start(&t, &loop, "one", path, 1, &err) == 0);
        CHECK_AT(rows[i].label, token_file_matches(&t, TOKEN) == rows[i].usable);
        CHECK_AT(rows[i].label, !token_file_matches(&t, OTHER));
        CHECK_AT(rows[i].label, !token_file_matches(&t, "") && !token_file_matches(&t, TOKEN "x"));
        token_file_stop(&t);
    }
    run_until_closed(&loop);
}

static void test_other_kinds(void)
{
    const char *dir = files_tmpdir();
    const char *fifo = world_text("%s/fifo", dir);
    static char large[LIMIT_TOKEN_FILE + 1];
    const char *paths[] = {world_text("%s/none", dir), dir, fifo, world_text("%s/large", dir)};
    uv_loop_t loop;
    struct token_file t;
    struct error err;

    memset(large, 'x', sizeof large);
    REQUIRE(mkfifo(fifo, 0600) == 0 && files_write(paths[3], large, sizeof large));
    (void)uv_loop_init(&loop);
    for (size_t i = 0; i < 4; i++) {
        REQUIRE(token_file_start(&t, &loop, "one", paths[i], 1, &err) == 0);
        CHECK_AT(paths[i], !t.usable && !token_file_matches(&t, TOKEN));
        token_file_stop(&t);
    }
    CHECK(token_file_start(&t, &loop, "one", "relative", 1, &err) == -EINVAL);
    CHECK(token_file_start(&t, &loop, "one", NULL, 1, &err) == -EINVAL);
    run_until_closed(&loop);
}

static bool turns_until(uv_loop_t *loop, const struct token_file *t, const char *token, bool wanted)
{
    return WAIT_UNTIL(5000, (uv_run(loop, UV_RUN_NOWAIT), token_file_matches(t, token) == wanted));
}

/* Rewritten, replaced by a rename, removed. */
static void test_changes(void)
{
    const char *dir = files_tmpdir();
    const char *path = world_text("%s/token", dir), *next = world_text("%s/next", dir);
    uv_loop_t loop;
    struct token_file t;
    struct error err;

    (void)uv_loop_init(&loop);
    REQUIRE(token_file_start(&t, &loop, "one", path, 1, &err) == 0);
    CHECK(!token_file_matches(&t, TOKEN));
    REQUIRE(files_write(path, TOKEN, strlen(TOKEN)));
    CHECK(turns_until(&loop, &t, TOKEN, true));
    REQUIRE(files_write(next, OTHER, strlen(OTHER)) && rename(next, path) == 0);
    CHECK(turns_until(&loop, &t, OTHER, true) && !token_file_matches(&t, TOKEN));
    REQUIRE(unlink(path) == 0);
    CHECK(turns_until(&loop, &t, OTHER, false));
    token_file_stop(&t);
    run_until_closed(&loop);
}

WORLD_SUITE("auth/token_file", {"rows", test_rows}, {"other kinds", test_other_kinds},
            {"changes", test_changes})
