/*
 * rules/definition.h - the collection rules of the settings, with templates and defaults put in
 * (CONTRACT 19.3, 19.6, 19.7).
 *
 * Settings of actions stay in the keys until an action starts: a definition names their section.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/base/error.h"
#include "src/config/keys.h"
#include "src/config/process_filter.h"
#include "src/rules/trigger.h"

struct action_type;

struct action_definition {
    char *name; /* NULL: none */
    char *type_name;
    const struct action_type *type;
    char *settings; /* key of their section */
    bool wait;      /* WaitForCompletion */
};

struct definition {
    char *name;
    char *fault; /* why it cannot run: what is below but the name is not to be used. NULL: it can */
    struct process_filters filters;
    char *trigger_name;
    const struct trigger_type *trigger;
    struct trigger_settings *trigger_settings; /* NULL: the kind has none */
    struct action_definition *actions;
    size_t action_count;
    int64_t limit;    /* ActionCount */
    int64_t window;   /* ticks; 0: none */
    int64_t duration; /* ticks; 0: none */
};

struct definitions {
    struct definition *items; /* in the order of the settings */
    size_t count;
};

/* All rules of `keys`, the faulty ones included. -ENOMEM. */
int definitions_load(struct definitions *ret, const struct config_keys *keys, struct error *err);
void definitions_deinit(struct definitions *d);

/* Have both the same rules with the same faults? Their settings are not compared. */
bool definitions_same_faults(const struct definitions *a, const struct definitions *b);
