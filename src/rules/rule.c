/*
 * Happy path: arm() -> the trigger is armed: the process may go on -> it fires -> run() -> the
 * actions are over -> arm() again, or finish().
 */
#include "src/rules/rule.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "src/base/cleanup.h"
#include "src/base/clock.h"
#include "src/base/events.h"
#include "src/base/log.h"
#include "src/config/timespan.h"
#include "src/io/timer.h"
#include "src/rules/action_list.h"
#include "src/rules/occurrences.h"
#include "src/rules/rule_scope.h"

enum {
    MS = 1000,
    TICKS_PER_MS = 10000,
    LOST_MS =
        5000, /* a process whose session is lost has usually ended: its end is noticed so soon */
};

struct rule {
    struct rules_context *context;
    const struct definition *definition;
    struct target *target;
    struct rule_events events;
    enum rule_state state;
    const char *finished; /* why */
    struct error failure; /* with reason_failure */
    bool told_started, expired;
    int64_t started_at; /* monotonic ms */
    struct trigger *trigger;
    struct action_list *actions;
    struct timer duration, lost;
    struct occurrences occurrences;
    struct rule_scope scope;
};

static const char reason_startup[] =
    "The collection rule will no longer trigger because the Startup trigger only executes once.";
static const char reason_count[] =
    "The collection rule will no longer trigger because the ActionCount was reached.";
static const char reason_duration[] =
    "The collection rule will no longer trigger because the RuleDuration limit was reached.";
static const char reason_failure[] =
    "The collection rule will no longer trigger because a failure occurred with message: ";

static const struct {
    const char *name, *reason;
} states[] = {
    [RULE_RUNNING] = {"Running", "This collection rule is active and waiting for its triggering "
                                 "conditions to be satisfied."},
    [RULE_EXECUTING] = {"ActionExecuting",
                        "This collection rule has had its triggering conditions satisfied and is "
                        "currently executing its action list."},
    [RULE_THROTTLED] = {"Throttled", "This collection rule is temporarily throttled because the "
                                     "ActionCountLimit has been reached within the "
                                     "ActionCountSlidingWindowDuration."},
    [RULE_FINISHED] = {"Finished", NULL},
};

static void arm(struct rule *r);

static void tell(const struct rule *r, const struct log_event *event)
{
    log_event_in(&r->scope.scope, event, {"ruleName", r->definition->name});
}

static void tell_trigger(const struct rule *r, const struct log_event *event)
{
    const struct log_field field = {"CollectionRuleTriggerType", r->definition->trigger_name};
    const struct log_scope scope = {
        &r->scope.scope, "CollectionRuleTriggerType:{CollectionRuleTriggerType}", &field, 1};

    log_event_in(&scope, event, {"ruleName", r->definition->name},
                 {"triggerType", r->definition->trigger_name});
}

static void tell_started(struct rule *r)
{
    if (r->told_started)
        return;
    r->told_started = true;
    r->events.on_started(r->events.user);
}

static void finish(struct rule *r, const char *reason)
{
    timer_stop(&r->duration);
    timer_stop(&r->lost);
    r->state = RULE_FINISHED;
    r->finished = reason;
    tell_started(r);
}

static void complete(struct rule *r, const char *reason)
{
    finish(r, reason);
    tell(r, &event_rule_completed);
}

static void fail(struct rule *r, const struct error *err)
{
    char exception[ERROR_TEXT_SIZE + 64];
    const struct log_field field = {"ruleName", r->definition->name};

    r->failure = *err;
    (void)snprintf(exception, sizeof exception,
                   "Microsoft.Diagnostics.Monitoring.MonitoringException: %s", err->text);
    log_record(&(const struct log_record){.event = &event_rule_failed,
                                          .fields = &field,
                                          .count = 1,
                                          .scope = &r->scope.scope,
                                          .exception = exception});
    finish(r, reason_failure);
}

static void on_actions_started(void *user)
{
    tell_started(user);
}

static void on_actions_done(void *user, bool succeeded)
{
    struct rule *r = user;

    r->actions = NULL;
    r->state = RULE_RUNNING;
    if (succeeded)
        tell(r, &event_actions_completed);
    if (r->definition->trigger->is_startup)
        complete(r, reason_startup);
    else if (occurrences_exhausted(&r->occurrences))
        complete(r, reason_count);
    else if (r->expired)
        complete(r, reason_duration);
    else
        arm(r);
}

/* The trigger is satisfied. */
static void run(struct rule *r)
{
    const struct action_list_config config = {r->context, r->definition, r->target,
                                              &r->scope.scope};
    const struct action_list_events events = {r, on_actions_started, on_actions_done};
    struct error err;

    tell_trigger(r, &event_trigger_completed);
    if (!occurrences_begin(&r->occurrences, clock_monotonic_ms())) {
        tell(r, &event_actions_throttled);
        arm(r);
        return;
    }
    r->state = RULE_EXECUTING;
    if (action_list_start(&config, &events, &r->actions, &err) < 0)
        fail(r, &err);
}

static void on_armed(void *user)
{
    tell_started(user);
}

static void on_fired(void *user)
{
    struct rule *r = user;

    r->trigger = NULL;
    run(r);
}

static void on_lost_late(void *user)
{
    struct rule *r = user;

    fail(r, &r->failure);
}

/* A process that has ended is no failure of its rules: they are ended with it. */
static void on_failed(void *user, const struct error *err)
{
    struct rule *r = user;

    r->trigger = NULL;
    r->failure = *err;
    if (err->code != -ESRCH && err->code != -ECONNRESET) {
        fail(r, err);
        return;
    }
    tell_started(r);
    if (timer_start(&r->lost, r->context->loop, LOST_MS, 0, on_lost_late, r) < 0)
        fail(r, err);
}

static void arm(struct rule *r)
{
    const struct definition *d = r->definition;
    const struct trigger_context context = {r->context->loop, r->context->feeds, r->context->keys};
    const struct trigger_events events = {r, on_armed, on_fired, on_failed};
    struct error err;

    tell_trigger(r, &event_trigger_started);
    if (d->trigger->is_startup)
        run(r);
    else if (d->trigger->start(&context, r->target, d->trigger_settings, &events, &r->trigger,
                               &err) < 0)
        fail(r, &err);
}

/* The trigger ends; actions that run may go on to their end. */
static void on_duration(void *user)
{
    struct rule *r = user;

    r->expired = true;
    if (r->trigger)
        r->trigger->type->stop(take_ptr(r->trigger));
    if (!r->actions)
        complete(r, reason_duration);
}

struct rule *rule_start(struct rules_context *context, const struct definition *definition,
                        struct target *target, const struct rule_events *events)
{
    struct rule *r = calloc(1, sizeof *r);

    if (!r)
        return NULL;
    r->context = context;
    r->definition = definition;
    r->target = target;
    r->events = *events;
    r->started_at = clock_monotonic_ms();
    r->occurrences.limit = (uint64_t)definition->limit;
    r->occurrences.window_ms = definition->window / TICKS_PER_MS;
    rule_scope_init(&r->scope, target, definition->name);
    tell(r, &event_rule_started);
    if (definition->duration)
        (void)timer_start(&r->duration, context->loop,
                          (uint64_t)(definition->duration / TICKS_PER_MS), 0, on_duration, r);
    arm(r);
    return r;
}

void rule_end(struct rule *r, enum action_end how)
{
    timer_stop(&r->duration);
    timer_stop(&r->lost);
    if (r->trigger)
        r->trigger->type->stop(r->trigger);
    if (r->actions)
        action_list_end(r->actions, how);
    occurrences_deinit(&r->occurrences);
    free(r);
}

const char *rule_name(const struct rule *r)
{
    return r->definition->name;
}

void rule_status(const struct rule *r, struct rule_status *ret)
{
    int64_t now = clock_monotonic_ms();
    enum rule_state state = r->state;

    if (state == RULE_RUNNING && occurrences_throttled(&r->occurrences, now))
        state = RULE_THROTTLED;
    *ret = (struct rule_status){.state = states[state].name,
                                .lifetime = r->occurrences.lifetime,
                                .within = occurrences_within(&r->occurrences, now),
                                .limit = r->definition->limit,
                                .window = r->definition->window};
    (void)snprintf(ret->reason, sizeof ret->reason, "%s%s%s",
                   state == RULE_FINISHED ? r->finished : states[state].reason,
                   r->finished == reason_failure ? r->failure.text : "",
                   r->finished == reason_failure ? "." : "");
    if (state == RULE_FINISHED)
        return;
    ret->window_left = occurrences_left_ms(&r->occurrences, now) / MS;
    if (r->definition->duration)
        ret->duration_left = (r->definition->duration / TICKS_PER_MS - (now - r->started_at)) / MS;
    if (ret->duration_left < 0)
        ret->duration_left = 0;
}
