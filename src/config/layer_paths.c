#include "src/config/layer_paths.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/base/cleanup.h"
#include "src/config/environment.h"

#define TEST_SETTING(folder) "DotnetMonitorTestSettings__" folder "ConfigDirectoryOverride"

char *layer_paths_program(void)
{
    char path[PATH_MAX];
    ssize_t n = readlink("/proc/self/exe", path, sizeof path - 1);

    if (n <= 0)
        return strdup("");
    path[n] = '\0';
    *strrchr(path, '/') = '\0'; /* what the kernel tells is absolute */
    return strdup(path[0] ? path : "/");
}

/* The path as it is or from the working directory. */
static char *absolute(const char *path)
{
    char here[PATH_MAX];
    char *joined = NULL;

    if (path[0] == '/' || !getcwd(here, sizeof here))
        return strdup(path);
    return asprintf(&joined, "%s/%s", here, path) < 0 ? NULL : joined;
}

static const char *not_empty(char *const *environment, const char *name)
{
    const char *value = environment_get(environment, name);

    return value && *value ? value : NULL;
}

char *layer_paths_user(char *const *environment)
{
    const char *instead = not_empty(environment, TEST_SETTING("User"));
    const char *config = not_empty(environment, "XDG_CONFIG_HOME");
    const char *home = not_empty(environment, "HOME");
    char *path = NULL;

    if (instead)
        return absolute(instead);
    if (config && config[0] == '/')
        return asprintf(&path, "%s/dotnet-monitor", config) < 0 ? NULL : path;
    if (home && home[0] == '/')
        return asprintf(&path, "%s/.config/dotnet-monitor", home) < 0 ? NULL : path;
    return strdup("");
}

char *layer_paths_shared(char *const *environment)
{
    const char *instead = not_empty(environment, TEST_SETTING("Shared"));

    return absolute(instead ? instead : "/etc/dotnet-monitor");
}

static bool ends_in_json(const char *path)
{
    size_t size = strlen(path);

    return size >= 5 && text_equal_nocase(path + size - 5, ".json");
}

char *layer_paths_extra(const char *path, struct text *warnings)
{
    cleanup(free_str) char *full = absolute(path);
    struct stat st;

    if (!full)
        warnings->failed = true;
    else if (stat(full, &st) < 0 || S_ISDIR(st.st_mode))
        text_add_fmt(warnings, "--configuration-file-path: there is no file %s; going on without\n",
                     full);
    else if (!ends_in_json(full))
        text_add_fmt(warnings,
                     "--configuration-file-path: the name of %s does not end in .json, so it is "
                     "passed over, as in dotnet-monitor; rename it\n",
                     full);
    else
        return take_ptr(full);
    return NULL;
}
