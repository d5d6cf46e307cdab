#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/base/limits.h"
#include "src/config/key_per_file.h"
#include "tests/support/files.h"
#include "tests/support/world.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

static void put(const char *dir, const char *name, const char *data, size_t size)
{
    CHECK(files_write(world_text("%s/%s", dir, name), data, size));
}

static const struct {
    const char *name, *data;
    size_t size;
    const char *key, *value; /* value NULL: there is no such key */
} rows[] = {
    {"A__B", "x", 1, "A:B", "x"},
    {"A__C", "x\n", 2, "A:C", "x"},
    {"A__D", "x\r\n", 3, "A:D", "x\r"},
    {"A__E", "x\n\n", 3, "A:E", "x\n"},
    {"A__F", "\n", 1, "A:F", ""},
    {"A__G", "", 0, "A:G", ""},
    {"A__H",
     "\xEF\xBB\xBF"
     "bom",
     6, "A:H", "bom"},
    {"A__I", "a\0b", 3, "A:I", NULL},
    {"A:J", "colon", 5, "A:J", "colon"},
    {".A__K", "x", 1, ".A:K", NULL},
    {"ignore.A__L", "x", 1, "ignore.A:L", NULL},
    {"IGNORE.A__M", "x", 1, "IGNORE.A:M", "x"},
    {"settings.json", "{}", 2, "settings.json", "{}"},
};

static void test_files(void)
{
    const char *dir = files_tmpdir();
    struct config_keys keys = {0};
    char origin[CONFIG_ORIGIN_SIZE];
    struct error err;

    for (size_t i = 0; i < COUNT_OF(rows); i++)
        put(dir, rows[i].name, rows[i].data, rows[i].size);
    (void)files_mkdir(dir, "A__folder", 0755, 0);
    REQUIRE(mkfifo(world_text("%s/A__pipe", dir), 0600) == 0);
    REQUIRE(symlink("A__B", world_text("%s/A__link", dir)) == 0);
    REQUIRE(symlink("nowhere", world_text("%s/A__dangling", dir)) == 0);
    REQUIRE(key_per_file_add(&keys, dir, &err) == 0);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const struct config_entry *e = config_keys_find(&keys, rows[i].key);
        CHECK_AT(rows[i].name, (e != NULL) == (rows[i].value != NULL));
        if (e && rows[i].value)
            CHECK_AT(rows[i].name, strcmp(e->value, rows[i].value) == 0);
    }
    CHECK(!config_keys_find(&keys, "A:folder") && !config_keys_find(&keys, "A:pipe"));
    CHECK(!config_keys_find(&keys, "A:dangling"));
    REQUIRE(config_keys_find(&keys, "A:link") != NULL);
    CHECK(strcmp(config_entry_origin(config_keys_find(&keys, "A:link"), origin),
                 world_text("%s/A__link", dir)) == 0);
    config_keys_deinit(&keys);
}

static void test_no_folder(void)
{
    struct config_keys keys = {0};
    struct error err;

    CHECK(key_per_file_add(&keys, world_text("%s/none", files_tmpdir()), &err) == 0);
    CHECK(keys.count == 0);
    config_keys_deinit(&keys);
}

static void test_large(void)
{
    const char *dir = files_tmpdir();
    char *data = world_alloc(LIMIT_CONFIG_FILE + 1);
    struct config_keys keys = {0};
    struct error err;

    memset(data, 'x', LIMIT_CONFIG_FILE + 1);
    put(dir, "largest", data, LIMIT_CONFIG_FILE);
    put(dir, "too_large", data, LIMIT_CONFIG_FILE + 1);
    REQUIRE(key_per_file_add(&keys, dir, &err) == 0);
    CHECK(config_keys_find(&keys, "largest") && !config_keys_find(&keys, "too_large"));
    config_keys_deinit(&keys);
}

static void test_many(void)
{
    const char *dir = files_tmpdir();
    struct config_keys keys = {0};
    struct error err;

    for (int i = 0; i <= LIMIT_CONFIG_FILES; i++)
        put(dir, world_text("k%d", i), "v", 1);
    CHECK(key_per_file_add(&keys, dir, &err) == -E2BIG);
    CHECK(strstr(err.text, dir) != NULL);
    config_keys_deinit(&keys);
}

/* A secret that may not be read must not be taken for one that is not there. */
static void test_unreadable(void)
{
    const char *dir = files_tmpdir();
    struct config_keys keys = {0};
    struct error err = {0};

    put(dir, "A__B", "x", 1);
    REQUIRE(chmod(dir, 0755) == 0 && chmod(world_text("%s/A__B", dir), 0) == 0);
    if (geteuid() == 0)
        REQUIRE(seteuid(65534) == 0);
    int r = key_per_file_add(&keys, dir, &err);
    if (getuid() == 0)
        REQUIRE(seteuid(0) == 0);
    CHECK(r == -EACCES && err.code == r);
    CHECK(strstr(err.text, world_text("%s/A__B cannot be read", dir)) == err.text);
    config_keys_deinit(&keys);
}

WORLD_SUITE("config/key_per_file", {"files", test_files}, {"no folder", test_no_folder},
            {"large", test_large}, {"many", test_many}, {"unreadable", test_unreadable})
