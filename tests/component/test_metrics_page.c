/* GET /metrics against the fake runtime: addresses, formats, history, an empty and a disabled one.
 */
#include "tests/support/fake_runtime.h"
#include "tests/support/files.h"
#include "tests/support/golden.h"
#include "tests/support/metrics_maker.h"
#include "tests/support/portside.h"
#include "tests/support/world.h"

enum { PID = 100001, SECOND = 1000000000, SHOWN_MS = 5000 };

#define OPENMETRICS "Accept: application/openmetrics-text; version=1.0.0"

static void add(struct metrics_maker *m, uint64_t time, const char *type, const char *value)
{
    metrics_maker_counter(m, "System.Runtime", time,
                          world_text("Name=alloc-rate|DisplayName=Allocation Rate|%s|Count=#1|"
                                     "IntervalSec=%%5|Series=Interval=5000|CounterType=%s|"
                                     "Metadata=|DisplayUnits=B",
                                     value, type));
}

/* An app that has published a counter twice. */
static struct portside *start(const char *setting)
{
    struct portside *p = portside_start(&(struct portside_options){.env = {setting}});
    struct metrics_maker *m = metrics_maker_new();
    size_t size;

    add(m, 5 * (uint64_t)SECOND, "Sum", "Increment=%1000");
    add(m, 10 * (uint64_t)SECOND, "Sum", "Increment=%500.5");
    const uint8_t *bytes = metrics_maker_end(m, &size);
    (void)fake_runtime_start(&(struct fake_options){.port = p->socket,
                                                    .pid = PID,
                                                    .command_line = "/app/counted",
                                                    .trace = {.bytes = bytes, .size = size}});
    REQUIRE(WAIT_UNTIL(SHOWN_MS, strstr(http_get("%s/metrics", p->metrics)->body, "alloc_rate")));
    return p;
}

static struct http *ask(const char *base, const char *header)
{
    return http_run(
        &(struct http_request){.url = world_text("%s/metrics", base), .headers = {header}});
}

static const char older[] = "systemruntime_alloc_rate_bytes 1000 1795320311007\n";
static const char newest[] = "systemruntime_alloc_rate_bytes 500.5 1795320316007\n";

static void test_compat(void)
{
    const struct portside *p = start(NULL);
    const char *bases[] = {p->base, p->metrics};

    for (size_t i = 0; i < 2; i++) {
        const struct http *h = ask(bases[i], i ? OPENMETRICS : NULL);
        CHECK(h->status == 200);
        CHECK(strcmp(http_header(h, "Content-Type"), "text/plain; version=0.0.4") == 0);
        CHECK(strncmp(h->body,
                      world_text("# HELP systemruntime_alloc_rate_bytes Allocation Rate\n"
                                 "# TYPE systemruntime_alloc_rate_bytes gauge\n%s%s",
                                 older, newest),
                      strlen(older) + strlen(newest)) == 0);
        CHECK(strstr(h->body, newest) && strstr(h->body, "\nportside_sessions 1\n"));
        CHECK(strstr(h->body, "\nportside_up{pid=\"100001\", process=\"counted\", uid=\"") != NULL);
    }
}

/* Prometheus is not told again what would be out of order. */
static void test_prometheus(void)
{
    const struct portside *p = start(NULL);
    const struct http *h = ask(p->metrics, "X-Prometheus-Scrape-Timeout-Seconds: 10");

    CHECK(!strstr(h->body, older) && strstr(h->body, newest));
    CHECK(strstr(ask(p->metrics, NULL)->body, older) != NULL);
}

static void test_opentelemetry(void)
{
    const struct portside *p = start("Metrics__Exposition=opentelemetry");
    const struct http *text = ask(p->metrics, "Accept: text/plain"),
                      *om = ask(p->base, OPENMETRICS);

    CHECK(strcmp(http_header(text, "Content-Type"), "text/plain; version=0.0.4; charset=utf-8") ==
          0);
    CHECK(strstr(text->body, "# TYPE system_runtime_alloc_rate_bytes_total counter\n"
                             "system_runtime_alloc_rate_bytes_total{pid=\"100001\"") != NULL);
    CHECK(strstr(text->body, "otel_scope_name=\"System.Runtime\"} 1500.5\n") != NULL);
    CHECK(strstr(text->body, "\ntarget_info{pid=\"100001\",process=\"counted\"") != NULL);
    CHECK(!strstr(text->body, "# EOF"));
    CHECK(strcmp(http_header(om, "Content-Type"),
                 "application/openmetrics-text; version=1.0.0; charset=utf-8") == 0);
    CHECK(strstr(om->body, "# TYPE system_runtime_alloc_rate_bytes counter\n") != NULL);
    CHECK(strcmp(om->body + strlen(om->body) - strlen("\n# EOF\n"), "\n# EOF\n") == 0);
}

/* Where the peer's page is empty, ours has its own metrics. */
static void test_nobody(void)
{
    static const char *const names[] = {"A-metrics-mainport", "A-metrics-no-default",
                                        "D-metrics-mainport-noauth", "D4-metrics"};
    const struct portside *p = portside_start(&(struct portside_options){.authenticate = true});
    struct golden golden;

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const struct http *h = ask(i % 2 ? p->metrics : p->base, NULL);
        REQUIRE(golden_load(names[i], &golden));
        CHECK_AT(names[i], h->status == golden.status);
        CHECK_AT(names[i], strcmp(http_header(h, "Content-Type"), golden.type) == 0);
        CHECK_AT(names[i], strncmp(h->body, "# HELP portside_", 16) == 0);
    }
}

/* The peer's words. */
static void test_disabled(void)
{
    const struct portside *p =
        portside_start(&(struct portside_options){.args = {"--metrics", "false"}});
    const struct http *h = ask(p->base, NULL);

    CHECK(h->status == 400 && !p->metrics[0]);
    CHECK(strcmp(json_text(json_of(h), "detail"), "Metrics was not enabled.") == 0);
}

/* A setting that is read while it runs. */
static void test_reload(void)
{
    const char *dir = files_tmpdir(), *file = world_text("%s/settings.json", dir);
    static const char compat[] = "{\"Metrics\":{\"Exposition\":\"Compat\"}}";
    static const char otel[] = "{\"Metrics\":{\"Exposition\":\"OpenTelemetry\"}}";

    REQUIRE(files_write(file, compat, sizeof compat - 1));
    const struct portside *p =
        portside_start(&(struct portside_options){.args = {"--configuration-file-path", file}});
    CHECK(!strstr(http_header(ask(p->metrics, NULL), "Content-Type"), "charset"));
    REQUIRE(files_write(file, otel, sizeof otel - 1));
    CHECK(WAIT_UNTIL(SHOWN_MS,
                     strstr(http_header(ask(p->metrics, NULL), "Content-Type"), "charset")));
}

WORLD_SUITE("component/metrics_page", {"compat", test_compat}, {"prometheus", test_prometheus},
            {"opentelemetry", test_opentelemetry}, {"nobody", test_nobody},
            {"disabled", test_disabled}, {"reload", test_reload})
