#include <inttypes.h>
#include <stdlib.h>

#include "src/base/limits.h"
#include "src/base/text.h"
#include "src/metrics/exposition.h"
#include "tests/support/check.h"
#include "tests/support/files.h"
#include "tests/support/measure.h"

static const struct metrics_self unknown = {NAN, NAN, NAN, NAN, NAN, NAN, NAN, {{0}}};

enum { NOW_MS = 1001000 }; /* a second after measure() */

static char *page_of(struct metric_store *store, enum exposition_style style)
{
    struct text out = {0};

    const struct exposition e = {.style = style, .now_unix_ns = INT64_C(1000000) * NOW_MS};

    exposition_write(&out, store, &e, &unknown);
    return text_take(&out);
}

/* The page without its end. */
static char *apps_page(struct metric_store *store, enum exposition_style style)
{
    char *page = page_of(store, style);
    char *own = strstr(page, style == EXPOSITION_COMPAT ? "# HELP portside_" : "# HELP target");

    if (own)
        *own = '\0';
    else
        *page = '\0';
    return page;
}

static bool page_is(struct metric_store *store, enum exposition_style style, const char *want)
{
    char *page = apps_page(store, style);
    bool same = strcmp(page, want) == 0;

    if (!same)
        (void)printf("--- got\n%s--- want\n%s", page, want);
    free(page);
    return same;
}

static bool page_has(struct metric_store *store, enum exposition_style style, const char *part)
{
    char *page = page_of(store, style);
    bool has = strstr(page, part);

    if (!has)
        (void)printf("--- got\n%s--- want\n%s\n", page, part);
    free(page);
    return has;
}

static struct metric_process *app(struct metric_store *store)
{
    return metric_process_add(store, 7, "app", "u-1");
}

/* --- the peer's pages */

static enum measurement_kind kind_named(const char *name)
{
    static const char *const names[] = {"mean",    "increment", "gauge",
                                        "counter", "up-down",   "histogram"};
    size_t i = 0;

    while (i < sizeof names / sizeof names[0] && strcmp(names[i], name) != 0)
        i++;
    REQUIRE(i < sizeof names / sizeof names[0]);
    return (enum measurement_kind)i;
}

/* A row of golden.tsv: what the app published before the peer's answer. */
static void put_row(struct metric_store *store, struct metric_process *p, char *line, char upto)
{
    char *field[9];
    struct measurement_quantile q[3];

    for (size_t i = 0; i < 9; i++)
        field[i] = strsep(&line, "\t");
    REQUIRE(field[8] != NULL);
    if (*field[0] > upto)
        return;
    struct measurement m =
        measure(kind_named(field[1]), field[2], field[3], field[6], strtod(field[8], NULL));
    m.unit = field[4];
    m.display_name = field[5];
    m.unix_ns = strtoll(field[7], NULL, 10) * MEASURE_MS + 999999;
    if (m.kind == MEASUREMENT_UP_DOWN)
        m.total = m.value;
    if (m.kind == MEASUREMENT_HISTOGRAM) {
        REQUIRE(sscanf(field[8], "%lf=%lf;%lf=%lf;%lf=%lf", &q[0].quantile, &q[0].value,
                       &q[1].quantile, &q[1].value, &q[2].quantile, &q[2].value) == 6);
        m.quantiles = q;
        m.quantile_count = 3;
    }
    metric_store_put(store, p, &m);
}

static struct metric_store *golden_store(char upto)
{
    struct metric_store *store = metric_store_new(3);
    struct metric_process *p = app(store);
    char *rows = files_read("tests/data/metrics/golden.tsv", &(size_t){0}), *rest = rows, *line;

    REQUIRE(rows != NULL);
    while ((line = strsep(&rest, "\n")) && *line)
        put_row(store, p, line, upto);
    return store;
}

static void test_golden(void)
{
    struct metric_store *store = golden_store('1');
    char *golden = files_read("tests/data/golden/B-metrics.http", &(size_t){0});

    REQUIRE(golden != NULL);
    CHECK(page_is(store, EXPOSITION_COMPAT, strstr(golden, "\r\n\r\n") + 4));
    CHECK(strstr(golden, exposition_content_type(EXPOSITION_COMPAT)) != NULL);
    metric_store_free(store);
}

/* With history. One metric differs on purpose: the peer keeps three points of both tags together.
 */
static void test_golden_history(void)
{
    static const char zone[] = "sampleappmeter_sample_ogauge__{";
    struct metric_store *store = golden_store('2');
    char *golden = files_read("tests/data/golden/B-metrics-accept-om.http", &(size_t){0});
    char *page = apps_page(store, EXPOSITION_COMPAT), *rest = page, *want, *got;

    REQUIRE(golden != NULL);
    char *golden_rest = strstr(golden, "\r\n\r\n") + 4;
    unsigned ours = 0, theirs = 0;
    for (;;) {
        while ((want = strsep(&golden_rest, "\n")) && strncmp(want, zone, sizeof zone - 1) == 0)
            theirs++;
        while ((got = strsep(&rest, "\n")) && strncmp(got, zone, sizeof zone - 1) == 0)
            ours++;
        if (!want || !got)
            break;
        CHECK_AT(want, strcmp(want, got) == 0);
    }
    CHECK(!want && !got && ours == 4 && theirs == 3);
    free(page);
    metric_store_free(store);
}

/* --- lines */

static void test_counter(void)
{
    struct metric_store *store = metric_store_new(2);
    struct metric_process *p = app(store);
    struct measurement m = measure(MEASUREMENT_COUNTER, "My.Meter", "hits.seen", "a=1", 2.5);

    m.unit = "{hit}";
    m.display_name = "Hits \"seen\"\nby \\ us";
    m.meter_version = "1.2";
    m.total = 10;
    metric_store_put(store, p, &m);
    m.unix_ns += 1500 * MEASURE_MS;
    m.total = 12.5;
    metric_store_put(store, p, &m);
    CHECK(page_is(store, EXPOSITION_COMPAT,
                  "# HELP mymeter_hits_seen__hit_ hits.seen ({hit} / 5 sec)\n"
                  "# TYPE mymeter_hits_seen__hit_ gauge\n"
                  "mymeter_hits_seen__hit_{a=\"1\"} 2.5 1000000\n"
                  "mymeter_hits_seen__hit_{a=\"1\"} 2.5 1001500\n"));
    CHECK(page_is(store, EXPOSITION_OPENTELEMETRY,
                  "# HELP hits_seen_total Hits \"seen\"\\nby \\\\ us\n"
                  "# TYPE hits_seen_total counter\n"
                  "hits_seen_total{pid=\"7\",process=\"app\",uid=\"u-1\",otel_scope_name="
                  "\"My.Meter\",otel_scope_version=\"1.2\",a=\"1\"} 12.5\n"));
    CHECK(page_is(store, EXPOSITION_OPENMETRICS,
                  "# HELP hits_seen Hits \\\"seen\\\"\\nby \\\\ us\n"
                  "# TYPE hits_seen counter\n"
                  "hits_seen_total{pid=\"7\",process=\"app\",uid=\"u-1\",otel_scope_name="
                  "\"My.Meter\",otel_scope_version=\"1.2\",a=\"1\"} 12.5\n"));
    metric_store_free(store);
}

static void test_histogram(void)
{
    static const struct measurement_quantile q[] = {{0.5, 1500}, {0.99, 2000.5}};
    struct metric_store *store = metric_store_new(3);
    struct metric_process *p = app(store);
    struct measurement m = measure(MEASUREMENT_HISTOGRAM, "M", "d", "", NAN);

    m.unit = "ms";
    m.sum = 5000;
    m.count = 3;
    m.quantiles = q;
    m.quantile_count = 2;
    metric_store_put(store, p, &m);
    CHECK(page_is(store, EXPOSITION_COMPAT,
                  "# HELP m_d_ms \n# TYPE m_d_ms summary\nm_d_ms{quantile=\"0.5\"} 1500\n"
                  "m_d_ms{quantile=\"0.99\"} 2000.5\n"));
#define LABELS "pid=\"7\",process=\"app\",uid=\"u-1\",otel_scope_name=\"M\""
    CHECK(page_is(store, EXPOSITION_OPENTELEMETRY,
                  "# HELP d_seconds d of M\n# TYPE d_seconds summary\n"
                  "d_seconds{" LABELS ",quantile=\"0.5\"} 1.5\n"
                  "d_seconds{" LABELS ",quantile=\"0.99\"} 2.0005\n"
                  "d_seconds_sum{" LABELS "} 5\n"
                  "d_seconds_count{" LABELS "} 3\n"));
    m.quantile_count = 0;
    m.sum = m.count = 0;
    metric_store_put(store, p, &m); /* nothing in this interval */
    CHECK(page_is(store, EXPOSITION_OPENMETRICS,
                  "# HELP d_seconds d of M\n# TYPE d_seconds summary\n"
                  "d_seconds_sum{" LABELS "} 5\n"
                  "d_seconds_count{" LABELS "} 3\n"));
    metric_store_free(store);
}

/* What Prometheus has got already is not told again, but for the newest. */
static void test_since(void)
{
    static const struct {
        int64_t since_ms;
        const char *want;
    } rows[] = {
        {0, "m_g 1 10\nm_g 2 20\nm_g 3 30\n"},
        {10, "m_g 2 20\nm_g 3 30\n"},
        {25, "m_g 3 30\n"},
        {30, "m_g 3 30\n"},
        {INT64_MAX / MEASURE_MS, "m_g 3 30\n"},
    };
    struct metric_store *store = metric_store_new(3);
    struct metric_process *p = app(store);

    for (int i = 1; i <= 3; i++) {
        struct measurement m = measure(MEASUREMENT_GAUGE, "M", "g", "", i);
        m.unix_ns = INT64_C(10) * i * MEASURE_MS;
        metric_store_put(store, p, &m);
    }
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct exposition e = {.since_unix_ns = rows[i].since_ms * MEASURE_MS};
        struct text out = {0};
        exposition_write(&out, store, &e, &unknown);
        const char *lines = strstr(out.data, "gauge\n") + strlen("gauge\n");
        CHECK_AT(rows[i].want, strncmp(lines, rows[i].want, strlen(rows[i].want)) == 0);
        text_deinit(&out);
    }
    metric_store_free(store);
}

/* A gauge is shown while it is reported, a counter always. */
static void test_present(void)
{
    static const int64_t ages_ms[] = {0, 24900, 25100, 1000000};
    static const bool shown[] = {true, true, false, false};

    for (size_t i = 0; i < 4; i++) {
        struct metric_store *store = metric_store_new(3);
        struct metric_process *p = app(store);
        struct measurement m = measure(MEASUREMENT_GAUGE, "M", "g", "", 1);
        m.unix_ns = (NOW_MS - ages_ms[i]) * MEASURE_MS;
        metric_store_put(store, p, &m);
        m.kind = MEASUREMENT_COUNTER;
        m.name = "c";
        metric_store_put(store, p, &m);
        char *page = page_of(store, EXPOSITION_OPENTELEMETRY);
        CHECK((strstr(page, "\ng{") != NULL) == shown[i]);
        CHECK(strstr(page, "\nc_total{") != NULL);
        free(page);
        CHECK(page_has(store, EXPOSITION_COMPAT, "\nm_g 1 "));
        metric_store_free(store);
    }
}

/* One line each: kind, tags and the labels in Compat. */
static const struct {
    enum measurement_kind kind;
    const char *tags, *labels;
} label_rows[] = {
    {MEASUREMENT_GAUGE, "", ""},
    {MEASUREMENT_GAUGE, "method=GET,route=hello", "{method=\"GET\", route=\"hello\"}"},
    {MEASUREMENT_GAUGE, "key*1=value*1", "{key_1=\"value*1\"}"},
    {MEASUREMENT_GAUGE, "&*()=Test\nice", "{____=\"Test\\nice\"}"},
    {MEASUREMENT_GAUGE, "Test\\test=Test\\test", "{Test_test=\"Test\\\\test\"}"},
    {MEASUREMENT_GAUGE, "_key=Test\"q\"", "{_key=\"Test\\\"q\\\"\"}"},
    {MEASUREMENT_GAUGE, "Unicode\xCE\xAC\xCE\xAE\xCE\xB0Letter=x", "{Unicode___Letter=\"x\"}"},
    {MEASUREMENT_GAUGE, "1st=x", "{_st=\"x\"}"},
    {MEASUREMENT_GAUGE, "=x", "{_=\"x\"}"},
    {MEASUREMENT_GAUGE, "http.route=/a,http_route=/b", "{http_route=\"/b\"}"},
    {MEASUREMENT_GAUGE, "a.b=1,c=2,a_b=3,a-b=4", "{a_b=\"4\", c=\"2\"}"},
    {MEASUREMENT_GAUGE, "__name__=up", "{exported___name__=\"up\"}"},
    {MEASUREMENT_GAUGE, "pid=1,quantile=2", "{pid=\"1\", quantile=\"2\"}"},
    {MEASUREMENT_GAUGE, "v=\xE2\x82\xAC} 5 1\r", "{v=\"\xE2\x82\xAC} 5 1\r\"}"},
    {MEASUREMENT_MEAN, "color:blue", "{color=\"blue\"}"},
};

static void test_labels(void)
{
    for (size_t i = 0; i < sizeof label_rows / sizeof label_rows[0]; i++) {
        struct metric_store *store = metric_store_new(3);
        struct measurement m = measure(label_rows[i].kind, "M", "g", label_rows[i].tags, 1);
        char want[256];
        metric_store_put(store, app(store), &m);
        (void)snprintf(want, sizeof want, "\nm_g%s 1 1000000\n", label_rows[i].labels);
        CHECK_AT(label_rows[i].tags, page_has(store, EXPOSITION_COMPAT, want));
        metric_store_free(store);
    }
}

/* Labels that the page gives itself; the app's step back. */
static void test_taken_labels(void)
{
    static const struct measurement_quantile q[] = {{0.5, 1}};
    struct metric_store *store = metric_store_new(3);
    struct measurement m =
        measure(MEASUREMENT_HISTOGRAM, "M", "h", "pid=1,quantile=2,otel_scope_name=x,uid=u", NAN);

    m.quantiles = q;
    m.quantile_count = 1;
    metric_store_put(store, app(store), &m);
    CHECK(page_has(store, EXPOSITION_COMPAT,
                   "\nm_h{pid=\"1\", exported_quantile=\"2\", otel_scope_name=\"x\", uid=\"u\", "
                   "quantile=\"0.5\"} 1\n"));
    CHECK(page_has(store, EXPOSITION_OPENTELEMETRY,
                   "\nh{" LABELS ",exported_pid=\"1\",exported_quantile=\"2\",exported_otel_scope_"
                   "name=\"x\",exported_uid=\"u\",quantile=\"0.5\"} 1\n"));
    metric_store_free(store);
}

/* --- several */

static void test_processes(void)
{
    struct metric_store *store = metric_store_new(3);
    struct metric_process *one = app(store);
    struct metric_process *two = metric_process_add(store, 8, "a \"b\"", "u-2");
    struct measurement m = measure(MEASUREMENT_MEAN, "P", "x", "", 1);

    m.display_name = "X";
    metric_store_put(store, one, &m);
    m.name = "y";
    metric_store_put(store, one, &m);
    m.name = "x";
    metric_store_put(store, two, &m);
    CHECK(page_is(store, EXPOSITION_COMPAT,
                  "# HELP p_x X\n# TYPE p_x gauge\n"
                  "p_x{pid=\"7\", process=\"app\", uid=\"u-1\"} 1 1000000\n"
                  "p_x{pid=\"8\", process=\"a \\\"b\\\"\", uid=\"u-2\"} 1 1000000\n"
                  "# HELP p_y X\n# TYPE p_y gauge\n"
                  "p_y{pid=\"7\", process=\"app\", uid=\"u-1\"} 1 1000000\n"));
    metric_process_remove(store, one);
    CHECK(page_is(store, EXPOSITION_COMPAT, "# HELP p_x X\n# TYPE p_x gauge\np_x 1 1000000\n"));
    CHECK(page_has(store, EXPOSITION_OPENTELEMETRY,
                   "\ntarget_info{pid=\"8\",process=\"a \\\"b\\\"\",uid=\"u-2\",service_name=\"a "
                   "\\\"b\\\"\",service_instance_id=\"u-2\",telemetry_sdk_language=\"dotnet\"} "
                   "1\n"));
    metric_store_free(store);
}

/* Names and labels that become equal: one TYPE, no sample twice, and the page says so. */
static void test_clashes(void)
{
    struct metric_store *store = metric_store_new(3);
    struct metric_process *p = app(store);
    struct measurement rows[] = {
        measure(MEASUREMENT_MEAN, "P", "a-b", "", 1),
        measure(MEASUREMENT_MEAN, "P", "a_b", "", 2),
        measure(MEASUREMENT_MEAN, "P", "a.b", "k:v", 3),
        measure(MEASUREMENT_GAUGE, "M", "g", "broken", 1),
        measure(MEASUREMENT_GAUGE, "M", "g", "shards", 2),
        measure(MEASUREMENT_HISTOGRAM, "P", "a-b", "", NAN),
        measure(MEASUREMENT_GAUGE, "portside", "up", "", 1),
        measure(MEASUREMENT_GAUGE, "m", "portside_up", "", 1),
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        metric_store_put(store, p, &rows[i]);
    CHECK(page_is(store, EXPOSITION_COMPAT,
                  "# HELP p_a_b \n# TYPE p_a_b gauge\np_a_b 1 1000000\n"
                  "p_a_b{k=\"v\"} 3 1000000\n"
                  "# HELP m_g g\n# TYPE m_g gauge\nm_g 1 1000000\n"
                  "# HELP m_portside_up portside_up\n# TYPE m_portside_up gauge\n"
                  "m_portside_up 1 1000000\n"));
    CHECK(page_has(store, EXPOSITION_COMPAT,
                   "\nportside_page_left_out{reason=\"conflict\"} 2\n"
                   "portside_page_left_out{reason=\"duplicate\"} 2\n"
                   "portside_page_left_out{reason=\"full\"} 0\n"));
    metric_store_free(store);
}

/* Thousands: every set of tags once, and every line whole. */
static void test_thousands(void)
{
    enum { MANY = 5000 };
    struct metric_store *store = metric_store_new(3);
    struct metric_process *p = app(store);
    char tags[64];
    unsigned lines = 0, found = 0;

    for (int i = 0; i < MANY; i++) {
        (void)snprintf(tags, sizeof tags, "route=/r/%d,method=GET", i);
        struct measurement m = measure(MEASUREMENT_COUNTER, "M", "hits", tags, i + 1);
        metric_store_put(store, p, &m);
    }
    char *page = apps_page(store, EXPOSITION_OPENTELEMETRY), *rest = page, *line;
    while ((line = strsep(&rest, "\n")) && *line) {
        char want[64];
        lines++;
        if (*line == '#')
            continue;
        (void)snprintf(want, sizeof want, "route=\"/r/%u\",method=\"GET\"} %u", found, found + 1);
        if (!strstr(line, want))
            CHECK_AT(line, false);
        found++;
    }
    CHECK(found == MANY && lines == MANY + 2);
    free(page);
    metric_store_free(store);
}

/* --- ours */

static void test_self(void)
{
    const struct metrics_self self = {1, 2, 3, 1e9, 4096, 0.25, 100, {{0}}};
    struct metric_store *store = metric_store_new(3);
    struct text out = {0};

    exposition_write(&out, store, &(struct exposition){.style = EXPOSITION_COMPAT}, &self);
    REQUIRE(!out.failed);
    CHECK(strstr(out.data, "\n# TYPE portside_sessions gauge\nportside_sessions 1\n") != NULL);
    CHECK(strstr(out.data, "\n# TYPE portside_events_total counter\nportside_events_total 2\n") !=
          NULL);
    CHECK(strstr(out.data, "\nportside_dump_free_bytes 1000000000\n") != NULL);
    CHECK(strstr(out.data, "portside_up") == NULL); /* no process */
    text_deinit(&out);
    struct metric_process *p = app(store);
    p->up = true;
    p->lost_events = 9;
    p->waited_seconds = 0.5;
    p->silent_seconds = 12;
    p->notices = 1U << METRICS_NOTICE_COLLISION;
    CHECK(page_has(store, EXPOSITION_COMPAT,
                   "\nportside_up{pid=\"7\", process=\"app\", uid=\"u-1\"} 1\n"));
    CHECK(page_has(store, EXPOSITION_OPENMETRICS,
                   "\n# TYPE portside_process_lost_events counter\nportside_process_lost_events_"
                   "total{pid=\"7\",process=\"app\",uid=\"u-1\"} 9\n"));
    CHECK(page_has(store, EXPOSITION_COMPAT,
                   "\nportside_metrics_incomplete{pid=\"7\", process=\"app\", uid=\"u-1\", "
                   "reason=\"collision\"} 1\n"));
    CHECK(page_has(store, EXPOSITION_COMPAT,
                   "\nportside_suspended_seconds{pid=\"7\", process=\"app\", "
                   "uid=\"u-1\"} 0.5\n"));
    CHECK(
        page_has(store, EXPOSITION_COMPAT,
                 "\nportside_unresponsive_seconds{pid=\"7\", process=\"app\", uid=\"u-1\"} 12\n"));
    CHECK(page_has(store, EXPOSITION_OPENMETRICS, "\n# EOF\n"));
    char *page = page_of(store, EXPOSITION_COMPAT);
    CHECK(strstr(page, "sessions") == NULL && strstr(page, "EOF") == NULL); /* not known; no */
    free(page);
    metric_store_free(store);
}

static void test_self_read(void)
{
    struct metrics_self self;

    metrics_self_read(&self);
    CHECK(self.resident_bytes > 4096 && self.cpu_seconds >= 0 && self.start_unix_seconds > 1e9);
    CHECK(isnan(self.sessions));
}

static const struct {
    const char *accept;
    bool openmetrics;
} accepts[] = {
    {NULL, false},
    {"", false},
    {"text/plain", false},
    {"*/*", false},
    {"application/openmetrics-text", true},
    {"application/openmetrics-text; version=1.0.0", true},
    {"application/openmetrics-text;version=\"1.0.0\"", true},
    {"Application/OpenMetrics-Text; charset=utf-8; version=1.0.0; q=0.5, text/plain", true},
    {"application/openmetrics-text; version=0.0.1", false},
    {"application/openmetrics-text;version=0.0.1,text/plain;version=1.0.0", false},
    {"application/openmetrics-text;version=0.0.1,application/openmetrics-text;version=1.0.0", true},
    {"application/openmetrics-text;version=1.0.0;q=0.5,application/openmetrics-text;version=0.0.1;"
     "q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2",
     true},
};

static void test_accept(void)
{
    for (size_t i = 0; i < sizeof accepts / sizeof accepts[0]; i++)
        CHECK_AT(accepts[i].accept,
                 exposition_wants_openmetrics(accepts[i].accept) == accepts[i].openmetrics);
}

TEST_SUITE("metrics/exposition", {"the peer's page", test_golden},
           {"the peer's page with history", test_golden_history}, {"counter", test_counter},
           {"histogram", test_histogram}, {"since", test_since}, {"present", test_present},
           {"labels", test_labels}, {"taken labels", test_taken_labels},
           {"processes", test_processes}, {"clashes", test_clashes}, {"thousands", test_thousands},
           {"self", test_self}, {"self read", test_self_read}, {"accept", test_accept})
