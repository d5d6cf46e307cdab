/*
 * config/environment.h - environment variables as configuration keys: "__" stands for ':', and a
 * prefix, compared without case, says whose they are.
 */
#pragma once

#include "src/config/keys.h"

enum environment_layer {
    ENVIRONMENT_DOTNET,     /* DOTNET_* */
    ENVIRONMENT_ASPNETCORE, /* ASPNETCORE_* */
    ENVIRONMENT_PLAIN,
    ENVIRONMENT_OURS, /* DotnetMonitor_* */
    ENVIRONMENT_LAYERS,
};

/* Adds one layer as a source of its own on top of `keys`. Names that are too long for a key are
 * passed over: they belong to others. `ret_source` may be NULL. */
int environment_add(struct config_keys *keys, char *const *environment,
                    enum environment_layer layer, const struct config_source **ret_source,
                    struct error *err);

/* All of them, lowest first, with nothing between. */
int config_keys_add_environment(struct config_keys *keys, char *const *environment,
                                struct error *err);

/* "A__B" becomes "A:B". `key` has room for `size` bytes and a NUL. Key-per-file names are spelled
 * the same way. */
void environment_key(const char *name, size_t size, char *key);

/* The value of a variable by its exact name, NULL when it is not there. */
const char *environment_get(char *const *environment, const char *name);
