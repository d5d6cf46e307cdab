#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/config/layer_paths.h"
#include "tests/support/files.h"
#include "tests/support/world.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])
#define OVERRIDE(folder) "DotnetMonitorTestSettings__" folder "ConfigDirectoryOverride="

enum { VARIABLES = 4 };

static const struct {
    const char *label;
    const char *environment[VARIABLES];
    const char *user, *shared;
} rows[] = {
    {"nothing", {NULL}, "", "/etc/dotnet-monitor"},
    {"home", {"HOME=/h"}, "/h/.config/dotnet-monitor", "/etc/dotnet-monitor"},
    {"XDG", {"HOME=/h", "XDG_CONFIG_HOME=/x"}, "/x/dotnet-monitor", "/etc/dotnet-monitor"},
    {"XDG is empty",
     {"HOME=/h", "XDG_CONFIG_HOME="},
     "/h/.config/dotnet-monitor",
     "/etc/dotnet-monitor"},
    {"XDG is not absolute",
     {"HOME=/h", "XDG_CONFIG_HOME=x"},
     "/h/.config/dotnet-monitor",
     "/etc/dotnet-monitor"},
    {"overrides", {"HOME=/h", OVERRIDE("User") "/u", OVERRIDE("Shared") "/s"}, "/u", "/s"},
};

static void test_folders(void)
{
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        char *environment[VARIABLES + 1] = {0};
        for (size_t k = 0; k < VARIABLES && rows[i].environment[k]; k++)
            environment[k] = world_text("%s", rows[i].environment[k]);
        char *user = layer_paths_user(environment), *shared = layer_paths_shared(environment);
        CHECK_AT(rows[i].label, user && strcmp(user, rows[i].user) == 0);
        CHECK_AT(rows[i].label, shared && strcmp(shared, rows[i].shared) == 0);
        free(user);
        free(shared);
    }
}

static void test_program(void)
{
    char *folder = layer_paths_program();
    char *self = realpath("/proc/self/exe", NULL);

    REQUIRE(folder && self);
    CHECK(strncmp(self, folder, strlen(folder)) == 0 && self[strlen(folder)] == '/');
    CHECK(strchr(self + strlen(folder) + 1, '/') == NULL);
    free(folder);
    free(self);
}

static void test_extra(void)
{
    const char *dir = files_tmpdir();
    const char *good = world_text("%s/a.Json", dir), *bad = world_text("%s/a.jsonc", dir);
    const char *const none[] = {bad, world_text("%s/none.json", dir),
                                files_mkdir(dir, "folder.json", 0755, 0)};
    struct text warnings = {0};

    CHECK(files_write(good, "{}", 2) && files_write(bad, "{}", 2));
    char *path = layer_paths_extra(good, &warnings);
    CHECK(path && strcmp(path, good) == 0 && warnings.size == 0);
    free(path);
    for (size_t i = 0; i < COUNT_OF(none); i++) {
        CHECK_AT(none[i], layer_paths_extra(none[i], &warnings) == NULL);
        CHECK_AT(none[i], warnings.data && strstr(warnings.data, none[i]) != NULL);
    }
    text_deinit(&warnings);
    REQUIRE(chdir(dir) == 0);
    path = layer_paths_extra("a.Json", &warnings);
    CHECK(path && path[0] == '/' && warnings.size == 0);
    free(path);
}

WORLD_SUITE("config/layer_paths", {"folders", test_folders}, {"program", test_program},
            {"extra file", test_extra})
