/* What a collector gets of a real application: names, units, attributes, values. */
#include <stdlib.h>

#include "tests/support/dotnet.h"
#include "tests/support/otlp_receiver.h"
#include "tests/support/world.h"

enum { PUSHED_MS = 15000, QUIET_MS = 3000 };

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

static struct portside *start(const struct otlp_receiver *r, const char *more)
{
    const struct portside_options o = {
        .env = {world_text("OTEL_EXPORTER_OTLP_ENDPOINT=%s", otlp_receiver_url(r)),
                "OTEL_EXPORTER_OTLP_HEADERS=Api-Key=s%20ecret",
                "OTEL_EXPORTER_OTLP_COMPRESSION=gzip", "OTEL_METRIC_EXPORT_INTERVAL=1000",
                "OTEL_RESOURCE_ATTRIBUTES=deployment.environment=test",
                "OTEL_BLRP_SCHEDULE_DELAY=100", "DotnetMonitor_GlobalCounter__IntervalSeconds=1",
                "DotnetMonitor_Metrics__Meters__0__MeterName=Portside.Web",
                "DotnetMonitor_Metrics__Providers__0__ProviderName=Portside.Web", more}};

    return portside_start(&o);
}

static double number(const cJSON *point, const char *name)
{
    const cJSON *v = cJSON_GetObjectItem(point, name);

    return cJSON_IsString(v)   ? strtod(v->valuestring, NULL)
           : cJSON_IsNumber(v) ? v->valuedouble
                               : -1;
}

static const char *text(const cJSON *object, const char *name)
{
    const char *s = cJSON_GetStringValue(cJSON_GetObjectItem(object, name));

    return s ? s : "";
}

static void check_faultless(struct otlp_receiver *r)
{
    CHECK(otlp_receiver_count(r) > 0);
    for (int i = 0; i < otlp_receiver_count(r); i++) {
        const struct otlp_request *q = otlp_receiver_request(r, i);
        CHECK_AT(world_text("%s: %s", q->path, q->fault ? q->fault : ""), q->fault == NULL);
        CHECK_AT(q->head, strstr(q->head, "\r\nApi-Key: s ecret\r\n") != NULL);
    }
}

/* What the application has done: 4 hits, queue at 0, durations 1 to 4 ms, level 4. */
static const struct {
    const char *scope, *name, *kind, *labels, *unit, *description;
    const char *member;
    double least, most;
} points[] = {
    {"Portside.Web", "web.hits", "sum", "method=GET,route=meter", "{hit}", "Number of hits",
     "asDouble", 4, 4},
    {"Portside.Web", "web.queued", "sum", "", "{item}", "Items in the queue", "asDouble", 0, 0},
    {"Portside.Web", "web.level", "gauge", "zone=a", "1", "A level for each zone", "asDouble", 4,
     4},
    {"Portside.Web", "web.level", "gauge", "zone=b", "1", "A level for each zone", "asDouble", 8,
     8},
    {"Portside.Web", "web.duration", "summary", "kind=x y=\"z\"", "ms", "Duration of the work",
     "count", 4, 4},
    {"Portside.Web", "web.duration", "summary", "kind=x y=\"z\"", "ms", "Duration of the work",
     "sum", 10, 10},
    {"Portside.Web", "requests", "gauge", "", "", "Requests", "asDouble", 1, 1000},
    {"Portside.Web", "request-rate", "sum", "", "count", "Request Rate", "asDouble", 0, 1000},
    {"System.Runtime", "working-set", "gauge", "", "MB", "Working Set", "asDouble", 10, 10000},
    {"System.Runtime", "gen-0-gc-count", "sum", "", "count", "Gen 0 GC Count", "asDouble", 0, 1000},
};

static void check_point(struct otlp_receiver *r, const char *service, size_t i)
{
    const char *label = points[i].name;
    const cJSON *metric = NULL, *p = NULL;

    bool right = WAIT_UNTIL(PUSHED_MS,
                            (p = otlp_receiver_point(r, service, points[i].scope, label,
                                                     points[i].kind, points[i].labels, &metric)) &&
                                number(p, points[i].member) >= points[i].least &&
                                number(p, points[i].member) <= points[i].most);
    char *shown = p ? cJSON_PrintUnformatted(p) : NULL;
    CHECK_AT(world_text("%s: %s", label, shown ? shown : "not there"), right);
    free(shown);
    CHECK_AT(world_text("%s: unit %s", label, text(metric, "unit")),
             strcmp(text(metric, "unit"), points[i].unit) == 0);
    CHECK_AT(world_text("%s: description %s", label, text(metric, "description")),
             strcmp(text(metric, "description"), points[i].description) == 0);
}

/* A sum is cumulative and keeps its start; only what only grows is monotonic. */
static void check_sums(struct otlp_receiver *r, const char *service)
{
    const cJSON *hits = NULL, *queued = NULL;
    const char *start = text(otlp_receiver_point(r, service, "Portside.Web", "web.hits", "sum",
                                                 "method=GET,route=meter", &hits),
                             "startTimeUnixNano");
    int count = otlp_receiver_count(r);

    (void)otlp_receiver_point(r, service, "Portside.Web", "web.queued", "sum", "", &queued);
    CHECK(cJSON_IsTrue(cJSON_GetObjectItem(cJSON_GetObjectItem(hits, "sum"), "isMonotonic")));
    CHECK(cJSON_IsFalse(cJSON_GetObjectItem(cJSON_GetObjectItem(queued, "sum"), "isMonotonic")));
    CHECK(number(cJSON_GetObjectItem(hits, "sum"), "aggregationTemporality") == 2);
    CHECK(WAIT_UNTIL(PUSHED_MS, otlp_receiver_count(r) > count));
    CHECK(strcmp(start, text(otlp_receiver_point(r, service, "Portside.Web", "web.hits", "sum",
                                                 "method=GET,route=meter", &hits),
                             "startTimeUnixNano")) == 0);
}

static void test_metrics(void)
{
    static const char *const apps[] = {"web10", "web9"};

    for (size_t i = 0; i < COUNT_OF(apps); i++) {
        if (!dotnet_have(apps[i]))
            continue;
        const char *service = "web"; /* also where `dotnet` runs web.dll */
        struct otlp_receiver *r = otlp_receiver_start();
        struct portside *p = start(r, NULL);
        const struct dotnet_app *app = dotnet_web(p, apps[i], 0);
        /* The instruments must be watched before they are used: rates have no past. */
        bool pushed = WAIT_UNTIL(PUSHED_MS, otlp_receiver_point(r, service, "System.Runtime",
                                                                "working-set", "gauge", "", NULL));
        int count = otlp_receiver_count(r);
        CHECK_AT(count ? otlp_receiver_request(r, count - 1)->body : "nothing came", pushed);
        REQUIRE(pushed);
        CHECK(http_get("%s/meter?n=4", app->base)->status == 200);
        for (size_t k = 0; k < COUNT_OF(points); k++)
            check_point(r, service, k);
        check_sums(r, service);
        int before = otlp_receiver_count(r);
        CHECK(portside_stop(p) == 0);
        CHECK_AT("a last push at the end", otlp_receiver_count(r) > before);
        check_faultless(r);
    }
}

static void check_log(const cJSON *record, bool has_ids)
{
    const cJSON *attributes = cJSON_GetObjectItem(record, "attributes");

    CHECK(number(record, "severityNumber") == 13 &&
          strcmp(text(record, "severityText"), "Warning") == 0);
    CHECK_AT(text(record, "eventName"), strcmp(text(record, "eventName"), "Processed") == 0);
    CHECK(strcmp(otlp_attribute(attributes, "logrecord.event.id"), "7") == 0);
    CHECK(strcmp(otlp_attribute(attributes, "Item"), "widget") == 0);
    CHECK(strcmp(otlp_attribute(attributes, "Index"), "2") == 0);
    CHECK(strcmp(otlp_attribute(attributes, "OrderId"), "42") == 0);
    CHECK(strcmp(otlp_attribute(attributes, "RequestPath"), "/log") == 0);
    CHECK(strlen(text(record, "traceId")) == (has_ids ? 32 : 0));
    CHECK(strlen(text(record, "spanId")) == (has_ids ? 16 : 0));
    CHECK(number(record, "timeUnixNano") > 1.6e18);
}

static void check_error(const cJSON *record)
{
    const cJSON *attributes = cJSON_GetObjectItem(record, "attributes");
    const char *trace = otlp_attribute(attributes, "exception.stacktrace");

    CHECK(number(record, "severityNumber") == 17);
    CHECK_AT(otlp_attribute(attributes, "exception.type"),
             strcmp(otlp_attribute(attributes, "exception.type"),
                    "System.InvalidOperationException") == 0);
    CHECK(strcmp(otlp_attribute(attributes, "exception.message"), "boom") == 0);
    CHECK_AT(trace, strncmp(trace, "System.InvalidOperationException: boom", 38) == 0);
}

static bool is_in_requests(struct otlp_receiver *r, const char *part)
{
    for (int i = 0; i < otlp_receiver_count(r); i++) {
        const struct otlp_request *q = otlp_receiver_request(r, i);
        if (q->body && strstr(q->body, part))
            return true;
    }
    return false;
}

static void test_logs(void)
{
    static const char *const names[] = {"web10", "web8"};

    for (size_t i = 0; i < COUNT_OF(names); i++) {
        if (!dotnet_have(names[i]))
            continue;
        struct otlp_receiver *r = otlp_receiver_start();
        struct portside *p = start(r, "OTEL_METRICS_EXPORTER=none");
        const struct dotnet_app *app = dotnet_web(p, names[i], 0);
        const cJSON *record;
        /* The session is there once a line has come. */
        CHECK(
            WAIT_UNTIL(PUSHED_MS, http_get("%s/log?level=Information", app->base)->status == 200 &&
                                      otlp_receiver_count(r) > 0));
        CHECK(http_get("%s/log?level=Debug", app->base)->status == 200);
        CHECK(http_get("%s/log?level=Warning&n=3", app->base)->status == 200);
        CHECK(http_get("%s/log?level=Error", app->base)->status == 200);
        CHECK(WAIT_UNTIL(PUSHED_MS, otlp_receiver_record(r, "Failed gadget number 0")));
        check_error(otlp_receiver_record(r, "Failed gadget number 0"));
        record = otlp_receiver_record(r, "Processed widget number 2 in 12.35 ms");
        CHECK_AT(names[i], record != NULL);
        check_log(record, i == 0); /* .NET 8 tells none */
        CHECK_AT("nothing below Otlp:Logs:LogLevel", !is_in_requests(r, "\"Debug\""));
        CHECK_AT("no metrics", !is_in_requests(r, "resourceMetrics"));
        CHECK(portside_stop(p) == 0);
        check_faultless(r);
    }
}

/* The end of any session with its provider takes the filters away; they are set again. */
static void test_logs_after_others(void)
{
    if (!dotnet_have("web10"))
        return;
    struct otlp_receiver *r = otlp_receiver_start();
    struct portside *p = start(r, "OTEL_METRICS_EXPORTER=none");
    const struct dotnet_app *app = dotnet_web(p, "web10", 0);

    CHECK(WAIT_UNTIL(PUSHED_MS, http_get("%s/log?level=Information", app->base)->status == 200 &&
                                    otlp_receiver_count(r) > 0));
    CHECK(http_get("%s/logs?level=Error&durationSeconds=1", p->base)->status == 200);
    CHECK(WAIT_UNTIL(PUSHED_MS, http_get("%s/log?level=Error", app->base)->status == 200 &&
                                    otlp_receiver_record(r, "Failed gadget number 0")));
    CHECK(portside_stop(p) == 0);
    check_faultless(r);
}

/* An endpoint in the app's environment is the app's affair. */
static void test_apps_environment(void)
{
    if (!dotnet_have("web10"))
        return;
    struct otlp_receiver *r = otlp_receiver_start();
    struct portside *p = portside_start(
        &(struct portside_options){.env = {"OTEL_METRIC_EXPORT_INTERVAL=1000",
                                           "DotnetMonitor_GlobalCounter__IntervalSeconds=1"}});
    const struct dotnet_app *app = dotnet_start(&(struct dotnet_options){
        .name = "web10",
        .port = p->socket,
        .env = {world_text("OTEL_EXPORTER_OTLP_ENDPOINT=%s", otlp_receiver_url(r))}});

    CHECK(dotnet_wait_hello(app, DOTNET_START_MS));
    CHECK(WAIT_UNTIL(PUSHED_MS, portside_count(p) == 1));
    CHECK(http_get("%s/log", app->base)->status == 200);
    world_pause_ms(QUIET_MS);
    CHECK(otlp_receiver_count(r) == 0);
    CHECK(portside_stop(p) == 0 && otlp_receiver_count(r) == 0);
}

/* A collector that is not there keeps neither the app nor the end waiting. */
static void test_no_collector(void)
{
    if (!dotnet_have("web10"))
        return;
    struct otlp_receiver *r = otlp_receiver_start();
    struct portside *p = start(r, NULL);
    const struct dotnet_app *app = dotnet_web(p, "web10", 0);

    otlp_receiver_stop(r);
    CHECK(http_get("%s/log?n=2000", app->base)->status == 200);
    CHECK(WAIT_UNTIL(PUSHED_MS, strstr(proc_output(p->proc), "cannot be pushed") != NULL));
    CHECK(portside_get(p, "/processes")->status == 200);
    int64_t before = clock_monotonic_ms();
    CHECK(portside_stop(p) == 0);
    CHECK(clock_monotonic_ms() - before < PUSHED_MS);
    CHECK(dotnet_says_hello(app));
}

WORLD_SUITE("system/otlp", {"metrics", test_metrics}, {"logs", test_logs},
            {"logs after others", test_logs_after_others},
            {"the app's environment", test_apps_environment}, {"no collector", test_no_collector})
