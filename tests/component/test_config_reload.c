/* A running daemon takes changed settings, and keeps the old ones when the new are faulty. */
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/support/fake_runtime.h"
#include "tests/support/files.h"
#include "tests/support/portside.h"
#include "tests/support/world.h"

enum { RELOAD_MS = 10000 };

static const char *folder(void)
{
    const char *dir = files_tmpdir();

    (void)files_mkdir(dir, "user", 0755, 0);
    (void)files_mkdir(dir, "etc", 0755, 0);
    (void)files_mkdir(dir, "tmp", 01777, 0);
    return dir;
}

static void write_text(const char *path, const char *text)
{
    CHECK(files_write(path, text, strlen(text)));
}

static long count(const struct portside *p, const char *mark)
{
    long n = 0;

    for (const char *at = proc_output(p->proc); (at = strstr(at, mark)) != NULL; at++)
        n++;
    return n;
}

static long process_status(const struct portside *p)
{
    return portside_get(p, "/process")->status;
}

/* The default process by a file that changes under the daemon. */
static void test_default_process(void)
{
    static const char good[] = "{\"DefaultProcess\":{\"Filters\":[{\"ProcessName\":\"dotnet\"}]}}";
    static const char other[] = "{\"DefaultProcess\":{\"Filters\":[{\"ProcessName\":\"other\"}]}}";
    const char *dir = folder();
    const char *path = world_text("%s/user/settings.json", dir);

    write_text(path, good);
    struct portside *p = portside_start(&(struct portside_options){.dir = dir});
    (void)fake_runtime_start(&(struct fake_options){.port = p->socket,
                                                    .pid = (uint64_t)getpid(),
                                                    .command_line = "/usr/share/dotnet/dotnet",
                                                    .entry = "sampleapp"});
    REQUIRE(portside_wait_count(p, 1, RELOAD_MS));
    CHECK(WAIT_UNTIL(RELOAD_MS, process_status(p) == 200));
    write_text(path, other);
    CHECK(WAIT_UNTIL(RELOAD_MS, process_status(p) == 400));
    write_text(path, "{\"DefaultProcess\":\n{\"Filters\":[}}");
    CHECK(WAIT_UNTIL(RELOAD_MS, count(p, "the old ones stay") == 1));
    CHECK(strstr(proc_output(p->proc), world_text("%s:2:13: ", path)) != NULL);
    CHECK_AT("the old ones stay", process_status(p) == 400);
    write_text(path, good);
    CHECK(WAIT_UNTIL(RELOAD_MS, process_status(p) == 200));
    CHECK(portside_stop(p) == 0);
}

/* JSON that is well-formed but says nonsense is refused, too. */
static void test_bad_value(void)
{
    const char *dir = folder();
    const char *path = world_text("%s/user/settings.json", dir);
    struct portside *p = portside_start(&(struct portside_options){.dir = dir});

    write_text(path, "{\n\"DiagnosticPort\": {\n \"MaxConnections\": \"many\"}}");
    CHECK(WAIT_UNTIL(RELOAD_MS, count(p, "the old ones stay") == 1));
    CHECK(strstr(proc_output(p->proc), world_text("%s:3", path)) != NULL);
    write_text(path, "{}");
    CHECK(WAIT_UNTIL(RELOAD_MS, count(p, "The settings have changed. ") == 1));
    CHECK(portside_stop(p) == 0);
}

/* Does a failed request leave such a line? */
static bool tells(const struct portside *p, const char *mark)
{
    long before = count(p, mark);

    (void)portside_get(p, "/process?pid=-1");
    return count(p, mark) > before;
}

/* Levels and form of the log change without a restart, and back. */
static void test_log(void)
{
    static const char plain[] = "      Request failed.\n",
                      json[] = "\"Message\":\"Request failed.\"";
    const char *dir = folder();
    const char *path = world_text("%s/user/settings.json", dir);
    struct portside *p = portside_start(&(struct portside_options){.dir = dir});

    CHECK(tells(p, plain));
    write_text(path, "{\"Logging\":{\"LogLevel\":{\"Microsoft.Diagnostics\":\"None\"}}}");
    CHECK(WAIT_UNTIL(RELOAD_MS, !tells(p, plain)));
    CHECK(!tells(p, plain) && !tells(p, json));
    write_text(path, "{\"Logging\":{\"Console\":{\"FormatterName\":\"json\"}}}");
    CHECK(WAIT_UNTIL(RELOAD_MS, tells(p, json)));
    CHECK(!tells(p, plain));
    write_text(path, "{}");
    CHECK(WAIT_UNTIL(RELOAD_MS, tells(p, plain)));
    CHECK(portside_stop(p) == 0);
}

static void test_allowed_hosts(void)
{
    const char *dir = folder();
    const char *path = world_text("%s/user/settings.json", dir);
    struct portside *p = portside_start(&(struct portside_options){.dir = dir});

    CHECK(portside_get(p, "/info")->status == 200);
    write_text(path, "{\"AllowedHosts\": \"other.example\"}");
    CHECK(WAIT_UNTIL(RELOAD_MS, portside_get(p, "/info")->status == 400));
    write_text(path, "{}");
    CHECK(WAIT_UNTIL(RELOAD_MS, portside_get(p, "/info")->status == 200));
    CHECK(portside_stop(p) == 0);
}

/* The peer runs with such settings; both are told. */
static void test_start_with_faults(void)
{
    const char *dir = folder();

    write_text(world_text("%s/user/settings.json", dir),
               "{\"DefaultProcess\": {\"Filters\": [{\"Key\": \"Shoe\"}]},\n"
               "\"Logging\": {\"LogLevel\": {\"Default\": 9}}}");
    struct portside *p = portside_start(&(struct portside_options){.dir = dir});
    CHECK(count(p, "'Shoe' is none of ProcessId") == 1);
    CHECK(count(p, "Logging:LogLevel:Default") >= 1);
    CHECK(process_status(p) == 400);
    CHECK(portside_stop(p) == 0);
}

WORLD_SUITE("component/config_reload", {"start with faults", test_start_with_faults},
            {"allowed hosts", test_allowed_hosts}, {"default process", test_default_process},
            {"bad value", test_bad_value}, {"log", test_log})
