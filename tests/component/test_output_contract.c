/*
 * The program as test programs drive it: their command lines, environment and pipes, and what they
 * read from it (OUTPUT_CONTRACT sections 1 to 5).
 */
#include <fcntl.h>
#include <poll.h>
#include <regex.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/fake_runtime.h"
#include "tests/support/files.h"
#include "tests/support/portside.h"
#include "tests/support/world.h"

#define STARTUP "Microsoft.Diagnostics.Tools.Monitor.Startup"
#define JSON_LOG "Logging__Console__FormatterName=json"

enum { ARGS = 16, OUTPUT_MAX = 256 << 10, READY_MS = 10000, EXIT_MS = 10000, ROTATION_MS = 20000 };

/* A program whose standard files are pipes. */
struct driven {
    struct proc *proc;
    const char *dir, *port;
    int out, err;
    size_t size;
    char text[OUTPUT_MAX]; /* standard output so far */
};

static void close_pipes(void *arg)
{
    struct driven *d = arg;

    (void)close(d->out);
    (void)close(d->err);
}

static int make_pipe(const char *path)
{
    REQUIRE(mkfifo(path, 0600) == 0);
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    REQUIRE(fd >= 0);
    return fd;
}

/* `dir`: NULL for a new folder, or that of another program. */
static struct driven *drive(const char *dir, const char *const *args, const char *const *more)
{
    static int serial;
    struct driven *d = world_alloc(sizeof *d);
    const char *argv[ARGS + 2] = {getenv("PORTSIDE_BIN")}, *env[ARGS + 10];
    size_t n = 0;

    d->dir = dir ? dir : files_tmpdir();
    d->port = world_text("%s/port", d->dir);
    const char *out = world_text("%s/out-%d", d->dir, ++serial);
    const char *err = world_text("%s/err-%d", d->dir, serial);
    d->out = make_pipe(out);
    d->err = make_pipe(err);
    world_at_end(close_pipes, d);
    for (size_t i = 0; i < ARGS && args[i]; i++)
        argv[i + 1] = strcmp(args[i], "PORT") == 0 ? d->port : args[i];
    env[n++] = "Logging__LogLevel__Microsoft.AspNetCore=Information";
    env[n++] = "Logging__LogLevel__Microsoft.Diagnostics=Debug";
    env[n++] =
        world_text("DotnetMonitorTestSettings__SharedConfigDirectoryOverride=%s/etc", d->dir);
    env[n++] = world_text("DotnetMonitorTestSettings__UserConfigDirectoryOverride=%s/user", d->dir);
    env[n++] = "DOTNET_EnableDiagnostics=0";
    env[n++] = "DotnetMonitor_TestProcessCleanup_ParentPid=1";
    env[n++] = world_text("TMPDIR=%s", d->dir);
    for (size_t i = 0; i < ARGS && more[i]; i++)
        env[n++] = more[i];
    env[n] = NULL;
    d->proc = proc_spawn(&(struct proc_options){.argv = argv,
                                                .env = env,
                                                .clean_env = true,
                                                .output = out,
                                                .errors = err,
                                                .stdin_pipe = true});
    return d;
}

/* Takes what is there; true at the end of the pipe. */
static bool drain(struct driven *d)
{
    ssize_t n;

    while ((n = read(d->out, d->text + d->size, sizeof d->text - 1 - d->size)) > 0)
        d->size += (size_t)n;
    return n == 0;
}

static bool at_end(int fd)
{
    char bytes[4096];
    ssize_t n;

    while ((n = read(fd, bytes, sizeof bytes)) > 0)
        continue;
    return n == 0;
}

/* How many whole lines hold `part`. */
static int lines_with(struct driven *d, const char *part)
{
    int n = 0;

    (void)drain(d);
    for (const char *at = d->text; (at = strstr(at, part)) && strchr(at, '\n'); at++)
        n++;
    return n;
}

static bool await(struct driven *d, const char *part)
{
    return WAIT_UNTIL(READY_MS, lines_with(d, part) > 0);
}

/* The line of this category and id, which is there once; NULL when it is not. */
static const cJSON *only(struct driven *d, const char *category, int id)
{
    char *copy = world_text("%s", d->text), *line;
    const cJSON *found = NULL;
    int count = 0;

    while ((line = strsep(&copy, "\n")) != NULL && copy) {
        const cJSON *doc = json_parse(line);
        CHECK_AT(line, doc && cJSON_IsObject(json_at(doc, "State")));
        if (strcmp(json_text(doc, "Category"), category) == 0 &&
            json_number(doc, "EventId") == id) {
            found = doc;
            count++;
        }
    }
    CHECK_AT(world_text("%s[%d]: %d times", category, id, count), count == 1);
    return count == 1 ? found : NULL;
}

static const char *const json_env[] = {JSON_LOG, NULL};

/* Every argument at once, in the order in which they come. */
static void test_start(void)
{
    const char *dir = files_tmpdir(), *file = world_text("%s/more.json", dir);
    const char *const args[] = {"collect",
                                "--urls",
                                "http://127.0.0.1:0",
                                "--metricUrls",
                                "http://127.0.0.1:0",
                                "--diagnostic-port",
                                "PORT",
                                "--no-auth",
                                "--no-http-egress",
                                "--temp-apikey",
                                "--exit-on-stdin-disconnect",
                                "--configuration-file-path",
                                file,
                                NULL};

    REQUIRE(files_write(file, "{\"Storage\":{}}", 14));
    struct driven *d = drive(dir, args, json_env);
    REQUIRE(await(d, "Application started"));
    const char *api = json_text(only(d, STARTUP, 16), "State.address");
    const char *metrics = json_text(only(d, STARTUP, 17), "State.address");
    CHECK(strncmp(api, "http://127.0.0.1:", 17) == 0 && strcmp(api, metrics) != 0);
    CHECK_AT("listening when it says so", http_get("%s/info", api)->status == 200);
    CHECK(http_get("%s/healthz", metrics)->status == 200);
    CHECK(strstr(http_get("%s/dump", api)->body, "HTTP egress is not enabled.") != NULL);
    CHECK(lines_with(d, "Application started. Press Ctrl\\u002BC to shut down.\",\"State\"") == 1);
}

/* One token, and a key of its own. */
static void test_temporary_key(void)
{
    static const char *const args[] = {"collect",         "--urls",        "http://127.0.0.1:0",
                                       "--metrics:false", "--temp-apikey", NULL};
    struct driven *d = drive(NULL, args, json_env);

    REQUIRE(await(d, "Application started"));
    const char *api = json_text(only(d, STARTUP, 16), "State.address");
    const char *key = json_text(only(d, STARTUP, 23), "State.MonitorApiKey");
    CHECK(lines_with(d, "\"EventId\":17,") == 0 && strncmp(key, "Bearer", 6) != 0);
    const char *header = world_text("Authorization: Bearer %s", key);
    CHECK(http_run(&(struct http_request){.url = world_text("%s/info", api), .headers = {header}})
              ->status == 200);
    CHECK(http_get("%s/info", api)->status == 401);
}

/* All interfaces: the address is told as .NET tells it. */
static void test_any_address(void)
{
    static const char *const args[] = {"collect",         "--urls",    "http://127.0.0.1:0",
                                       "--metrics:false", "--no-auth", NULL};
    static const char *const env[] = {JSON_LOG, "DOTNET_Urls=dotnet_invalid",
                                      "DOTNETMONITOR_Urls=http://+:0", NULL};
    struct driven *d = drive(NULL, args, env);

    REQUIRE(await(d, "Application started"));
    const char *api = json_text(only(d, STARTUP, 16), "State.address");
    REQUIRE(strncmp(api, "http://[::]:", 12) == 0);
    CHECK(http_get("http://127.0.0.1:%s/info", api + 12)->status == 200);
    CHECK(lines_with(d, "Overriding address") == 0 && lines_with(d, "dotnet_invalid") == 0);
}

/* A reader of the pipe has each line before the next thing happens, in all three forms. */
static void test_flushed(void)
{
    static const char *const args[] = {"collect",         "--urls",    "http://127.0.0.1:0",
                                       "--metrics:false", "--no-auth", NULL};
    static const char *const forms[] = {"json", "simple", "systemd"};

    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        const char *env[] = {world_text("Logging__Console__FormatterName=%s", forms[i]), NULL};
        struct driven *d = drive(NULL, args, env);
        REQUIRE(await(d, "Application started"));
        (void)await(d, "Content root path");
        const char *address = strstr(d->text, "Now listening on: ") + 18;
        const char *base = world_text("%.*s", (int)strcspn(address, "\n\" "), address);
        for (int n = 1; n <= 3; n++) {
            CHECK(http_get("%s/process?pid=-1", base)->status == 400);
            CHECK_AT(forms[i], WAIT_UNTIL(2000, lines_with(d, "Unable to discover a target") == n));
        }
        CHECK_AT(forms[i], d->size && d->text[d->size - 1] == '\n');
    }
}

/* Programs of collection rules hold no pipe open: one that the end kills, one whose grandchild goes
 * on.
 */
static void test_stdin_with_programs(void)
{
#define RULE "DotnetMonitor_CollectionRules__R__"
    static const char *const args[] = {"collect",
                                       "--urls",
                                       "http://127.0.0.1:0",
                                       "--metrics:false",
                                       "--diagnostic-port",
                                       "PORT",
                                       "--no-auth",
                                       "--exit-on-stdin-disconnect",
                                       NULL};
    static const char *const scripts[] = {"sleep 20; true", "(sleep 20; true) & sleep 20"};

    for (size_t i = 0; i < 2; i++) {
        const char *const env[] = {
            JSON_LOG,
            RULE "Trigger__Type=Startup",
            RULE "Actions__0__Type=Execute",
            RULE "Actions__0__Settings__Path=/bin/sh",
            world_text(RULE "Actions__0__Settings__Arguments=-c \"%s\"", scripts[i]),
            NULL};
        struct driven *d = drive(NULL, args, env);
        REQUIRE(await(d, "Application started"));
        struct fake_runtime *r = fake_runtime_start(&(struct fake_options){.port = d->port});
        REQUIRE(fake_runtime_wait(r, FAKE_RESUME, 1, READY_MS));
        REQUIRE(await(d, "\"EventId\":33"));
        proc_close_stdin(d->proc);
        CHECK(proc_wait(d->proc, EXIT_MS) && proc_exit_code(d->proc) == 0);
        CHECK_AT(scripts[i], drain(d) && at_end(d->err));
    }
#undef RULE
}

/* Ends with both pipes at their end, whatever goes on; the app stays. */
static void test_stdin(void)
{
    static const char *const args[] = {"collect",
                                       "--urls",
                                       "http://127.0.0.1:0",
                                       "--metrics:false",
                                       "--diagnostic-port",
                                       "PORT",
                                       "--no-auth",
                                       "--exit-on-stdin-disconnect",
                                       NULL};

    for (int busy = 0; busy < 2; busy++) {
        struct driven *d = drive(NULL, args, json_env);
        REQUIRE(await(d, "Application started"));
        struct fake_runtime *r = fake_runtime_start(
            &(struct fake_options){.port = d->port, .dump = {.size = 1 << 20, .hold_after = 4096}});
        REQUIRE(fake_runtime_wait(r, FAKE_RESUME, 1, READY_MS));
        const char *api = json_text(only(d, STARTUP, 16), "State.address");
        REQUIRE(WAIT_UNTIL(READY_MS, strlen(http_get("%s/processes", api)->body) > 2));
        if (busy) {
            (void)http_start(&(struct http_request){.url = world_text("%s/dump", api)});
            REQUIRE(fake_runtime_wait(r, FAKE_ANY_DUMP, 1, READY_MS));
        }
        proc_close_stdin(d->proc);
        CHECK(proc_wait(d->proc, EXIT_MS) && proc_exit_code(d->proc) == 0);
        CHECK_AT(busy ? "with a dump" : "idle", drain(d) && at_end(d->err));
        fake_runtime_open_gate(r);
    }
}

/* Killed at any moment, the next one starts in the same place. */
static void test_killed(void)
{
    static const char *const args[] = {
        "collect",           "--urls", "http://127.0.0.1:0", "--metrics:false",
        "--diagnostic-port", "PORT",   "--no-auth",          NULL};
    static const char *const env[] = {JSON_LOG, "DotnetMonitor_Storage__DumpTempFolder=dumps",
                                      NULL};
    static const char *const moments[] = {"", "Connection mode", "Bound default", "started."};
    const char *dir = files_tmpdir();

    for (size_t i = 0; i < sizeof moments / sizeof moments[0]; i++) {
        struct driven *d = drive(dir, args, env);
        if (moments[i][0])
            CHECK_AT(moments[i], await(d, moments[i]));
        proc_signal(d->proc, SIGKILL);
        CHECK(proc_wait(d->proc, EXIT_MS));
    }
    struct driven *last = drive(dir, args, env);
    REQUIRE(await(last, "Application started"));
    struct fake_runtime *r = fake_runtime_start(&(struct fake_options){.port = last->port});
    CHECK(fake_runtime_wait(r, FAKE_RESUME, 1, READY_MS));
}

static const char *generate(const char *format)
{
    const char *output;

    REQUIRE(proc_run(&(struct proc_options){.argv = (const char *[]){getenv("PORTSIDE_BIN"),
                                                                     "generatekey", "--output",
                                                                     format, NULL},
                                            .output = world_text("%s/key", files_tmpdir())},
                     READY_MS, &output) == 0);
    return output;
}

static void write_key(const char *dir, const char *name, const cJSON *key)
{
    const char *value = json_text(key, world_text("Authentication.MonitorApiKey.%s", name));

    CHECK(files_write(world_text("%s/etc/Authentication__MonitorApiKey__%s", dir, name), value,
                      strlen(value)));
}

static long status_with(const char *api, const cJSON *key)
{
    const char *header = world_text("Authorization: %s", json_text(key, "AuthorizationHeader"));

    return http_run(&(struct http_request){.url = world_text("%s/info", api), .headers = {header}})
        ->status;
}

/* Both files are rewritten in place: the new key opens, the old one does not. */
static void test_rotation(void)
{
    static const char *const args[] = {"collect", "--urls", "http://127.0.0.1:0", "--metrics:false",
                                       NULL};
    const cJSON *first = json_parse(generate("MachineJson"));
    const cJSON *second = json_parse(generate("MachineJson"));
    const char *dir = files_tmpdir();

    (void)files_mkdir(dir, "etc", 0755, 0);
    write_key(dir, "Subject", first);
    write_key(dir, "PublicKey", first);
    struct driven *d = drive(dir, args, json_env);
    REQUIRE(await(d, "Application started"));
    const char *api = json_text(only(d, STARTUP, 16), "State.address");
    CHECK(status_with(api, first) == 200 && status_with(api, second) == 401);
    write_key(dir, "Subject", second);
    write_key(dir, "PublicKey", second);
    CHECK(WAIT_UNTIL(ROTATION_MS, status_with(api, second) == 200));
    CHECK(status_with(api, first) == 401);
}

/* How often an extended regular expression (of one line) matches. */
static int matches(const char *text, const char *pattern)
{
    regex_t regex;
    regmatch_t match;
    int n = 0;

    REQUIRE(regcomp(&regex, pattern, REG_EXTENDED | REG_NEWLINE) == 0);
    for (; regexec(&regex, text, 1, &match, n ? REG_NOTBOL : 0) == 0; text += match.rm_eo)
        n++;
    regfree(&regex);
    return n;
}

#define PART "[A-Za-z0-9_-]+"
#define NAMED(before, after, value) "^" before "Authentication__MonitorApiKey__" after value "\"?$"

/* What readers look for, each on one line and once. */
static void test_generatekey(void)
{
    static const struct {
        const char *format, *subject, *key;
    } rows[] = {
        {"Text", "^Subject: [0-9a-f-]{36}$", "^Public Key: " PART "$"},
        {"Cmd", NAMED("set ", "Subject=", PART), NAMED("set ", "PublicKey=", PART)},
        {"Shell", NAMED("export ", "Subject=\"", PART), NAMED("export ", "PublicKey=\"", PART)},
        {"PowerShell", NAMED("\\$env:", "Subject=\"", PART),
         NAMED("\\$env:", "PublicKey=\"", PART)},
        {"Json", "\"Subject\": \"[0-9a-f-]{36}\"", "\"PublicKey\": \"" PART "\""},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const char *text = generate(rows[i].format);
        CHECK_AT(text,
                 matches(text, "^Authorization: Bearer " PART "\\." PART "\\." PART "$") == 1);
        const char *title = world_text("^Settings in %s format:$", rows[i].format);
        CHECK_AT(text, matches(text, title) == 1);
        CHECK_AT(text, matches(text, rows[i].subject) == 1 && matches(text, rows[i].key) == 1);
    }
    const cJSON *all = json_parse(generate("MachineJson"));
    CHECK(cJSON_GetArraySize(all) == 2 && matches(json_text(all, "AuthorizationHeader"),
                                                  "^Bearer " PART "\\." PART "\\." PART "$"));
}

WORLD_SUITE("component/output_contract", {"start", test_start},
            {"temporary key", test_temporary_key}, {"any address", test_any_address},
            {"flushed", test_flushed}, {"stdin", test_stdin},
            {"stdin with programs", test_stdin_with_programs}, {"killed", test_killed},
            {"rotation", test_rotation}, {"generatekey", test_generatekey})
