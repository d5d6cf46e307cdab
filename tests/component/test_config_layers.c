/*
 * One key in all sources, taken away one by one from the highest: each time the next one shows.
 */
#include <stdlib.h>
#include <sys/stat.h>

#include "tests/support/files.h"
#include "tests/support/proc.h"
#include "tests/support/world.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

enum { RUN_MS = 20000, SLOTS = 24 };

enum layer {
    LAYER_COMMAND_LINE,
    LAYER_DOTNET,
    LAYER_ASPNETCORE,
    LAYER_APP_SETTINGS,
    LAYER_APP_SETTINGS_STAGING,
    LAYER_PLAIN,
    LAYER_USER,
    LAYER_SHARED,
    LAYER_KEY_PER_FILE,
    LAYER_OURS,
    LAYER_EXTRA,
    LAYER_COUNT,
};

/* How the user's folder is found. */
enum user { USER_OVERRIDE, USER_XDG, USER_HOME };

struct set {
    const char *dir, *user_folder, *program;
    const char *argv[SLOTS], *env[SLOTS];
    size_t argc, envc;
};

static void add_arg(struct set *s, const char *arg)
{
    s->argv[s->argc++] = arg;
}

static void add_env(struct set *s, const char *variable)
{
    s->env[s->envc++] = variable;
}

static void write_file(const char *folder, const char *name, const char *text)
{
    CHECK(files_write(world_text("%s/%s", folder, name), text, strlen(text)));
}

/* The program in a folder of its own: appsettings.json lies beside it. */
static const char *copy_program(const char *dir)
{
    const char *path = world_text("%s/bin/portside", dir);
    size_t size = 0;

    (void)files_mkdir(dir, "bin", 0755, 0);
    REQUIRE(getenv("PORTSIDE_BIN") != NULL);
    char *data = files_read(getenv("PORTSIDE_BIN"), &size);
    REQUIRE(data && files_write(path, data, size) && chmod(path, 0755) == 0);
    return path;
}

static struct set *set_new(enum user user)
{
    struct set *s = world_alloc(sizeof *s);

    s->dir = files_tmpdir();
    s->program = copy_program(s->dir);
    add_arg(s, s->program);
    add_arg(s, "config");
    add_arg(s, "show");
    add_arg(s, "--show-sources");
    (void)files_mkdir(s->dir, "shared", 0755, 0);
    (void)files_mkdir(s->dir, "home", 0755, 0);
    add_env(s, world_text("DotnetMonitorTestSettings__SharedConfigDirectoryOverride=%s/shared",
                          s->dir));
    add_env(s, world_text("HOME=%s/home", s->dir));
    if (user == USER_HOME) {
        (void)files_mkdir(s->dir, "home/.config", 0755, 0);
        s->user_folder = files_mkdir(s->dir, "home/.config/dotnet-monitor", 0755, 0);
    } else if (user == USER_XDG) {
        (void)files_mkdir(s->dir, "xdg", 0755, 0);
        s->user_folder = files_mkdir(s->dir, "xdg/dotnet-monitor", 0755, 0);
        add_env(s, world_text("XDG_CONFIG_HOME=%s/xdg", s->dir));
    } else {
        s->user_folder = files_mkdir(s->dir, "user", 0755, 0);
        add_env(s, world_text("DotnetMonitorTestSettings__UserConfigDirectoryOverride=%s",
                              s->user_folder));
    }
    return s;
}

/* Puts `value` for Metrics:NAME (Endpoints, or LIST:INDEX) into one layer. */
static void put(struct set *s, enum layer layer, const char *name, const char *value)
{
    const char *json = world_text("{ \"Metrics:%s\": \"%s\" }", name, value);
    char *variable = world_text("Metrics__%s", name);
    char *colon = strchr(variable, ':');
    const char *path = world_text("%s/extra.json", s->dir);

    if (colon) /* LIST:0 is LIST__0 */
        variable = world_text("%.*s__%s", (int)(colon - variable), variable, colon + 1);
    switch (layer) {
    case LAYER_COMMAND_LINE:
        add_arg(s, "--metricUrls");
        add_arg(s, value);
        break;
    case LAYER_DOTNET:
        add_env(s, world_text("DOTNET_%s=%s", variable, value));
        break;
    case LAYER_ASPNETCORE:
        add_env(s, world_text("aspnetcore_%s=%s", variable, value));
        break;
    case LAYER_APP_SETTINGS:
        write_file(s->dir, "bin/appsettings.json", json);
        break;
    case LAYER_APP_SETTINGS_STAGING:
        write_file(s->dir, "bin/appsettings.Staging.json", json);
        add_env(s, "DOTNET_ENVIRONMENT=Production");
        add_env(s, "ASPNETCORE_ENVIRONMENT=Staging");
        break;
    case LAYER_PLAIN:
        add_env(s, world_text("%s=%s", variable, value));
        break;
    case LAYER_USER:
        write_file(s->user_folder, "settings.json", json);
        break;
    case LAYER_SHARED:
        write_file(s->dir, "shared/settings.json", json);
        break;
    case LAYER_KEY_PER_FILE:
        write_file(world_text("%s/shared", s->dir), variable, world_text("%s\n", value));
        break;
    case LAYER_OURS:
        add_env(s, world_text("DOTNETMONITOR_%s=%s", variable, value));
        break;
    case LAYER_EXTRA:
        write_file(s->dir, "extra.json", json);
        add_arg(s, "--configuration-file-path");
        add_arg(s, path);
        break;
    case LAYER_COUNT:
    default:
        CHECK_AT("a layer", false);
    }
}

static const char *provider(const struct set *s, enum layer layer)
{
#define JSON(file) "JsonConfigurationProvider for '" file "' (Optional)"
#define ENVIRONMENT(prefix) "EnvironmentVariablesConfigurationProvider" prefix
    const char *const providers[] = {
        [LAYER_COMMAND_LINE] = "CommandLineConfigurationProvider",
        [LAYER_DOTNET] = ENVIRONMENT(" Prefix: 'DOTNET_'"),
        [LAYER_ASPNETCORE] = ENVIRONMENT(" Prefix: 'ASPNETCORE_'"),
        [LAYER_APP_SETTINGS] = JSON("appsettings.json"),
        [LAYER_APP_SETTINGS_STAGING] = JSON("appsettings.Staging.json"),
        [LAYER_PLAIN] = ENVIRONMENT(""),
        [LAYER_USER] = JSON("settings.json"),
        [LAYER_SHARED] = JSON("settings.json"),
        [LAYER_KEY_PER_FILE] = world_text(
            "KeyPerFileConfigurationProvider for files in '%s/shared/' (Optional)", s->dir),
        [LAYER_OURS] = ENVIRONMENT(" Prefix: 'DotnetMonitor_'"),
        [LAYER_EXTRA] = JSON("extra.json"),
    };
    return providers[layer];
}

static const char *run(struct set *s)
{
    const char *out = "";
    int code = proc_run(&(struct proc_options){.argv = s->argv,
                                               .env = s->env,
                                               .clean_env = true,
                                               .output = world_text("%s/output", s->dir)},
                        RUN_MS, &out);

    CHECK_AT(out, code == 0);
    return out;
}

static void check_shown(const char *out, const char *name, const char *value, const char *source)
{
    const char *want = world_text("\"%s\": \"%s\"\n    /*%s*/", name, value, source);

    CHECK_AT(want, strstr(out, want) != NULL);
}

/* Layers 2 to 11; 1 is below, and 12 is tested with the settings. */
static void test_peel(void)
{
    for (int top = LAYER_COUNT - 1; top >= 0; top--) {
        struct set *s = set_new((enum user)(top % 3));
        for (int layer = 0; layer <= top; layer++)
            put(s, (enum layer)layer, "Endpoints", world_text("http://layer:%d", layer));
        check_shown(run(s), "Endpoints", world_text("http://layer:%d", top),
                    provider(s, (enum layer)top));
    }
}

/* The user's folder in all three ways. */
static void test_user_folder(void)
{
    for (int user = USER_OVERRIDE; user <= USER_HOME; user++) {
        struct set *s = set_new((enum user)user);
        put(s, LAYER_USER, "Endpoints", "http://user:1");
        check_shown(run(s), "Endpoints", "http://user:1", provider(s, LAYER_USER));
    }
}

/* Built-in values are the lowest, and the command line always has its own. */
static void test_defaults(void)
{
    struct set *s = set_new(USER_HOME);
    const char *out = run(s);

    check_shown(out, "MetricCount", "3", "MemoryConfigurationProvider");
    check_shown(out, "Endpoints", "http://localhost:52325", "CommandLineConfigurationProvider");
    put(s, LAYER_DOTNET, "MetricCount", "7");
    check_shown(run(s), "MetricCount", "7", provider(s, LAYER_DOTNET));
}

/* Each layer sets the items from its own number on, so item N shows layer N: lists merge by index.
 */
static void test_list(void)
{
    static const enum layer layers[] = {LAYER_DOTNET, LAYER_PLAIN, LAYER_KEY_PER_FILE, LAYER_OURS};
    struct set *s = set_new(USER_OVERRIDE);

    for (size_t i = 0; i < COUNT_OF(layers); i++) {
        for (size_t item = i; item < COUNT_OF(layers); item++)
            put(s, layers[i], world_text("Meters:%zu", item), world_text("%zu of %zu", item, i));
    }
    const char *out = run(s), *at = strstr(out, "\"Meters\": [");
    REQUIRE(at != NULL);
    for (size_t i = 0; i < COUNT_OF(layers); i++) {
        const char *want = world_text("\"%zu of %zu\"\n      /*%s*/", i, i, provider(s, layers[i]));
        CHECK_AT(want, strstr(at, want) != NULL);
    }
}

/* Each layer sets one item only: the list is put together from all of them. */
static void test_list_pieces(void)
{
    static const enum layer layers[] = {LAYER_SHARED, LAYER_ASPNETCORE, LAYER_EXTRA, LAYER_PLAIN,
                                        LAYER_USER};
    struct set *s = set_new(USER_XDG);

    for (size_t i = 0; i < COUNT_OF(layers); i++)
        put(s, layers[i], world_text("Meters:%zu", i), world_text("item %zu", i));
    const char *out = run(s), *at = strstr(out, "\"Meters\": [");
    REQUIRE(at != NULL);
    for (size_t i = 0; i < COUNT_OF(layers); i++) {
        const char *want = world_text("\"item %zu\"\n      /*%s*/", i, provider(s, layers[i]));
        CHECK_AT(want, strstr(at, want) != NULL);
    }
}

static const struct {
    const char *label, *env[4], *value, *source;
} urls[] = {
    {"command line, told as ASPNETCORE_", {NULL}, "https://localhost:52323", "ASPNETCORE_"},
    {"DOTNET_ over the command line", {"DOTNET_Urls=http://d:1"}, "http://d:1", "ASPNETCORE_"},
    {"ASPNETCORE_ over it",
     {"DOTNET_Urls=http://d:1", "ASPNETCORE_URLS=http://a:1"},
     "http://a:1",
     "ASPNETCORE_"},
    {"an empty one is not set", {"ASPNETCORE_Urls="}, "https://localhost:52323", "ASPNETCORE_"},
    {"DotnetMonitor_ over all",
     {"DOTNET_Urls=garbage", "ASPNETCORE_Urls=garbage", "DOTNETMONITOR_Urls=http://m:1"},
     "http://m:1",
     "DotnetMonitor_"},
};

static void test_urls(void)
{
    for (size_t i = 0; i < COUNT_OF(urls); i++) {
        struct set *s = set_new(USER_HOME);
        for (size_t k = 0; k < COUNT_OF(urls[i].env) && urls[i].env[k]; k++)
            add_env(s, urls[i].env[k]);
        const char *want = world_text("\"urls\": \"%s\"\n  /*EnvironmentVariablesConfiguration"
                                      "Provider Prefix: '%s'*/",
                                      urls[i].value, urls[i].source);
        CHECK_AT(urls[i].label, strstr(run(s), want) != NULL);
    }
}

WORLD_SUITE("component/config_layers", {"peel", test_peel}, {"user folder", test_user_folder},
            {"defaults", test_defaults}, {"list", test_list}, {"list of pieces", test_list_pieces},
            {"urls", test_urls})
