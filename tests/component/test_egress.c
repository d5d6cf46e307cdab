/* ?egressProvider= on every route: recorded answers, files, failures, ends that come too early. */
#include <regex.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/fake_runtime.h"
#include "tests/support/files.h"
#include "tests/support/golden.h"
#include "tests/support/trace_world.h"
#include "tests/support/world.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])
enum { DUMP_SIZE = 1 << 20, HELD_AT = 256 << 10, LONG_MS = 20000 };

static const struct fake_dump held_dump = {.size = DUMP_SIZE, .hold_after = HELD_AT};

/* A daemon with the destinations "artifacts" (folder `place`) and "moved" (by way of another). */
struct egress_world {
    struct portside *p;
    struct fake_runtime *r;
    const char *place, *moved, *between;
};

static struct egress_world begin_with(const struct fake_options *app,
                                      const struct portside_options *more)
{
    const char *dir = files_tmpdir();
    struct egress_world w = {.place = world_text("%s/egress/here", dir),
                             .moved = world_text("%s/moved", dir),
                             .between = world_text("%s/between", dir)};
    struct portside_options o = more ? *more : (struct portside_options){0};
    struct fake_options fake = *app;
    const char *const env[] = {
        world_text("DotnetMonitor_Egress__FileSystem__artifacts__DirectoryPath=%s", w.place),
        world_text("DotnetMonitor_Egress__FileSystem__moved__DirectoryPath=%s", w.moved),
        world_text("DotnetMonitor_Egress__FileSystem__moved__IntermediateDirectoryPath=%s",
                   w.between),
        "DotnetMonitor_Metrics__Enabled=false",
    };
    size_t n = 0;

    while (o.env[n])
        n++;
    for (size_t i = 0; i < COUNT_OF(env); i++)
        o.env[n + i] = env[i];
    w.p = portside_start(&o);
    fake.port = w.p->socket;
    fake.command_line = "/usr/share/dotnet/dotnet";
    w.r = fake_runtime_start(&fake);
    REQUIRE(portside_wait_count(w.p, 1, LONG_MS));
    return w;
}

static struct egress_world begin(const struct fake_dump *dump)
{
    return begin_with(&(struct fake_options){.dump = *dump}, NULL);
}

static void check_golden(const char *name, const struct http *h)
{
    const char *difference = golden_difference(name, h);

    CHECK_AT(world_text("%s: %s", name, difference), !difference);
}

/* Asks, compares with the recorded 202, and returns the operation's address. */
static const char *egress(const struct egress_world *w, const char *golden, const char *path)
{
    const struct http *h = http_run(&(struct http_request){
        .url = world_text("%s%s", w->p->base, path), .headers = {"Accept: */*"}});
    const char *location = http_header(h, "Location");

    check_golden(golden, h);
    CHECK_AT(path, h->body[0] == '\0' && strcmp(http_header(h, "Content-Length"), "0") == 0);
    REQUIRE(location && strncmp(location, w->p->base, strlen(w->p->base)) == 0);
    return world_text("%s", location);
}

static const char *status_of(const char *url)
{
    return json_text(json_of(http_get("%s", url)), "status");
}

static bool wait_status(const char *url, const char *status)
{
    return WAIT_UNTIL(LONG_MS, strcmp(status_of(url), status) == 0);
}

static bool is_empty(const char *folder)
{
    return files_count(folder) <= 0;
}

/* Two answers of the peer: 202 at once, then 201 with the place. */
static void test_dump(void)
{
    struct egress_world w = begin(&(struct fake_dump){.size = DUMP_SIZE});
    const char *url =
        egress(&w, "B-dump-egress", "/dump?type=Mini&egressProvider=artifacts&tags=a,b");
    struct stat st;

    REQUIRE(wait_status(url, "Succeeded"));
    const struct http *h = http_get("%s", url);
    check_golden("B-op-dump-succeeded", h);
    const cJSON *op = json_of(h);
    const char *path = json_text(op, "resourceLocation");
    CHECK_AT(path, strncmp(path, w.place, strlen(w.place)) == 0 &&
                       strncmp(path + strlen(w.place), "/core_20", 8) == 0);
    CHECK(strcmp(json_text(op, "egressProviderName"), "artifacts") == 0);
    CHECK(cJSON_IsNull(json_at(op, "error")) && strcmp(json_text(op, "tags[1]"), "b") == 0);
    CHECK(files_size(path) == DUMP_SIZE && files_count(w.place) == 1);
    CHECK(stat(path, &st) == 0 && (st.st_mode & 0777) == 0644);
    check_golden("B-ops-list-tags2", portside_get(w.p, "/operations?tags=a,b"));
    CHECK(portside_nothing_left(w.p));
}

static const struct {
    const char *golden, *path;
    bool waits; /* runs until it is cancelled */
} routes[] = {
    {"B-logs-egress", "/logs?durationSeconds=30&egressProvider=artifacts", true},
    {"B-livemetrics-egress", "/livemetrics?durationSeconds=30&egressProvider=artifacts", true},
    {"B-gcdump-egress", "/gcdump?egressProvider=artifacts", false},
    {"G-stacks-egress", "/stacks?egressProvider=artifacts", false},
    {"B-dump-egress", "/trace?durationSeconds=-1&egressProvider=artifacts", true},
    {"B-dump-egress", "/dump?egressprovider=ARTIFACTS", true}, /* the last: the app then waits */
};

static void test_routes(void)
{
    struct egress_world w =
        begin_with(&(struct fake_options){.dump = held_dump, .trace = trace_world_sample()}, NULL);

    for (size_t i = 0; i < COUNT_OF(routes); i++) {
        const char *url = egress(&w, routes[i].golden, routes[i].path);
        if (routes[i].waits)
            CHECK_AT(routes[i].path, wait_status(url, "Running"));
        const struct http *cancel = http_delete("%s", url);
        if (routes[i].waits)
            check_golden("B-op-delete", cancel);
    }
    CHECK(WAIT_UNTIL(LONG_MS, is_empty(w.place)));
}

static void test_refused(void)
{
    struct egress_world w = begin(&(struct fake_dump){0});

    check_golden("B-dump-badegress", portside_get(w.p, "/dump?type=Mini&egressProvider=nosuch"));
    check_golden("B-trace-badegress",
                 portside_get(w.p, "/trace?durationSeconds=1&egressProvider=nosuch"));
    CHECK_AT("no operation", cJSON_GetArraySize(json_of(portside_get(w.p, "/operations"))) == 0);
    CHECK(fake_runtime_received(w.r, FAKE_ANY_DUMP) == 0);
}

static void test_no_http_egress(void)
{
    struct egress_world w = begin_with(&(struct fake_options){.dump = {.size = DUMP_SIZE}},
                                       &(struct portside_options){.args = {"--no-http-egress"}});

    check_golden("D4-nohttpegress-dump", portside_get(w.p, "/dump?type=Mini"));
    CHECK(wait_status(egress(&w, "B-dump-egress", "/dump?egressProvider=artifacts"), "Succeeded"));
}

/* Streamed and egressed ones count together, and each that ends makes room. */
static void test_limit(void)
{
    const struct fake_trace t = trace_world_sample();
    struct egress_world w = begin_with(&(struct fake_options){.trace = t}, NULL);
    const char *urls[3];

    for (int i = 0; i < 3; i++) {
        urls[i] = egress(&w, "B-dump-egress", "/trace?durationSeconds=-1&egressProvider=artifacts");
        CHECK(wait_status(urls[i], "Running"));
    }
    static const char *const more[] = {"?durationSeconds=1&egressProvider=artifacts",
                                       "?durationSeconds=1"};
    for (size_t i = 0; i < COUNT_OF(more); i++)
        check_golden("B-429-trace-egress", http_get("%s/trace%s", w.p->base, more[i]));
    for (int i = 0; i < 3; i++) {
        check_golden("B-op-stop", http_delete("%s?stop=true", urls[i]));
        CHECK(wait_status(urls[i], "Succeeded"));
        const cJSON *op = json_of(http_get("%s", urls[i]));
        CHECK(files_size(json_text(op, "resourceLocation")) == (int64_t)(t.size + t.rundown_size));
    }
    CHECK(files_count(w.place) == 3);
}

static const char *const providers[] = {"artifacts", "moved"};

/* Cancelled half way: the peer leaves what it has, we leave nothing. */
static void test_cancel(void)
{
    for (size_t i = 0; i < COUNT_OF(providers); i++) {
        struct egress_world w = begin(&held_dump);
        const char *url =
            egress(&w, "B-dump-egress", world_text("/dump?egressProvider=%s", providers[i]));
        CHECK(wait_status(url, "Running"));
        CHECK(http_delete("%s?stop=true", url)->status == 400);
        check_golden("B-op-delete", http_delete("%s", url));
        check_golden("B-op-cancelled", http_get("%s", url));
        check_golden("B-op-delete-again", http_delete("%s", url));
        fake_runtime_open_gate(w.r);
        CHECK(portside_nothing_left(w.p));
        CHECK(is_empty(w.place) && is_empty(w.moved) && is_empty(w.between));
    }
}

/* The words of createdump are in the operation; nothing is in the folder. */
static void test_dump_fails(void)
{
    static const char text[] = "[createdump] Problem suspending thread";
    struct egress_world w =
        begin(&(struct fake_dump){.size = HELD_AT, .hresult = FAKE_E_FAIL, .text = text});
    const char *url =
        egress(&w, "F-dump-ptrace-refused-egress", "/dump?type=Mini&egressProvider=artifacts");

    REQUIRE(wait_status(url, "Failed"));
    const struct http *h = http_get("%s", url);
    check_golden("F-op-dump-failed", h);
    CHECK(strcmp(json_text(json_of(h), "error.code"), "400") == 0);
    CHECK(strstr(json_text(json_of(h), "error.message"), text) != NULL);
    CHECK(is_empty(w.place));
}

static void test_process_ends(void)
{
    struct egress_world w = begin(&(struct fake_dump){.size = HELD_AT, .die = true});
    const char *url = egress(&w, "B-dump-egress", "/dump?egressProvider=artifacts");

    fake_runtime_stop(w.r);
    CHECK(wait_status(url, "Failed"));
    CHECK(is_empty(w.place));
    CHECK(portside_nothing_left(w.p));
}

static void check_failed(const struct egress_world *w, const char *provider, const char *word)
{
    const char *url = egress(w, "B-dump-egress", world_text("/dump?egressProvider=%s", provider));

    CHECK_AT(provider, wait_status(url, "Failed"));
    const cJSON *op = json_of(http_get("%s", url));
    const char *message = json_text(op, "error.message");
    CHECK_AT(message, strstr(message, word) && strstr(message, "Cure: "));
    CHECK(cJSON_IsNull(json_at(op, "resourceLocation")));
    CHECK(portside_nothing_left(w->p));
}

static void check_works(const struct egress_world *w)
{
    for (size_t i = 0; i < COUNT_OF(providers); i++)
        CHECK(wait_status(
            egress(w, "B-dump-egress", world_text("/dump?egressProvider=%s", providers[i])),
            "Succeeded"));
}

/* No file may grow beyond half of the dump: as a full disk. The daemon itself goes on. */
static void test_no_room(void)
{
    struct egress_world w = begin(&(struct fake_dump){.size = DUMP_SIZE});
    const struct rlimit small = {DUMP_SIZE / 2, RLIM_INFINITY},
                        none = {RLIM_INFINITY, RLIM_INFINITY};

    check_works(&w);
    int fds = portside_fds(w.p);
    REQUIRE(prlimit(w.p->proc->pid, RLIMIT_FSIZE, &small, NULL) == 0);
    for (size_t i = 0; i < COUNT_OF(providers); i++)
        check_failed(&w, providers[i], "larger than is allowed");
    CHECK(files_count(w.place) == 1 && files_count(w.moved) == 1 && is_empty(w.between));
    CHECK_AT("descriptors", WAIT_UNTIL(LONG_MS, portside_fds(w.p) <= fds));
    REQUIRE(prlimit(w.p->proc->pid, RLIMIT_FSIZE, &none, NULL) == 0);
    check_works(&w);
    CHECK(files_count(w.place) == 2 && files_count(w.moved) == 2 && is_empty(w.between));
}

/* A folder that cannot be made, or written. */
static void test_bad_folder(void)
{
    struct egress_world w = begin(&(struct fake_dump){.size = DUMP_SIZE});

    CHECK(files_write(w.moved, "a file", 6));
    check_failed(&w, "moved", "is no folder");
    CHECK(files_size(w.moved) == 6 && is_empty(w.between));
}

/* root may write everywhere, so another user runs the daemon then. */
static void test_no_right(void)
{
    const struct portside_options o = {.uid = geteuid() == 0 ? 65534 : 0};
    struct egress_world w = begin_with(&(struct fake_options){.dump = {.size = DUMP_SIZE}}, &o);
    char *folder = world_text("%s", w.place);

    *strrchr(folder, '/') = '\0';
    REQUIRE(mkdir(folder, 0555) == 0);
    check_failed(&w, "artifacts", "Permission denied");
    CHECK(is_empty(folder));
}

/* Whatever ends the server in the middle of it, no half artifact has its name. */
static void test_server_ends(void)
{
    static const int signals[] = {SIGTERM, SIGKILL};

    for (size_t i = 0; i < COUNT_OF(signals) * COUNT_OF(providers); i++) {
        int number = signals[i / COUNT_OF(providers)];
        const char *provider = providers[i % COUNT_OF(providers)];
        struct egress_world w = begin(&held_dump);
        const char *url =
            egress(&w, "B-dump-egress", world_text("/dump?egressProvider=%s", provider));
        CHECK(wait_status(url, "Running"));
        proc_signal(w.p->proc, number);
        CHECK(proc_wait(w.p->proc, LONG_MS));
        CHECK(proc_exit_code(w.p->proc) == (number == SIGKILL ? 128 + SIGKILL : 0));
        CHECK(is_empty(w.place) && is_empty(w.moved) && is_empty(w.between));
    }
}

/* Who took what, with the bytes that are in the file. */
static void test_audit(void)
{
    struct egress_world w =
        begin_with(&(struct fake_options){.dump = {.size = DUMP_SIZE}},
                   &(struct portside_options){.env = {"DotnetMonitor_Audit__Enabled=true"}});
    const char *url = egress(&w, "B-dump-egress", "/dump?egressProvider=moved");

    REQUIRE(wait_status(url, "Succeeded"));
    const char *path = json_text(json_of(http_get("%s", url)), "resourceLocation");
    const char *sum = NULL;
    REQUIRE(proc_run(&(struct proc_options){.argv = (const char *const[]){"sha256sum", path, NULL},
                                            .output = world_text("%s/sum", files_tmpdir())},
                     LONG_MS, &sum) == 0);
    const char *line =
        world_text("to moved: Succeeded, %d bytes, sha256 %.64s, operation", DUMP_SIZE, sum);
    CHECK_AT(line, strstr(proc_output(w.p->proc), line) != NULL);
}

/* The lines that scripts wait for. */
static void test_lines(void)
{
    struct egress_world w = begin_with(
        &(struct fake_options){.dump = {.size = DUMP_SIZE}},
        &(struct portside_options){.env = {"Logging__LogLevel__Microsoft.Diagnostics=Debug"}});
    const char *url = egress(&w, "B-dump-egress", "/dump?egressProvider=artifacts");

    REQUIRE(wait_status(url, "Succeeded"));
    const char *path = json_text(json_of(http_get("%s", url)), "resourceLocation");
    const char *log = proc_output(w.p->proc);
    static const char *const want[] = {
        "dbug: Microsoft.Diagnostics.Tools.Monitor.Egress.FileSystem.FileSystemEgressExtension[11]",
        "Provider FileSystem: Invoking stream action.",
        "dbug: Microsoft.Diagnostics.Tools.Monitor.Egress.FileSystem.FileSystemEgressExtension[12]",
        "Provider FileSystem: Saved stream to ",
        "info: Microsoft.Diagnostics.Monitoring.WebApi.EgressOperation[4]",
    };
    for (size_t i = 0; i < COUNT_OF(want); i++)
        CHECK_AT(want[i], strstr(log, want[i]) != NULL);
    CHECK(strstr(log, world_text("Egressed artifact to %s\n", path)) != NULL);
    CHECK_AT("in the scope of the artifact alone",
             strstr(log, "EgressOperation[4]\n      => ArtifactType:dump ArtifactSource_") != NULL);
}

static long egress_status(const struct egress_world *w, const char *provider)
{
    return http_get("%s/dump?egressProvider=%s", w->p->base, provider)->status;
}

/* A destination comes and goes with the settings. */
static void test_reload(void)
{
    const char *dir = files_tmpdir(), *file = world_text("%s/settings.json", dir);
    const char *with =
        world_text("{\"Egress\":{\"FileSystem\":{\"late\":{\"DirectoryPath\":\"%s/late\"}}}}", dir);

    CHECK(files_write(file, "{}", 2));
    struct egress_world w =
        begin_with(&(struct fake_options){.dump = {.size = DUMP_SIZE}},
                   &(struct portside_options){.args = {"--configuration-file-path", file}});
    CHECK(egress_status(&w, "late") == 400);
    CHECK(files_write(file, with, strlen(with)));
    CHECK(WAIT_UNTIL(LONG_MS, egress_status(&w, "late") == 202));
    CHECK(portside_wait_operation(w.p, "Succeeded", LONG_MS));
    CHECK(files_count(world_text("%s/late", dir)) == 1);
    CHECK(files_write(file, "{}", 2));
    CHECK(WAIT_UNTIL(LONG_MS, egress_status(&w, "late") == 400));
}

WORLD_SUITE("component/egress", {"dump", test_dump}, {"routes", test_routes},
            {"refused", test_refused}, {"no http egress", test_no_http_egress},
            {"limit", test_limit}, {"cancel", test_cancel}, {"dump fails", test_dump_fails},
            {"process ends", test_process_ends}, {"no room", test_no_room},
            {"bad folder", test_bad_folder}, {"no right", test_no_right},
            {"server ends", test_server_ends}, {"audit", test_audit}, {"lines", test_lines},
            {"reload", test_reload})
