/* Start, configuration layers, log, exit codes (OUTPUT_CONTRACT sections 1 to 4, CONTRACT 6, 23).
 */
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/base/cleanup.h"
#include "tests/support/fake_runtime.h"
#include "tests/support/files.h"
#include "tests/support/golden.h"
#include "tests/support/portside.h"
#include "tests/support/world.h"

/* What src/program/server.c gives running answers at the end. */
enum { GRACE_MS = 7000 };

static int lines_with(const char *log, const char *part)
{
    int n = 0;

    for (const char *at = strstr(log, part); at; at = strstr(at + 1, part))
        n++;
    return n;
}

static void test_signals_end_it(void)
{
    static const int signals[] = {SIGTERM, SIGINT, SIGQUIT};

    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++) {
        struct portside *p = portside_start(NULL);
        (void)fake_runtime_start(&(struct fake_options){.port = p->socket});

        REQUIRE(portside_wait_count(p, 1, 5000));
        proc_signal(p->proc, signals[i]);
        CHECK(proc_wait(p->proc, PORTSIDE_STOP_MS));
        CHECK(proc_exit_code(p->proc) == 0);
        CHECK(!files_exists(p->socket));
    }
}

/* The first signal lets running answers end, the second one does not wait for them. */
static void test_second_signal(void)
{
    struct portside *p = portside_start(NULL);
    struct fake_runtime *r = fake_runtime_start(&(struct fake_options){
        .port = p->socket, .rules = {{.command = FAKE_ANY_DUMP, .act = FAKE_ACT_SILENT}}});

    REQUIRE(portside_wait_count(p, 1, 5000));
    struct http *h = http_start(&(struct http_request){.url = world_text("%s/dump", p->base)});
    REQUIRE(fake_runtime_wait(r, FAKE_ANY_DUMP, 1, 5000));
    int64_t first = clock_monotonic_ms();
    proc_signal(p->proc, SIGTERM);
    CHECK(WAIT_UNTIL(5000, strstr(proc_output(p->proc), "shutting down") != NULL));
    CHECK_AT("the answer is waited for", (world_pause_ms(500), !proc_wait(p->proc, 0)));
    proc_signal(p->proc, SIGTERM);
    CHECK(proc_wait(p->proc, 3000));
    CHECK_AT("no longer", clock_monotonic_ms() - first < GRACE_MS);
    CHECK(proc_exit_code(p->proc) == 0 && !files_exists(p->socket));
    CHECK(http_wait(h, 5000) && h->status != 200);
}

/* One signal alone: answers have GRACE_MS, for `docker stop` kills after 10 s. */
static void test_end_within_grace(void)
{
    struct portside *p = portside_start(NULL);
    struct fake_runtime *r = fake_runtime_start(&(struct fake_options){
        .port = p->socket, .rules = {{.command = FAKE_ANY_DUMP, .act = FAKE_ACT_SILENT}}});

    REQUIRE(portside_wait_count(p, 1, 5000));
    (void)http_start(&(struct http_request){.url = world_text("%s/dump", p->base)});
    REQUIRE(fake_runtime_wait(r, FAKE_ANY_DUMP, 1, 5000));
    proc_signal(p->proc, SIGTERM);
    CHECK(proc_wait(p->proc, PORTSIDE_STOP_MS) && proc_exit_code(p->proc) == 0);
    CHECK(!files_exists(p->socket) && portside_nothing_left(p));
}

/* The daemon as a shell starts it: `redirect` comes behind the command, `before` before it. */
static struct proc *spawn_by_shell(const char *dir, const char *before, const char *redirect)
{
    const char *const argv[] = {"/bin/sh",
                                "-c",
                                world_text("%s exec \"$0\" \"$@\" %s", before, redirect),
                                getenv("PORTSIDE_BIN"),
                                "collect",
                                "--no-auth",
                                "--urls",
                                "http://127.0.0.1:0",
                                "--metrics",
                                "false",
                                "--diagnostic-port",
                                world_text("%s/diag.sock", dir),
                                NULL};
    const char *const env[] = {world_text("TMPDIR=%s", dir), NULL};

    return proc_spawn(&(struct proc_options){
        .argv = argv, .env = env, .clean_env = true, .output = world_text("%s/portside.log", dir)});
}

static void test_closed_standard_files(void)
{
    static const char *const redirects[] = {"<&-", ">&-", "2>&-", "<&- >&- 2>&-"};

    for (size_t i = 0; i < sizeof redirects / sizeof redirects[0]; i++) {
        const char *dir = files_tmpdir();
        struct proc *p = spawn_by_shell(dir, "", redirects[i]);
        struct fake_runtime *r =
            fake_runtime_start(&(struct fake_options){.port = world_text("%s/diag.sock", dir)});
        CHECK_AT(redirects[i], fake_runtime_wait(r, FAKE_RESUME, 1, 10000));
        for (int fd = 0; fd <= 2; fd++) {
            const char *path = world_text("/proc/%d/fd/%d", (int)p->pid, fd);
            char target[64] = "";
            ssize_t n = readlink(path, target, sizeof target - 1);
            CHECK_AT(redirects[i], n > 0 && target[0] == '/');
        }
        proc_signal(p, SIGTERM);
        CHECK_AT(redirects[i], proc_wait(p, PORTSIDE_STOP_MS) && proc_exit_code(p) == 0);
    }
}

static void test_descriptor_limit(void)
{
    const char *dir = files_tmpdir();
    struct proc *p = spawn_by_shell(dir, "ulimit -Sn 200;", "");
    struct rlimit limit = {0};

    CHECK(WAIT_UNTIL(10000, strstr(proc_output(p), "Application started") != NULL));
    CHECK(prlimit(p->pid, RLIMIT_NOFILE, NULL, &limit) == 0);
    CHECK(limit.rlim_cur == limit.rlim_max && limit.rlim_cur > 200);
}

/* A pipe that nobody reads, full to the brim. */
static int full_pipe(const char *path)
{
    static char bytes[4096];

    REQUIRE(mkfifo(path, 0600) == 0);
    int fd = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
    REQUIRE(fd >= 0);
    memset(bytes, ' ', sizeof bytes);
    while (write(fd, bytes, sizeof bytes) > 0)
        continue;
    return fd;
}

static const char *read_all(int fd)
{
    char *all = world_alloc(128 << 10);
    size_t size = 0;

    for (ssize_t n; (n = read(fd, all + size, (128 << 10) - size - 1)) > 0;)
        size += (size_t)n;
    return all;
}

/* Nobody reads its log: it starts and serves all the same, and tells later what is missing. */
static void test_stuck_console(void)
{
    const char *dir = files_tmpdir();
    const char *fifo = world_text("%s/log", dir), *port = world_text("%s/diag.sock", dir);
    cleanup(close_fd) int log = full_pipe(fifo);
    struct proc *p = spawn_by_shell(dir, "", world_text(">%s", fifo));

    REQUIRE(WAIT_UNTIL(10000, files_exists(port)));
    struct fake_runtime *first = fake_runtime_start(&(struct fake_options){.port = port});
    CHECK(fake_runtime_wait(first, FAKE_RESUME, 1, 10000));
    (void)read_all(log);
    struct fake_runtime *second =
        fake_runtime_start(&(struct fake_options){.port = port, .pid = 4711});
    CHECK(fake_runtime_wait(second, FAKE_RESUME, 1, 5000));
    proc_signal(p, SIGTERM);
    CHECK(proc_wait(p, PORTSIDE_STOP_MS) && proc_exit_code(p) == 0 && !files_exists(port));
    const char *rest = read_all(log);
    CHECK(lines_with(rest, "lines of log are missing here") == 1);
    CHECK(lines_with(rest, "Application is shutting down...") == 1);
}

/* The reader of its log is gone. */
static void test_closed_console(void)
{
    const char *dir = files_tmpdir();
    const char *fifo = world_text("%s/log", dir), *port = world_text("%s/diag.sock", dir);
    int log = full_pipe(fifo);
    struct proc *p = spawn_by_shell(dir, "", world_text(">%s", fifo));

    REQUIRE(WAIT_UNTIL(10000, files_exists(port)));
    (void)close(log);
    struct fake_runtime *r = fake_runtime_start(&(struct fake_options){.port = port});
    CHECK(fake_runtime_wait(r, FAKE_RESUME, 1, 10000));
    proc_signal(p, SIGTERM);
    CHECK(proc_wait(p, PORTSIDE_STOP_MS) && proc_exit_code(p) == 0 && !files_exists(port));
}

/* An idle keep-alive client does not hold up the end. */
static void test_end_with_clients(void)
{
    struct portside *p = portside_start(NULL);
    CURL *c = curl_easy_init();

    curl_easy_setopt(c, CURLOPT_URL, world_text("%s/healthz", p->base));
    curl_easy_setopt(c, CURLOPT_NOPROXY, "*");
    CHECK(curl_easy_perform(c) == CURLE_OK); /* the handle keeps its connection */
    int64_t start = clock_monotonic_ms();
    CHECK(portside_stop(p) == 0);
    CHECK(clock_monotonic_ms() - start < GRACE_MS);
    curl_easy_cleanup(c);
}

static void test_stdin(void)
{
    struct portside *with = portside_start(
        &(struct portside_options){.stdin_pipe = true, .args = {"--exit-on-stdin-disconnect"}});
    struct portside *without = portside_start(&(struct portside_options){.stdin_pipe = true});

    CHECK(!proc_wait(with->proc, 0));
    proc_close_stdin(with->proc);
    proc_close_stdin(without->proc);
    CHECK(proc_wait(with->proc, 10000));
    CHECK(proc_exit_code(with->proc) == 0);
    CHECK(portside_get(without, "/healthz")->status == 200);
}

/* What cannot run ends with 255 and says why. */
static void test_cannot_start(void)
{
    static const struct {
        const char *label;
        struct portside_options options;
        const char *word;
    } cases[] = {
        {"no bindable address", {.urls = "notaurl", .args = {"--metrics:false"}}, "notaurl"},
        {"Listen without a name",
         {.connect = true, .env = {"DotnetMonitor_DiagnosticPort__ConnectionMode=Listen"}},
         "endpoint name"},
        {"no such folder for the port",
         {.connect = true, .args = {"--diagnostic-port", "/proc/nosuch/diag.sock"}},
         "/proc/nosuch"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct portside *p = portside_spawn(&cases[i].options);

        CHECK_AT(cases[i].label, proc_wait(p->proc, 5000));
        CHECK_AT(world_text("%s: exit code %d", cases[i].label, proc_exit_code(p->proc)),
                 proc_exit_code(p->proc) == 255);
        CHECK_AT(cases[i].label, strstr(proc_output(p->proc), cases[i].word) != NULL);
    }
}

static void test_address_in_use(void)
{
    struct portside *first = portside_start(NULL);
    struct portside *second = portside_spawn(
        &(struct portside_options){.urls = first->base, .args = {"--metrics", "false"}});

    CHECK(proc_wait(second->proc, 5000));
    CHECK(proc_exit_code(second->proc) == 255);
    CHECK(strstr(proc_output(second->proc), "in use") != NULL);
}

static void test_command_line(void)
{
    static const struct {
        const char *args[4];
        int code;
        const char *output;
    } cases[] = {
        {{NULL}, 1, "command"},
        {{"nosuch"}, 1, "nosuch"},
        {{"collect", "--urls"}, 1, "--urls"},
        {{"collect", "--no-auth=perhaps"}, 1, "perhaps"},
        {{"--version"}, 0, "."},
        {{"--help"}, 0, "collect"},
        {{"-?"}, 0, "collect"},
        {{"collect", "--help"}, 0, "--diagnostic-port"},
        {{"collect", "-h"}, 0, "--metricUrls"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *argv[6] = {getenv("PORTSIDE_BIN"), cases[i].args[0], cases[i].args[1],
                               cases[i].args[2]};
        const char *output = "";
        const char *label = world_text("%s %s", argv[1] ? argv[1] : "", argv[2] ? argv[2] : "");
        int code = proc_run(
            &(struct proc_options){.argv = argv, .output = world_text("%s/out", files_tmpdir())},
            20000, &output);

        CHECK_AT(world_text("%s: %d", label, code), code == cases[i].code);
        CHECK_AT(label, strstr(output, cases[i].output) != NULL);
    }
}

/* Options and keys that the peer knows and we do not (yet): a warning, never the end. */
static void test_peer_settings_are_tolerated(void)
{
    static const char *const options[][3] = {
        {"--temp-apikey"},
        {"--configuration-file-path", "/nosuch/file.json"},
        {"--metrics", "true"},
        {"-m:true"},
    };

    for (size_t i = 0; i < sizeof options / sizeof options[0]; i++) {
        struct portside *p = portside_start(&(struct portside_options){
            .args = {options[i][0], options[i][1]},
            .env = {"DotnetMonitor_Egress__S3Storage__a__BucketName=x", "DotnetMonitor_NoSuchKey=1",
                    "DotnetMonitor_TestProcessCleanup_ParentPid=1", "DOTNET_EnableDiagnostics=0",
                    "DotnetMonitor_CollectionRules__R__Trigger__Type=Startup"}});

        CHECK_AT(options[i][0], portside_get(p, "/info")->status == 200);
        CHECK_AT("one warning names what is not known",
                 lines_with(proc_output(p->proc), "NoSuchKey, TestProcessCleanup_ParentPid") == 1);
        CHECK_AT("one names what has no effect yet",
                 lines_with(proc_output(p->proc), "without effect in this version: "
                                                  "Egress:S3Storage.") == 1);
        CHECK_AT("and nothing else", !strstr(proc_output(p->proc), "DumpTempFolder") &&
                                         !strstr(proc_output(p->proc), "DirectoryOverride"));
        CHECK_AT(options[i][0], portside_stop(p) == 0);
    }
}

/* --urls < DOTNET_Urls < ASPNETCORE_Urls < DotnetMonitor_Urls; what loses is not looked at. */
static void test_layers_of_urls(void)
{
    static const struct {
        const char *label;
        const char *env[4];
        const char *urls;
    } cases[] = {
        {"DOTNET_ over the option", {"DOTNET_Urls=http://127.0.0.1:0"}, "http://nosuch:x"},
        {"ASPNETCORE_ over DOTNET_",
         {"DOTNET_Urls=dotnet_invalid", "ASPNETCORE_Urls=http://127.0.0.1:0"},
         NULL},
        {"DotnetMonitor_ over all",
         {"DOTNET_Urls=dotnet_invalid", "ASPNETCORE_Urls=aspnet_invalid",
          "DotnetMonitor_Urls=http://127.0.0.1:0"},
         NULL},
        {"prefix without case",
         {"ASPNETCORE_URLS=aspnet_invalid", "DOTNETMONITOR_URLS=http://127.0.0.1:0"},
         NULL},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct portside_options o = {.urls = cases[i].urls};

        memcpy(o.env, cases[i].env, sizeof cases[i].env);
        struct portside *p = portside_start(&o);
        CHECK_AT(cases[i].label, strncmp(p->base, "http://127.0.0.1:", 17) == 0);
        CHECK_AT(cases[i].label, portside_get(p, "/info")->status == 200);
        CHECK_AT(cases[i].label, strstr(proc_output(p->proc), "_invalid") == NULL);
    }
}

static void test_ports_by_configuration(void)
{
    const char *dir = files_tmpdir();
    const struct {
        const char *label, *env[2], *path;
    } cases[] = {
        {"scalar", {world_text("DotnetMonitor_DiagnosticPort=%s/a.sock", dir)}, "a.sock"},
        {"expanded",
         {"DotnetMonitor_DiagnosticPort__ConnectionMode=Listen",
          world_text("DotnetMonitor_DiagnosticPort__EndpointName=%s/b.sock", dir)},
         "b.sock"},
        {"shared folder",
         {"DotnetMonitor_DiagnosticPort__ConnectionMode=Listen",
          world_text("DotnetMonitor_Storage__DefaultSharedPath=%s", dir)},
         "dotnet-monitor.sock"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *path = world_text("%s/%s", dir, cases[i].path);
        struct portside *p = portside_start(
            &(struct portside_options){.connect = true, .env = {cases[i].env[0], cases[i].env[1]}});
        struct fake_runtime *r = fake_runtime_start(&(struct fake_options){.port = path});

        CHECK_AT(cases[i].label, fake_runtime_wait(r, FAKE_RESUME, 1, 5000));
        CHECK_AT(cases[i].label, portside_wait_count(p, 1, 5000));
        const cJSON *info = json_of(portside_get(p, "/info"));
        CHECK_AT(cases[i].label, strcmp(json_text(info, "diagnosticPortName"), path) == 0);
    }
}

static void test_authentication(void)
{
    static const char *const protected[] = {"/processes", "/process", "/env",
                                            "/info",      "/dump",    "/operations"};
    struct portside *p = portside_start(&(struct portside_options){.authenticate = true});

    for (size_t i = 0; i < sizeof protected / sizeof protected[0]; i++) {
        const struct http *h = portside_get(p, protected[i]);
        const char *scheme = http_header(h, "WWW-Authenticate");

        CHECK_AT(protected[i], h -> status == 401 && *h -> body == '\0');
        const char *difference = golden_difference("D2-noconfig-noauth", h);

        CHECK_AT(difference, !difference);
        CHECK_AT(protected[i], scheme && strcmp(scheme, "Bearer") == 0);
    }
    const struct http *h = http_run(&(struct http_request){
        .url = world_text("%s/processes", p->base), .headers = {"Authorization: Bearer x.y.z"}});
    CHECK(h->status == 401);
    CHECK(portside_get(p, "/healthz")->status == 200);
    CHECK(portside_get(p, "/readyz")->status == 200);
    CHECK_AT("unknown is 404", portside_get(p, "/nosuch")->status == 404);
}

static void test_simple_log(void)
{
    struct portside *p = portside_start(NULL);
    const char *log = proc_output(p->proc);

    CHECK(lines_with(log, "info: Microsoft.Hosting.Lifetime[14]") == 2);
    CHECK(lines_with(log, "info: Microsoft.Hosting.Lifetime[0]") >= 1);
    CHECK(lines_with(log, "warn: Microsoft.Diagnostics.Tools.Monitor.Startup[13]") == 1);
    CHECK_AT("no unknown settings", lines_with(log, "does not know") == 0);
    CHECK(lines_with(log, world_text("Connection mode: Listen at '%s'", p->socket)) == 1);
}

WORLD_SUITE("component/lifecycle", {"signals end it", test_signals_end_it},
            {"second signal", test_second_signal}, {"end within grace", test_end_within_grace},
            {"stuck console", test_stuck_console}, {"closed console", test_closed_console},
            {"closed standard files", test_closed_standard_files},
            {"descriptor limit", test_descriptor_limit},
            {"end with clients", test_end_with_clients}, {"stdin", test_stdin},
            {"cannot start", test_cannot_start}, {"address in use", test_address_in_use},
            {"command line", test_command_line},
            {"peer settings are tolerated", test_peer_settings_are_tolerated},
            {"layers of urls", test_layers_of_urls},
            {"ports by configuration", test_ports_by_configuration},
            {"authentication", test_authentication}, {"simple log", test_simple_log})
