#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "src/config/layers.h"
#include "tests/support/files.h"
#include "tests/support/world.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

enum { VARIABLES = 6 };

/* The order of all layers is tested with the program: component/test_config_layers.c. */
static int load(const char *const *variables, struct config_keys *keys, const char *dir,
                struct error *err)
{
    char *environment[VARIABLES + 2] = {
        world_text("DotnetMonitorTestSettings__SharedConfigDirectoryOverride=%s", dir)};
    struct config_keys command_line = {0}, on_top = {0};
    struct text warnings = {0};
    struct layers l;

    for (size_t i = 0; i < VARIABLES && variables[i]; i++)
        environment[i + 1] = world_text("%s", variables[i]);
    CHECK(config_keys_set(&command_line, "urls", "cli", "command line", err) == 0);
    REQUIRE(layers_init(&l, environment, NULL, &warnings, err) == 0);
    int r = layers_read(&l, &command_line, &on_top, keys, &warnings, err);
    CHECK(warnings.size == 0);
    layers_deinit(&l);
    config_keys_deinit(&command_line);
    return r;
}

/* `value` NULL: not set. `shown` is the beginning of the peer's word for the source. */
static const struct {
    const char *label, *variables[VARIABLES], *key, *value, *shown;
} rows[] = {
    {"default", {NULL}, "GlobalCounter:IntervalSeconds", "5", "Memory"},
    {"appsettings", {NULL}, "Logging:EventLog:LogLevel:Microsoft", "Warning", "Json"},
    {"appsettings over DOTNET_",
     {"DOTNET_Logging__LogLevel__Default=Debug"},
     "Logging:LogLevel:Default",
     "Information",
     "Json"},
    {"plain over appsettings",
     {"Logging__LogLevel__Default=Debug"},
     "Logging:LogLevel:Default",
     "Debug",
     "EnvironmentVariablesConfigurationProvider"},
    {"urls of the command line",
     {NULL},
     "urls",
     "cli",
     "EnvironmentVariablesConfigurationProvider "
     "Prefix: 'ASPNETCORE_'"},
    {"urls of DOTNET_",
     {"DOTNET_URLS=d"},
     "urls",
     "d",
     "EnvironmentVariablesConfigurationProvider "
     "Prefix: 'ASPNETCORE_'"},
    {"empty in DOTNET_",
     {"DOTNET_A="},
     "A",
     NULL,
     "EnvironmentVariablesConfigurationProvider Prefix: 'DOTNET_'"},
    {"empty in ASPNETCORE_",
     {"DOTNET_A=x", "ASPNETCORE_A="},
     "A",
     "x",
     "EnvironmentVariablesConfigurationProvider Prefix: 'ASPNETCORE_'"},
    {"empty in ASPNETCORE_ alone",
     {"ASPNETCORE_A="},
     "A",
     NULL,
     "EnvironmentVariablesConfigurationProvider Prefix: 'ASPNETCORE_'"},
    {"empty in the plain environment",
     {"A="},
     "A",
     "",
     "EnvironmentVariablesConfigurationProvider"},
};

static void test_rows(void)
{
    const char *dir = files_tmpdir();

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct config_keys keys = {0};
        struct error err;
        REQUIRE(load(rows[i].variables, &keys, dir, &err) == 0);
        const struct config_entry *set = config_keys_find(&keys, rows[i].key);
        const struct config_entry *e = config_keys_entry(&keys, rows[i].key);
        CHECK_AT(rows[i].label, (set != NULL) == (rows[i].value != NULL));
        if (set && rows[i].value)
            CHECK_AT(rows[i].label, strcmp(set->value, rows[i].value) == 0);
        CHECK_AT(rows[i].label,
                 e && strncmp(e->shown->provider, rows[i].shown, strlen(rows[i].shown)) == 0);
        config_keys_deinit(&keys);
    }
}

/* People are told where a value really came from. */
static void test_origin(void)
{
    static const char *const none[VARIABLES];
    struct config_keys keys = {0};
    char origin[CONFIG_ORIGIN_SIZE];
    struct error err;

    REQUIRE(load(none, &keys, files_tmpdir(), &err) == 0);
    const struct config_entry *urls = config_keys_find(&keys, "urls");
    REQUIRE(urls != NULL);
    CHECK(strcmp(config_entry_origin(urls, origin), "command line") == 0);
    config_keys_deinit(&keys);
}

static void test_key_folder(void)
{
    const char *dir = files_tmpdir();
    char *plain[] = {world_text("DotnetMonitorTestSettings__SharedConfigDirectoryOverride=%s", dir),
                     NULL, NULL};
    char *empty = world_text("KUBERNETES_SERVICE_HOST="), *host = world_text("%s1", empty);
    const struct {
        char *variable;
        bool data, want;
    } cases[] = {{NULL, false, false},
                 {host, false, false},
                 {NULL, true, false},
                 {empty, true, false},
                 {host, true, true}};

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct text warnings = {0};
        struct layers l;
        struct error err;
        char folder[256];
        if (cases[i].data && !files_exists(world_text("%s/..data", dir)))
            (void)files_mkdir(dir, "..data", 0755, 0);
        plain[1] = cases[i].variable;
        REQUIRE(layers_init(&l, plain, NULL, &warnings, &err) == 0);
        (void)layers_key_folder(&l, folder, sizeof folder);
        CHECK(strcmp(folder, cases[i].want ? world_text("%s/..data", dir) : dir) == 0);
        layers_deinit(&l);
    }
}

WORLD_SUITE("config/layers", {"rows", test_rows}, {"origin", test_origin},
            {"key-per-file folder", test_key_folder})
