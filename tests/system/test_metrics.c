/* /metrics of real apps: every runtime's counters within an interval or two, instruments with their
 * tags, several apps, apps and monitors that are restarted. */
#include <glob.h>
#include <stdlib.h>

#include "tests/support/dotnet.h"
#include "tests/support/files.h"
#include "tests/support/trace_file.h"
#include "tests/support/world.h"

enum {
    INTERVAL_MS = 1000,
    SPARE_MS = 5000,
    RETRY_MS = 30000,
    REQUESTS = 7,
    SESSIONS = 64,
    TAKEN_S = 7,
    TRACE_HEAD = 200
};

static const char *const every_second = "DotnetMonitor_GlobalCounter__IntervalSeconds=1";

static const char *page_of(const struct portside *p)
{
    const struct http *h = http_get("%s/metrics", p->base);

    CHECK(h->status == 200);
    return h->body;
}

/* The value of the last line that begins with `series`; -1 when there is none. */
static double value_of(const struct portside *p, const char *series)
{
    const char *page = page_of(p), *line = page, *found = NULL;
    size_t size = strlen(series);

    for (; line; line = strchr(line, '\n'), line = line ? line + 1 : NULL) {
        if (strncmp(line, series, size) == 0)
            found = line + size;
    }
    return found ? strtod(found, NULL) : -1;
}

static bool wait_value(const struct portside *p, const char *series, double at_least)
{
    return WAIT_UNTIL(2 * INTERVAL_MS + SPARE_MS, value_of(p, series) >= at_least);
}

static void ask_app(const struct dotnet_app *app)
{
    for (int i = 0; i < REQUESTS; i++)
        CHECK(http_get("%s/hello", app->base)->status == 200);
}

static const char *const apps[] = {"web10", "web9", "web8"};

/* ASP.NET Core counts requests although it is not asked for its events of them. */
static void test_counters(void)
{
    for (size_t i = 0; i < sizeof apps / sizeof apps[0]; i++) {
        if (!dotnet_have(apps[i]))
            continue;
        struct portside *p = portside_start(&(struct portside_options){.env = {every_second}});
        struct dotnet_app *app = dotnet_web(p, apps[i], 0);
        CHECK_AT(apps[i], wait_value(p, "systemruntime_working_set_bytes ", 1e6));
        ask_app(app);
        CHECK_AT(apps[i], wait_value(p, "microsoftaspnetcorehosting_total_requests ", REQUESTS));
        CHECK_AT(apps[i], value_of(p, "systemruntime_threadpool_thread_count ") >= 0);
        CHECK_AT(apps[i], value_of(p, "portside_lost_events_total ") == 0);
        double events = value_of(p, "portside_events_total ");
        ask_app(app);
        CHECK_AT("no event for a request",
                 wait_value(p, "microsoftaspnetcorehosting_total_requests ", 2 * REQUESTS));
        CHECK_AT(apps[i], value_of(p, "portside_events_total ") > events);
        proc_kill_group(app->proc);
    }
}

/* Two routes are two series of one instrument. */
static void test_instruments(void)
{
    static const char series[] =
        "microsoftaspnetcorehosting_http_server_request_duration_s{http_request_method=\"GET\", "
        "http_response_status_code=\"200\", http_route=\"%s\"";

    for (size_t i = 0; i < sizeof apps / sizeof apps[0]; i++) {
        if (!dotnet_have(apps[i]))
            continue;
        struct portside *p = portside_start(&(struct portside_options){
            .env = {every_second,
                    "DotnetMonitor_Metrics__Meters__0__MeterName=Microsoft.AspNetCore.Hosting"}});
        struct dotnet_app *app = dotnet_web(p, apps[i], 0);
        REQUIRE(wait_value(p, "systemruntime_working_set_bytes ", 1e6));
        ask_app(app);
        CHECK(http_get("%s/ready", app->base)->status == 200);
        CHECK_AT(apps[i], wait_value(p, world_text(series, "/hello"), -0.5));
        CHECK_AT(apps[i], wait_value(p, world_text(series, "/ready"), -0.5));
        proc_kill_group(app->proc);
    }
}

static const char *up_of(const struct dotnet_app *app)
{
    return world_text("portside_up{pid=\"%d\"", (int)app->proc->pid);
}

static bool has(const struct portside *p, const char *text)
{
    return strstr(page_of(p), text) != NULL;
}

/* Two apps are told apart; one that ends takes its series along, its successor has its own. */
static void test_two_apps(void)
{
    if (!dotnet_have("web10"))
        return;
    struct portside *p = portside_start(&(struct portside_options){.env = {every_second}});
    struct dotnet_app *a = dotnet_web(p, "web10", 0), *b = dotnet_web(p, "web10", 0);
    const char *of_a = world_text("systemruntime_working_set_bytes{pid=\"%d\"", (int)a->proc->pid);
    const char *of_b = world_text("systemruntime_working_set_bytes{pid=\"%d\"", (int)b->proc->pid);

    CHECK(WAIT_UNTIL(2 * INTERVAL_MS + SPARE_MS, has(p, of_a) && has(p, of_b)));
    CHECK(has(p, up_of(a)) && has(p, up_of(b)));
    proc_kill_group(a->proc);
    CHECK(WAIT_UNTIL(SPARE_MS, !has(p, up_of(a))));
    CHECK(!has(p, of_a) && has(p, up_of(b)));
    struct dotnet_app *c = dotnet_web(p, "web10", 0);
    const char *of_c = world_text("systemruntime_working_set_bytes{pid=\"%d\"", (int)c->proc->pid);
    CHECK(WAIT_UNTIL(2 * INTERVAL_MS + SPARE_MS, has(p, of_c) && has(p, of_b)));
    CHECK(!has(p, of_a));
}

/* The app goes on while its monitor is killed and started anew; its sessions do not add up. */
static void test_monitor_restarts(void)
{
    if (!dotnet_have("web10"))
        return;
    struct portside *p = portside_start(&(struct portside_options){.env = {every_second}});
    struct dotnet_app *app = dotnet_web(p, "web10", 0);

    CHECK(wait_value(p, "systemruntime_working_set_bytes ", 1e6));
    for (int i = 0; i < 2; i++) {
        if (i == 0)
            CHECK(portside_stop(p) == 0);
        else
            proc_kill_group(p->proc);
        p = portside_start(&(struct portside_options){.env = {every_second}, .dir = p->dir});
        CHECK(WAIT_UNTIL(SPARE_MS, portside_count(p) == 1));
        CHECK(wait_value(p, "systemruntime_working_set_bytes ", 1e6));
        CHECK(has(p, up_of(app)) && dotnet_says_hello(app));
        CHECK(value_of(p, "portside_sessions ") == 1);
    }
}

static const char *socket_of(const struct dotnet_app *app)
{
    const char *pattern =
        world_text("%s/dotnet-diagnostic-%d-*-socket", app->tmp, (int)app->proc->pid);
    glob_t found = {0};

    REQUIRE(glob(pattern, 0, NULL, &found) == 0 && found.gl_pathc == 1);
    const char *path = world_text("%s", found.gl_pathv[0]);
    globfree(&found);
    return path;
}

/* Others have all 64 sessions of the runtime: told, and asked again until one is free. */
static void test_all_in_use(void)
{
    if (!dotnet_have("web10"))
        return;
    const char *tmp = files_tmpdir();
    struct dotnet_app *app = dotnet_start(&(struct dotnet_options){.name = "web10", .tmp = tmp});
    REQUIRE(dotnet_wait_hello(app, DOTNET_START_MS));
    struct trace_taken *taken = trace_take_sessions(socket_of(app));
    struct portside *p = portside_start(
        &(struct portside_options){.connect = true, .tmp = tmp, .env = {every_second}});

    CHECK(WAIT_UNTIL(SPARE_MS, strstr(http_get("%s/info", p->base)->body, "\"unavailable\"")));
    CHECK(has(p, world_text("%s", "reason=\"unavailable\"")));
    CHECK(trace_give_back(taken) == SESSIONS);
    CHECK(WAIT_UNTIL(RETRY_MS, value_of(p, "systemruntime_working_set_bytes ") > 1e6));
    CHECK(!strstr(http_get("%s/info", p->base)->body, "\"metrics\":["));
    CHECK(!has(p, "reason=\"unavailable\""));
    CHECK(portside_stop(p) == 0);
    CHECK_AT("its session is stopped", trace_free_sessions(socket_of(app)) == SESSIONS);
    CHECK(dotnet_says_hello(app));
}

static void test_disabled(void)
{
    if (!dotnet_have("web10"))
        return;
    struct portside *p =
        portside_start(&(struct portside_options){.env = {"DotnetMonitor_Metrics__Enabled=false"}});

    (void)dotnet_web(p, "web10", 0);
    CHECK(http_get("%s/metrics", p->base)->status == 400);
    CHECK(portside_stop(p) == 0);
}

static void set_meters(const char *file, const char *meters)
{
    const char *text = world_text("{\"Metrics\":{\"Meters\":[%s]}}", meters);

    REQUIRE(files_write(file, text, strlen(text)));
}

/* Another tool has the meters of the app, in a session of its own (15) or with other settings (17).
 */
static struct http *take_meters(const struct portside *p, const char *session)
{
    return http_start(&(struct http_request){
        .method = "POST",
        .url = world_text("%s/trace?durationSeconds=%d", p->base, TAKEN_S),
        .headers = {"Content-Type: application/json"},
        .body = world_text("{\"Providers\":[{\"Name\":\"System.Diagnostics.Metrics\","
                           "\"Keywords\":\"0x2\",\"EventLevel\":\"Informational\",\"Arguments\":{"
                           "\"SessionId\":\"%s\",\"Metrics\":\"Portside.Meters\","
                           "\"RefreshInterval\":\"3\",\"MaxTimeSeries\":\"1000\","
                           "\"MaxHistograms\":\"20\",\"ClientId\":\"another tool\"}}]}",
                           session)});
}

static bool says_collision(const struct portside *p)
{
    return strstr(page_of(p), "reason=\"collision\"} 1\n") != NULL;
}

/* Not as often as WAIT_UNTIL() would ask. */
static bool has_meters(const struct portside *p)
{
    world_pause_ms(200);
    return strstr(page_of(p), "\nportsideexact_x_asked") != NULL;
}

/* The series come when the other tool has left, without a new session from us. */
static void test_collision(void)
{
    static const char *const rows[][2] = {{"meters10", "their own"}, {"meters8", "SHARED"}};

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (!dotnet_have(rows[i][0]))
            continue;
        const char *file = world_text("%s/settings.json", files_tmpdir());
        set_meters(file, "");
        struct portside *p = portside_start(&(struct portside_options){
            .args = {"--configuration-file-path", file}, .env = {every_second}});
        const struct dotnet_app *app =
            dotnet_start(&(struct dotnet_options){.name = rows[i][0], .port = p->socket});
        REQUIRE(WAIT_UNTIL(DOTNET_START_MS,
                           strstr(proc_output(app->proc), "running") && portside_count(p) == 1));
        struct http *taken = take_meters(p, rows[i][1]);
        REQUIRE(WAIT_UNTIL(RETRY_MS, atomic_load(&taken->received) > TRACE_HEAD));
        set_meters(file, "{\"MeterName\":\"Portside.Exact\"}");
        CHECK_AT(rows[i][0], WAIT_UNTIL(RETRY_MS, says_collision(p)));
        CHECK_AT("in /info", strstr(http_get("%s/info", p->base)->body, "\"collision\"") != NULL);
        REQUIRE(http_wait(taken, TAKEN_S * 1000 + RETRY_MS));
        CHECK_AT(rows[i][0], WAIT_UNTIL(3 * RETRY_MS, has_meters(p)));
        CHECK_AT(rows[i][0], WAIT_UNTIL(RETRY_MS, !says_collision(p)));
        CHECK(!strstr(http_get("%s/info", p->base)->body, "\"collision\""));
        proc_kill_group(app->proc);
        (void)portside_stop(p);
    }
}

WORLD_SUITE("system/metrics", {"counters", test_counters}, {"instruments", test_instruments},
            {"two apps", test_two_apps}, {"monitor restarts", test_monitor_restarts},
            {"all in use", test_all_in_use}, {"disabled", test_disabled},
            {"collision", test_collision})
