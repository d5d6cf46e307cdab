/* Profiles of real runtimes over HTTP: each kind by the names of what the app does, as others read
 * them, and nothing of them stays in the app. */
#include <dirent.h>
#include <signal.h>

#include "src/base/cleanup.h"
#include "tests/support/dotnet.h"
#include "tests/support/files.h"
#include "tests/support/trace_file.h"
#include "tests/support/world.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

enum { LEAVERS = 100, SESSIONS = 64, CANNOT_RUN = 77 };

static const char *const web_apps[] = {"web10", "web9", "web8"};

static struct http *start(const struct portside *p, const char *path)
{
    return http_start(&(struct http_request){.url = world_text("%s%s", p->base, path)});
}

/* Work of every kind until the answer is there. */
static bool work_until_ended(const struct dotnet_app *app, struct http *h)
{
    static const char *const paths[] = {"/burn?ms=20", "/throw", "/objects?n=20000", "/free"};
    int64_t end = clock_monotonic_ms() + 30000;

    for (size_t i = 0; !atomic_load(&h->ended) && clock_monotonic_ms() < end; i++)
        (void)http_get("%s%s", app->base, paths[i % COUNT_OF(paths)]);
    return http_wait(h, 1000);
}

static const struct {
    const char *query, *frames[3];
} kinds[] = {
    {"kind=cpu", {"web!Portside.TestApps.Web.Load.Burn(int32)"}},
    {"kind=wall",
     {"web!Portside.TestApps.Web.Load.Burn(int32)", "web!Program.<Main>$(class System.String[])"}},
    {"kind=alloc",
     {"web!Portside.TestApps.Web.Memory.KeepNodes(int32)", "Portside.TestApps.Web.ListNode"}},
    {"kind=exceptions",
     {"web!Portside.TestApps.Web.Failures.Inner(class System.String)",
      "System.InvalidOperationException"}},
    {"kind=contention", {""}},
    /* named by the user: what it brings, and names although the profile needs none itself */
    {"profile=gc-verbose&kind=alloc", {"web!Portside.TestApps.Web.Memory.KeepNodes(int32)"}},
    {"profile=Cpu", {"web!Portside.TestApps.Web.Load.Burn(int32)"}},
    {"profile=GcCollect&kind=events", {"Microsoft-Windows-DotNETRuntime/GC", "web!"}},
};

static void test_kinds(void)
{
    for (size_t i = 0; i < COUNT_OF(web_apps); i++) {
        if (!dotnet_have(web_apps[i]))
            continue;
        struct portside *p = portside_without_metrics();
        struct dotnet_app *app = dotnet_web(p, web_apps[i], 0);
        for (size_t k = 0; k < COUNT_OF(kinds); k++) {
            struct http *h = start(
                p, world_text("/trace?format=collapsed&durationSeconds=2&%s", kinds[k].query));
            REQUIRE(work_until_ended(app, h));
            const char *label = world_text("%s %s: %ld", web_apps[i], kinds[k].query, h->status);
            CHECK_AT(label, h->status == 200 && h->result == CURLE_OK);
            const char *lost = http_header(h, "X-Events-Lost"),
                       *events = http_header(h, "X-Events");
            CHECK_AT(label, lost && strcmp(lost, "0") == 0 && events && strlen(events) > 3);
            for (size_t n = 0; n < COUNT_OF(kinds[k].frames) && kinds[k].frames[n]; n++)
                CHECK_AT(world_text("%s: %s in %.3000s", label, kinds[k].frames[n], h->body),
                         strstr(h->body, kinds[k].frames[n]) != NULL);
        }
        CHECK(dotnet_says_hello(app));
        proc_kill_group(app->proc);
        (void)portside_stop(p);
    }
}

/* A native app has no sampler and tells no names; what it allocates it does tell. */
static void test_native(void)
{
    if (!dotnet_have("aot9"))
        return;
    struct portside *p = portside_without_metrics();
    struct dotnet_app *app =
        dotnet_start(&(struct dotnet_options){.name = "aot9", .port = p->socket, .arg = "120000"});

    REQUIRE(portside_wait_count(p, 1, DOTNET_START_MS));
    struct http *h = start(p, "/trace?format=flamegraph&durationSeconds=1");
    REQUIRE(http_wait(h, 20000));
    CHECK_AT(h->body, h->status == 400 && strstr(h->body, "NativeAOT") != NULL);
    h = start(p, "/trace?format=flamegraph&kind=alloc&durationSeconds=1");
    REQUIRE(http_wait(h, 20000));
    CHECK(h->status == 200);
    CHECK(!proc_wait(app->proc, 0));
}

/* Go's own tool fetches from the address and finds the method; its text. NULL: no go here. */
static const char *go_top(const struct portside *p, const struct dotnet_app *app, const char *path)
{
    const char *url = world_text("%s/debug/pprof/%s&pid=%d", p->base, path, (int)app->proc->pid);
    const char *argv[] = {"go", "tool", "pprof", "-top", "-nodecount=400", url, NULL};
    const char *home = world_text("HOME=%s", files_tmpdir());
    const char *tmp = world_text("PPROF_TMPDIR=%s", files_tmpdir());
    const char *env[] = {home, tmp, "GOFLAGS=-mod=mod", NULL}, *said = "";
    struct proc *tool = proc_spawn(&(struct proc_options){
        .argv = argv, .env = env, .output = world_text("%s/pprof.txt", files_tmpdir())});

    while (!proc_wait(tool, 0))
        (void)http_get("%s/burn?ms=20", app->base), (void)http_get("%s/objects?n=20000", app->base);
    said = proc_output(tool);
    if (proc_exit_code(tool) == 127) {
        world_skip("go is missing (scripts/install-deps --test): its pprof read nothing");
        return NULL;
    }
    CHECK_AT(said, proc_exit_code(tool) == 0);
    return said;
}

static void test_go(void)
{
    if (!dotnet_have("web10"))
        return;
    struct portside *p = portside_without_metrics();
    struct dotnet_app *app = dotnet_web(p, "web10", 0);
    const char *said = go_top(p, app, "profile?seconds=2");

    if (!said)
        return;
    CHECK_AT(said, strstr(said, "Type: cpu") && strstr(said, "Load.Burn"));
    said = go_top(p, app, "allocs?seconds=2");
    CHECK_AT(said, strstr(said, "Type: alloc") && strstr(said, "Memory.KeepNodes"));
}

static const char *socket_of(const struct dotnet_app *app)
{
    const char *prefix = world_text("dotnet-diagnostic-%d-", (int)app->proc->pid);
    cleanup(close_dir) DIR *d = opendir(app->tmp);

    for (const struct dirent *e = d ? readdir(d) : NULL; e; e = readdir(d)) {
        if (strncmp(e->d_name, prefix, strlen(prefix)) == 0)
            return world_text("%s/%s", app->tmp, e->d_name);
    }
    return "";
}

/* At every moment of a profile's life; a runtime has 64 sessions in all. */
static void test_leavers(void)
{
    for (size_t i = 0; i < COUNT_OF(web_apps); i++) {
        if (!dotnet_have(web_apps[i]))
            continue;
        struct portside *p = portside_without_metrics();
        struct dotnet_app *app = dotnet_web(p, web_apps[i], 0);
        int leavers = i == 0 ? LEAVERS : LEAVERS / 5;
        for (int k = 0; k < leavers; k++) {
            const char *url = world_text("%s/trace?format=speedscope&durationSeconds=%d&kind=%s",
                                         p->base, k % 3 - 1, k % 2 ? "alloc" : "cpu");
            struct http *h = http_start(
                &(struct http_request){.url = url, .timeout_ms = 10 + 300 * k / leavers});
            REQUIRE(http_wait(h, 10000));
            CHECK_AT(world_text("%s: %ld", url, h->status), h->status != 429);
        }
        int left = 0;
        (void)WAIT_UNTIL(15000, (left = trace_free_sessions(socket_of(app))) == SESSIONS);
        CHECK_AT(world_text("%s: %d are free", web_apps[i], left), left == SESSIONS);
        CHECK(dotnet_says_hello(app));
        struct http *h = start(p, "/trace?format=topn&durationSeconds=1");
        REQUIRE(http_wait(h, 20000));
        CHECK(h->status == 200);
        proc_kill_group(app->proc);
        (void)portside_stop(p);
    }
}

/* What was told until then is delivered; the sampler's frames have no names without a rundown. */
static void test_killed(void)
{
    if (!dotnet_have("web10"))
        return;
    struct portside *p = portside_without_metrics();
    struct dotnet_app *app = dotnet_web(p, "web10", 0);
    struct http *h = start(p, "/trace?format=collapsed&durationSeconds=-1");

    REQUIRE(portside_wait_operation(p, "Running", 10000));
    for (int i = 0; i < 50; i++)
        (void)http_get("%s/burn?ms=20", app->base);
    proc_kill_group(app->proc);
    REQUIRE(http_wait(h, 10000));
    CHECK_AT(h->body, h->status == 200 && h->result != CURLE_OK && h->body_size > 0);
    CHECK(portside_wait_operation(p, "Failed", 5000));
}

/* A browser opens the address of the flame graph itself (tests/web). */
static void test_browser(void)
{
    if (!dotnet_have("web10"))
        return;
    struct portside *p = portside_without_metrics();
    struct dotnet_app *app = dotnet_web(p, "web10", 0);
    const char *url = world_text("%s/trace?format=flamegraph&kind=cpu&durationSeconds=3", p->base);
    const char *argv[] = {"tests/web/run",
                          "live",
                          url,
                          "build/web-live",
                          "web!Portside.TestApps.Web.Load.Burn(int32)",
                          NULL};
    struct proc *tool = proc_spawn(
        &(struct proc_options){.argv = argv, .output = world_text("%s/web.txt", files_tmpdir())});

    while (!proc_wait(tool, 0))
        (void)http_get("%s/burn?ms=50", app->base);
    if (proc_exit_code(tool) == CANNOT_RUN)
        world_skip("%s", proc_output(tool));
    else
        CHECK_AT(proc_output(tool), proc_exit_code(tool) == 0);
}

WORLD_SUITE("system/trace_format", {"kinds", test_kinds}, {"native", test_native}, {"go", test_go},
            {"leavers", test_leavers}, {"killed", test_killed}, {"browser", test_browser})
