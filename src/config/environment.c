#include "src/config/environment.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

#include "src/base/limits.h"

#define PROVIDER "EnvironmentVariablesConfigurationProvider"

static const struct {
    const char *prefix, *name, *provider;
} layers[] = {
    [ENVIRONMENT_DOTNET] = {"DOTNET_", "DOTNET_* environment", PROVIDER " Prefix: 'DOTNET_'"},
    [ENVIRONMENT_ASPNETCORE] = {"ASPNETCORE_", "ASPNETCORE_* environment",
                                PROVIDER " Prefix: 'ASPNETCORE_'"},
    [ENVIRONMENT_PLAIN] = {"", "environment", PROVIDER},
    [ENVIRONMENT_OURS] = {"DotnetMonitor_", "DotnetMonitor_* environment",
                          PROVIDER " Prefix: 'DotnetMonitor_'"},
};

void environment_key(const char *name, size_t size, char *key)
{
    size_t n = 0;

    for (size_t i = 0; i < size; i++) {
        if (name[i] == '_' && i + 1 < size && name[i + 1] == '_') {
            key[n++] = ':';
            i++;
        } else {
            key[n++] = name[i];
        }
    }
    key[n] = '\0';
}

int environment_add(struct config_keys *keys, char *const *environment,
                    enum environment_layer layer, const struct config_source **ret_source,
                    struct error *err)
{
    const char *prefix = layers[layer].prefix;
    size_t skip = strlen(prefix);
    const struct config_source *source = config_keys_add_source(
        keys, layers[layer].name, layers[layer].provider, layer == ENVIRONMENT_OURS, err);

    if (!source)
        return err->code;
    for (char *const *entry = environment; *entry; entry++) {
        const char *equals = strchr(*entry, '=');
        char key[LIMIT_CONFIG_KEY];
        if (!equals || strncasecmp(*entry, prefix, skip) != 0)
            continue;
        size_t size = (size_t)(equals - *entry);
        if (size <= skip || size - skip >= sizeof key)
            continue;
        environment_key(*entry + skip, size - skip, key);
        int r = config_keys_put(keys, key, equals + 1, source, 0, err);
        if (r < 0 && r != -ENAMETOOLONG)
            return r;
    }
    if (ret_source)
        *ret_source = source;
    return 0;
}

int config_keys_add_environment(struct config_keys *keys, char *const *environment,
                                struct error *err)
{
    for (enum environment_layer layer = 0; layer < ENVIRONMENT_LAYERS; layer++) {
        int r = environment_add(keys, environment, layer, NULL, err);
        if (r < 0)
            return r;
    }
    return 0;
}

const char *environment_get(char *const *environment, const char *name)
{
    size_t size = strlen(name);

    for (char *const *entry = environment; *entry; entry++) {
        if (strncmp(*entry, name, size) == 0 && (*entry)[size] == '=')
            return *entry + size + 1;
    }
    return NULL;
}
