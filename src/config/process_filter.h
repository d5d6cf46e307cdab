/*
 * config/process_filter.h - which process a request or a rule means (CONTRACT section 3).
 *
 * A list of filters is ANDed. Comparisons ignore case; `Contains` is for every key but ProcessId.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "src/base/error.h"
#include "src/config/keys.h"

enum process_key {
    PROCESS_KEY_ID,
    PROCESS_KEY_NAME,
    PROCESS_KEY_COMMAND_LINE,
    PROCESS_KEY_ENTRY_ASSEMBLY,
    PROCESS_KEY_COUNT,
};

struct process_filter {
    enum process_key key;
    bool contains;
    char *value;
};

struct process_filters {
    struct process_filter *items;
    size_t count;
    char
        *fault; /* why what is configured cannot be read: no process is meant then. NULL: nothing */
};

/* What a filter looks at. No string is NULL. */
struct process_identity {
    const char *text[PROCESS_KEY_COUNT]; /* by enum process_key; the pid in decimal */
};

/* Reads the children of PREFIX (0, 1..., gaps allowed) as {Key, Value, MatchType} or in short form
 * {ProcessName: x}. -EINVAL when one has no value: none is passed over in silence. */
int process_filters_load(struct process_filters *f, const struct config_keys *keys,
                         const char *prefix, struct error *err);

/* Adds the filter whose members are below `item`. As process_filters_load(). */
int process_filters_add(struct process_filters *f, const struct config_keys *keys, const char *item,
                        struct error *err);
void process_filters_deinit(struct process_filters *f);

/* True when all filters match; true for an empty list. `fault` is not looked at. */
bool process_filters_match(const struct process_filters *f, const struct process_identity *p);
