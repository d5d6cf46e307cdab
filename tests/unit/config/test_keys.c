#include <errno.h>
#include <stdint.h>
#include <strings.h>

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
    CHECK(strcmp(config_keys_find(&keys, "storage:folder")->source, "two") == 0);
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
                                         "l:0",
                                         "l:01",
                                         "l:1",
                                         "l:2:a",
                                         "l:2:b",
                                         "l:9",
                                         "l:10",
                                         "l:10:0",
                                         "l:100",
                                         "l:99999999999999999999",
                                         "l:-1",
                                         "l:1a",
                                         "L:b"};
    struct config_keys keys = {0};
    const struct config_entry *first;
    struct error err;

    for (size_t i = 0; i < COUNT_OF(sorted); i++) { /* 5 and 14 have no common factor */
        const char *key = sorted[i * 5 % COUNT_OF(sorted)];
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

static const struct {
    const char *label;
    const char *environment[6];
    const char *key, *value, *source;
} rows[] = {
    {"plain", {"urls=http://x"}, "urls", "http://x", "environment"},
    {"case of the name", {"URLS=http://x"}, "urls", "http://x", "environment"},
    {"levels", {"Storage__DumpTempFolder=/d"}, "Storage:DumpTempFolder", "/d", "environment"},
    {"three levels", {"A__B__C=1"}, "A:B:C", "1", "environment"},
    {"one underscore stays", {"A_B=1"}, "A_B", "1", "environment"},
    {"three underscores", {"A___B=1"}, "A:_B", "1", "environment"},
    {"colon as it is", {"A:B=1"}, "A:B", "1", "environment"},
    {"value with equals signs", {"A=b=c="}, "A", "b=c=", "environment"},
    {"empty value", {"A="}, "A", "", "environment"},
    {"DOTNET_", {"DOTNET_urls=1"}, "urls", "1", "DOTNET_* environment"},
    {"ASPNETCORE_", {"ASPNETCORE_urls=1"}, "urls", "1", "ASPNETCORE_* environment"},
    {"DotnetMonitor_", {"DotnetMonitor_urls=1"}, "urls", "1", "DotnetMonitor_* environment"},
    {"prefix in capitals", {"DOTNETMONITOR_urls=1"}, "urls", "1", "DotnetMonitor_* environment"},
    {"prefix and levels",
     {"DotnetMonitor_DiagnosticPort__ConnectionMode=Listen"},
     "DiagnosticPort:ConnectionMode",
     "Listen",
     "DotnetMonitor_* environment"},
    {"highest layer wins",
     {"DotnetMonitor_urls=4", "urls=3", "ASPNETCORE_urls=2", "DOTNET_urls=1"},
     "urls",
     "4",
     "DotnetMonitor_* environment"},
    {"plain over ASPNETCORE_",
     {"urls=3", "ASPNETCORE_urls=2", "DOTNET_urls=1"},
     "urls",
     "3",
     "environment"},
    {"ASPNETCORE_ over DOTNET_",
     {"ASPNETCORE_urls=2", "DOTNET_urls=1"},
     "urls",
     "2",
     "ASPNETCORE_* environment"},
    {"the name with prefix is a plain key, too",
     {"DOTNET_urls=1"},
     "DOTNET_urls",
     "1",
     "environment"},
    {"no equals sign", {"urls", "A=1"}, "urls", NULL, NULL},
    {"empty name", {"=x", "A=1"}, "", NULL, NULL},
    {"prefix alone", {"DOTNET_=x"}, "", NULL, NULL},
};

static void test_environment(void)
{
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct config_keys keys = {0};
        struct error err;
        CHECK_AT(rows[i].label,
                 config_keys_add_environment(&keys, (char *const *)(uintptr_t)rows[i].environment,
                                             &err) == 0);
        const struct config_entry *e = config_keys_find(&keys, rows[i].key);
        CHECK_AT(rows[i].label, (e != NULL) == (rows[i].value != NULL));
        if (e && rows[i].value) {
            CHECK_AT(rows[i].label, strcmp(e->value, rows[i].value) == 0);
            CHECK_AT(rows[i].label, strcmp(e->source, rows[i].source) == 0);
            CHECK_AT(rows[i].label,
                     config_entry_is_ours(e) == (strncmp(e->source, "DotnetMonitor_", 14) == 0));
        }
        config_keys_deinit(&keys);
    }
}

/* Lists merge by index: a later layer replaces one item and adds another. */
static void test_list_merge(void)
{
    struct config_keys keys = {0};
    struct error err;
    const char *const environment[] = {"DotnetMonitor_L__1=new", "DotnetMonitor_L__2=more",
                                       "L__0=zero", "L__1=one", NULL};

    CHECK(config_keys_set(&keys, "L:0", "lowest", "command line", &err) == 0);
    CHECK(config_keys_add_environment(&keys, (char *const *)(uintptr_t)environment, &err) == 0);
    CHECK(strcmp(value_of(&keys, "L:0"), "zero") == 0);
    CHECK(strcmp(value_of(&keys, "L:1"), "new") == 0);
    CHECK(strcmp(value_of(&keys, "L:2"), "more") == 0);
    config_keys_deinit(&keys);
}

/* A name longer than any key of ours does no harm, whatever its length. */
static void test_long_names(void)
{
    for (size_t size = 500; size < 530; size++) {
        char name[600];
        char *environment[] = {name, NULL};
        struct config_keys keys = {0};
        struct error err;
        memset(name, 'n', size);
        (void)snprintf(name + size, sizeof name - size, "=v");
        CHECK(config_keys_add_environment(&keys, environment, &err) == 0);
        CHECK(keys.count == (size < 512));
        config_keys_deinit(&keys);
    }
}

TEST_SUITE("config/keys", {"set and find", test_set_and_find}, {"empty key", test_empty_key},
           {"many", test_many}, {"children", test_children},
           {"order of children", test_order_of_children}, {"environment", test_environment},
           {"list merge", test_list_merge}, {"long names", test_long_names})
