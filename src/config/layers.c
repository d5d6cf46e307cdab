#include "src/config/layers.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "src/base/cleanup.h"
#include "src/config/environment.h"
#include "src/config/file_content.h"
#include "src/config/json_source.h"
#include "src/config/key_per_file.h"
#include "src/config/layer_paths.h"
#include "src/config/log_settings.h"
#include "src/config/otel_environment.h"

static const char settings_file[] = "settings.json", built_in[] = "built-in defaults";

/* What the peer has in its program, and what it ships as appsettings.json. */
static const struct config_default defaults[] = {
    {"GlobalCounter:IntervalSeconds", "5"},
    {"Metrics:MetricCount", "3"},
    {"Metrics:IncludeDefaultProviders", "True"},
};
/* What stands for the peer's appsettings.json, besides log_default_keys[]. */
static const char app_settings[] = "JsonConfigurationProvider for 'appsettings.json' (Optional)";
static const struct config_default hosts[] = {{"AllowedHosts", "*"}};
#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

int layers_init(struct layers *l, char *const *environment, const char *extra_file,
                struct text *warnings, struct error *err)
{
    const char *host = environment_get(environment, "KUBERNETES_SERVICE_HOST");

    *l = (struct layers){.environment = environment, .in_kubernetes = host && *host};
    l->program_folder = layer_paths_program();
    l->user_folder = layer_paths_user(environment);
    l->shared_folder = layer_paths_shared(environment);
    if (extra_file)
        l->extra_file = layer_paths_extra(extra_file, warnings);
    if (l->program_folder && l->user_folder && l->shared_folder && !warnings->failed)
        return 0;
    layers_deinit(l);
    return error_set(err, -ENOMEM, "configuration");
}

void layers_deinit(struct layers *l)
{
    free(l->program_folder);
    free(l->user_folder);
    free(l->shared_folder);
    free(l->extra_file);
    *l = (struct layers){0};
}

static int add_pairs(struct config_keys *keys, const struct config_default *pairs, size_t count,
                     const char *provider, struct error *err)
{
    const struct config_source *source =
        config_keys_add_source(keys, built_in, provider, false, err);
    int r = source ? 0 : err->code;

    for (size_t i = 0; r == 0 && i < count; i++)
        r = config_keys_put(keys, pairs[i].key, pairs[i].value, source, 0, err);
    return r;
}

/* An empty value leaves what is below, but the peer then names this source. */
static int add_aspnetcore(struct config_keys *keys, char *const *environment, struct error *err)
{
    struct config_keys layer = {0};
    const struct config_source *source, *own;
    int r = environment_add(&layer, environment, ENVIRONMENT_ASPNETCORE, &source, err);

    own = r == 0 ? config_keys_add_source(keys, source->name, source->provider, false, err) : NULL;
    r = own ? 0 : err->code;
    for (size_t i = 0; r == 0 && i < layer.count; i++) {
        const struct config_entry *e = &layer.entries[i];
        struct config_entry *below = config_keys_entry(keys, e->key);
        if (e->value[0] == '\0' && below)
            below->shown = own;
        else
            r = config_keys_put(keys, e->key, e->value, own, 0, err);
    }
    if (r == 0) {
        struct config_entry *urls = config_keys_entry(keys, "urls");
        if (urls)
            urls->shown = own;
    }
    config_keys_deinit(&layer);
    return r;
}

/* The first four layers, which the peer reads before all files. */
static int add_host(const struct layers *l, const struct config_keys *command_line,
                    struct config_keys *keys, struct error *err)
{
    int r = add_pairs(keys, defaults, COUNT_OF(defaults), "MemoryConfigurationProvider", err);

    if (r == 0)
        r = config_keys_merge(keys, command_line, err);
    if (r == 0)
        r = environment_add(keys, l->environment, ENVIRONMENT_DOTNET, NULL, err);
    if (r == 0)
        r = add_aspnetcore(keys, l->environment, err);
    for (size_t i = 0; r == 0 && i < keys->count; i++)
        keys->entries[i].is_null = keys->entries[i].value[0] == '\0';
    return r;
}

/* 1: there was a file. */
static int add_json(struct config_keys *keys, const char *path, struct text *warnings,
                    struct error *err)
{
    cleanup(free_str) char *data = NULL, *provider = NULL;
    const char *slash = strrchr(path, '/');
    const char *base = slash ? slash + 1 : path;
    struct error reason;
    size_t size;

    int r = file_content_read(AT_FDCWD, path, &data, &size, &reason);
    if (r == -ENOENT)
        return 0;
    if (r < 0) {
        text_add_fmt(warnings, "%s; it is passed over\n", reason.text);
        return 0;
    }
    if (asprintf(&provider, "JsonConfigurationProvider for '%s' (Optional)", base) < 0)
        return error_set(err, -ENOMEM, "%s", path);
    /* appsettings.json has settings for any ASP.NET program; all others are meant for us. */
    const struct config_source *source =
        config_keys_add_source(keys, path, provider, strncmp(base, "appsettings.", 12) != 0, err);
    if (!source)
        return err->code;
    r = json_source_add(keys, source, data, size, err);
    return r < 0 ? r : 1;
}

static int add_json_in(struct config_keys *keys, const char *folder, const char *name,
                       struct text *warnings, struct error *err)
{
    char path[PATH_MAX];
    int n = snprintf(path, sizeof path, "%s/%s", folder, name);

    if (!folder[0] || n < 0 || (size_t)n >= sizeof path)
        return 0;
    return add_json(keys, path, warnings, err);
}

static int add_app_settings(const struct layers *l, struct config_keys *keys, struct text *warnings,
                            struct error *err)
{
    const struct config_entry *environment = config_keys_find(keys, "environment");
    const char *name = environment ? environment->value : "Production";
    char file[NAME_MAX];
    int n = snprintf(file, sizeof file, "appsettings.%s.json", name);
    bool is_file = n > 0 && (size_t)n < sizeof file && !strchr(name, '/');
    int r = add_json_in(keys, l->program_folder, "appsettings.json", warnings, err);

    if (r == 0)
        r = add_pairs(keys, log_default_keys, log_default_count, app_settings, err);
    if (r == 0)
        r = add_pairs(keys, hosts, COUNT_OF(hosts), app_settings, err);
    if (r >= 0 && is_file)
        r = add_json_in(keys, l->program_folder, file, warnings, err);
    return r;
}

int layers_read(const struct layers *l, const struct config_keys *command_line,
                const struct config_keys *on_top, struct config_keys *keys, struct text *warnings,
                struct error *err)
{
    char key_folder[PATH_MAX];
    int r = add_host(l, command_line, keys, err);

    if (r >= 0)
        r = add_app_settings(l, keys, warnings, err);
    if (r >= 0)
        r = environment_add(keys, l->environment, ENVIRONMENT_PLAIN, NULL, err);
    if (r >= 0)
        r = otel_environment_add(keys, l->environment, err);
    if (r >= 0)
        r = add_json_in(keys, l->user_folder, settings_file, warnings, err);
    if (r >= 0)
        r = add_json_in(keys, l->shared_folder, settings_file, warnings, err);
    if (r >= 0)
        r = key_per_file_add(keys, layers_key_folder(l, key_folder, sizeof key_folder), err);
    if (r >= 0)
        r = environment_add(keys, l->environment, ENVIRONMENT_OURS, NULL, err);
    if (r >= 0 && l->extra_file)
        r = add_json(keys, l->extra_file, warnings, err);
    if (r >= 0)
        r = config_keys_merge(keys, on_top, err);
    return r < 0 ? r : 0;
}

const char *layers_key_folder(const struct layers *l, char *buffer, size_t size)
{
    struct stat st;

    (void)snprintf(buffer, size, "%s/..data", l->shared_folder);
    if (!l->in_kubernetes || stat(buffer, &st) < 0 || !S_ISDIR(st.st_mode))
        (void)snprintf(buffer, size, "%s", l->shared_folder);
    return buffer;
}

void layers_folder(const struct layers *l, size_t index, char *buffer, size_t size)
{
    const char *const folders[] = {l->program_folder, l->user_folder, l->shared_folder};

    buffer[0] = '\0';
    if (index < COUNT_OF(folders)) {
        (void)snprintf(buffer, size, "%s", folders[index]);
    } else if (index == COUNT_OF(folders)) {
        (void)layers_key_folder(l, buffer, size);
        if (strcmp(buffer, l->shared_folder) == 0)
            buffer[0] = '\0'; /* it has its watch */
    } else if (l->extra_file) {
        int parent = (int)(strrchr(l->extra_file, '/') - l->extra_file);
        (void)snprintf(buffer, size, "%.*s", parent ? parent : 1, l->extra_file);
    }
}
