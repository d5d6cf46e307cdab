/*
 * The command line as a script sees it: `config show` against recordings of the peer, faults, exit
 * codes.
 */
#include <stdlib.h>
#include <unistd.h>

#include "tests/support/files.h"
#include "tests/support/proc.h"
#include "tests/support/world.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

enum { RUN_MS = 20000, ARGS = 8, ENV = 12 };

struct ran {
    int code;
    const char *dir, *out, *err;
};

/* Runs `program ARGS` with nothing in the environment but empty settings folders and `env`. */
static struct ran run(const char *program, const char *const *args, const char *const *env)
{
    struct ran r = {.dir = files_tmpdir()};
    const char *errors = world_text("%s/errors", r.dir);
    const char *argv[ARGS + 2] = {program};
    const char *all[ENV + 4] = {
        world_text("HOME=%s", r.dir),
        world_text("DotnetMonitorTestSettings__SharedConfigDirectoryOverride=%s/etc", r.dir)};

    for (size_t i = 0; i < ARGS && args[i]; i++)
        argv[i + 1] = args[i];
    for (size_t i = 0; i < ENV && env && env[i]; i++)
        all[i + 2] = env[i];
    r.code = proc_run(&(struct proc_options){.argv = argv,
                                             .env = all,
                                             .clean_env = true,
                                             .output = world_text("%s/output", r.dir),
                                             .errors = errors},
                      RUN_MS, &r.out);
    r.err = files_read(errors, NULL);
    REQUIRE(r.out && r.err);
    return r;
}

static struct ran run_portside(const char *const *args)
{
    REQUIRE(getenv("PORTSIDE_BIN") != NULL);
    return run(getenv("PORTSIDE_BIN"), args, NULL);
}

static const char *golden(const char *name)
{
    const char *text = files_read(world_text("tests/data/golden/%s", name), NULL);

    CHECK_AT(name, text != NULL);
    return text ? text : "";
}

/* The settings under the name under which the peer read them. */
static const char *settings_file(void)
{
    const char *path = world_text("%s/settings.json", files_tmpdir());
    const char *text = golden("cli-settings.json");

    CHECK(files_write(path, text, strlen(text)));
    return path;
}

static void test_golden(void)
{
    const char *file = settings_file();
    const struct {
        const char *golden, *args[ARGS];
    } rows[] = {
        {"cli-config-show.txt", {"config", "show"}},
        {"cli-config-show-settings-redacted.txt",
         {"config", "show", "--level", "Redacted", "--configuration-file-path", file}},
        {"cli-config-show-sources.txt",
         {"config", "show", "--show-sources", "--configuration-file-path", file}},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct ran r = run_portside(rows[i].args);
        CHECK_AT(rows[i].golden, r.code == 0 && r.err[0] == '\0');
        CHECK_AT(rows[i].golden, strcmp(r.out, golden(rows[i].golden)) == 0);
    }
}

static const struct {
    const char *label, *args[ARGS], *golden, *usage;
} faults[] = {
    {"no arguments", {NULL}, "cli-noargs.err", "portside [command] [options]"},
    {"unknown level",
     {"config", "show", "--level", "Zzz"},
     "cli-config-show-badlevel.err",
     "portside config show [options]"},
};

/* The reason on standard error, the help on standard output, exit code 1. */
static void test_faults(void)
{
    for (size_t i = 0; i < COUNT_OF(faults); i++) {
        struct ran r = run_portside(faults[i].args);
        CHECK_AT(faults[i].label, r.code == 1);
        CHECK_AT(faults[i].label, strcmp(r.err, golden(faults[i].golden)) == 0);
        CHECK_AT(faults[i].label, strstr(r.out, faults[i].usage) != NULL);
    }
}

static void test_bad_file(void)
{
    const char *path = world_text("%s/bad.json", files_tmpdir());
    const char *const collect[ARGS] = {
        "collect", "--no-auth", "--urls", "http://127.0.0.1:0", "--configuration-file-path", path};
    const char *const show[ARGS] = {"config", "show", "--configuration-file-path", path};

    CHECK(files_write(path, "{bad", 4));
    for (int i = 0; i < 2; i++) {
        struct ran r = run_portside(i ? show : collect);
        CHECK(r.code == 1 && strstr(r.err, world_text("%s:1:2: ", path)) != NULL);
        CHECK_AT("one line", strchr(r.err, '\n') == r.err + strlen(r.err) - 1);
    }
}

/* What is passed over is no fault for `config show`, as in the peer. */
static void test_no_file(void)
{
    static const char *const args[ARGS] = {"config", "show", "--configuration-file-path",
                                           "/nowhere/x.json"};
    struct ran r = run_portside(args);

    CHECK(r.code == 0 && strcmp(r.out, golden("cli-config-show.txt")) == 0);
}

/* Listen mode without a path cannot run: 255, as recorded (startup-listen-noname). */
static void test_cannot_run(void)
{
    static const char *const args[ARGS] = {"collect", "--no-auth", "--urls", "http://127.0.0.1:0"};
    static const char *const env[ENV] = {"DOTNETMONITOR_DiagnosticPort__ConnectionMode=Listen"};
    struct ran r = run(getenv("PORTSIDE_BIN"), args, env);

    CHECK(r.code == 255);
    CHECK(strstr(r.err, "In 'Listen' mode, the diagnostic port endpoint name must be specified.") !=
          NULL);
}

static void test_other_name(void)
{
    const char *path = world_text("%s/dotnet-monitor", files_tmpdir());
    static const char *const args[ARGS] = {"config", "show"};
    char *program = realpath(getenv("PORTSIDE_BIN"), NULL);

    REQUIRE(program != NULL);
    int r = symlink(program, path);
    free(program);
    REQUIRE(r == 0);
    struct ran ran = run(path, args, NULL);
    CHECK(ran.code == 0 && strcmp(ran.out, golden("cli-config-show.txt")) == 0);
}

static const struct {
    const char *label, *env[ENV], *want;
} rows[] = {
    /* The variables of the peer's container images. */
    {"image",
     {"ASPNETCORE_URLS=", "ASPNETCORE_HTTP_PORTS=", "COMPlus_EnableDiagnostics=0",
      "DefaultProcess__Filters__0__Key=ProcessId", "DefaultProcess__Filters__0__Value=1",
      "DiagnosticPort__DeleteEndpointOnStartup=true", "DOTNET_gcServer=1",
      "Logging__Console__FormatterName=json",
      "Logging__Console__FormatterOptions__TimestampFormat=yyyy-MM-ddTHH:mm:ss.fffffffZ",
      "Logging__Console__FormatterOptions__UseUtcTimestamp=true"},
     "\"FormatterName\": \"json\""},
    {"image's empty address",
     {"ASPNETCORE_URLS=", "ASPNETCORE_HTTP_PORTS="},
     "\"urls\": \"https://localhost:52323\""},
    {"image's port",
     {"DiagnosticPort__DeleteEndpointOnStartup=true"},
     "\"DiagnosticPort\": {\n    \"DeleteEndpointOnStartup\": \"true\"\n  }"},
    {"image's filter",
     {"DefaultProcess__Filters__0__Key=ProcessId", "DefaultProcess__Filters__0__Value=1"},
     "\"Filters\": [\n      {\n        \"Key\": \"ProcessId\",\n        \"Value\": \"1\"\n"},
    {"short form of the port",
     {"DotnetMonitor_DiagnosticPort=/p", "DotnetMonitor_DiagnosticPort__ConnectionMode=Listen"},
     "\"DiagnosticPort\": \"/p\","},
    {"secrets",
     {"Kestrel__Certificates__Default__Password=hush", "Egress__S3Storage__a__accessKeyId=hush",
      "Authentication__MonitorApiKey__PublicKey=hush", "Egress__Properties__k=hush"},
     ":REDACTED:"},
};

static void test_environment(void)
{
    static const char *const args[ARGS] = {"config", "show"};

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct ran r = run(getenv("PORTSIDE_BIN"), args, rows[i].env);
        CHECK_AT(rows[i].label, r.code == 0 && strstr(r.out, rows[i].want) != NULL);
        CHECK_AT(rows[i].label, strstr(r.out, "hush") == NULL);
    }
}

WORLD_SUITE("component/config_show", {"golden", test_golden}, {"faults", test_faults},
            {"bad file", test_bad_file}, {"no file", test_no_file}, {"cannot run", test_cannot_run},
            {"other name", test_other_name}, {"environment", test_environment})
