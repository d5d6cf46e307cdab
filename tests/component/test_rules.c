/* Collection rules against a fake runtime: what is told, in which order; who waits for whom. */
#include "tests/support/fake_runtime.h"
#include "tests/support/files.h"
#include "tests/support/golden.h"
#include "tests/support/rule_log.h"
#include "tests/support/world.h"

enum { RULES_MS = 60000 };

#define SCRIPT(text) "{\"Path\":\"/bin/sh\",\"Arguments\":\"-c \\\"" text "\\\"\"}"
#define EXECUTE(text) "{\"Type\":\"Execute\",\"Settings\":" SCRIPT(text) "}"
#define STARTUP "\"Trigger\":{\"Type\":\"Startup\"}"

struct rules_world {
    struct portside *p;
    const char *dir, *settings, *files; /* its folder; the settings file; that of artifacts */
};

/* `rules`: the members of CollectionRules; `more`: further sections with a comma behind. */
static const char *settings_text(const char *files, const char *rules, const char *more)
{
    return world_text("{%s\"Metrics\":{\"Enabled\":false},\"InProcessFeatures\":{\"Exceptions\":{"
                      "\"Enabled\":false}},"
                      "\"Egress\":{\"FileSystem\":{\"files\":{\"DirectoryPath\":\"%s\"}}},"
                      "\"CollectionRules\":{%s}}",
                      more ? more : "", files, rules);
}

static void write_settings(const struct rules_world *w, const char *rules)
{
    const char *text = settings_text(w->files, rules, NULL);

    REQUIRE(files_write(w->settings, text, strlen(text)));
}

static struct rules_world begin_in(const char *rules, const char *more, bool connect)
{
    const char *dir = files_tmpdir();
    struct rules_world w = {.dir = dir,
                            .settings = world_text("%s/user/settings.json", dir),
                            .files = world_text("%s/files", dir)};
    const char *text = settings_text(w.files, rules, more);

    (void)files_mkdir(dir, "user", 0755, 0);
    (void)files_mkdir(dir, "etc", 0755, 0);
    (void)files_mkdir(dir, "tmp", 01777, 0);
    REQUIRE(files_write(w.settings, text, strlen(text)));
    w.p = portside_start(
        &(struct portside_options){.dir = dir, .connect = connect, .env = {RULE_LOG_ENV}});
    return w;
}

static struct rules_world begin(const char *rules)
{
    return begin_in(rules, NULL, false);
}

static struct fake_runtime *app(const struct rules_world *w)
{
    return fake_runtime_start(
        &(struct fake_options){.port = w->p->socket, .command_line = "/app/fakeapp --serve"});
}

static const cJSON *rules_of(const struct rules_world *w)
{
    return json_of(portside_get(w->p, "/collectionrules"));
}

static bool has_state(const struct rules_world *w, const char *rule, const char *state)
{
    return strcmp(json_text(rules_of(w), world_text("%s.state", rule)), state) == 0;
}

/* The order that programs rely on; and members and scopes of the lines. */
static void test_order(void)
{
    struct rules_world w =
        begin("\"Empty\":{" STARTUP "},\"One\":{" STARTUP ",\"Actions\":[" EXECUTE("true") "]}");
    struct fake_runtime *r = app(&w);

    rule_log_wait(w.p, "Empty", "29 35 36 39 31");
    rule_log_wait(w.p, "One", "29 35 36 33 34 39 31");
    rule_log_wait(w.p, NULL, "40 32");
    CHECK(fake_runtime_wait(r, FAKE_RESUME, 1, RULES_MS));
    const cJSON *line = rule_log_line(w.p, "One", 29);
    CHECK(strcmp(json_text(line, "Message"), "Collection rule 'One' started.") == 0);
    CHECK(strcmp(json_text(line, "Scopes[0].CollectionRuleName"), "One") == 0);
    CHECK(strlen(json_text(line, "Scopes[0].TargetRuntimeInstanceCookie")) == 32);
    line = rule_log_line(w.p, "One", 35);
    CHECK(strcmp(json_text(line, "Scopes[1].CollectionRuleTriggerType"), "Startup") == 0);
    line = rule_log_line(w.p, "One", 34);
    CHECK(strcmp(json_text(line, "State.actionType"), "Execute") == 0);
    CHECK(strcmp(json_text(line, "Scopes[1].CollectionRuleActionType"), "Execute") == 0);
    CHECK(json_number(line, "Scopes[1].CollectionRuleActionIndex") == 0);
    CHECK(portside_stop(w.p) == 0);
}

/* Another process; bad options; a template that is not there: told, absent, and no harm to others.
 */
static void test_who_runs(void)
{
    struct rules_world w = begin_in(
        "\"Other\":{\"Filters\":[{\"Key\":\"ProcessName\",\"Value\":\"nope\"}]," STARTUP "},"
        "\"Mine\":{\"Filters\":[\"App\",{\"CommandLine\":\"--serve\",\"MatchType\":\"Contains\"}],"
        "\"Trigger\":\"Start\",\"Limits\":\"Once\"},"
        "\"Bad\":{\"Trigger\":{\"Type\":\"AspNetRequestCount\"}},"
        "\"Lost\":{\"Trigger\":\"NoSuch\"}",
        "\"Templates\":{\"CollectionRuleFilters\":{\"App\":{\"ProcessName\":\"fakeapp\"}},"
        "\"CollectionRuleTriggers\":{\"Start\":{\"Type\":\"Startup\"}},"
        "\"CollectionRuleLimits\":{\"Once\":{\"ActionCount\":1}}},",
        false);
    struct fake_runtime *r = app(&w);

    rule_log_wait(w.p, "Other", "42");
    rule_log_wait(w.p, "Bad", "30");
    rule_log_wait(w.p, "Lost", "30");
    rule_log_wait(w.p, "Mine", "29 35 36 39 31");
    CHECK(fake_runtime_wait(r, FAKE_RESUME, 1, RULES_MS));
    const cJSON *line = rule_log_line(w.p, "Bad", 30);
    CHECK(strcmp(json_text(line, "LogLevel"), "Error") == 0);
    CHECK(strstr(json_text(line, "Exception"), "RequestCount: is missing") != NULL);
    CHECK(strstr(json_text(rule_log_line(w.p, "Lost", 30), "Exception"), "no template 'NoSuch'"));
    CHECK(cJSON_GetArraySize(rules_of(&w)) == 1 && has_state(&w, "Mine", "Finished"));
    CHECK(json_number(json_of(portside_get(w.p, "/collectionrules/Mine")), "actionCountLimit") ==
          1);
    CHECK(portside_get(w.p, "/collectionrules/Bad")->status == 400);
}

/* What has to be done before the app's first line of code is done before it is resumed. */
static void test_before_resume(void)
{
    static const struct {
        const char *label, *actions;
        unsigned command;
    } rows[] = {
        {"variable",
         "{\"Type\":\"SetEnvironmentVariable\",\"Settings\":{\"Name\":\"A\",\"Value\":\"b\"}}",
         FAKE_SETENV},
        {"profiler",
         "{\"Type\":\"LoadProfiler\",\"Settings\":{\"Path\":\"/p.so\","
         "\"Clsid\":\"6A494330-5848-4A23-9D87-0E57BBF6DE79\"}}",
         FAKE_PROFILER},
        {"second action",
         EXECUTE("true") ",{\"Type\":\"SetEnvironmentVariable\",\"Settings\":{\"Name\":\"A\","
                         "\"Value\":\"b\"}}",
         FAKE_SETENV},
        {"trace",
         "{\"Type\":\"CollectTrace\",\"Settings\":{\"Providers\":[{\"Name\":\"X\"}],"
         "\"Egress\":\"files\",\"Duration\":\"00:00:01\"}}",
         FAKE_ANY_COLLECT},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct rules_world w =
            begin(world_text("\"R\":{" STARTUP ",\"Actions\":[%s]}", rows[i].actions));
        struct fake_runtime *r = fake_runtime_start(&(struct fake_options){
            .port = w.p->socket, .rules = {{rows[i].command, FAKE_ACT_ANSWER, .gate = true}}});
        CHECK_AT(rows[i].label, fake_runtime_wait(r, rows[i].command, 1, RULES_MS));
        CHECK_AT(rows[i].label, fake_runtime_received(r, FAKE_RESUME) == 0);
        fake_runtime_open_gate(r);
        CHECK_AT(rows[i].label, fake_runtime_wait(r, FAKE_RESUME, 1, RULES_MS));
        (void)portside_stop(w.p);
    }
}

/* Another trigger: the app goes on when it is watched. */
static void test_armed_before_resume(void)
{
    struct rules_world w = begin("\"R\":{\"Trigger\":{\"Type\":\"CPUUsage\"}}");
    struct fake_runtime *r = fake_runtime_start(&(struct fake_options){
        .port = w.p->socket, .rules = {{FAKE_ANY_COLLECT, FAKE_ACT_ANSWER, .gate = true}}});

    CHECK(fake_runtime_wait(r, FAKE_ANY_COLLECT, 1, RULES_MS));
    CHECK(fake_runtime_received(r, FAKE_RESUME) == 0);
    fake_runtime_open_gate(r);
    CHECK(fake_runtime_wait(r, FAKE_RESUME, 1, RULES_MS));
    rule_log_wait(w.p, "R", "29 35");
    CHECK(WAIT_UNTIL(RULES_MS, has_state(&w, "R", "Running")));
}

/* It waits for what an action makes: the app does not. */
static void test_resumed_at_first_wait(void)
{
    struct rules_world w = begin(
        "\"Wait\":{" STARTUP ",\"Actions\":[{\"Type\":\"Execute\","
        "\"WaitForCompletion\":true,\"Settings\":" SCRIPT("sleep 1000") "}," EXECUTE("true") "]}");
    struct fake_runtime *r = app(&w);

    CHECK(fake_runtime_wait(r, FAKE_RESUME, 1, RULES_MS));
    rule_log_wait(w.p, "Wait", "29 35 36 33");
    CHECK(WAIT_UNTIL(RULES_MS, has_state(&w, "Wait", "ActionExecuting")));
    CHECK_AT("the end kills what runs", portside_stop(w.p) == 0);
}

/* A session that cannot be had fails its rule; the app goes on. */
static void test_trigger_refused(void)
{
    struct rules_world w = begin("\"R\":{\"Trigger\":{\"Type\":\"CPUUsage\"}}");
    struct fake_runtime *r = fake_runtime_start(&(struct fake_options){
        .port = w.p->socket,
        .rules = {{FAKE_ANY_COLLECT, FAKE_ACT_ERROR, .hresult = FAKE_E_FAIL}}});

    CHECK(fake_runtime_wait(r, FAKE_RESUME, 1, RULES_MS));
    rule_log_wait(w.p, "R", "29 35 30");
    CHECK(has_state(&w, "R", "Finished"));
    CHECK(strstr(json_text(rules_of(&w), "R.stateReason"), "because a failure occurred"));
}

/* The process ends: its rules do, too, and no failure is told. */
static void test_process_ends(void)
{
    struct rules_world w = begin("\"R\":{\"Trigger\":{\"Type\":\"CPUUsage\"}},"
                                 "\"S\":{" STARTUP ",\"Actions\":[" EXECUTE("sleep 1000") "]}");
    struct fake_runtime *r = app(&w);

    rule_log_wait(w.p, "S", "29 35 36 33");
    rule_log_wait(w.p, NULL, "40 32");
    fake_runtime_stop(r);
    rule_log_wait(w.p, NULL, "40 32 44 45");
    CHECK(cJSON_GetObjectItem(json_at(rule_log_line(w.p, NULL, 45), "State"), "ruleName") == NULL);
    rule_log_wait(w.p, "R", "29 35");
    rule_log_wait(w.p, "S", "29 35 36 33");
    CHECK(portside_stop(w.p) == 0);
}

/* Other rules in the file: all end, and the new ones begin on the processes that are there. */
static void test_reload(void)
{
    struct rules_world w =
        begin("\"Old\":{\"Trigger\":{\"Type\":\"CPUUsage\"},\"Limits\":{\"ActionCount\":3}}");

    (void)app(&w);
    rule_log_wait(w.p, NULL, "40 32");
    write_settings(&w, "\"New\":{" STARTUP "}");
    rule_log_wait(w.p, NULL, "40 32 43 44 45 40 32");
    rule_log_wait(w.p, "New", "29 35 36 39 31");
    CHECK(cJSON_GetArraySize(rules_of(&w)) == 1 && has_state(&w, "New", "Finished"));
    write_settings(&w, "");
    rule_log_wait(w.p, NULL, "40 32 43 44 45 40 32 43 44 45");
    CHECK(cJSON_GetArraySize(rules_of(&w)) == 0);
    write_settings(&w, "\"New\":{" STARTUP "}");
    rule_log_wait(w.p, NULL, "40 32 43 44 45 40 32 43 44 45 43 40 32");
}

/* What does not concern rules leaves them and their counts alone. */
static void test_reload_of_others(void)
{
    struct rules_world w = begin("\"R\":{" STARTUP "}");
    const char *text =
        settings_text(w.files, "\"R\":{" STARTUP "}", "\"Audit\":{\"Enabled\":true},");

    (void)app(&w);
    rule_log_wait(w.p, NULL, "40 32");
    REQUIRE(files_write(w.settings, text, strlen(text)));
    CHECK(
        WAIT_UNTIL(RULES_MS, strstr(proc_output(w.p->proc), "The settings have changed") != NULL));
    rule_log_wait(w.p, NULL, "40 32");
    rule_log_wait(w.p, "R", "29 35 36 39 31");
}

static void check_golden(const struct rules_world *w, const char *name, const char *path)
{
    const char *difference = golden_difference(name, portside_get(w->p, path));

    CHECK_AT(world_text("%s: %s", name, difference), !difference);
}

static const char *body_of(const char *name)
{
    struct golden golden;

    REQUIRE(golden_load(name, &golden));
    return golden.body;
}

/* The peer's answers, to the byte where no time is in them. */
static void test_routes(void)
{
    const char *end = world_text("%s/end", files_tmpdir());
    struct rules_world w = begin(world_text(
        "\"HighCpu\":{\"Trigger\":{\"Type\":\"CPUUsage\"},\"Limits\":{\"ActionCount\":1,"
        "\"ActionCountSlidingWindowDuration\":\"00:05:00\",\"RuleDuration\":\"01:00:00\"}},"
        "\"StartupRule\":{" STARTUP
        ",\"Actions\":[" EXECUTE("while ! test -e %s; do sleep 0.1; done") "]}",
        end));

    (void)app(&w);
    CHECK(WAIT_UNTIL(RULES_MS, has_state(&w, "StartupRule", "ActionExecuting")));
    CHECK(WAIT_UNTIL(RULES_MS, has_state(&w, "HighCpu", "Running")));
    CHECK(strcmp(portside_get(w.p, "/collectionrules")->body, body_of("C-collectionrules")) == 0);
    check_golden(&w, "C-collectionrules", "/collectionrules");
    check_golden(&w, "C-collectionrule-HighCpu", "/collectionrules/HighCpu");
    check_golden(&w, "C-collectionrule-Slow", "/collectionrules/Slow");
    check_golden(&w, "C-collectionrule-nosuch", "/collectionrules/nosuch");
    const cJSON *cpu = json_of(portside_get(w.p, "/collectionrules/HighCpu"));
    CHECK(strcmp(json_text(cpu, "actionCountSlidingWindowDurationLimit"), "00:05:00") == 0);
    CHECK(strncmp(json_text(cpu, "ruleFinishedCountdown"), "00:5", 4) == 0);
    CHECK(strcmp(portside_get(w.p, "/collectionrules/StartupRule")->body,
                 body_of("C-collectionrule-StartupRule")) == 0);
    CHECK(files_write(end, "", 0));
    CHECK(WAIT_UNTIL(RULES_MS, has_state(&w, "StartupRule", "Finished")));
    CHECK(strcmp(portside_get(w.p, "/collectionrules/StartupRule")->body,
                 body_of("C-collectionrule-StartupRule-after")) == 0);
}

WORLD_SUITE("component/rules", {"order", test_order}, {"who runs", test_who_runs},
            {"before the resume", test_before_resume},
            {"armed before the resume", test_armed_before_resume},
            {"resumed at the first wait", test_resumed_at_first_wait},
            {"trigger refused", test_trigger_refused}, {"process ends", test_process_ends},
            {"reload", test_reload}, {"reload of others", test_reload_of_others},
            {"routes", test_routes})
