/*
 * What each kind of app can be asked for: every route on every app, judged by what comes. The
 * table is docs/support-matrix.md; with PORTSIDE_REWRITE=1 it is written anew instead of compared.
 *
 * A route is a row, an app a column; routes that this server does not have yet have no row.
 */
#include <stdlib.h>
#include <unistd.h>

#include "tests/support/core_file.h"
#include "tests/support/dotnet.h"
#include "tests/support/files.h"
#include "tests/support/trace_file.h"
#include "tests/support/world.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])
#define FILE_NAME "docs/support-matrix.md"
#define RUNTIME "Microsoft-Windows-DotNETRuntime"

enum { ANSWER_MS = 120000, METRICS_MS = 40000, OBJECTS = 1000, EVENTS = 100 };

static const struct app {
    const char *name, *title;
    bool native; /* without HTTP, too */
} apps[] = {
    {"web8", ".NET 8, self-contained", false},
    {"web9", ".NET 9, self-contained", false},
    {"web10", ".NET 10, framework-dependent", false},
    {"single10", ".NET 10, one file", false},
    {"aot9", "NativeAOT (.NET 9)", true},
};

struct subject {
    const struct portside *monitor;
    struct dotnet_app *app; /* base is "" for a native one */
};

static const struct http *ask(const struct subject *s, const char *path)
{
    return http_run(&(struct http_request){.url = world_text("%s%s", s->monitor->base, path),
                                           .timeout_ms = ANSWER_MS});
}

/* The answer, while the app is asked for `work` again and again. */
static const struct http *ask_busy(const struct subject *s, const char *path, const char *work)
{
    struct http *h = http_start(&(struct http_request){
        .url = world_text("%s%s", s->monitor->base, path), .timeout_ms = ANSWER_MS});

    while (!http_wait(h, 100)) {
        if (*s->app->base)
            (void)http_get("%s%s", s->app->base, work);
    }
    return h;
}

static bool dump(const struct subject *s, const char *type)
{
    const char *file = world_text("%s/%s.dmp", files_tmpdir(), type);
    const struct http *h = http_run(
        &(struct http_request){.url = world_text("%s/dump?type=%s", s->monitor->base, type),
                               .save_to = file,
                               .timeout_ms = ANSWER_MS});
    bool whole = h->status == 200 && core_file_whole(file);

    (void)unlink(file);
    return whole;
}

static bool full_dump(const struct subject *s)
{
    return dump(s, "Full");
}

static bool heap_dump(const struct subject *s)
{
    return dump(s, "WithHeap");
}

static bool trace(const struct subject *s)
{
    const struct http *h = ask_busy(s, "/trace?profile=cpu&durationSeconds=2", "/throw");
    const struct trace_file *t = trace_file_of(h->body, h->body_size);

    return h->status == 200 && t->result == 0 && trace_file_count(t, RUNTIME) > 0 &&
           t->events > EVENTS;
}

static bool counters(const struct subject *s)
{
    const struct http *h = ask(s, "/trace?profile=metrics&durationSeconds=3");
    const struct trace_file *t = trace_file_of(h->body, h->body_size);

    return h->status == 200 && t->result == 0 && trace_file_count(t, "System.Runtime") > 0;
}

static bool flame(const struct subject *s)
{
    const struct http *h = ask_busy(
        s, "/trace?profile=cpu&durationSeconds=2&format=collapsed&kind=wall", "/burn?ms=500");

    return h->status == 200 && strstr(h->body, "Portside.TestApps.Web.") != NULL;
}

static bool gcdump(const struct subject *s)
{
    const struct http *h = ask(s, "/gcdump?format=json");

    return h->status == 200 && cJSON_IsTrue(json_at(json_of(h), "complete")) &&
           json_number(json_of(h), "objects") > OBJECTS;
}

static bool stacks(const struct subject *s)
{
    const struct http *h = ask(s, "/stacks");

    return h->status == 200 && strstr(h->body, "web.dll!") != NULL;
}

static bool logs(const struct subject *s)
{
    const struct http *h = ask_busy(s, "/logs?durationSeconds=3&level=Information", "/hello");

    return h->status == 200 && strstr(h->body, "/hello") != NULL;
}

static bool has_metrics(const struct subject *s)
{
    const char *line = strstr(ask(s, "/metrics")->body, "\nsystemruntime_gc_heap_size");

    return line && strstr(line, "\n") != NULL;
}

static bool metrics(const struct subject *s)
{
    return WAIT_UNTIL(METRICS_MS, has_metrics(s));
}

static bool livemetrics(const struct subject *s)
{
    const struct http *h = ask(s, "/livemetrics?durationSeconds=3");

    return h->status == 200 && strstr(h->body, "\"gc-heap-size\"") != NULL;
}

static bool exceptions(const struct subject *s)
{
    (void)http_get("%s/throw", s->app->base);
    const struct http *h = ask(s, "/exceptions");

    return h->status == 200 && strstr(h->body, "   at Portside.TestApps.Web.") != NULL;
}

static bool threadpool(const struct subject *s)
{
    const struct http *h = ask(s, "/diagnose/threadpool?durationSeconds=3&format=json");
    const char *verdict = h->status == 200 ? json_text(json_of(h), "verdict") : NULL;

    return verdict && strcmp(verdict, "unknown") != 0;
}

static const struct row {
    const char *path, *title;
    bool (*works)(const struct subject *s);
    bool web; /* only a web app does what it takes */
} rows[] = {
    {"/dump", "`/dump?type=Full`", full_dump, false},
    {"/dump", "`/dump?type=WithHeap`", heap_dump, false},
    {"/trace", "`/trace?profile=cpu`", trace, false},
    {"/trace", "`/trace?profile=metrics`", counters, false},
    {"/trace", "`/trace?format=collapsed` (names of methods)", flame, false},
    {"/gcdump", "`/gcdump`", gcdump, false},
    {"/stacks", "`/stacks`", stacks, false},
    {"/logs", "`/logs`", logs, true},
    {"/metrics", "`/metrics`", metrics, false},
    {"/livemetrics", "`/livemetrics`", livemetrics, false},
    {"/exceptions", "`/exceptions`", exceptions, true},
    {"/diagnose/threadpool", "`/diagnose/threadpool`", threadpool, false},
};

static void start(struct subject *s, const struct app *app)
{
    struct portside *p = portside_start(&(struct portside_options){
        .exceptions = true, .env = {"DotnetMonitor_GlobalCounter__IntervalSeconds=1"}});

    s->monitor = p;
    if (!app->native) {
        s->app = dotnet_web(p, app->name, 0);
        return;
    }
    s->app = dotnet_start(
        &(struct dotnet_options){.name = app->name, .port = p->socket, .arg = "600000"});
    REQUIRE(portside_wait_count(p, 1, DOTNET_START_MS));
}

/* Routes that answer 404 or 501 come later. */
static void find_rows(const struct portside *p, bool there[COUNT_OF(rows)])
{
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        long status = http_get("%s%s?pid=4294967", p->base, rows[i].path)->status;
        there[i] = status != 501 && status != 404;
    }
}

static void ask_all(const struct app *app, const bool there[COUNT_OF(rows)],
                    bool works[COUNT_OF(rows)])
{
    struct subject s;

    start(&s, app);
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        works[i] = there[i] && !(app->native && rows[i].web) && rows[i].works(&s);
    CHECK_AT(app->name, app->native ? !proc_wait(s.app->proc, 0) : dotnet_says_hello(s.app));
    proc_kill_group(s.app->proc);
    (void)portside_stop((struct portside *)(uintptr_t)s.monitor);
}

static const char *cell(const struct app *app, const struct row *row, bool works)
{
    if (app->native && row->web)
        return "not tried";
    return works ? "yes" : "no";
}

static const char *table(const bool there[COUNT_OF(rows)],
                         bool works[COUNT_OF(apps)][COUNT_OF(rows)])
{
    const char *text = "# What each kind of app can be asked for\n\n"
                       "Made by a test that asks each and looks at what comes "
                       "(tests/system/test_support_matrix.c); the NativeAOT app there is "
                       "no web app and logs nothing. Linux x64.\n\n|";
    const char *line = "\n|---";

    for (size_t k = 0; k < COUNT_OF(apps); k++) {
        text = world_text("%s | %s", text, apps[k].title);
        line = world_text("%s|---", line);
    }
    text = world_text("%s |%s|\n", text, line);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        if (!there[i])
            continue;
        text = world_text("%s| %s", text, rows[i].title);
        for (size_t k = 0; k < COUNT_OF(apps); k++)
            text = world_text("%s | %s", text, cell(&apps[k], &rows[i], works[k][i]));
        text = world_text("%s |\n", text);
    }
    return text;
}

static void test_matrix(void)
{
    bool there[COUNT_OF(rows)], works[COUNT_OF(apps)][COUNT_OF(rows)] = {0};
    const char *before = files_read(FILE_NAME, NULL);

    for (size_t k = 0; k < COUNT_OF(apps); k++) {
        if (!dotnet_have(apps[k].name))
            return;
    }
    struct portside *p = portside_without_metrics();
    find_rows(p, there);
    (void)portside_stop(p);
    for (size_t k = 0; k < COUNT_OF(apps); k++)
        ask_all(&apps[k], there, works[k]);
    const char *now = table(there, works);
    if (getenv("PORTSIDE_REWRITE"))
        CHECK(files_write(FILE_NAME, now, strlen(now)));
    else
        CHECK_AT(now, before && strcmp(before, now) == 0);
}

WORLD_SUITE("system/support_matrix", {"matrix", test_matrix})
