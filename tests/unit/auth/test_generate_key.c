/* `generatekey` prints what the peer prints, but for the keys themselves. */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>

#include "src/auth/generate_key.h"
#include "tests/support/files.h"
#include "tests/support/world.h"

enum { HOUR = 3600, KEY_MATERIAL_MIN = 30 };

/* Each word of 30 or more characters of base64url or GUID becomes one #. */
static const char *masked(const char *text)
{
    char *out = world_alloc(strlen(text) + 1);
    size_t n = 0;

    while (*text) {
        size_t size = strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                   "0123456789-_.");
        size_t kept = size >= KEY_MATERIAL_MIN ? 1 : size ? size : 1;
        memcpy(out + n, size >= KEY_MATERIAL_MIN ? "#" : text, kept);
        n += kept;
        text += size ? size : 1;
    }
    return out;
}

static const struct row {
    enum key_format format;
    const char *golden;
} rows[] = {
    {KEY_FORMAT_JSON, "cli-generatekey"},
    {KEY_FORMAT_JSON, "cli-generatekey-exp"},
    {KEY_FORMAT_TEXT, "cli-generatekey-text"},
    {KEY_FORMAT_CMD, "cli-generatekey-cmd"},
    {KEY_FORMAT_SHELL, "cli-generatekey-shell"},
    {KEY_FORMAT_POWERSHELL, "cli-generatekey-powershell"},
    {KEY_FORMAT_MACHINE_JSON, "cli-generatekey-machinejson"},
};

static const char *print(enum key_format format)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    struct error err;

    REQUIRE(out != NULL);
    CHECK(generate_key_print(format, HOUR * INT64_C(10000000), out, &err) == 0);
    (void)fclose(out);
    const char *copy = world_text("%s", text);
    free(text);
    return copy;
}

static void test_goldens(void)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const char *golden =
            files_read(world_text("tests/data/golden/%s.txt", rows[i].golden), NULL);
        REQUIRE(golden != NULL);
        const char *got = masked(print(rows[i].format));
        CHECK_AT(rows[i].golden, strcmp(got, masked(golden)) == 0);
        CHECK_AT(rows[i].golden, strchr(got, '#') != NULL);
    }
}

static void test_bad_expiration(void)
{
    static const int64_t ticks[] = {0, -1, INT64_MAX};
    struct error err;

    for (size_t i = 0; i < sizeof ticks / sizeof ticks[0]; i++)
        CHECK(generate_key_print(KEY_FORMAT_JSON, ticks[i], stdout, &err) == -EINVAL);
}

WORLD_SUITE("auth/generate_key", {"goldens", test_goldens}, {"bad expiration", test_bad_expiration})
