/*
 * config/keys.h - the merged configuration: flat keys with ':' between the levels, values are
 * strings.
 *
 * Keys compare without case. A later source overrides an earlier one per leaf key, so lists
 * (children 0, 1, 2...) merge by index, as Microsoft.Extensions.Configuration does. Every value
 * remembers the source and the line it came from.
 *
 * A source can also take a value away: JSON's null and {} override what lower layers say, and then
 * the key counts as not set.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "src/base/error.h"

/* Owned by the config_keys that it was added to. */
struct config_source {
    char *name;     /* for people: a file's path, "command line", "DotnetMonitor_* environment" */
    char *provider; /* what the peer calls it in `config show --show-sources` */
    size_t rank;    /* of two sources, the one added later has the higher one */
    bool ours;      /* meant for this program and nobody else: DotnetMonitor_* */
};

struct config_entry {
    char *key, *value; /* neither is ever NULL */
    bool is_null;      /* taken away; `value` is then empty */
    unsigned line;     /* in the source's file; 0: it has no lines */
    const struct config_source *source;
    const struct config_source *shown; /* for --show-sources; the peer does not always tell the
                                          truth there (layers.h) */
};

struct config_keys {
    struct config_entry *entries; /* sorted by key without case, children of a list by number */
    size_t count, capacity;
    struct config_source **sources; /* in the order of their ranks */
    size_t source_count;
};

void config_keys_deinit(struct config_keys *keys);

/* A source of this name and these words for --show-sources, both copied. NULL: -ENOMEM in `err`. */
const struct config_source *config_keys_add_source(struct config_keys *keys, const char *name,
                                                   const char *provider, bool ours,
                                                   struct error *err);

/* Sets or overrides; `value` NULL takes away. Strings are copied; `source` is one of `keys`.
 * -ENOMEM, -EINVAL for an empty key, -ENAMETOOLONG for one of LIMIT_CONFIG_KEY bytes or
 * more or of too many levels, -E2BIG for more than LIMIT_CONFIG_KEYS. */
int config_keys_put(struct config_keys *keys, const char *key, const char *value,
                    const struct config_source *source, unsigned line, struct error *err);

/* The same with the source of this name, which is added when there is none. */
int config_keys_set(struct config_keys *keys, const char *key, const char *value,
                    const char *source, struct error *err);

/* Puts all of `from` on top, with copies of its sources. */
int config_keys_merge(struct config_keys *keys, const struct config_keys *from, struct error *err);

/* A row of a table of defaults. */
struct config_default {
    const char *key, *value;
};

enum { CONFIG_ORIGIN_SIZE = 320 };

/* Where the value was set, for messages: "command line", "/etc/dotnet-monitor/settings.json:12".
 * Returns `buffer`. */
const char *config_entry_origin(const struct config_entry *entry,
                                char buffer[static CONFIG_ORIGIN_SIZE]);

/* NULL when absent or taken away. */
const struct config_entry *config_keys_find(const struct config_keys *keys, const char *key);

/* The same, but taken away ones are found: for who shows or changes entries. */
struct config_entry *config_keys_entry(const struct config_keys *keys, const char *key);

/* The value of `prefix:name`, NULL when absent. */
const char *config_keys_child(const struct config_keys *keys, const char *prefix, const char *name);

/* The entries whose keys start with "prefix:", in .NET's order: numbers by value (gaps are
 * allowed), then names. Those taken away are among them, as empty values: a list's item that is
 * null still is an item. Returns how many follow `*ret_first`. */
size_t config_keys_below(const struct config_keys *keys, const char *prefix,
                         const struct config_entry **ret_first);

/* Do both say the same, wherever they have it from? */
bool config_keys_equal(const struct config_keys *a, const struct config_keys *b);

/* Was it set by a DotnetMonitor_ variable, which is meant for nobody else? */
bool config_entry_is_ours(const struct config_entry *entry);
