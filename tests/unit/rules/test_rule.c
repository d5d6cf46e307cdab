/* The states of a rule, with a trigger and an action that do as the test says. */
#include <errno.h>

#include "src/base/log.h"
#include "src/config/timespan.h"
#include "src/rules/rule.h"
#include "tests/unit/io/loop.h"

static struct {
    struct trigger base;
    struct trigger_events events;
    bool armed, refuse;
    int starts, stops;
} source;

static struct {
    struct action base;
    struct action_events events;
    bool running;
    int starts, ends;
    enum action_end end;
} work;

static int fake_arm(const struct trigger_context *context, struct target *target,
                    const struct trigger_settings *settings, const struct trigger_events *events,
                    struct trigger **ret, struct error *err)
{
    CHECK(context->loop && target && !settings && !source.armed);
    source.starts++;
    if (source.refuse)
        return error_set(err, -EIO, "no session");
    source.events = *events;
    source.armed = true;
    *ret = &source.base;
    return 0;
}

static void fake_stop(struct trigger *t)
{
    CHECK(t == &source.base && source.armed);
    source.armed = false;
    source.stops++;
}

static const struct trigger_type fake_trigger = {
    .name = "Fake", .start = fake_arm, .stop = fake_stop};
static const struct trigger_type startup = {.name = "Startup", .is_startup = true};

static int work_start(const struct action_call *call, struct action **ret, struct error *err)
{
    (void)err;
    work.starts++;
    work.running = true;
    work.base.type = call->definition->type;
    work.events = call->events;
    *ret = &work.base;
    work.events.on_started(work.events.user);
    return 0;
}

static void work_end(struct action *a, enum action_end how)
{
    CHECK(a == &work.base && work.running);
    work.running = false;
    work.ends++;
    work.end = how;
}

static const struct action_type work_type = {.name = "Work", .start = work_start, .end = work_end};

struct bench {
    uv_loop_t *loop;
    struct config_keys keys;
    struct rules_context context;
    struct action_definition action;
    struct definition definition;
    struct target target;
    struct rule *rule;
    int started;
    struct rule_status status;
};

static void on_started(void *user)
{
    struct bench *b = user;

    b->started++;
}

static struct bench *bench_new(const struct trigger_type *trigger)
{
    struct bench *b = world_alloc(sizeof *b);
    static char name[] = "web";

    memset(&source, 0, sizeof source);
    memset(&work, 0, sizeof work);
    source.base.type = &fake_trigger;
    log_set_level(LOG_LEVEL_NONE);
    b->loop = loop_new();
    b->context = (struct rules_context){.loop = b->loop, .keys = &b->keys};
    b->target = (struct target){.refs = 1, .info = {.name = name, .command_line = name}};
    b->action = (struct action_definition){
        .type_name = world_text("Work"), .type = &work_type, .settings = world_text("A")};
    b->definition = (struct definition){.name = world_text("R"),
                                        .trigger_name = world_text("%s", trigger->name),
                                        .trigger = trigger,
                                        .actions = &b->action,
                                        .action_count = 1,
                                        .limit = 5};
    return b;
}

static void bench_start(struct bench *b)
{
    b->rule =
        rule_start(&b->context, &b->definition, &b->target, &(struct rule_events){b, on_started});
    REQUIRE(b->rule != NULL);
}

static void bench_end(struct bench *b)
{
    rule_end(b->rule, ACTION_CANCEL);
    CHECK(!source.armed && !work.running && b->started <= 1 && b->target.refs == 1);
    loop_end(b->loop);
}

static bool is(struct bench *b, const char *state)
{
    rule_status(b->rule, &b->status);
    return strcmp(b->status.state, state) == 0;
}

static void fire(void)
{
    source.armed = false;
    source.events.on_fired(source.events.user);
}

static void lose(int code)
{
    struct error err;

    (void)error_set(&err, code, "lost it");
    source.armed = false;
    source.events.on_failed(source.events.user, &err);
}

static void work_over(struct bench *b, bool good)
{
    struct error err;

    REQUIRE(LOOP_UNTIL(b->loop, LOOP_MS, work.running));
    (void)error_set(&err, -EIO, "bad");
    work.running = false;
    work.events.on_done(work.events.user, NULL, good ? NULL : &err);
}

static void test_startup(void)
{
    struct bench *b = bench_new(&startup);

    bench_start(b);
    CHECK(is(b, "ActionExecuting") && !b->started && b->status.lifetime == 1);
    CHECK(LOOP_UNTIL(b->loop, LOOP_MS, b->started == 1));
    CHECK(is(b, "ActionExecuting"));
    work_over(b, true);
    CHECK(LOOP_UNTIL(b->loop, LOOP_MS, is(b, "Finished")));
    CHECK(strcmp(b->status.reason, "The collection rule will no longer trigger because the Startup "
                                   "trigger only executes once.") == 0);
    CHECK(b->status.lifetime == 1 && b->status.within == 1);
    bench_end(b);
}

/* A failed run counts, too, and the rule goes on. */
static void test_action_count(void)
{
    struct bench *b = bench_new(&fake_trigger);

    b->definition.limit = 2;
    bench_start(b);
    CHECK(is(b, "Running") && !b->started);
    source.events.on_armed(source.events.user);
    CHECK(b->started == 1);
    fire();
    CHECK(is(b, "ActionExecuting") && source.starts == 1);
    work_over(b, false);
    CHECK(LOOP_UNTIL(b->loop, LOOP_MS, source.starts == 2));
    CHECK(is(b, "Running") && b->status.lifetime == 1);
    fire();
    work_over(b, true);
    CHECK(LOOP_UNTIL(b->loop, LOOP_MS, is(b, "Finished")));
    CHECK(strstr(b->status.reason, "because the ActionCount was reached.") != NULL);
    CHECK(source.starts == 2 && work.starts == 2);
    bench_end(b);
}

static void test_throttled(void)
{
    struct bench *b = bench_new(&fake_trigger);

    b->definition.limit = 1;
    b->definition.window = 3600 * TICKS_PER_SECOND;
    bench_start(b);
    fire();
    work_over(b, true);
    CHECK(LOOP_UNTIL(b->loop, LOOP_MS, source.starts == 2));
    CHECK(is(b, "Throttled") && b->status.within == 1);
    CHECK(b->status.window_left > 3500 && b->status.window_left <= 3600);
    fire(); /* comes to nothing, and the trigger is armed again */
    CHECK(source.starts == 3 && work.starts == 1 && is(b, "Throttled"));
    CHECK(strstr(b->status.reason, "temporarily throttled") != NULL);
    bench_end(b);
}

static void test_window_passes(void)
{
    struct bench *b = bench_new(&fake_trigger);

    b->definition.limit = 1;
    b->definition.window = TICKS_PER_SECOND / 100;
    bench_start(b);
    fire();
    work_over(b, true);
    CHECK(LOOP_UNTIL(b->loop, LOOP_MS, source.starts == 2 && is(b, "Running")));
    CHECK(b->status.within == 0 && b->status.lifetime == 1 && b->status.window_left == 0);
    fire();
    CHECK(is(b, "ActionExecuting"));
    bench_end(b);
    CHECK(work.starts <= 2);
}

static void test_duration(void)
{
    struct bench *b = bench_new(&fake_trigger);

    b->definition.duration = TICKS_PER_SECOND / 50;
    bench_start(b);
    CHECK(LOOP_UNTIL(b->loop, LOOP_MS, is(b, "Finished")));
    CHECK(strstr(b->status.reason, "RuleDuration limit was reached") && source.stops == 1);
    CHECK(b->started == 1);
    bench_end(b);
}

/* Its time is over while actions run: they end in peace. */
static void test_duration_in_actions(void)
{
    struct bench *b = bench_new(&fake_trigger);

    b->definition.duration = TICKS_PER_SECOND / 50;
    bench_start(b);
    fire();
    REQUIRE(LOOP_UNTIL(b->loop, LOOP_MS, work.running));
    loop_for(b->loop, 60);
    CHECK(is(b, "ActionExecuting"));
    work_over(b, true);
    CHECK(LOOP_UNTIL(b->loop, LOOP_MS, is(b, "Finished")));
    CHECK(strstr(b->status.reason, "RuleDuration") && work.ends == 0 && source.starts == 1);
    bench_end(b);
}

static void test_countdown(void)
{
    struct bench *b = bench_new(&fake_trigger);

    b->definition.duration = 3600 * TICKS_PER_SECOND;
    bench_start(b);
    CHECK(is(b, "Running") && b->status.duration_left > 3500 && b->status.duration_left <= 3600);
    bench_end(b);
}

static void test_failures(void)
{
    struct bench *b = bench_new(&fake_trigger);

    source.refuse = true;
    bench_start(b);
    CHECK(is(b, "Finished") && b->started == 1);
    CHECK(strcmp(b->status.reason, "The collection rule will no longer trigger because a failure "
                                   "occurred with message: no session.") == 0);
    bench_end(b);

    b = bench_new(&fake_trigger);
    bench_start(b);
    lose(-EREMOTEIO);
    CHECK(is(b, "Finished") && strstr(b->status.reason, "lost it."));
    bench_end(b);
}

/* The process has ended, as it seems: no failure, and nothing waits for it. */
static void test_process_lost(void)
{
    struct bench *b = bench_new(&fake_trigger);

    bench_start(b);
    lose(-ECONNRESET);
    CHECK(is(b, "Running") && b->started == 1);
    bench_end(b);
}

static void test_ended_at_work(void)
{
    struct bench *b = bench_new(&startup);

    bench_start(b);
    REQUIRE(LOOP_UNTIL(b->loop, LOOP_MS, work.running));
    bench_end(b);
    CHECK(work.ends == 1 && work.end == ACTION_CANCEL);
}

WORLD_SUITE("rules/rule", {"startup", test_startup}, {"action count", test_action_count},
            {"throttled", test_throttled}, {"window passes", test_window_passes},
            {"duration", test_duration}, {"duration in actions", test_duration_in_actions},
            {"countdown", test_countdown}, {"failures", test_failures},
            {"process lost", test_process_lost}, {"ended at work", test_ended_at_work})
