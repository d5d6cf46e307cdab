#include <stdint.h>

#include "src/config/environment.h"
#include "tests/support/check.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

static const char *value_of(const struct config_keys *keys, const char *key)
{
    const struct config_entry *e = config_keys_find(keys, key);

    return e ? e->value : "(absent)";
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
            CHECK_AT(rows[i].label, strcmp(e->source->name, rows[i].source) == 0);
            CHECK_AT(rows[i].label, config_entry_is_ours(e) ==
                                        (strncmp(e->source->name, "DotnetMonitor_", 14) == 0));
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

static void test_get(void)
{
    char *environment[] = {(char[]){"AB=1"}, (char[]){"A=2"}, (char[]){"B"}, NULL};

    CHECK(strcmp(environment_get(environment, "A"), "2") == 0);
    CHECK(strcmp(environment_get(environment, "AB"), "1") == 0);
    CHECK(environment_get(environment, "B") == NULL);
    CHECK(environment_get(environment, "a") == NULL);
}

TEST_SUITE("config/environment", {"environment", test_environment}, {"list merge", test_list_merge},
           {"long names", test_long_names}, {"get", test_get})
