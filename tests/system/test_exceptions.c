/* Exceptions of real runtimes: planted ones of all kinds, from the first line of Main on, also in
 * Connect mode and in apps that were there before; a burst; and what that costs the app. */
#include <signal.h>
#include <stdlib.h>

#include "tests/support/dotnet.h"
#include "tests/support/world.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])
#define T "Portside.TestApps.Exceptions."
#define P T "PlantedException"
#define NO_METRICS "DotnetMonitor_Metrics__Enabled=false"
#define E "DotnetMonitor_InProcessFeatures__Exceptions__"

enum {
    PATIENCE = 30 * 1000,
    BURST_MS = 120 * 1000,
    RSS_KIB = 24 * 1024, /* with names of a runtime read; idle it is below 5 MiB */
    LONG_MESSAGE = 30000
};

static const char *const apps[] = {"exceptions10", "exceptions9", "exceptions8"};

static struct portside *monitor(bool connect, const char *limit)
{
    return portside_start(
        &(struct portside_options){.exceptions = true,
                                   .connect = connect,
                                   .env = {NO_METRICS, world_text(E "TopLevelLimit=%s", limit)}});
}

static struct dotnet_app *start_app(const struct portside *p, const char *name, const char *mode)
{
    struct dotnet_app *app = dotnet_start(&(struct dotnet_options){
        .name = name, .port = mode ? p->socket : NULL, .mode = mode, .tmp = mode ? NULL : p->tmp});

    REQUIRE(WAIT_UNTIL(DOTNET_START_MS, strstr(proc_output(app->proc), "exceptions: started")));
    REQUIRE(portside_wait_count(p, 1, DOTNET_START_MS));
    return app;
}

static void end_app(struct portside *p, struct dotnet_app *app)
{
    CHECK_AT("the app lives", !proc_wait(app->proc, 0));
    proc_kill_group(app->proc);
    (void)portside_stop(p);
}

static const struct http *ask(const struct portside *p, const char *accept, const char *body)
{
    return http_run(
        &(struct http_request){.method = body ? "POST" : NULL,
                               .url = world_text("%s/exceptions", p->base),
                               .body = body,
                               .headers = {world_text("Accept: %s", accept),
                                           body ? "Content-Type: application/json" : NULL}});
}

/* Records as a list. */
static const cJSON *records(const struct portside *p, const char *body)
{
    const struct http *h = ask(p, "application/x-ndjson", body);
    cJSON *list = cJSON_CreateArray();

    CHECK_AT(h->body, h->status == 200);
    for (const char *at = h->body, *end; (end = strchr(at, '\n')); at = end + 1)
        (void)cJSON_AddItemToArray(list, cJSON_ParseWithLength(at, (size_t)(end - at)));
    return list;
}

static void end_list(void *arg)
{
    cJSON_Delete(arg);
}

static const cJSON *find(const cJSON *list, const char *type, const char *begins)
{
    const cJSON *it;

    cJSON_ArrayForEach(it, list)
    {
        if (strcmp(json_text(it, "typeName"), type) == 0 &&
            strncmp(json_text(it, "message"), begins, strlen(begins)) == 0)
            return it;
    }
    return NULL;
}

/* Lives until the test has ended. */
static const cJSON *records_with(const struct portside *p, const char *message)
{
    const cJSON *list = NULL;

    (void)WAIT_UNTIL(PATIENCE, (cJSON_Delete((cJSON *)(uintptr_t)list),
                                find(list = records(p, NULL), P, message) != NULL));
    world_at_end(end_list, (void *)(uintptr_t)list);
    CHECK_AT(message, find(list, P, message) != NULL);
    return list;
}

static void plant(const struct dotnet_app *app)
{
    proc_signal(app->proc, SIGUSR1);
    REQUIRE(WAIT_UNTIL(PATIENCE, strstr(proc_output(app->proc), "set 1 planted")));
}

/* Its topmost frames are these methods, "Class.Method" each. */
static const struct {
    const char *type, *message, *frames[3];
    bool inner;
} planted[] = {
    {P,
     "with \"quotes\",\nnew\r\nlines, \t tabs and <tags> \\ \xc3\xa9 \xe6\xbc\xa2 \xf0\x9f\x98\x80",
     {T "Thrower.Throw", T "Planted.Quotes", T "Planted.Catch"},
     false},
    {P, "mmmmm", {T "Planted+<>c.<All>b__0_2", T "Planted.Catch"}, false},
    {P, "lone \xef\xbf\xbd surrogate, nul ", {T "Planted.Hostile", T "Planted.Catch"}, false},
    {"System.InvalidOperationException", "the inner one", {T "Planted.WithInner"}, false},
    {P, "the outer one", {T "Planted.WithInner", T "Planted.Catch"}, true},
    {P, "thrown again", {T "Planted.Rethrown", T "Planted.Catch"}, false},
    {T "GenericException`1[System.Collections.Generic.List`1[System.Int32]]",
     "generic",
     {T "Box`1+Inner[System.__Canon].Fail", T "Planted.Catch"},
     false},
    {"NestedException", "nested type", {T "Planted+<>c.<All>b__0_4", T "Planted.Catch"}, false},
    {"System.FormatException", "", {NULL}, false},
    {P, "on thread 0", {T "Planted+<>c__DisplayClass7_0.<Threads>b__4", T "Planted.Catch"}, false},
    {P, "async", {T "Planted+<FailAsync>d__8.MoveNext"}, false},
    {T "OwnMessageException", "", {T "Planted+<>c.<All>b__0_1", T "Planted.Catch"}, false},
};

static bool has_frames(const cJSON *record, const char *const *frames)
{
    for (int i = 0; i < 3 && frames[i]; i++) {
        const char *type = json_text(record, world_text("stack.frames[%d].typeName", i));
        const char *method = json_text(record, world_text("stack.frames[%d].methodName", i));
        if (strcmp(world_text("%s.%s", type, method), frames[i]) != 0)
            return false;
    }
    return true;
}

static const char *printed(const cJSON *record)
{
    char *text = cJSON_PrintUnformatted(record);
    const char *copy = world_text("%.3000s", text ? text : "none");

    cJSON_free(text);
    return copy;
}

static void check_planted(const char *app, const cJSON *list)
{
    for (size_t i = 0; i < COUNT_OF(planted); i++) {
        const cJSON *r = find(list, planted[i].type, planted[i].message);
        const char *label = world_text("%s: %s in %s", app, planted[i].message, printed(r));
        CHECK_AT(label, r && has_frames(r, planted[i].frames));
        CHECK_AT(label, cJSON_IsTrue(json_at(r, "hasInnerException")) == planted[i].inner);
    }
    const char *message = json_text(find(list, P, "mmmmm"), "message");
    CHECK_AT(app,
             strlen(message) == LONG_MESSAGE + 3 && strcmp(message + LONG_MESSAGE, "END") == 0);
    CHECK_AT("above 64 KiB the runtime tells nothing", !find(list, P, "nnnnn"));
    const cJSON *quotes = find(list, P, "with");
    CHECK(strcmp(json_text(quotes, "moduleName"), "exceptions.dll") == 0);
    CHECK(strcmp(json_text(quotes, "stack.frames[0].parameterTypes[1]"), "System.Int32") == 0);
    CHECK(strncmp(json_text(quotes, "stack.frames[0].moduleVersionId"), "00000000", 8) != 0);
}

static void check_threads(const cJSON *list)
{
    double ids[3];

    for (int i = 0; i < 3; i++) {
        ids[i] = json_number(find(list, P, world_text("on thread %d", i)), "stack.threadId");
        CHECK_AT("a thread of its own", ids[i] > 0 && (i == 0 || ids[i] != ids[i - 1]));
    }
    CHECK(json_number(find(list, P, "with"), "stack.threadId") ==
          json_number(find(list, P, "the outer one"), "stack.threadId"));
}

/* A suspended start: what Main throws first is there. */
static void test_planted(void)
{
    for (size_t i = 0; i < COUNT_OF(apps); i++) {
        if (!dotnet_have(apps[i]))
            continue;
        struct portside *p = monitor(false, "1000");
        struct dotnet_app *app = start_app(p, apps[i], "suspend");
        plant(app);
        const cJSON *list = records_with(p, "async");
        check_planted(apps[i], list);
        check_threads(list);
        const cJSON *first = find(list, P, "the first thing that Main does");
        CHECK_AT(apps[i], first && strstr(printed(first), "Program+<>c"));
        const struct http *h = ask(p, "text/plain", NULL);
        CHECK_AT(h->body, strstr(h->body, P ": with \"quotes\",\nnew\r\nlines, ") &&
                              strstr(h->body, "\n   at " T "Thrower.Throw(String,Int32)\n   at " T
                                              "Planted.Quotes\n"));
        CHECK(strcmp(http_header(h, "X-Exceptions-Complete"), "true") == 0);
        end_app(p, app);
    }
}

/* The app was there before; nothing was set up for us. */
static void test_connect(void)
{
    for (size_t i = 0; i < COUNT_OF(apps); i++) {
        if (!dotnet_have(apps[i]))
            continue;
        struct portside *p = monitor(true, "1000");
        struct dotnet_app *app = start_app(p, apps[i], NULL);
        REQUIRE(WAIT_UNTIL(PATIENCE, ask(p, "text/plain", NULL)->status == 200));
        /* The session may begin a moment after the process is listed. */
        REQUIRE(WAIT_UNTIL(PATIENCE, (proc_signal(app->proc, SIGUSR1), world_pause_ms(500),
                                      strstr(ask(p, "text/plain", NULL)->body, ": async"))));
        check_planted(apps[i], records_with(p, "async"));
        end_app(p, app);
    }
}

static const struct {
    const char *body;
    size_t count;
    const char *message;
} filters[] = {
    {"{\"include\":[{\"methodName\":\"Quotes\"}]}", 0, ""},
    {"{\"include\":[{\"methodName\":\"Throw\",\"typeName\":\"" T "Thrower\"}]}", 1, "with"},
    {"{\"include\":[{\"exceptionType\":\"" T "Outer+NestedException\"}]}", 1, "nested type"},
    {"{\"include\":[{\"typeName\":\"" T "Box`1+Inner\"}]}", 1, "generic"},
    {"{\"include\":[{\"moduleName\":\"System.Private.CoreLib.dll\"}],"
     "\"exclude\":[{\"exceptionType\":\"" P "\"}]}",
     1, "The input string"},
};

static void test_filters(void)
{
    if (!dotnet_have(apps[0]))
        return;
    struct portside *p = monitor(false, "1000");
    struct dotnet_app *app = start_app(p, apps[0], "suspend");

    plant(app);
    (void)records_with(p, "async");
    for (size_t i = 0; i < COUNT_OF(filters); i++) {
        const cJSON *list = records(p, filters[i].body);
        world_at_end(end_list, (void *)(uintptr_t)list);
        CHECK_AT(filters[i].body, cJSON_GetArraySize(list) == (int)filters[i].count);
        CHECK_AT(filters[i].body, strncmp(json_text(list, "[0].message"), filters[i].message,
                                          strlen(filters[i].message)) == 0);
    }
    end_app(p, app);
}

/* Compiled to native code: types, messages and threads, no names of methods. Its session begins
 * about as late as Main. */
static void test_native(void)
{
    if (!dotnet_have("exceptionsaot9"))
        return;
    struct portside *p = monitor(false, "1000");
    struct dotnet_app *app = start_app(p, "exceptionsaot9", "suspend");

    REQUIRE(WAIT_UNTIL(PATIENCE, (proc_signal(app->proc, SIGUSR1), world_pause_ms(500),
                                  strstr(ask(p, "text/plain", NULL)->body, ": async"))));
    const cJSON *list = records_with(p, "async");
    CHECK(find(list, P, "with \"quotes\",\nnew\r\nlines, ") != NULL);
    CHECK(find(list, T "OwnMessageException", "made by the property") != NULL);
    CHECK(find(list, T "Outer+NestedException", "nested type") != NULL);
    check_threads(list);
    end_app(p, app);
}

/* "exceptions: burst thrown N work W ns C": the numbers behind a word of the app's last burst. */
static long burst(const struct dotnet_app *app, const char *word)
{
    const char *output = proc_output(app->proc), *at = strstr(output, "exceptions: burst ");

    at = at ? strstr(at, word) : NULL;
    return at ? strtol(at + strlen(word), NULL, 10) : -1;
}

struct cost {
    long work, ns;
};

static struct cost run_burst(const char *name, bool watched)
{
    struct portside *p =
        portside_start(&(struct portside_options){.exceptions = watched, .env = {NO_METRICS}});
    struct dotnet_app *app = start_app(p, name, "nosuspend");

    proc_signal(app->proc, SIGUSR2);
    REQUIRE(WAIT_UNTIL(BURST_MS, burst(app, "ns ") > 0));
    CHECK(burst(app, "thrown ") >= 29000);
    if (watched) {
        const struct http *h = ask(p, "text/plain", NULL);
        CHECK_AT(h->body, h->status == 200 && strcmp(http_header(h, "X-Exceptions"), "20") == 0);
        CHECK_AT(h->body, strstr(h->body, "\n   at " T "Burst.Deep(Int32)\n"));
        long peak = proc_status_number(p->proc->pid, "VmHWM");
        printf("%s: 10,000/s, then as many as can be: peak RSS %ld KiB, %s events lost\n", name,
               peak, http_header(h, "X-Events-Lost"));
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
        CHECK_AT(world_text("%ld KiB", peak), peak > 0 && peak < RSS_KIB);
#endif
    }
    struct cost c = {burst(app, "work "), burst(app, "ns ")};
    end_app(p, app);
    return c;
}

/* In CPU time of the throwing thread. Printed, not judged: the machine has other work. */
static void test_burst(void)
{
    for (size_t i = 0; i < COUNT_OF(apps); i++) {
        if (!dotnet_have(apps[i]))
            continue;
        struct cost off = run_burst(apps[i], false), on = run_burst(apps[i], true);
        printf("%s: at 10,000/s %.1f %% less work; a throw takes %ld ns instead of %ld\n", apps[i],
               100.0 * (double)(off.work - on.work) / (double)off.work, on.ns, off.ns);
    }
}

WORLD_SUITE("system/exceptions", {"planted", test_planted}, {"connect", test_connect},
            {"filters", test_filters}, {"native", test_native}, {"burst", test_burst})
