/*
 * config/keys.h - the merged configuration: flat keys with ':' between the levels, values are
 * strings.
 *
 * Keys compare without case. A later source overrides an earlier one per leaf key, so lists
 * (children 0, 1, 2...) merge by index, as Microsoft.Extensions.Configuration does. Every value
 * remembers the source it came from.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "src/base/error.h"

struct config_entry {
    char *key, *value;
    const char *source; /* static text: "command line", "DotnetMonitor_* environment" */
};

struct config_keys {
    struct config_entry *entries; /* sorted by key without case, children of a list by number */
    size_t count, capacity;
};

void config_keys_deinit(struct config_keys *keys);

/* Sets or overrides. Strings are copied; `source` must be static. -ENOMEM, or -EINVAL for an empty
 * key. */
int config_keys_set(struct config_keys *keys, const char *key, const char *value,
                    const char *source, struct error *err);

enum { CONFIG_ORIGIN_SIZE = 320 };

/* Where the value was set, for messages: "command line", "/etc/dotnet-monitor/settings.json:12".
 * Returns `buffer`. */
const char *config_entry_origin(const struct config_entry *entry,
                                char buffer[static CONFIG_ORIGIN_SIZE]);

/* NULL when absent. */
const struct config_entry *config_keys_find(const struct config_keys *keys, const char *key);

/* The value of `prefix:name`, NULL when absent. */
const char *config_keys_child(const struct config_keys *keys, const char *prefix, const char *name);

/* The entries whose keys start with "prefix:", in .NET's order: numbers by value (gaps are
 * allowed), then names. Returns how many follow `*ret_first`. */
size_t config_keys_below(const struct config_keys *keys, const char *prefix,
                         const struct config_entry **ret_first);

/* Was it set by a DotnetMonitor_ variable, which is meant for nobody else? */
bool config_entry_is_ours(const struct config_entry *entry);

/*
 * Reads the environment's layers, lowest first: DOTNET_*, ASPNETCORE_* (prefixes stripped), plain
 * variables, DotnetMonitor_* (prefix in any case). "__" in a name stands for ':'.
 */
int config_keys_add_environment(struct config_keys *keys, char *const *environment,
                                struct error *err);
