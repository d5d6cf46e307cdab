#include <errno.h>
#include <strings.h>

#include "src/base/limits.h"
#include "src/config/keys.h"
#include "tests/support/check.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

static const char *value_of(const struct config_keys *keys, const char *key)
{
    const struct config_entry *e = config_keys_find(keys, key);

    return e ? e->value : "(absent)";
}

static void test_set_and_find(void)
{
    struct config_keys keys = {0};
    struct error err;
    char value[] = "first";

    CHECK(config_keys_find(&keys, "A") == NULL);
    CHECK(config_keys_set(&keys, "Storage:Folder", value, "one", &err) == 0);
    value[0] = 'X';
    CHECK_AT("copied", strcmp(value_of(&keys, "Storage:Folder"), "first") == 0);
    CHECK(config_keys_set(&keys, "sTORAGE:fOLDER", "second", "two", &err) == 0);
    CHECK_AT("case does not matter", strcmp(value_of(&keys, "STORAGE:FOLDER"), "second") == 0);
    CHECK(strcmp(config_keys_find(&keys, "storage:folder")->source->name, "two") == 0);
    CHECK(keys.count == 1);
    CHECK(config_keys_find(&keys, "Storage") == NULL);
    CHECK(config_keys_find(&keys, "Storage:Folder:0") == NULL);
    CHECK(config_keys_set(&keys, "Empty", "", "one", &err) == 0);
    CHECK(strcmp(value_of(&keys, "empty"), "") == 0);
    config_keys_deinit(&keys);
    CHECK(keys.count == 0 && keys.entries == NULL);
}

static void test_empty_key(void)
{
    struct config_keys keys = {0};
    struct error err = {0};

    CHECK(config_keys_set(&keys, "", "x", "the source", &err) == -EINVAL);
    CHECK(err.code == -EINVAL && strstr(err.text, "the source") != NULL && keys.count == 0);
    config_keys_deinit(&keys);
}

/* Many keys in an order that is neither sorted nor reversed: all are found, and sorted. */
static void test_many(void)
{
    struct config_keys keys = {0};
    struct error err;

    for (unsigned i = 0; i < 500; i++) {
        char key[16], value[16];
        (void)snprintf(key, sizeof key, "%c%03u", i % 2 ? 'k' : 'K', i * 7 % 500);
        (void)snprintf(value, sizeof value, "%u", i * 7 % 500);
        CHECK(config_keys_set(&keys, key, value, "x", &err) == 0);
    }
    CHECK(keys.count == 500);
    for (unsigned i = 0; i < 500; i++) {
        char key[16], value[16];
        (void)snprintf(key, sizeof key, "K%03u", i);
        (void)snprintf(value, sizeof value, "%u", i);
        CHECK(strcmp(value_of(&keys, key), value) == 0);
        CHECK(i == 0 || strcasecmp(keys.entries[i - 1].key, keys.entries[i].key) < 0);
    }
    config_keys_deinit(&keys);
}

static size_t below(const struct config_keys *keys, const char *prefix)
{
    const struct config_entry *first;
    size_t count = config_keys_below(keys, prefix, &first);

    CHECK_AT(prefix, (first != NULL) == (count > 0));
    return count;
}

/* As .NET binds lists: numbers by value, gaps or not, then names; children stay together. */
static void test_order_of_children(void)
{
    static const char *const sorted[] = {"l:",
                                         "l:-1",
                                         "l:0",
                                         "l:1",
                                         "l:01",
                                         "l:2:a",
                                         "l:2:b",
                                         "l:9",
                                         "l:10",
                                         "l:10:0",
                                         "l:100",
                                         "l:1a",
                                         "l:99999999999999999999",
                                         "L:b",
                                         "l:_"};
    struct config_keys keys = {0};
    const struct config_entry *first;
    struct error err;

    for (size_t i = 0; i < COUNT_OF(sorted); i++) { /* 7 and 15 have no common factor */
        const char *key = sorted[i * 7 % COUNT_OF(sorted)];
        CHECK(config_keys_set(&keys, key, key, "x", &err) == 0);
    }
    CHECK(config_keys_set(&keys, "l", "", "x", &err) == 0);
    CHECK(config_keys_set(&keys, "l!:0", "", "x", &err) == 0);
    REQUIRE(config_keys_below(&keys, "L", &first) == COUNT_OF(sorted));
    for (size_t i = 0; i < COUNT_OF(sorted); i++)
        CHECK_AT(sorted[i], strcmp(first[i].key, sorted[i]) == 0);
    CHECK(below(&keys, "l:2") == 2 && below(&keys, "l:10") == 1 && below(&keys, "l:1") == 0);
    config_keys_deinit(&keys);
}

static void test_children(void)
{
    struct config_keys keys = {0};
    struct error err;
    static char long_name[600];

    memset(long_name, 'n', sizeof long_name - 1);
    CHECK(config_keys_set(&keys, "a:b:c", "1", "x", &err) == 0);
    CHECK(config_keys_set(&keys, "ab", "2", "x", &err) == 0);
    CHECK(config_keys_set(&keys, "a!x:y", "3", "x", &err) == 0);
    CHECK(config_keys_set(&keys, "z:", "4", "x", &err) == 0);
    CHECK(below(&keys, "a") == 1 && below(&keys, "A:B") == 1 && below(&keys, "z") == 1);
    CHECK(below(&keys, "a:b:c") == 0 && below(&keys, "ab") == 0 && below(&keys, "zz") == 0);
    CHECK(below(&keys, long_name) == 0);
    CHECK(strcmp(config_keys_child(&keys, "a:b", "C"), "1") == 0);
    CHECK(config_keys_child(&keys, "a", "b") == NULL);
    CHECK(config_keys_child(&keys, "a", long_name) == NULL);
    config_keys_deinit(&keys);
}

static void test_null(void)
{
    struct config_keys keys = {0};
    struct error err;

    const struct config_source *low = config_keys_add_source(&keys, "low", "L", false, &err);
    const struct config_source *high = config_keys_add_source(&keys, "high", "H", true, &err);
    REQUIRE(low && high && low->rank < high->rank);
    CHECK(config_keys_put(&keys, "a:b", "1", low, 3, &err) == 0);
    CHECK(config_keys_put(&keys, "A:B", NULL, high, 0, &err) == 0);
    CHECK_AT("taken away", config_keys_find(&keys, "a:b") == NULL);
    CHECK(config_keys_child(&keys, "a", "b") == NULL);
    const struct config_entry *e = config_keys_entry(&keys, "a:b");
    REQUIRE(e != NULL);
    CHECK(e->is_null && e->value[0] == '\0' && e->source == high && e->line == 0);
    CHECK_AT("spelled by the highest", strcmp(e->key, "A:B") == 0);
    CHECK(below(&keys, "a") == 1 && keys.count == 1 && config_entry_is_ours(e));
    CHECK(config_keys_put(&keys, "a:b", "2", high, 0, &err) == 0);
    CHECK(strcmp(value_of(&keys, "a:b"), "2") == 0);
    config_keys_deinit(&keys);
}

static void test_origin(void)
{
    struct config_keys keys = {0};
    char text[CONFIG_ORIGIN_SIZE];
    struct error err;

    const struct config_source *file =
        config_keys_add_source(&keys, "/etc/x/settings.json", "Json", false, &err);
    REQUIRE(file != NULL);
    CHECK(config_keys_put(&keys, "a", "1", file, 12, &err) == 0);
    CHECK(config_keys_put(&keys, "b", "1", file, 0, &err) == 0);
    CHECK(strcmp(config_entry_origin(config_keys_find(&keys, "a"), text),
                 "/etc/x/settings.json:12") == 0);
    CHECK(strcmp(config_entry_origin(config_keys_find(&keys, "b"), text), "/etc/x/settings.json") ==
          0);
    config_keys_deinit(&keys);
}

/* What is merged on top wins, with copies of its sources; what is compared is what is said. */
static void test_merge(void)
{
    struct config_keys low = {0}, high = {0}, same = {0};
    struct error err;

    CHECK(config_keys_set(&low, "a", "1", "one", &err) == 0);
    CHECK(config_keys_set(&low, "b", "1", "one", &err) == 0);
    CHECK(config_keys_set(&high, "B", "2", "two", &err) == 0);
    CHECK(config_keys_set(&high, "c", "3", "three", &err) == 0);
    CHECK(config_keys_merge(&low, &high, &err) == 0);
    config_keys_deinit(&high);
    CHECK(strcmp(value_of(&low, "b"), "2") == 0 && strcmp(value_of(&low, "c"), "3") == 0);
    CHECK(strcmp(config_keys_find(&low, "b")->source->name, "two") == 0);
    CHECK(strcmp(config_keys_find(&low, "a")->source->name, "one") == 0);
    for (size_t i = 0; i < low.count; i++)
        CHECK(config_keys_set(&same, low.entries[i].key, low.entries[i].value, "x", &err) == 0);
    CHECK(config_keys_equal(&low, &same));
    CHECK(config_keys_set(&same, "a", "", "x", &err) == 0);
    CHECK(!config_keys_equal(&low, &same));
    config_keys_deinit(&same);
    CHECK(!config_keys_equal(&low, &same));
    config_keys_deinit(&low);
}

static void test_long_key(void)
{
    struct config_keys keys = {0};
    struct error err;
    static char key[600];

    memset(key, 'k', sizeof key - 1);
    CHECK(config_keys_set(&keys, key, "", "a", &err) == -ENAMETOOLONG);
    key[511] = '\0';
    CHECK(config_keys_set(&keys, key, "", "a", &err) == 0);
    CHECK(config_keys_find(&keys, key) != NULL);
    memset(key, ':', sizeof key);
    for (int levels = LIMIT_CONFIG_LEVELS; levels <= LIMIT_CONFIG_LEVELS + 1; levels++) {
        key[levels - 1] = '\0';
        CHECK(config_keys_set(&keys, key, "", "a", &err) ==
              (levels > LIMIT_CONFIG_LEVELS ? -ENAMETOOLONG : 0));
        key[levels - 1] = ':';
    }
    config_keys_deinit(&keys);
}

static void test_limit(void)
{
    struct config_keys keys = {0};
    struct error err;
    char key[16];

    for (unsigned i = 0; i < LIMIT_CONFIG_KEYS; i++) {
        (void)snprintf(key, sizeof key, "l:%u", i);
        CHECK(config_keys_set(&keys, key, "", "a", &err) == 0);
    }
    CHECK(config_keys_set(&keys, "one more", "", "a", &err) == -E2BIG);
    CHECK(strstr(err.text, "a: ") == err.text && keys.count == LIMIT_CONFIG_KEYS);
    CHECK_AT("overriding goes on", config_keys_set(&keys, "l:7", "x", "a", &err) == 0);
    config_keys_deinit(&keys);
}

TEST_SUITE("config/keys", {"set and find", test_set_and_find}, {"empty key", test_empty_key},
           {"many", test_many}, {"children", test_children},
           {"order of children", test_order_of_children}, {"null", test_null},
           {"origin", test_origin}, {"merge", test_merge}, {"long key", test_long_key},
           {"limit", test_limit})
