/* /diagnose/threadpool of real runtimes: each condition of a pool gets its own verdict. */
#include "tests/support/dotnet.h"
#include "tests/support/world.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])
#define APP "starve.dll!Portside.TestApps.Starve."

enum { SETTLED_MS = 60 * 1000 };

static const char *const apps[] = {"starve10", "starve9", "starve8"};

/* Verdicts that are true of it. A busy machine leaves too little CPU to tell some from others. */
static const struct {
    const char *mode, *verdicts[3], *cause, *says;
} conditions[] = {
    {"sync",
     {"starvation"},
     "sync-over-async",
     "block in " APP "Orders.Handle -> System.Threading.Tasks.Task.Wait (sync over async)"},
    {"lock", {"starvation"}, "lock", "block in " APP "Ledger.Write"},
    {"contend", {"lock-contention", "cpu-saturation"}, NULL, ""},
    {"cpu", {"cpu-saturation"}, NULL, "workers run"},
    {"healthy", {"healthy", "cpu-saturation", "backlog"}, NULL, ""},
    {"idle", {"idle", "healthy", "cpu-saturation"}, NULL, ""},
};

static const struct http *ask(const struct portside *p, const char *query)
{
    return http_run(&(struct http_request){
        .url = world_text("%s/diagnose/threadpool%s", p->base, query), .timeout_ms = SETTLED_MS});
}

static bool is_one_of(const char *verdict, const char *const *list, size_t count)
{
    for (size_t i = 0; i < count && list[i]; i++) {
        if (strcmp(verdict, list[i]) == 0)
            return true;
    }
    return false;
}

/* The condition takes a while to come about; then it lasts. */
static const cJSON *settled(const struct portside *p, size_t i)
{
    const cJSON *json = NULL;
    int64_t end = clock_monotonic_ms() + SETTLED_MS;

    do {
        const struct http *h = ask(p, "?durationSeconds=2&format=json");
        CHECK_AT(h->body, h->status == 200);
        json = json_of(h);
        REQUIRE(json != NULL);
    } while (!is_one_of(json_text(json, "verdict"), conditions[i].verdicts, 3) &&
             clock_monotonic_ms() < end);
    return json;
}

static void check_condition(const char *app, const struct portside *p, size_t i)
{
    const cJSON *json = settled(p, i), *cause = json_at(json, "cause");
    const char *label = world_text("%s %s: %s: %s", app, conditions[i].mode,
                                   json_text(json, "verdict"), json_text(json, "text"));
    bool waits = strcmp(app, "starve8") != 0;

    printf("%s\n", label);
    CHECK_AT(label, is_one_of(json_text(json, "verdict"), conditions[i].verdicts, 3));
    CHECK_AT(label, strstr(json_text(json, "text"), conditions[i].says) != NULL);
    CHECK_AT(label, !conditions[i].cause ||
                        (cause && strcmp(cause->valuestring, conditions[i].cause) == 0));
    CHECK_AT(label, cJSON_IsNull(json_at(json, "otherWaits")) == !waits);
    CHECK_AT(label, json_at(json, "queueLength.samples[0]") != NULL);
    CHECK_AT(label, strcmp(json_text(json, "process.name"), "starve") == 0);
}

static void check_stacks(const char *app, const struct portside *p)
{
    const struct http *h = ask(p, "?durationSeconds=1");

    CHECK_AT(h->body, h->status == 200 && strncmp(h->body, "Starvation: ", 12) == 0);
    CHECK_AT(h->body, strstr(h->body, "Where the pool's workers block\n\n") &&
                          strstr(h->body, ", sync over async:\n    System.Private.CoreLib.dll!"));
    CHECK_AT(h->body, strstr(h->body, "\n    " APP "Orders.Handle\n") != NULL);
    CHECK_AT(app, strcmp(http_header(h, "Content-Type"), "text/plain") == 0);
}

static void test_condition(size_t i)
{
    for (size_t k = 0; k < COUNT_OF(apps); k++) {
        if (!dotnet_have(apps[k]))
            continue;
        struct portside *p = portside_start(
            &(struct portside_options){.env = {"DotnetMonitor_GlobalCounter__IntervalSeconds=1"}});
        struct dotnet_app *app = dotnet_start(&(struct dotnet_options){
            .name = apps[k], .port = p->socket, .arg = conditions[i].mode});
        REQUIRE(WAIT_UNTIL(DOTNET_START_MS, strstr(proc_output(app->proc), "starve: ")));
        REQUIRE(portside_wait_count(p, 1, DOTNET_START_MS));
        check_condition(apps[k], p, i);
        if (i == 0)
            check_stacks(apps[k], p);
        CHECK(!proc_wait(app->proc, 0));
        proc_kill_group(app->proc);
        (void)portside_stop(p);
    }
}

static void test_sync(void)
{
    test_condition(0);
}

static void test_lock(void)
{
    test_condition(1);
}

static void test_contention(void)
{
    test_condition(2);
}

static void test_cpu(void)
{
    test_condition(3);
}

static void test_healthy(void)
{
    test_condition(4);
}

static void test_idle(void)
{
    test_condition(5);
}

WORLD_SUITE("system/threadpool", {"sync over async", test_sync}, {"a lock", test_lock},
            {"contention", test_contention}, {"CPU", test_cpu}, {"healthy", test_healthy},
            {"idle", test_idle})
