/*
 * /livemetrics of real runtimes: two at once, and beside the scrape. What the values are is
 * compared with dotnet-counters in test_dotnet_counters.c.
 */
#include <stdlib.h>

#include "tests/support/dotnet.h"
#include "tests/support/world.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])
#define BODY                                                                                       \
    "{\"includeDefaultProviders\":false,\"providers\":[{\"providerName\":\"Portside.Counters\"}]," \
    "\"meters\":[{\"meterName\":\"Portside.Meters\"}]}"

static const char *const apps[] = {"meters10", "meters9", "meters8"};

static struct portside *server(void)
{
    return portside_start(&(struct portside_options){
        .args = {"--metrics", "false"}, .env = {"DotnetMonitor_GlobalCounter__IntervalSeconds=1"}});
}

static struct dotnet_app *meters(const struct portside *p, const char *name)
{
    struct dotnet_app *app =
        dotnet_start(&(struct dotnet_options){.name = name, .port = p->socket});

    REQUIRE(portside_wait_count(p, 1, DOTNET_START_MS));
    REQUIRE(WAIT_UNTIL(DOTNET_START_MS, strstr(proc_output(app->proc), "running") != NULL));
    return app;
}

static struct http_request request_to(const struct portside *p, const char *query)
{
    return (struct http_request){.method = "POST",
                                 .url = world_text("%s/livemetrics?%s", p->base, query),
                                 .body = BODY,
                                 .headers = {"Content-Type: application/json"}};
}

/* Two at once share what the runtime measures; what ends, and what throws, is said in the log. */
static void test_together(void)
{
    for (size_t i = 0; i < COUNT_OF(apps); i++) {
        if (!dotnet_have(apps[i]))
            continue;
        struct portside *p = server();
        struct dotnet_app *app = meters(p, apps[i]);
        struct http_request brief = request_to(p, "durationSeconds=2"),
                            whole = request_to(p, "durationSeconds=6");
        struct http *first = http_start(&brief), *second = http_start(&whole);
        REQUIRE(http_wait(first, 10000) && http_wait(second, 20000));
        CHECK_AT(first->body, strstr(first->body, "\"m.count\"") != NULL);
        /* The one that stays is not silenced by the other's end. */
        const char *last = strrchr(second->body, 0x1e);
        REQUIRE(last != NULL && first->body[0] == 0x1e);
        CHECK_AT(last, strcmp(world_text("%.40s", last),
                              world_text("%.40s", strrchr(first->body, 0x1e))) > 0);
        unsigned counts = 0;
        for (const char *at = second->body; (at = strstr(at, "\"name\":\"m.count\"")) != NULL; at++)
            counts++;
        CHECK_AT(world_text("%s: %u values of m.count", apps[i], counts), counts >= 8);
        const char *log = proc_output(p->proc);
        CHECK(strstr(log, "The counter m.ends ended") != NULL);
        CHECK(!strstr(log, "m.observed.count ended"));
        CHECK(strstr(log, "as it should") != NULL);
        CHECK(strstr(second->body, "\"meterTags\":\"team=blue\",\"instrumentTags\":\"kind=h\"") !=
              NULL);
        proc_kill_group(app->proc);
        (void)portside_stop(p);
    }
}

static bool has_sessions(const struct portside *p, int count)
{
    return strstr(http_get("%s/metrics", p->metrics)->body,
                  world_text("\nportside_sessions %d\n", count)) != NULL;
}

/* What the settings name comes out of the scrape's session, with what the instruments are. */
static void test_with_scrape(void)
{
    for (size_t i = 0; i < COUNT_OF(apps); i++) {
        if (!dotnet_have(apps[i]))
            continue;
        struct portside *p = portside_start(&(struct portside_options){
            .env = {"DotnetMonitor_GlobalCounter__IntervalSeconds=1",
                    "DotnetMonitor_Metrics__Meters__0__MeterName=Portside.Meters"}});
        struct dotnet_app *app = meters(p, apps[i]);
        REQUIRE(WAIT_UNTIL(DOTNET_START_MS, strstr(http_get("%s/metrics", p->metrics)->body,
                                                   "portsidemeters_m_count") != NULL));
        struct http *h = http_start(
            &(struct http_request){.url = world_text("%s/livemetrics?durationSeconds=3", p->base)});
        REQUIRE(WAIT_UNTIL(5000, atomic_load(&h->received) > 0));
        CHECK_AT(apps[i], has_sessions(p, 1));
        REQUIRE(http_wait(h, 10000));
        CHECK_AT(h->body, strstr(h->body, "\"m.count\"") &&
                              strstr(h->body, "\"meterTags\":\"team=blue\",\"instrumentTags\":"));
        proc_kill_group(app->proc);
        (void)portside_stop(p);
    }
}

WORLD_SUITE("system/livemetrics", {"together", test_together}, {"with scrape", test_with_scrape})
