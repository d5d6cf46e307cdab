/* An app with 50 routes that exports its own metrics: portside has every one of its label sets. */
#include <stdlib.h>

#include "tests/support/dotnet.h"
#include "tests/support/world.h"

enum { ROUTES = 50, REQUESTS = 3, METRICS_MS = 30 * 1000 };

static const char name[] = "http_server_request_duration_seconds_count";

/* The count of a route on the page, -1 when it is not there. */
static double count_of(const char *page, int route)
{
    const char *label = world_text("http_route=\"/route%d/{id}\"", route);

    for (const char *at = page; (at = strstr(at, name)); at++) {
        const char *end = strchr(at, '\n'), *found = strstr(at, label);
        if (end && found && found < end)
            return strtod(strrchr(world_text("%.*s", (int)(end - at), at), ' '), NULL);
    }
    return -1;
}

/* How many routes have been counted as often as they were asked for. */
static int counted(const struct portside *p)
{
    const char *page = http_get("%s/metrics", p->metrics)->body;
    int complete = 0;

    for (int i = 0; i < ROUTES; i++)
        complete += count_of(page, i) == REQUESTS;
    return complete;
}

static bool has_series(const struct portside *p)
{
    return strstr(http_get("%s/metrics", p->metrics)->body, name) != NULL;
}

/* portside and the app, each route asked for REQUESTS times. */
static struct portside *start(const char *limit, struct dotnet_app **ret_app)
{
    struct portside *p = portside_start(&(struct portside_options){
        .env = {"Metrics__Exposition=OpenTelemetry", "GlobalCounter__IntervalSeconds=1",
                "Metrics__Meters__0__MeterName=Microsoft.AspNetCore.Hosting", limit}});
    struct dotnet_app *app = dotnet_web(p, "webroutes10", 0);

    REQUIRE(
        WAIT_UNTIL(METRICS_MS, http_get("%s/hello", app->base)->status == 200 && has_series(p)));
    for (int i = 0; i < ROUTES * REQUESTS; i++)
        REQUIRE(http_get("%s/route%d/%d", app->base, i % ROUTES, i)->status == 200);
    *ret_app = app;
    return p;
}

static bool is_limited(const struct portside *p)
{
    return strstr(http_get("%s/metrics", p->metrics)->body, "reason=\"histogram_limit\"} 1\n");
}

static void test_every_route(void)
{
    struct dotnet_app *app;

    if (!dotnet_have("webroutes10"))
        return;
    const struct portside *p = start(NULL, &app);
    CHECK(WAIT_UNTIL(METRICS_MS, counted(p) == ROUTES));
    const char *exported = http_get("%s/exporter", app->base)->body;
    for (int i = 0; i < ROUTES; i++)
        CHECK(strstr(exported, world_text("/route%d/{id} %d\n", i, REQUESTS)) != NULL);
    CHECK(!is_limited(p));
}

/* A setting wins, here the peer's default: 20 sets of labels. What is missing is said on the page.
 */
static void test_limit(void)
{
    struct dotnet_app *app;

    if (!dotnet_have("webroutes10"))
        return;
    const struct portside *p = start("GlobalCounter__MaxHistograms=20", &app);
    CHECK(WAIT_UNTIL(METRICS_MS, is_limited(p) && counted(p) > 0));
    CHECK(counted(p) < ROUTES);
}

WORLD_SUITE("system/routes", {"every route", test_every_route}, {"limit", test_limit})
