/* What actions do: artifacts, programs, questions to the runtime; and what they hand on. */
#include <stdlib.h>
#include <unistd.h>

#include "tests/support/fake_runtime.h"
#include "tests/support/files.h"
#include "tests/support/rule_log.h"
#include "tests/support/world.h"

enum { ACTIONS_MS = 60000, DUMP_SIZE = 1 << 20 };

struct actions_world {
    struct portside *p;
    const char *dir, *files;
};

static struct actions_world begin_in(const char *dir, const char *actions, bool connect)
{
    struct actions_world w = {.dir = dir, .files = world_text("%s/files", dir)};
    const char *text = world_text(
        "{\"Metrics\":{\"Enabled\":false},\"InProcessFeatures\":{\"Exceptions\":{\"Enabled\":false}"
        "},"
        "\"Egress\":{\"FileSystem\":{\"files\":{\"DirectoryPath\":\"%s\"}}},"
        "\"CollectionRuleDefaults\":{\"Actions\":{\"Egress\":\"files\"}},"
        "\"CollectionRules\":{\"R\":{\"Trigger\":{\"Type\":\"Startup\"},\"Actions\":[%s]}}}",
        w.files, actions);

    (void)files_mkdir(dir, "user", 0755, 0);
    (void)files_mkdir(dir, "etc", 0755, 0);
    (void)files_mkdir(dir, "tmp", 01777, 0);
    REQUIRE(files_write(world_text("%s/user/settings.json", dir), text, strlen(text)));
    w.p = portside_start(&(struct portside_options){
        .dir = dir, .connect = connect, .env = {RULE_LOG_ENV, "RULE_TEST_HELLO=from outside"}});
    return w;
}

static const char *const variables[] = {"ONE=1", "TWO=a \"b\" c", "EMPTY=", NULL};

static struct fake_runtime *app(const struct actions_world *w, const struct fake_options *more)
{
    struct fake_options o = *more;

    o.port = w->p->socket;
    o.command_line = "/app/fakeapp --serve";
    o.env = variables;
    return fake_runtime_start(&o);
}

static bool file_is(const char *path, const char *want)
{
    const char *text = files_read(path, NULL);

    return text && strcmp(text, want) == 0;
}

/* Tokens in a name, the default destination, and the path for a program that comes after. */
static void test_dump_and_program(void)
{
    const char *dir = files_tmpdir();
    struct actions_world w = begin_in(
        dir,
        world_text("{\"Name\":\"D\",\"Type\":\"CollectDump\",\"Settings\":{\"Type\":\"Mini\","
                   "\"ArtifactName\":\"$(Process.Name) $(Process.RuntimeId).dmp\"}},"
                   "{\"Type\":\"Execute\",\"Settings\":{\"Path\":\"/bin/sh\",\"Arguments\":"
                   "\"-c \\\"cp \\\\\\\"$0\\\\\\\" %s/copy; echo $RULE_TEST_HELLO > %s/hello\\\" "
                   "$(Actions.D.EgressPath)\"}}",
                   dir, dir),
        false);
    struct fake_runtime *r = app(&w, &(struct fake_options){.dump = {.size = DUMP_SIZE}});

    rule_log_wait(w.p, "R", "29 35 36 33 33 34 34 39 31");
    const char *path = world_text("%s/fakeapp %s.dmp", w.files, fake_runtime_uid(r));
    CHECK_AT(path, files_size(path) == DUMP_SIZE);
    CHECK_AT("the path has a blank, and is one argument",
             files_size(world_text("%s/copy", dir)) == DUMP_SIZE);
    CHECK_AT("it has our environment", file_is(world_text("%s/hello", dir), "from outside\n"));
    CHECK(fake_runtime_dump_type(r) == 1);
    const cJSON *op = portside_last_operation(w.p);
    CHECK(strcmp(json_text(op, "status"), "Succeeded") == 0);
    CHECK(strcmp(json_text(op, "egressProviderName"), "files") == 0);
    CHECK(portside_nothing_left(w.p));
}

/* What the app says of itself does not become more arguments. */
static void test_hostile_value(void)
{
    const char *dir = files_tmpdir();
    struct actions_world w = begin_in(
        dir,
        world_text(
            "{\"Name\":\"E\",\"Type\":\"GetEnvironmentVariable\",\"Settings\":{\"Name\":\"TWO\"}},"
            "{\"Type\":\"Execute\",\"Settings\":{\"Path\":\"/bin/sh\",\"Arguments\":"
            "\"-c \\\"echo $# $1 > %s/got\\\" x $(Actions.E.Value) $(Actions.E.Other) "
            "$(Actions.x)\"}}",
            dir),
        false);

    (void)app(&w, &(struct fake_options){0});
    rule_log_wait(w.p, "R", "29 35 36 33 33 34 34 39 31");
    CHECK_AT(files_read(world_text("%s/got", dir), NULL),
             file_is(world_text("%s/got", dir), "3 a \"b\" c\n"));
    CHECK(strcmp(json_text(rule_log_line(w.p, NULL, 50), "State.actionToken"),
                 "$(Actions.E.Other)") == 0);
    CHECK(strcmp(json_text(rule_log_line(w.p, NULL, 49), "State.actionReference"), "x") == 0);
}

/* `exception`: part of event 38's; the second action never begins. */
static const struct {
    const char *label, *action, *exception;
} failures[] = {
    {"exit code",
     "{\"Type\":\"Execute\",\"Settings\":{\"Path\":\"/bin/sh\",\"Arguments\":"
     "\"-c \\\"echo it broke; exit 3\\\"\"}",
     "exited with exit code 3: it broke"},
    {"signal",
     "{\"Type\":\"Execute\",\"Settings\":{\"Path\":\"/bin/sh\",\"Arguments\":"
     "\"-c \\\"kill -9 $$\\\"\"}",
     "exited with exit code 137"},
    {"no program", "{\"Type\":\"Execute\",\"Settings\":{\"Path\":\"sh\"}",
     "A file could not be found at the provided path: sh"},
    {"a folder", "{\"Type\":\"Execute\",\"Settings\":{\"Path\":\"/bin\"}",
     "A file could not be found"},
    {"no program at all", "{\"Type\":\"Execute\",\"Settings\":{\"Path\":\"/etc/passwd\"}",
     "permission denied"},
    {"no variable", "{\"Type\":\"GetEnvironmentVariable\",\"Settings\":{\"Name\":\"NONE\"}",
     "does not contain the 'NONE' variable"},
    {"no value", "{\"Type\":\"SetEnvironmentVariable\",\"Settings\":{\"Name\":\"X\"}",
     "cannot be removed"},
    {"name with =",
     "{\"Type\":\"SetEnvironmentVariable\",\"Settings\":{\"Name\":\"X=\",\"Value\":\"1\"}",
     "must not have a '='"},
    {"relative profiler",
     "{\"Type\":\"LoadProfiler\",\"Settings\":{\"Path\":\"p.so\","
     "\"Clsid\":\"6A494330-5848-4A23-9D87-0E57BBF6DE79\"}",
     "absolute path"},
    {"profiler too late",
     "{\"Type\":\"LoadProfiler\",\"Settings\":{\"Path\":\"/p.so\","
     "\"Clsid\":\"6A494330-5848-4A23-9D87-0E57BBF6DE79\"}",
     "0x80004005"},
    {"name of a file", "{\"Type\":\"CollectDump\",\"Settings\":{\"ArtifactName\":\"../x\"}",
     "../x"},
};

static void test_failures(void)
{
    for (size_t i = 0; i < sizeof failures / sizeof failures[0]; i++) {
        const char *label = failures[i].label;
        struct actions_world w =
            begin_in(files_tmpdir(),
                     world_text("%s,\"WaitForCompletion\":true},{\"Type\":\"CollectDump\"}",
                                failures[i].action),
                     false);
        struct fake_runtime *r =
            app(&w, &(struct fake_options){
                        .rules = {{FAKE_PROFILER, FAKE_ACT_ERROR, .hresult = FAKE_E_FAIL}}});
        rule_log_wait(w.p, "R", "29 35 36 33 38 31");
        const char *exception = json_text(rule_log_line(w.p, "R", 38), "Exception");
        CHECK_AT(world_text("%s: %s", label, exception), strstr(exception, failures[i].exception));
        CHECK_AT(label, fake_runtime_wait(r, FAKE_RESUME, 1, ACTIONS_MS));
        CHECK_AT(label, strstr(failures[i].action, "Dump") ||
                            fake_runtime_received(r, FAKE_ANY_DUMP) == 0);
        CHECK_AT(label, files_below(w.files) == 0);
        (void)portside_stop(w.p);
    }
}

static void test_ignored_exit_code(void)
{
    const char *dir = files_tmpdir();
    struct actions_world w = begin_in(
        dir,
        world_text(
            "{\"Name\":\"A\",\"Type\":\"Execute\",\"Settings\":{\"Path\":\"/bin/false\","
            "\"IgnoreExitCode\":true}},{\"Type\":\"Execute\",\"Settings\":{\"Path\":"
            "\"/bin/sh\",\"Arguments\":\"-c \\\"echo $(Actions.A.ExitCode) > %s/code\\\"\"}}",
            dir),
        false);

    (void)app(&w, &(struct fake_options){0});
    rule_log_wait(w.p, "R", "29 35 36 33 33 34 34 39 31");
    CHECK(file_is(world_text("%s/code", dir), "1\n"));
}

/* A second action that cannot begin: the first, which goes on for long, is undone. */
static void test_rest_is_undone(void)
{
    struct actions_world w = begin_in(
        files_tmpdir(),
        "{\"Type\":\"CollectTrace\",\"Settings\":{\"Profile\":\"Cpu\",\"Duration\":\"01:00:00\"}},"
        "{\"Type\":\"Execute\",\"Settings\":{\"Path\":\"/nosuch\"}}",
        false);
    struct fake_runtime *r = app(&w, &(struct fake_options){0});

    rule_log_wait(w.p, "R", "29 35 36 33 33 38 31");
    CHECK(portside_wait_operation(w.p, "Cancelled", ACTIONS_MS));
    CHECK(WAIT_UNTIL(ACTIONS_MS, fake_runtime_sessions(r) == 0));
    CHECK(files_below(w.files) == 0);
    CHECK(portside_stop(w.p) == 0);
}

/* The end of the daemon, while it all goes on: nothing is left, in the app neither. */
static void test_end_of_daemon(void)
{
    const char *dir = files_tmpdir();
    struct actions_world w = begin_in(
        dir,
        world_text("{\"Type\":\"CollectTrace\",\"Settings\":{\"Profile\":\"Cpu\",\"Duration\":\"01:"
                   "00:00\"}},"
                   "{\"Type\":\"Execute\",\"Settings\":{\"Path\":\"/bin/sh\",\"Arguments\":"
                   "\"-c \\\"echo $$ > %s/pid; sleep 1000\\\"\"}}",
                   dir),
        false);
    struct fake_runtime *r = app(&w, &(struct fake_options){0});
    const char *pid = world_text("%s/pid", dir);

    REQUIRE(WAIT_UNTIL(ACTIONS_MS, files_size(pid) > 0));
    CHECK(portside_stop(w.p) == 0);
    CHECK(WAIT_UNTIL(ACTIONS_MS, fake_runtime_sessions(r) == 0));
    CHECK(
        WAIT_UNTIL(ACTIONS_MS, !files_exists(world_text("/proc/%d", atoi(files_read(pid, NULL)))) ||
                                   proc_state(atoi(files_read(pid, NULL))) == 'Z'));
    CHECK(files_below(w.files) == 0);
}

/* A process that is found: rules run in Connect mode, too, and nobody is resumed. */
static void test_connect_mode(void)
{
    struct actions_world w = begin_in(
        files_tmpdir(), "{\"Type\":\"Execute\",\"Settings\":{\"Path\":\"/bin/true\"}}", true);
    struct fake_runtime *r =
        fake_runtime_start(&(struct fake_options){.folder = w.p->tmp, .pid = (uint64_t)getpid()});

    rule_log_wait(w.p, "R", "29 35 36 33 34 39 31");
    const cJSON *rules = json_of(portside_get(w.p, "/collectionrules"));
    CHECK(strcmp(json_text(rules, "R.state"), "Finished") == 0);
    CHECK(fake_runtime_received(r, FAKE_RESUME) == 0);
}

WORLD_SUITE("component/rule_actions", {"dump and program", test_dump_and_program},
            {"hostile value", test_hostile_value}, {"failures", test_failures},
            {"ignored exit code", test_ignored_exit_code},
            {"the rest is undone", test_rest_is_undone}, {"end of the daemon", test_end_of_daemon},
            {"connect mode", test_connect_mode})
