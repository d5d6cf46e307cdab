/* Requests written by hand from opentelemetry-proto (metrics.proto) and its JSON mapping. */
#include <math.h>
#include <stdlib.h>

#include "src/otlp/encode_metrics.h"
#include "tests/support/otlp_shape.h"
#include "tests/support/world.h"

#define T INT64_C(1700000000000000000)
#define SECOND INT64_C(1000000000)
#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

enum { LARGE = 1 << 20 };

struct run {
    struct metric_store *store;
    struct metric_process *process;
    struct resource resource;
    char *requests[64];
    size_t count, points;
};

static void end_store(void *arg)
{
    metric_store_free(arg);
}

static struct run *begin(void)
{
    struct run *r = world_alloc(sizeof *r);

    r->store = metric_store_new(3);
    REQUIRE(r->store != NULL);
    world_at_end(end_store, r->store);
    r->process = metric_process_add(r->store, 7, "app", "u-1");
    REQUIRE(r->process != NULL);
    return r;
}

static void put(struct run *r, struct measurement m)
{
    m.provider = m.provider ? m.provider : "M";
    m.name = m.name ? m.name : "n";
    m.display_name = m.display_name ? m.display_name : "";
    m.tags = m.tags ? m.tags : "";
    m.meter_version = m.meter_version ? m.meter_version : "";
    m.unix_ns = m.unix_ns ? m.unix_ns : T;
    m.interval = m.interval != 0 ? m.interval : 5;
    metric_store_put(r->store, r->process, &m);
}

/* All requests; each must be as the protocol has it. */
static const char *encode(struct run *r, size_t limit)
{
    struct metrics_cursor cursor = {0};
    bool more = true;

    for (r->count = r->points = 0; more;) {
        struct text request = {0};
        size_t points;
        more = encode_metrics(r->store, &r->resource, limit, &cursor, &request, &points);
        REQUIRE(r->count < COUNT_OF(r->requests));
        if (points)
            r->requests[r->count++] = world_text("%s", request.data);
        r->points += points;
        text_deinit(&request);
    }
    for (size_t i = 0; i < r->count; i++) {
        cJSON *doc = cJSON_Parse(r->requests[i]);
        char *fault = otlp_shape_fault("/v1/metrics", doc);
        CHECK_AT(world_text("%s in %s", fault ? fault : "", r->requests[i]), !fault);
        free(fault);
        cJSON_Delete(doc);
    }
    return r->count ? r->requests[0] : "";
}

static void check_equal(const char *label, const char *want, const char *got)
{
    CHECK_AT(world_text("%s:\nwant %s\ngot  %s", label, want, got), strcmp(want, got) == 0);
}

#define RESOURCE                                                                                   \
    "{\"resourceMetrics\":[{\"resource\":{\"attributes\":["                                        \
    "{\"key\":\"service.name\",\"value\":{\"stringValue\":\"app\"}},"                              \
    "{\"key\":\"service.instance.id\",\"value\":{\"stringValue\":\"u-1\"}},"                       \
    "{\"key\":\"process.pid\",\"value\":{\"intValue\":\"7\"}}]},\"scopeMetrics\":["
#define SCOPE "{\"scope\":{\"name\":\"M\"},\"metrics\":[{\"name\":\"n\","
#define TIME "\"timeUnixNano\":\"1700000000000000000\""
#define START "\"startTimeUnixNano\":\"1699999995000000000\""
#define SUM(monotonic)                                                                             \
    "\"sum\":{\"aggregationTemporality\":2,\"isMonotonic\":" monotonic ",\"dataPoints\":["
#define END "]}}]}]}]}"

static const struct measurement_quantile two[] = {{0.95, 9}, {0.5, 2.5}};

static const struct {
    const char *label;
    struct measurement m;
    const char *want; /* "": no request */
} rows[] = {
    {"mean",
     {.kind = MEASUREMENT_MEAN, .value = 1.5, .unit = "ms", .display_name = "Mean"},
     RESOURCE SCOPE "\"description\":\"Mean\",\"unit\":\"ms\",\"gauge\":{\"dataPoints\":[{" TIME
                    ",\"asDouble\":1.5}" END},
    {"gauge with tags",
     {.kind = MEASUREMENT_GAUGE, .value = -2, .tags = "zone=a,x=y"},
     RESOURCE SCOPE "\"gauge\":{\"dataPoints\":[{\"attributes\":["
                    "{\"key\":\"zone\",\"value\":{\"stringValue\":\"a\"}},"
                    "{\"key\":\"x\",\"value\":{\"stringValue\":\"y\"}}]," TIME
                    ",\"asDouble\":-2}" END},
    {"increment",
     {.kind = MEASUREMENT_INCREMENT, .value = 3},
     RESOURCE SCOPE SUM("true") "{" TIME "," START ",\"asDouble\":3}" END},
    {"counter",
     {.kind = MEASUREMENT_COUNTER, .value = 3, .total = 12},
     RESOURCE SCOPE SUM("true") "{" TIME "," START ",\"asDouble\":12}" END},
    {"counter without a total",
     {.kind = MEASUREMENT_COUNTER, .value = 3, .total = NAN},
     RESOURCE SCOPE SUM("true") "{" TIME "," START ",\"asDouble\":3}" END},
    {"up-down",
     {.kind = MEASUREMENT_UP_DOWN, .value = -3, .total = -12},
     RESOURCE SCOPE SUM("false") "{" TIME "," START ",\"asDouble\":-12}" END},
    {"histogram",
     {.kind = MEASUREMENT_HISTOGRAM,
      .quantiles = two,
      .quantile_count = 2,
      .sum = 20.25,
      .count = 4},
     RESOURCE SCOPE "\"summary\":{\"dataPoints\":[{" TIME "," START
                    ",\"count\":\"4\",\"sum\":20.25,\"quantileValues\":["
                    "{\"quantile\":0.5,\"value\":2.5},{\"quantile\":0.95,\"value\":9}]}" END},
    {"quiet histogram",
     {.kind = MEASUREMENT_HISTOGRAM, .sum = 0, .count = 0},
     RESOURCE SCOPE "\"summary\":{\"dataPoints\":[{" TIME "," START
                    ",\"count\":\"0\",\"sum\":0,\"quantileValues\":[]}" END},
    {"histogram without a count",
     {.kind = MEASUREMENT_HISTOGRAM,
      .quantiles = two,
      .quantile_count = 2,
      .sum = NAN,
      .count = NAN},
     RESOURCE SCOPE
     "\"gauge\":{\"dataPoints\":["
     "{\"attributes\":[{\"key\":\"quantile\",\"value\":{\"doubleValue\":0.5}}]," TIME
     ",\"asDouble\":2.5},"
     "{\"attributes\":[{\"key\":\"quantile\",\"value\":{\"doubleValue\":0.95}}]," TIME
     ",\"asDouble\":9}" END},
    {"quiet, without a count", {.kind = MEASUREMENT_HISTOGRAM, .sum = NAN, .count = NAN}, ""},
    {"no number", {.kind = MEASUREMENT_GAUGE, .value = NAN}, ""},
    {"no total", {.kind = MEASUREMENT_UP_DOWN, .value = 1, .total = NAN}, ""},
    {"infinite",
     {.kind = MEASUREMENT_GAUGE, .value = -INFINITY},
     RESOURCE SCOPE "\"gauge\":{\"dataPoints\":[{" TIME ",\"asDouble\":\"-Infinity\"}" END},
    {"version",
     {.kind = MEASUREMENT_GAUGE, .value = 0.1, .meter_version = "1.2"},
     RESOURCE "{\"scope\":{\"name\":\"M\",\"version\":\"1.2\"},\"metrics\":[{\"name\":\"n\","
              "\"gauge\":{\"dataPoints\":[{" TIME ",\"asDouble\":0.1}" END},
    {"what is no UTF-8, controls, quotes",
     {.kind = MEASUREMENT_GAUGE, .value = 1, .name = "a\xff\"\n", .unit = "\xc3"},
     RESOURCE "{\"scope\":{\"name\":\"M\"},\"metrics\":[{\"name\":\"a\\uFFFD\\u0022\\n\",\"unit\":"
              "\"\\uFFFD\",\"gauge\":{\"dataPoints\":[{" TIME ",\"asDouble\":1}" END},
};

static void test_rows(void)
{
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct run *r = begin();
        put(r, rows[i].m);
        check_equal(rows[i].label, rows[i].want, encode(r, LARGE));
    }
}

/* Totals go on, from a start that stays, whatever the length of intervals. */
static void test_cumulative(void)
{
    struct run *r = begin();

    put(r, (struct measurement){.kind = MEASUREMENT_INCREMENT, .value = 3});
    put(r,
        (struct measurement){
            .kind = MEASUREMENT_INCREMENT, .value = 4, .unix_ns = T + 5 * SECOND, .interval = 5.1});
    check_equal("two intervals",
                RESOURCE SCOPE SUM("true") "{\"timeUnixNano\":\"1700000005000000000\"," START
                                           ",\"asDouble\":7}" END,
                encode(r, LARGE));
}

/* A total that falls has begun anew. */
static void test_reset(void)
{
    struct run *r = begin();

    put(r, (struct measurement){.kind = MEASUREMENT_COUNTER, .value = 3, .total = 12});
    put(r, (struct measurement){
               .kind = MEASUREMENT_COUNTER, .value = 1, .total = 2, .unix_ns = T + 10 * SECOND});
    check_equal("fell",
                RESOURCE SCOPE SUM("true") "{\"timeUnixNano\":\"1700000010000000000\","
                                           "\"startTimeUnixNano\":\"1700000005000000000\","
                                           "\"asDouble\":2}" END,
                encode(r, LARGE));
}

static void test_ended(void)
{
    struct run *r = begin();

    put(r, (struct measurement){.kind = MEASUREMENT_GAUGE, .value = 3});
    CHECK(*encode(r, LARGE) != '\0');
    put(r, (struct measurement){.kind = MEASUREMENT_ENDED});
    CHECK(*encode(r, LARGE) == '\0' && r->points == 0);
}

static size_t occurrences(const char *text, const char *part)
{
    size_t n = 0;

    for (; (text = strstr(text, part)); text++)
        n++;
    return n;
}

/* Many series in small requests: each is whole, no point is missing or twice. */
static void test_split(void)
{
    struct run *r = begin();
    size_t points = 0;

    for (int i = 0; i < 200; i++)
        put(r, (struct measurement){.kind = MEASUREMENT_GAUGE,
                                    .value = i,
                                    .provider = i < 100 ? "A" : "B",
                                    .name = i % 2 ? "odd" : "even",
                                    .tags = world_text("i=%d", i)});
    (void)encode(r, 2000);
    CHECK(r->count > 10 && r->points == 200);
    for (size_t i = 0; i < r->count; i++) {
        points += occurrences(r->requests[i], "asDouble");
        CHECK(strlen(r->requests[i]) < 3000);
        CHECK(occurrences(r->requests[i], "service.name") == 1);
    }
    CHECK(points == 200);
    (void)encode(r, LARGE);
    CHECK(r->count == 1 && occurrences(r->requests[0], "asDouble") == 200);
    CHECK(occurrences(r->requests[0], "\"scope\"") == 2);
    CHECK(occurrences(r->requests[0], "\"metrics\"") == 2);
}

static void test_resource(void)
{
    struct run *r = begin();
    struct error err;

    REQUIRE(pairs_parse("service.name=theirs,process.pid=1,team=a%20b", &r->resource.attributes,
                        &err) == 0);
    (void)snprintf(r->resource.host, sizeof r->resource.host, "pod-1");
    put(r, (struct measurement){.kind = MEASUREMENT_GAUGE, .value = 3});
    const char *got = encode(r, LARGE);
    CHECK_AT(got,
             strstr(got, "[{\"key\":\"service.name\",\"value\":{\"stringValue\":\"theirs\"}},"
                         "{\"key\":\"service.instance.id\",\"value\":{\"stringValue\":\"u-1\"}},"
                         "{\"key\":\"process.pid\",\"value\":{\"intValue\":\"7\"}},"
                         "{\"key\":\"host.name\",\"value\":{\"stringValue\":\"pod-1\"}},"
                         "{\"key\":\"team\",\"value\":{\"stringValue\":\"a b\"}}]"));
    r->resource.service_name = strdup("named");
    CHECK(strstr(encode(r, LARGE), "\"stringValue\":\"named\"") != NULL);
    resource_deinit(&r->resource);
}

/* Two processes are two resources; nothing at all is no request. */
static void test_processes(void)
{
    struct run *r = begin();

    CHECK(*encode(r, LARGE) == '\0' && r->count == 0);
    put(r, (struct measurement){.kind = MEASUREMENT_GAUGE, .value = 3});
    r->process = metric_process_add(r->store, 8, "other", "u-2");
    put(r, (struct measurement){.kind = MEASUREMENT_GAUGE, .value = 4});
    const char *got = encode(r, LARGE);
    CHECK(r->count == 1 && r->points == 2);
    CHECK(occurrences(got, "\"resource\":") == 2 && strstr(got, "\"u-2\""));
}

WORLD_SUITE("otlp/encode_metrics", {"rows", test_rows}, {"cumulative", test_cumulative},
            {"reset", test_reset}, {"ended", test_ended}, {"split", test_split},
            {"resource", test_resource}, {"processes", test_processes})
