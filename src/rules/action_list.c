/*
 * Happy path: step() starts the next action -> it is at work -> step() ... -> all are started ->
 * step() waits for each in order -> done. What an action tells is noted, and the next turn of the
 * loop takes a step: an action may tell it from deep inside other objects.
 */
#include "src/rules/action_list.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/cleanup.h"
#include "src/base/events.h"
#include "src/base/log.h"
#include "src/io/timer.h"
#include "src/rules/rule_scope.h"

enum entry_state {
    ENTRY_WAITING,  /* not its turn yet */
    ENTRY_BEGUN,    /* told in the log; those that it depends on are waited for */
    ENTRY_STARTING, /* not at work yet */
    ENTRY_WORKING,
    ENTRY_OVER,    /* its outcome is there */
    ENTRY_AWAITED, /* and was looked at */
};

struct entry {
    struct action_list *list;
    const struct action_definition *definition;
    enum entry_state state;
    struct action *action; /* while it is at work */
    struct action_scope scope;
    char *result;
    bool failed;
    struct error error;
};

struct action_list {
    struct action_list_config config;
    struct action_list_events events;
    struct token_values values;
    struct timer turn;
    bool told_started;
    size_t count;
    struct entry entries[];
};

static void take_turn(void *user);

static void wake(struct action_list *l)
{
    if (!timer_active(&l->turn))
        (void)timer_start(&l->turn, l->config.context->loop, 0, 0, take_turn, l);
}

static void on_started(void *user)
{
    struct entry *e = user;

    if (e->state == ENTRY_STARTING)
        e->state = ENTRY_WORKING;
    wake(e->list);
}

static void on_done(void *user, const char *result, const struct error *err)
{
    struct entry *e = user;

    e->action = NULL;
    e->state = ENTRY_OVER;
    e->failed = err != NULL;
    if (err)
        e->error = *err;
    e->result = result ? strdup(result) : NULL;
    wake(e->list);
}

/* --- references to earlier actions --- */

/* The earlier action that is meant; NULL: there is none. */
static struct entry *find_entry(struct action_list *l, size_t before,
                                const struct action_reference *reference)
{
    for (size_t i = 0; reference->name && i < before; i++) {
        const char *name = l->entries[i].definition->name;
        if (name && strlen(name) == reference->name_size &&
            memcmp(name, reference->name, reference->name_size) == 0)
            return &l->entries[i];
    }
    return NULL;
}

struct result_search {
    struct action_list *list;
    const struct entry *entry; /* who asks */
};

static void tell_result_unknown(const struct entry *e, const struct action_reference *reference)
{
    char token[LIMIT_CONFIG_KEY];

    (void)snprintf(token, sizeof token, "$(Actions.%.*s)", (int)reference->inner_size,
                   reference->inner);
    log_event_in(&e->scope.scope, &event_result_unknown, {"actionToken", token});
}

/* An earlier action was waited for before anybody asks for what it has made. */
static const char *find_result(void *user, const struct action_reference *reference)
{
    const struct result_search *search = user;
    struct action_list *l = search->list;
    const struct entry *found = find_entry(l, (size_t)(search->entry - l->entries), reference);

    if (!found)
        return NULL; /* was told before */
    const char *output = found->definition->type->output;
    if (output && strlen(output) == reference->output_size &&
        memcmp(output, reference->output, reference->output_size) == 0 && found->result)
        return found->result;
    tell_result_unknown(search->entry, reference);
    return NULL;
}

/* The setting of this action that may refer to others; NULL: it does not. */
static const char *dependent_text(const struct action_list *l, const struct entry *e)
{
    const struct section section = section_find(l->config.context->keys, e->definition->settings);
    const char *name = e->definition->type->dependent;

    return name ? section_text(&section, name) : NULL;
}

/* What refers to nothing is told, once in a run. */
static void tell_references(struct action_list *l, const struct entry *e)
{
    const char *text = dependent_text(l, e);
    size_t index = (size_t)(e - l->entries), at = 0;
    char number[LOG_NUMBER_SIZE], inner[LIMIT_CONFIG_KEY];
    struct action_reference reference;
    enum reference_found found;

    while (text && (found = action_reference_next(text, &at, &reference)) != REFERENCE_NONE) {
        if (found == REFERENCE_UNENDED) {
            const char *name = e->definition->name;
            log_event_in(l->config.scope, &event_token_unended,
                         {"actionName", name ? name : log_number(number, (int64_t)index)},
                         {"setting", e->definition->type->dependent});
            return;
        }
        if (find_entry(l, index, &reference))
            continue;
        (void)snprintf(inner, sizeof inner, "%.*s", (int)reference.inner_size, reference.inner);
        log_event_in(l->config.scope, &event_reference_unknown, {"actionReference", inner});
    }
}

/* An earlier action that this one refers to, and that was not waited for yet; NULL: none. */
static struct entry *find_dependency(struct action_list *l, const struct entry *e)
{
    const char *text = dependent_text(l, e);
    struct action_reference reference;
    size_t at = 0;

    while (text && action_reference_next(text, &at, &reference) == REFERENCE_FOUND) {
        struct entry *found = find_entry(l, (size_t)(e - l->entries), &reference);
        if (found && found->state != ENTRY_AWAITED)
            return found;
    }
    return NULL;
}

/* --- the run --- */

static void tell_started(struct action_list *l)
{
    if (l->told_started)
        return;
    l->told_started = true;
    l->events.on_started(l->events.user);
}

static void list_free(struct action_list *l)
{
    timer_stop(&l->turn);
    for (size_t i = 0; i < l->count; i++)
        free(l->entries[i].result);
    target_unref(l->config.target);
    free(l);
}

void action_list_end(struct action_list *l, enum action_end how)
{
    for (size_t i = 0; i < l->count; i++) {
        struct action *action = take_ptr(l->entries[i].action);
        if (action)
            action->type->end(action, how);
    }
    list_free(l);
}

static void finish(struct action_list *l, bool succeeded)
{
    struct action_list_events events = l->events;

    tell_started(l);
    action_list_end(l, ACTION_CANCEL);
    events.on_done(events.user, succeeded);
}

static void tell_failure(const struct action_list *l, const struct entry *e)
{
    char exception[ERROR_TEXT_SIZE + 128];
    const struct log_field fields[] = {{"ruleName", l->config.rule->name},
                                       {"actionType", e->definition->type_name}};

    (void)snprintf(exception, sizeof exception,
                   "Microsoft.Diagnostics.Tools.Monitor.CollectionRules.Exceptions."
                   "CollectionRuleActionException: %s",
                   e->error.text);
    log_record(&(const struct log_record){.event = &event_action_failed,
                                          .fields = fields,
                                          .count = 2,
                                          .scope = &e->scope.scope,
                                          .exception = exception});
}

static void tell(const struct action_list *l, const struct entry *e, const struct log_event *event)
{
    log_event_in(&e->scope.scope, event, {"ruleName", l->config.rule->name},
                 {"actionType", e->definition->type_name});
}

enum step { STEP_AGAIN, STEP_WAIT, STEP_FAILED, STEP_DONE };

/* Looks at the outcome of an action, when it is there. */
static enum step await(struct action_list *l, struct entry *e)
{
    tell_started(l);
    if (e->state != ENTRY_OVER)
        return STEP_WAIT;
    e->state = ENTRY_AWAITED;
    if (e->failed) {
        tell_failure(l, e);
        return STEP_FAILED;
    }
    tell(l, e, &event_action_completed);
    return STEP_AGAIN;
}

static enum step start_action(struct action_list *l, struct entry *e)
{
    struct result_search search = {l, e};
    const struct action_results results = {&search, find_result};
    const struct action_call call = {.context = l->config.context,
                                     .target = l->config.target,
                                     .definition = e->definition,
                                     .rule = l->config.rule->name,
                                     .values = &l->values,
                                     .results = &results,
                                     .scope = &e->scope.scope,
                                     .events = {e, on_started, on_done}};

    token_values_init(&l->values, l->config.target);
    e->state = ENTRY_STARTING;
    if (e->definition->type->start(&call, &e->action, &e->error) == 0)
        return STEP_AGAIN; /* it may be over by now, and have failed */
    e->failed = true;
    e->state = ENTRY_AWAITED;
    tell_failure(l, e);
    return STEP_FAILED;
}

static enum step step_entry(struct action_list *l, struct entry *e)
{
    struct entry *dependency;

    switch (e->state) {
    case ENTRY_WAITING:
        e->state = ENTRY_BEGUN;
        tell(l, e, &event_action_started);
        return STEP_AGAIN;
    case ENTRY_BEGUN:
        dependency = find_dependency(l, e);
        return dependency ? await(l, dependency) : start_action(l, e);
    case ENTRY_STARTING:
        return STEP_WAIT;
    case ENTRY_WORKING:
    case ENTRY_OVER:
    case ENTRY_AWAITED:
        break;
    }
    return await(l, e);
}

/* Is it to be passed over for now, in favour of the next one? */
static bool is_started(const struct entry *e)
{
    if (e->state == ENTRY_AWAITED)
        return true;
    return e->state >= ENTRY_WORKING && !e->definition->wait && !e->failed;
}

static enum step step(struct action_list *l)
{
    for (size_t i = 0; i < l->count; i++) {
        if (!is_started(&l->entries[i]))
            return step_entry(l, &l->entries[i]);
    }
    tell_started(l);
    for (size_t i = 0; i < l->count; i++) {
        if (l->entries[i].state != ENTRY_AWAITED)
            return await(l, &l->entries[i]);
    }
    return STEP_DONE;
}

static void take_turn(void *user)
{
    struct action_list *l = user;
    enum step next;

    while ((next = step(l)) == STEP_AGAIN)
        ;
    if (next != STEP_WAIT)
        finish(l, next == STEP_DONE);
}

int action_list_start(const struct action_list_config *config,
                      const struct action_list_events *events, struct action_list **ret,
                      struct error *err)
{
    size_t count = config->rule->action_count;
    struct action_list *l = calloc(1, sizeof *l + count * sizeof l->entries[0]);

    if (!l || timer_start(&l->turn, config->context->loop, 0, 0, take_turn, l) < 0) {
        free(l);
        return error_set(err, -ENOMEM, "actions");
    }
    l->config = *config;
    l->config.target = target_ref(config->target);
    l->events = *events;
    l->count = count;
    for (size_t i = 0; i < count; i++) {
        struct entry *e = &l->entries[i];
        *e = (struct entry){.list = l, .definition = &config->rule->actions[i]};
        action_scope_init(&e->scope, config->scope, e->definition->type_name, i);
        tell_references(l, e);
    }
    *ret = l;
    return 0;
}
