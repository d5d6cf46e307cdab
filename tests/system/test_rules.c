/* Collection rules on real applications, which wait suspended until their rules are ready. */
#include <stdlib.h>

#include "tests/support/dotnet.h"
#include "tests/support/files.h"
#include "tests/support/rule_log.h"
#include "tests/support/trace_file.h"
#include "tests/support/world.h"

enum { RULES_MS = 60000 };

static const char *const web_apps[] = {"web10", "web9", "web8"};

struct rules_world {
    struct portside *p;
    const char *dir;
};

/* `rules`: the members of CollectionRules, with "DIR" for the folder of the test. */
static struct rules_world begin(const char *rules)
{
    struct rules_world w = {.dir = files_tmpdir()};
    const char *text =
        world_text("{\"Metrics\":{\"Enabled\":false},\"InProcessFeatures\":{\"Exceptions\":{"
                   "\"Enabled\":true}},"
                   "\"Egress\":{\"FileSystem\":{\"files\":{\"DirectoryPath\":\"%s/files\"}}},"
                   "\"CollectionRuleDefaults\":{\"Actions\":{\"Egress\":\"files\"}},"
                   "\"CollectionRules\":{",
                   w.dir);

    for (const char *at; (at = strstr(rules, "DIR")) != NULL; rules = at + 3)
        text = world_text("%s%.*s%s", text, (int)(at - rules), rules, w.dir);
    text = world_text("%s%s}}", text, rules);
    const char *path = world_text("%s/rules.json", w.dir);
    REQUIRE(files_write(path, text, strlen(text)));
    w.p = portside_start(&(struct portside_options){
        .args = {"--configuration-file-path", path}, .exceptions = true, .env = {RULE_LOG_ENV}});
    return w;
}

static bool has_utf16(const char *data, size_t size, const char *text)
{
    size_t n = strlen(text) * 2;
    char *wide = world_alloc(n);

    for (size_t i = 0; text[i]; i++)
        wide[i * 2] = text[i];
    return memmem(data, size, wide, n) != NULL;
}

/* A trace of the very start: the library that is loaded before all others is in it. */
static void test_startup_trace(void)
{
    for (size_t i = 0; i < sizeof web_apps / sizeof web_apps[0]; i++) {
        size_t size;
        if (!dotnet_have(web_apps[i]))
            continue;
        struct rules_world w = begin(
            "\"Start\":{\"Trigger\":{\"Type\":\"Startup\"},\"Actions\":[{\"Type\":\"CollectTrace\","
            "\"Settings\":{\"Providers\":[{\"Name\":\"Microsoft-Windows-DotNETRuntime\","
            "\"Keywords\":\"0x8\",\"EventLevel\":\"Informational\"}],\"RequestRundown\":false,"
            "\"Duration\":\"00:00:02\",\"Egress\":\"files\",\"ArtifactName\":\"start\"}}]}");
        struct dotnet_app *app = dotnet_web(w.p, web_apps[i], 0);
        rule_log_wait(w.p, "Start", "29 35 36 33 34 39 31");
        const char *data = files_read(world_text("%s/files/start", w.dir), &size);
        REQUIRE(data != NULL);
        const struct trace_file *t = trace_file_of(data, size);
        CHECK_AT(web_apps[i], t->result == 0 && t->lost == 0);
        CHECK_AT(web_apps[i], trace_file_count(t, "Microsoft-Windows-DotNETRuntime") > 10);
        CHECK_AT(web_apps[i], has_utf16(data, size, "System.Private.CoreLib"));
        proc_kill_group(app->proc);
        rule_log_wait(w.p, NULL, "40 32 44 45");
        (void)portside_stop(w.p);
    }
}

/* A variable that is set before the app's first line; a dump, and its path for a program. The dump
 * is one of a running app: createdump may crash on a suspended one. */
static void test_actions(void)
{
    if (!dotnet_have("web10"))
        return;
    struct rules_world w = begin(
        "\"Env\":{\"Trigger\":{\"Type\":\"Startup\"},\"Actions\":["
        "{\"Type\":\"SetEnvironmentVariable\",\"Settings\":{\"Name\":\"FROM_RULE\","
        "\"Value\":\"$(Process.ProcessId)\"}},"
        "{\"Name\":\"E\",\"Type\":\"GetEnvironmentVariable\",\"Settings\":{\"Name\":\"FROM_RULE\"}}"
        ","
        "{\"Type\":\"Execute\",\"Settings\":{\"Path\":\"/bin/sh\",\"Arguments\":"
        "\"-c \\\"echo $0 > DIR/value\\\" $(Actions.E.Value)\"}}]},"
        "\"Dump\":{\"Trigger\":{\"Type\":\"AspNetRequestCount\",\"Settings\":{\"RequestCount\":1}},"
        "\"Limits\":{\"ActionCount\":1},\"Actions\":["
        "{\"Name\":\"D\",\"Type\":\"CollectDump\",\"Settings\":{\"Type\":\"Mini\","
        "\"Egress\":\"files\"}},"
        "{\"Type\":\"Execute\",\"Settings\":{\"Path\":\"/bin/sh\",\"Arguments\":"
        "\"-c \\\"head -c 4 $0 > DIR/magic\\\" $(Actions.D.EgressPath)\"}}]}");
    struct dotnet_app *app = dotnet_web(w.p, "web10", 0);
    const char *env = world_text("\"FROM_RULE\":\"%d\"", (int)app->proc->pid);

    rule_log_wait(w.p, "Env", "29 35 36 33 33 33 34 34 34 39 31");
    CHECK(strstr(portside_get(w.p, "/env")->body, env) != NULL);
    const char *value = files_read(world_text("%s/value", w.dir), NULL);
    CHECK(value && atoi(value) == app->proc->pid);
    (void)http_get("%s/hello", app->base);
    rule_log_wait(w.p, "Dump", "29 35 36 33 33 34 34 39 31");
    const char *magic = files_read(world_text("%s/magic", w.dir), NULL);
    CHECK(magic && strcmp(magic, "\177ELF") == 0);
    CHECK(files_count(world_text("%s/files", w.dir)) == 1);
    CHECK(portside_nothing_left(w.p));
}

/* All kinds of artifacts, of an app that runs. */
static void test_artifacts(void)
{
    static const struct {
        const char *name, *begin;
    } artifacts[] = {
        {"exceptions", "First chance exception at "},
        {"gcdump", ""}, /* begins with a length */
        {"logs", ""},
        {"metrics", "\x1e{\"timestamp\":"},
        {"stacks", "{"},
        {"trace", "Nettrace"},
    };
    if (!dotnet_have("web10"))
        return;
    struct rules_world w = begin(
        "\"R\":{\"Trigger\":{\"Type\":\"AspNetRequestCount\",\"Settings\":{\"RequestCount\":2}},"
        "\"Limits\":{\"ActionCount\":1},\"Actions\":["
        "{\"Type\":\"CollectGCDump\",\"Settings\":{\"ArtifactName\":\"gcdump\"},"
        "\"WaitForCompletion\":true},"
        "{\"Type\":\"CollectStacks\",\"Settings\":{\"ArtifactName\":\"stacks\"},"
        "\"WaitForCompletion\":true},"
        "{\"Type\":\"CollectExceptions\",\"Settings\":{\"ArtifactName\":\"exceptions\","
        "\"Filters\":{\"Include\":[{\"ExceptionType\":\"System.InvalidOperationException\"}]}},"
        "\"WaitForCompletion\":true},"
        "{\"Type\":\"CollectLogs\",\"Settings\":{\"ArtifactName\":\"logs\","
        "\"Duration\":\"00:00:01\"}},"
        "{\"Type\":\"CollectLiveMetrics\",\"Settings\":{\"ArtifactName\":\"metrics\","
        "\"Duration\":\"00:00:07\"}},"
        "{\"Type\":\"CollectTrace\",\"Settings\":{\"ArtifactName\":\"trace\","
        "\"Profile\":\"Cpu\",\"Duration\":\"00:00:01\"}}]}");
    struct dotnet_app *app = dotnet_web(w.p, "web10", 0);

    rule_log_wait(w.p, "R", "29 35");
    (void)http_get("%s/throw", app->base);
    CHECK(WAIT_UNTIL(RULES_MS, strlen(portside_get(w.p, "/exceptions")->body) > 20));
    for (int i = 0; i < 3; i++)
        (void)http_get("%s/throw", app->base);
    rule_log_wait(w.p, "R", "29 35 36 33 34 33 34 33 34 33 33 33 34 34 34 39 31");
    for (size_t i = 0; i < sizeof artifacts / sizeof artifacts[0]; i++) {
        const char *text = files_read(world_text("%s/files/%s", w.dir, artifacts[i].name), NULL);
        CHECK_AT(artifacts[i].name, text != NULL);
        CHECK_AT(world_text("%s: %.20s", artifacts[i].name, text ? text : ""),
                 !text || strncmp(text, artifacts[i].begin, strlen(artifacts[i].begin)) == 0);
    }
    const cJSON *rule = json_of(portside_get(w.p, "/collectionrules/R"));
    CHECK(
        strcmp(json_text(rule, "stateReason"),
               "The collection rule will no longer trigger because the ActionCount was reached.") ==
        0);
    CHECK(json_number(rule, "lifetimeOccurrences") == 1);
    CHECK_AT("but for the history of exceptions", trace_free_sessions(dotnet_socket(app)) == 63);
}

WORLD_SUITE("system/rules", {"startup trace", test_startup_trace}, {"actions", test_actions},
            {"artifacts", test_artifacts})
