/*
 * rules/action.h - one action of a rule: begun, at work, over.
 *
 * A kind of action is a row of a table (action.c): its name in the settings, what it makes, how it
 * is started. Settings are read when it starts, with their tokens replaced.
 */
#pragma once

#include <stdbool.h>
#include <uv.h>

#include "src/base/list.h"
#include "src/config/section.h"
#include "src/config/types.h"
#include "src/egress/egress.h"
#include "src/metrics/service.h"
#include "src/ops/operation.h"
#include "src/rules/definition.h"
#include "src/rules/tokens.h"

/* Borrowed by all rules. */
struct rules_context {
    uv_loop_t *loop;
    const struct config_keys *keys;
    struct feeds *feeds;
    struct operations *operations;
    struct egress *egress;
    struct metrics_service *metrics; /* NULL: off */
    struct list programs;            /* that run: action_execute.h */
};

/* Also from inside action_type.start. Nothing may be ended, and no action started, from inside. */
struct action_events {
    void *user;
    /* It is at work: what the process does from now on is seen. At most once; an action that ends
     * was at work, too. */
    void (*on_started)(void *user);
    /* The end; the action has freed itself. `result` (NULL: none) is its output, borrowed for the
     * call. */
    void (*on_done)(void *user, const char *result, const struct error *err);
};

/* What an action is started with; borrowed for the call of start(), but for the context. */
struct action_call {
    struct rules_context *context;
    struct target *target;
    const struct action_definition *definition;
    const char *rule; /* its name */
    const struct token_values *values;
    const struct action_results *results;
    const struct log_scope *scope; /* lives as long as the action */
    struct action_events events;
};

struct action;

enum action_end {
    ACTION_CANCEL, /* what it does is undone */
    ACTION_LEAVE,  /* what it does goes on without it: an artifact, a program */
};

struct action_type {
    const char *name;
    const char *output;    /* what `$(Actions.NAME.OUTPUT)` calls its result; NULL: none */
    const char *dependent; /* the setting that may refer to earlier actions; NULL: none */
    /* `*ret` is NULL when it is over by then. On failure no event has come, and none does. */
    int (*start)(const struct action_call *call, struct action **ret, struct error *err);
    /* Frees it; no event comes any more. */
    void (*end)(struct action *a, enum action_end how);
};

/* First member of each kind's own struct. */
struct action {
    const struct action_type *type;
};

/* NULL: there is no such kind. */
const struct action_type *action_type_find(const char *name);

/* --- settings, for the kinds --- */

/* The section of its settings. */
struct section action_section(const struct action_call *call);

/* A text with its tokens replaced, which the caller frees; `*ret` is NULL when it is not set. */
int action_text(const struct action_call *call, const char *name, char **ret, struct error *err);

/* A value; `fallback` is its text when it is not set. */
int action_value(const struct action_call *call, const char *name, const struct value_type *type,
                 const char *fallback, struct value *ret, struct error *err);
