#include "src/rules/process_rules.h"

#include <stdio.h>
#include <stdlib.h>

#include "src/base/events.h"
#include "src/base/log.h"
#include "src/rules/rule_scope.h"
#include "src/target/attach.h"

static void tell(const struct process_rules *p, const struct log_event *event)
{
    struct rule_scope scope;

    rule_scope_init(&scope, p->target, NULL);
    log_record(&(const struct log_record){.event = event, .scope = &scope.scope});
}

static void tell_of(const struct process_rules *p, const char *rule, const struct log_event *event,
                    const char *exception)
{
    const struct log_field field = {"ruleName", rule};
    struct rule_scope scope;

    rule_scope_init(&scope, p->target, rule);
    log_record(&(const struct log_record){.event = event,
                                          .fields = &field,
                                          .count = 1,
                                          .scope = &scope.scope,
                                          .exception = exception});
}

struct process_rules *process_rules_new(struct rules_context *context,
                                        const struct definitions *definitions,
                                        struct target *target)
{
    struct process_rules *p = calloc(1, sizeof *p);

    if (p)
        p->rules = calloc(definitions->count + 1, sizeof(struct rule *));
    if (!p || !p->rules) {
        free(p);
        return NULL;
    }
    list_init(&p->link);
    p->context = context;
    p->definitions = definitions;
    p->target = target_ref(target);
    p->held = true;
    target_hold(target);
    return p;
}

void process_rules_release(struct process_rules *p)
{
    if (!p->held)
        return;
    p->held = false;
    target_release(p->target);
}

static void on_ready(void *user)
{
    struct process_rules *p = user;

    if (--p->waiting || p->ready)
        return;
    p->ready = true;
    tell(p, &event_rules_started);
    process_rules_release(p);
}

/* What is wrong with the settings of a rule is told for each process that it might have been for.
 */
static void tell_fault(const struct process_rules *p, const struct definition *d)
{
    struct text exception = {0};

    text_add_fmt(&exception, "Microsoft.Extensions.Options.OptionsValidationException: %s",
                 d->fault);
    tell_of(p, d->name, &event_rule_failed, exception.failed ? "" : exception.data);
    text_deinit(&exception);
}

static bool is_meant(const struct process_rules *p, const struct definition *d)
{
    char pid[24];
    struct process_identity identity = target_identity(p->target, pid);

    return process_filters_match(&d->filters, &identity);
}

static void start_rule(struct process_rules *p, size_t i)
{
    const struct definition *d = &p->definitions->items[i];

    p->waiting++;
    p->rules[i] = rule_start(p->context, d, p->target, &(struct rule_events){p, on_ready});
    if (p->rules[i])
        return;
    tell_of(p, d->name, &event_rule_failed, "System.OutOfMemoryException: no memory");
    p->waiting--;
}

static void apply_rule(struct process_rules *p, size_t i)
{
    const struct definition *d = &p->definitions->items[i];

    if (d->fault)
        tell_fault(p, d);
    else if (!is_meant(p, d))
        tell_of(p, d->name, &event_rule_unmatched, NULL);
    else
        start_rule(p, i);
}

/* A suspended process has told its command line without the arguments. */
static void apply_late(struct process_rules *p)
{
    for (size_t i = 0; i < p->definitions->count; i++) {
        const struct definition *d = &p->definitions->items[i];
        if (!d->fault && !p->rules[i] && is_meant(p, d))
            start_rule(p, i);
    }
}

void process_rules_apply(struct process_rules *p)
{
    if (p->applied) {
        apply_late(p);
        return;
    }
    p->applied = true;
    tell(p, &event_rules_starting);
    p->waiting = 1; /* this function */
    for (size_t i = 0; i < p->definitions->count; i++)
        apply_rule(p, i);
    on_ready(p);
}

static void end_rules(struct process_rules *p, enum action_end how)
{
    for (size_t i = 0; i < p->definitions->count; i++) {
        if (p->rules[i])
            rule_end(p->rules[i], how);
    }
}

void process_rules_end(struct process_rules *p, enum action_end how)
{
    bool told = p->applied && how != ACTION_CANCEL;

    if (told)
        tell(p, &event_rules_stopping);
    end_rules(p, how);
    if (told)
        tell(p, &event_rules_stopped);
    process_rules_release(p);
    list_remove(&p->link);
    target_unref(p->target);
    free(p->rules);
    free(p);
}
