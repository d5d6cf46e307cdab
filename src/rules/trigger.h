/*
 * rules/trigger.h - what makes a rule act: one trigger, armed on one process, until it fires once.
 *
 * A kind of trigger is a row of a table: its name in the settings, how its settings are read, how
 * it is armed. A trigger that has fired starts from nothing when it is armed again (CONTRACT 19.2).
 */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "src/base/error.h"
#include "src/config/section.h"
#include "src/session/feed.h"
#include "src/target/target.h"

struct trigger;
struct trigger_settings; /* the kind's own; owns its texts */

/* Never from inside trigger_start(). */
struct trigger_events {
    void *user;
    /* It sees the process: nothing that the process does from now on is missed. Once. */
    void (*on_armed)(void *user);
    /* Satisfied. The trigger has freed itself. */
    void (*on_fired)(void *user);
    /* It cannot go on (session refused or lost; -ESRCH or -ECONNRESET: the process has ended). The
     * trigger has freed itself. */
    void (*on_failed)(void *user, const struct error *err);
};

/* Borrowed; outlives every trigger. */
struct trigger_context {
    uv_loop_t *loop;
    struct feeds *feeds;
    const struct config_keys *keys; /* GlobalCounter's intervals; read during trigger_start() */
};

struct trigger_type {
    const char *name; /* "AspNetRequestCount"; without regard to case */
    /* `settings`: CollectionRules:NAME:Trigger:Settings, checked by config/validate before.
     * `defaults`: CollectionRuleDefaults:Triggers. */
    int (*read)(const struct section *settings, const struct section *defaults,
                struct trigger_settings **ret, struct error *err);
    void (*free_settings)(struct trigger_settings *settings);
    /* `settings` is borrowed until the trigger is freed. */
    int (*start)(const struct trigger_context *context, struct target *target,
                 const struct trigger_settings *settings, const struct trigger_events *events,
                 struct trigger **ret, struct error *err);
    /* Disarms and frees; no event comes any more. */
    void (*stop)(struct trigger *t);
    bool is_startup; /* satisfied by the start of the process; nothing is armed: no functions */
};

/* First member of each kind's own struct. */
struct trigger {
    const struct trigger_type *type;
};

/* NULL: there is no such kind. */
const struct trigger_type *trigger_type_find(const char *name);
