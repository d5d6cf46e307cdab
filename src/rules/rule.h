/*
 * rules/rule.h - one rule on one process: trigger, actions, trigger, actions... until its limits
 * end it (CONTRACT 19.1, 19.6, 19.8).
 */
#pragma once

#include "src/rules/action.h"

struct rule;

enum rule_state { RULE_RUNNING, RULE_EXECUTING, RULE_THROTTLED, RULE_FINISHED };

enum { RULE_REASON_SIZE = ERROR_TEXT_SIZE + 128 };

struct rule_status {
    const char *state; /* "Running" */
    char reason[RULE_REASON_SIZE];
    uint64_t lifetime, within; /* runs of its actions: in all, in the window */
    int64_t limit;
    int64_t window;                     /* ticks; 0: none */
    int64_t window_left, duration_left; /* whole seconds; 0: nothing to tell */
};

struct rule_events {
    void *user;
    /* The process may go on, as far as this rule is concerned. Once, perhaps from inside
     * rule_start(). */
    void (*on_started)(void *user);
};

/* Tells it in the log (event 29) and begins. All is borrowed, but for the events. NULL: no memory.
 */
struct rule *rule_start(struct rules_context *context, const struct definition *definition,
                        struct target *target, const struct rule_events *events);

/* Ends what it does, and frees it; no event comes any more. */
void rule_end(struct rule *r, enum action_end how);

const char *rule_name(const struct rule *r);
void rule_status(const struct rule *r, struct rule_status *ret);
