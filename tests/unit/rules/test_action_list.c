/* The order of actions, with actions that do as the test says. */
#include <errno.h>

#include "src/base/log.h"
#include "src/rules/action_list.h"
#include "src/rules/rule_scope.h"
#include "tests/unit/io/loop.h"

enum { ACTIONS = 4 };

/* What the actions of a run did, in a line: "s0 w0 s1 ..." */
static struct {
    struct text story;
    struct stub {
        struct action base;
        struct action_events events;
        bool running, refuse, at_once, fails_at_once, starts_at_once;
        enum action_end end;
        int ends;
        char *arguments;
    } stubs[ACTIONS];
    struct action_definition definitions[ACTIONS];
    const char *arguments[ACTIONS];
    int started, done;
    bool succeeded;
} run;

static void note(const char *what, size_t i)
{
    text_add_fmt(&run.story, "%s%s%zu", run.story.size ? " " : "", what, i);
}

static int stub_start(const struct action_call *call, struct action **ret, struct error *err)
{
    size_t i = (size_t)(call->definition - run.definitions);
    struct stub *s = &run.stubs[i];

    note("s", i);
    if (s->refuse)
        return error_set(err, -EIO, "refused");
    if (run.arguments[i]) {
        struct expanded e;
        REQUIRE(tokens_expand(run.arguments[i], call->values, call->results, &e, err) == 0);
        s->arguments = world_text("%s", e.text.data);
        expanded_deinit(&e);
    }
    s->base.type = call->definition->type;
    s->events = call->events;
    s->running = true;
    *ret = &s->base;
    if (s->starts_at_once || s->at_once)
        s->events.on_started(s->events.user);
    if (s->at_once) {
        s->running = false;
        *ret = NULL;
        s->events.on_done(s->events.user, "made", NULL);
    }
    if (s->fails_at_once) {
        (void)error_set(err, -EIO, "failed");
        s->running = false;
        *ret = NULL;
        s->events.on_done(s->events.user, NULL, err);
    }
    return 0;
}

static void stub_end(struct action *a, enum action_end how)
{
    struct stub *s = container_of(a, struct stub, base);

    CHECK(s->running);
    s->running = false;
    s->ends++;
    s->end = how;
}

static const struct action_type stub_type = {.name = "Stub",
                                             .output = "Out",
                                             .dependent = "Arguments",
                                             .start = stub_start,
                                             .end = stub_end};

static void at_work(size_t i)
{
    run.stubs[i].events.on_started(run.stubs[i].events.user);
}

static void ends_with(size_t i, const char *result, const char *fault)
{
    struct error err;

    if (fault)
        (void)error_set(&err, -EIO, "%s", fault);
    run.stubs[i].running = false;
    run.stubs[i].events.on_done(run.stubs[i].events.user, result, fault ? &err : NULL);
}

static void on_started(void *user)
{
    CHECK(user == &run);
    text_add_str(&run.story, " go");
    run.started++;
}

static void on_done(void *user, bool succeeded)
{
    CHECK(user == &run);
    run.done++;
    run.succeeded = succeeded;
}

struct bench {
    uv_loop_t *loop;
    struct config_keys keys;
    struct rules_context context;
    struct definition rule;
    struct target target;
    struct rule_scope scope;
    struct action_list *list;
};

/* `arguments` of each action; NULL: none. */
static struct bench *bench_new(size_t count, const char *const arguments[])
{
    static char name[] = "web";
    struct bench *b = world_alloc(sizeof *b);
    struct error err;

    memset(&run, 0, sizeof run);
    log_set_level(LOG_LEVEL_NONE);
    b->loop = loop_new();
    b->context = (struct rules_context){.loop = b->loop, .keys = &b->keys};
    b->target = (struct target){.refs = 1, .pid = 1, .info = {.name = name, .command_line = name}};
    b->rule = (struct definition){
        .name = world_text("R"), .actions = run.definitions, .action_count = count};
    for (size_t i = 0; i < count; i++) {
        const char *text = arguments ? arguments[i] : NULL;
        run.arguments[i] = text;
        run.definitions[i] = (struct action_definition){.name = world_text("a%zu", i),
                                                        .type_name = world_text("Stub"),
                                                        .type = &stub_type,
                                                        .settings = world_text("A:%zu", i)};
        if (text)
            REQUIRE(config_keys_set(&b->keys, world_text("A:%zu:Arguments", i), text, "test",
                                    &err) == 0);
    }
    rule_scope_init(&b->scope, &b->target, "R");
    return b;
}

static void bench_start(struct bench *b)
{
    const struct action_list_config config = {&b->context, &b->rule, &b->target, &b->scope.scope};
    const struct action_list_events events = {&run, on_started, on_done};
    struct error err;

    REQUIRE(action_list_start(&config, &events, &b->list, &err) == 0);
    CHECK_AT("nothing from inside start", !run.story.size && !run.started && !run.done);
    loop_for(b->loop, 20);
}

static void bench_end(struct bench *b)
{
    config_keys_deinit(&b->keys);
    text_deinit(&run.story);
    CHECK_AT("the target was let go", b->target.refs == 1);
    loop_end(b->loop);
}

static void check_story(struct bench *b, const char *want)
{
    (void)LOOP_UNTIL(b->loop, LOOP_MS, run.story.data && strcmp(run.story.data, want) == 0);
    CHECK_AT(world_text("%s: %s", want, run.story.data ? run.story.data : ""),
             run.story.data && strcmp(run.story.data, want) == 0);
}

static void check_done(struct bench *b, bool succeeded)
{
    CHECK(LOOP_UNTIL(b->loop, LOOP_MS, run.done == 1));
    CHECK(run.succeeded == succeeded && run.started == 1);
    for (size_t i = 0; i < ACTIONS; i++)
        CHECK(!run.stubs[i].running);
}

static void test_empty(void)
{
    struct bench *b = bench_new(0, NULL);

    bench_start(b);
    check_done(b, true);
    bench_end(b);
}

/* Each is started when the one before is at work; none is waited for before all are. */
static void test_in_order(void)
{
    struct bench *b = bench_new(3, NULL);

    bench_start(b);
    check_story(b, "s0");
    at_work(0);
    check_story(b, "s0 s1");
    ends_with(0, NULL, NULL);
    loop_for(b->loop, 20);
    check_story(b, "s0 s1");
    at_work(1);
    check_story(b, "s0 s1 s2");
    at_work(2);
    check_story(b, "s0 s1 s2 go");
    ends_with(2, NULL, NULL);
    loop_for(b->loop, 20);
    CHECK(!run.done);
    ends_with(1, NULL, NULL);
    check_done(b, true);
    bench_end(b);
}

static void test_wait_for_completion(void)
{
    struct bench *b = bench_new(2, NULL);

    run.definitions[0].wait = true;
    bench_start(b);
    at_work(0);
    check_story(b, "s0 go"); /* the process may go on at the first wait */
    ends_with(0, NULL, NULL);
    check_story(b, "s0 go s1");
    at_work(1);
    ends_with(1, NULL, NULL);
    check_done(b, true);
    bench_end(b);
}

static void test_dependency(void)
{
    static const char *const arguments[] = {
        NULL, NULL, "$(Actions.a0.Out)+$(Actions.a0.Other)+$(Actions.a2.Out)+$(Actions.zz.Out)"};
    struct bench *b = bench_new(3, arguments);

    bench_start(b);
    at_work(0);
    at_work(0); /* once more does no harm */
    check_story(b, "s0 s1");
    at_work(1);
    check_story(b, "s0 s1 go");
    ends_with(0, "/tmp/x", NULL);
    check_story(b, "s0 s1 go s2"); /* a1 was not waited for */
    CHECK(strcmp(run.stubs[2].arguments,
                 "/tmp/x+$(Actions.a0.Other)+$(Actions.a2.Out)+$(Actions.zz.Out)") == 0);
    at_work(2);
    ends_with(2, NULL, NULL);
    ends_with(1, NULL, NULL);
    check_done(b, true);
    bench_end(b);
}

/* All that an action can do from inside start(). */
static void test_at_once(void)
{
    struct bench *b = bench_new(3, NULL);

    run.stubs[0].at_once = run.stubs[2].at_once = true;
    run.stubs[1].starts_at_once = true;
    bench_start(b);
    check_story(b, "s0 s1 s2 go");
    ends_with(1, NULL, NULL);
    check_done(b, true);
    bench_end(b);
}

static void test_fails_at_once(void)
{
    struct bench *b = bench_new(2, NULL);

    run.stubs[0].fails_at_once = true;
    bench_start(b);
    check_done(b, false);
    check_story(b, "s0 go");
    bench_end(b);
}

static void test_refused(void)
{
    struct bench *b = bench_new(3, NULL);

    run.stubs[1].refuse = true;
    bench_start(b);
    at_work(0);
    check_done(b, false);
    check_story(b, "s0 s1 go");
    CHECK(run.stubs[0].ends == 1 && run.stubs[0].end == ACTION_CANCEL);
    bench_end(b);
}

/* One that fails before it is at work; one that fails later. */
static void test_failures(void)
{
    struct bench *b = bench_new(2, NULL);

    bench_start(b);
    ends_with(0, NULL, "no");
    check_done(b, false);
    check_story(b, "s0 go");
    bench_end(b);

    b = bench_new(2, NULL);
    bench_start(b);
    at_work(0);
    check_story(b, "s0 s1");
    at_work(1);
    check_story(b, "s0 s1 go");
    ends_with(0, NULL, "no");
    check_done(b, false);
    CHECK(run.stubs[1].ends == 1);
    bench_end(b);
}

static void test_ended(void)
{
    struct bench *b = bench_new(2, NULL);

    bench_start(b);
    at_work(0);
    check_story(b, "s0 s1");
    action_list_end(b->list, ACTION_LEAVE);
    CHECK(run.stubs[0].ends == 1 && run.stubs[1].ends == 1 && run.stubs[0].end == ACTION_LEAVE);
    loop_for(b->loop, 20);
    CHECK(!run.done && !run.started);
    bench_end(b);
}

WORLD_SUITE("rules/action_list", {"empty", test_empty}, {"in order", test_in_order},
            {"wait for completion", test_wait_for_completion}, {"dependency", test_dependency},
            {"at once", test_at_once}, {"fails at once", test_fails_at_once},
            {"refused", test_refused}, {"failures", test_failures}, {"ended", test_ended})
