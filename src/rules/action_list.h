/*
 * rules/action_list.h - one run of a rule's actions (CONTRACT 19.3).
 *
 * They are started in order. An action is waited for when it says so, when a later one refers to
 * what it makes, or at the end; the first failure ends the rest. All is done in turns of the loop
 * of its own, never inside what an action tells.
 */
#pragma once

#include "src/rules/action.h"

struct action_list;

/* Never from inside action_list_start(). */
struct action_list_events {
    void *user;
    /* All have been started, or the first is waited for: the process may go on. Once, before the
     * end. */
    void (*on_started)(void *user);
    /* The run is over and freed. */
    void (*on_done)(void *user, bool succeeded);
};

/* `rule`, `target` and `scope` are borrowed. */
struct action_list_config {
    struct rules_context *context;
    const struct definition *rule;
    struct target *target;
    const struct log_scope *scope;
};

int action_list_start(const struct action_list_config *config,
                      const struct action_list_events *events, struct action_list **ret,
                      struct error *err);

/* Ends all that is at work, and frees; no event comes any more. */
void action_list_end(struct action_list *l, enum action_end how);
