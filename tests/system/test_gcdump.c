/* Heap snapshots of real runtimes: complete, with names, a planted list with what holds it, and
 * memory that does not grow with the heap. */
#include "src/cli/heap.h"
#include "tests/support/command.h"
#include "tests/support/dotnet.h"
#include "tests/support/files.h"
#include "tests/support/heap_maker.h"
#include "tests/support/trace_file.h"
#include "tests/support/world.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])
#define NODE "Portside.TestApps.Web.ListNode"

/* Sanitizers need memory of their own. */
enum { PLANTED = 1000000, RSS_KB = 40 * 1024, SNAPSHOT_MS = 60000, SESSIONS = 64 };

static const char *const web_apps[] = {"web10", "web9", "web8"};

static const struct http *snapshot(const struct portside *p, const char *query)
{
    return http_run(&(struct http_request){.url = world_text("%s/gcdump%s", p->base, query),
                                           .timeout_ms = SNAPSHOT_MS});
}

/* The type's row; NULL: none. */
static const cJSON *row_of(const cJSON *heap, const char *type)
{
    const cJSON *row;

    cJSON_ArrayForEach(row, json_at(heap, "types"))
    {
        if (strcmp(json_text(row, "type"), type) == 0)
            return row;
    }
    return NULL;
}

static bool is_held_by(const cJSON *row, const char *text)
{
    const cJSON *step;

    cJSON_ArrayForEach(step, json_at(row, "path"))
    {
        if (strstr(step->valuestring, text))
            return true;
    }
    return false;
}

static void check_list(const char *name, const struct portside *p, const struct dotnet_app *app)
{
    (void)http_get("%s/objects?n=%d", app->base, PLANTED);
    const struct http *h = snapshot(p, "?format=json");
    const cJSON *heap = json_of(h), *row = row_of(heap, NODE);

    CHECK_AT(name, h->status == 200 && row != NULL);
    const char *complete = http_header(h, "X-GCDump-Complete");
    CHECK_AT(name, complete && strcmp(complete, "true") == 0);
    if (!row)
        return;
    const char *label = world_text("%s: %.0f nodes, %.0f retained", name, json_number(row, "count"),
                                   json_number(row, "retained"));
    CHECK_AT(label, json_number(row, "count") == PLANTED);
    CHECK_AT(label, json_number(row, "bytes") == 40.0 * PLANTED);
    CHECK_AT(label, json_number(row, "retained") > 40.0 * PLANTED);
    CHECK_AT(label, json_number(row, "retained") == json_number(row, "largestRetained"));
    CHECK_AT(label, is_held_by(row, "static var") && is_held_by(row, NODE));
    CHECK_AT(label, strcmp(json_text(row, "module"), "web.dll") == 0);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
    long kb = (long)proc_status_number(p->proc->pid, "VmHWM");
    CHECK_AT(world_text("%s: %ld KiB", name, kb), kb > 0 && kb < RSS_KB);
#endif
}

static void test_web_apps(void)
{
    for (size_t i = 0; i < COUNT_OF(web_apps); i++) {
        if (!dotnet_have(web_apps[i]))
            continue;
        struct portside *p = portside_without_metrics();
        struct dotnet_app *app = dotnet_web(p, web_apps[i], 0);
        struct error err;
        const struct http *h = snapshot(p, "");
        CHECK_AT(web_apps[i], h->status == 200);
        struct heap_graph *g = heap_maker_load(h->body, h->body_size, 0, &err);
        CHECK_AT(web_apps[i], g && g->objects > 5000);
        check_list(web_apps[i], p, app);
        CHECK_AT(web_apps[i], dotnet_says_hello(app));
        proc_kill_group(app->proc);
        (void)portside_stop(p);
    }
}

static const char *saved_snapshot(const struct portside *p, const char *name)
{
    const char *path = world_text("%s/%s.gcdump", files_tmpdir(), name);
    const struct http *h = snapshot(p, "");

    REQUIRE(h->status == 200 && files_write(path, h->body, h->body_size));
    return path;
}

/* Between two snapshots a list has grown: it is on top, by how much, and what holds it is told. */
static void test_leak(void)
{
    enum { BEFORE = 5000, LEAKED = 20000 };
    if (!dotnet_have("web10"))
        return;
    struct portside *p = portside_start(NULL);
    struct dotnet_app *app = dotnet_web(p, "web10", 0);

    (void)http_get("%s/objects?n=%d", app->base, BEFORE);
    const char *before = saved_snapshot(p, "before");
    (void)http_get("%s/objects?n=%d", app->base, LEAKED);
    const char *after = saved_snapshot(p, "after");
    struct command_result r = COMMAND_RUN(heapdiff_main, before, after, "--format", "json");
    const cJSON *top = json_at(json_parse(r.out), "types[0]");

    REQUIRE(r.code == 0 && top != NULL);
    CHECK_AT(r.out, strcmp(json_text(top, "type"), NODE) == 0);
    CHECK_AT(r.out,
             json_number(top, "count") == LEAKED && json_number(top, "bytes") == 40 * LEAKED);
    CHECK_AT(r.out, json_number(top, "countNow") == BEFORE + LEAKED);
    CHECK_AT(r.out, is_held_by(top, "List<" NODE ">.Lists]"));
    r = COMMAND_RUN(heapdiff_main, before, after, "-n", "1");
    CHECK_AT(r.out, r.code == 0 && strstr(r.out, "      +20,000  ") && strstr(r.out, NODE));
}

static void test_native(void)
{
    if (!dotnet_have("aot9"))
        return;
    struct portside *p = portside_without_metrics();
    struct dotnet_app *app =
        dotnet_start(&(struct dotnet_options){.name = "aot9", .port = p->socket, .arg = "120000"});

    REQUIRE(portside_wait_count(p, 1, DOTNET_START_MS));
    const struct http *h = snapshot(p, "");
    CHECK(h->status == 400 && strstr(h->body, "NativeAOT") != NULL);
    CHECK(!proc_wait(app->proc, 0));
}

static void test_connect(void)
{
    if (!dotnet_have("web10"))
        return;
    struct portside *p = portside_start(&(struct portside_options){
        .connect = true, .env = {"DotnetMonitor_Metrics__Enabled=false"}});
    struct dotnet_app *app = dotnet_start(&(struct dotnet_options){.name = "web10", .tmp = p->tmp});

    REQUIRE(dotnet_wait_hello(app, DOTNET_START_MS));
    REQUIRE(WAIT_UNTIL(5000, portside_listed(p, (uint64_t)app->proc->pid) != NULL));
    const struct http *h = snapshot(p, world_text("?format=csv&pid=%d", (int)app->proc->pid));

    CHECK(h->status == 200 && strstr(h->body, "\"System.String\",\"System.Private.CoreLib.dll\","));
    CHECK(trace_free_sessions(dotnet_socket(app)) == SESSIONS);
}

WORLD_SUITE("system/gcdump", {"web apps", test_web_apps}, {"leak", test_leak},
            {"NativeAOT", test_native}, {"Connect mode", test_connect})
