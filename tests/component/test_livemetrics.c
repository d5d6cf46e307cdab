/* GET and POST /livemetrics: what is asked of the runtime, every byte of the records, slow clients,
 * and sessions that are stopped exactly once, whoever leaves when. */
#include <unistd.h>

#include "tests/support/fake_runtime.h"
#include "tests/support/files.h"
#include "tests/support/golden.h"
#include "tests/support/metrics_maker.h"
#include "tests/support/portside.h"
#include "tests/support/world.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])
#define METERS "{\"includeDefaultProviders\":false,\"meters\":[{\"meterName\":\"M\"}]}"

enum {
    MANY = 6000,
    LONG_TAGS = 4000, /* so that MANY of them are more than sockets and backlog hold */
    SLOW_RSS_KB = 64 * 1024,
};

/* A stream whose events come at once; it ends by itself, or with the stop. */
static struct fake_trace trace_of(struct metrics_maker *m, bool ends)
{
    size_t events = metrics_maker_flush(m), whole;
    const uint8_t *data = metrics_maker_end(m, &whole);
    return (struct fake_trace){.bytes = data,
                               .size = events,
                               .rundown = data + events,
                               .rundown_size = whole - events,
                               .ends = ends};
}

static void add_counter(struct metrics_maker *m, const char *provider)
{
    metrics_maker_counter(m, provider, 1,
                          "Name=cpu-usage|DisplayName=CPU Usage|Mean=%0.25|IntervalSec=%5|"
                          "Series=Interval=5000|CounterType=Mean|Metadata=|DisplayUnits=MB");
}

static struct fake_runtime *one_app(const struct portside *p, const struct fake_trace *t)
{
    struct fake_runtime *r =
        fake_runtime_start(&(struct fake_options){.port = p->socket, .trace = *t});

    REQUIRE(portside_wait_count(p, 1, 5000));
    return r;
}

static struct http_request request_to(const struct portside *p, const char *query, const char *body)
{
    return (struct http_request){.url = world_text("%s/livemetrics?%s", p->base, query),
                                 .method = body ? "POST" : NULL,
                                 .body = body,
                                 .headers = {body ? "Content-Type: application/json" : NULL}};
}

static struct http *ask(const struct portside *p, const char *query, const char *body)
{
    struct http_request request = request_to(p, query, body);

    return http_run(&request);
}

static void check_stopped(const char *label, struct fake_runtime *r, int stops)
{
    CHECK_AT(label, WAIT_UNTIL(5000, fake_runtime_received(r, FAKE_STOP) >= stops &&
                                         fake_runtime_sessions(r) == 0));
    CHECK_AT(label, fake_runtime_received(r, FAKE_STOP) == stops);
    CHECK_AT(label, fake_runtime_stray_stops(r) == 0);
}

static const struct {
    const char *label, *body, *version, *providers; /* NULL: GET */
} asked[] = {
    {"GET", NULL, "10.0.1",
     "My.Source/EventCounterIntervalSec=5 System.Runtime/EventCounterIntervalSec=7 "
     "Microsoft.AspNetCore.Hosting/EventCounterIntervalSec=5 "
     "Grpc.AspNetCore.Server/EventCounterIntervalSec=5 "
     "System.Diagnostics.Metrics/SessionId=SHARED;Metrics=My.Meter;RefreshInterval=5;MaxTimeSeries="
     "900;MaxHistograms=500;ClientId=* "},
    {"POST, defaults", "{}", "10.0.1",
     "System.Runtime/EventCounterIntervalSec=7 "
     "Microsoft.AspNetCore.Hosting/EventCounterIntervalSec=5 "
     "Grpc.AspNetCore.Server/EventCounterIntervalSec=5 "},
    {"POST, own",
     "{\"IncludeDefaultProviders\":false,\"providers\":[{\"providerName\":\"P\",\"counterNames\":["
     "\"c\"]}],\"meters\":[{\"meterName\":\"A\",\"instrumentNames\":[\"x\",\"y\"]},{\"meterName\":"
     "\"B\",\"instrumentNames\":[]},{\"meterName\":\"C\",\"instrumentNames\":null}]}",
     "8.0.3",
     "P/EventCounterIntervalSec=5 "
     "System.Diagnostics.Metrics/SessionId=SHARED;Metrics=A\\x,A\\y,B,C;"
     "RefreshInterval=5;MaxTimeSeries=900;MaxHistograms=500;ClientId=* "},
    {"an old runtime", METERS, "6.0.3", "System.Diagnostics.Metrics/SessionId=*;Metrics=M;"},
};

/* Where our own id begins in the arguments; NULL: there is none. */
static const char *own_id(const char *arguments)
{
    static const char session[] = "SessionId=", client[] = "ClientId=";

    if (strncmp(arguments, session, sizeof session - 1) != 0)
        return NULL;
    if (strncmp(arguments, "SessionId=SHARED;", 17) != 0)
        return arguments + sizeof session - 1;
    const char *at = strstr(arguments, client);
    return at ? at + sizeof client - 1 : NULL;
}

/* The default providers have events of their own at Informational. */
static uint32_t level_of(const char *provider)
{
    static const char *const others[] = {"My.Source", "P", "System.Diagnostics.Metrics"};
    size_t i = 0;

    while (i < COUNT_OF(others) && strcmp(others[i], provider) != 0)
        i++;
    return i < COUNT_OF(others) ? 4 : 1;
}

/* Up to the ids, which are others each time. */
static char *describe(const struct fake_collect *c)
{
    char *all = world_text("%s", "");

    for (size_t i = 0; i < c->count; i++) {
        const char *arguments = c->providers[i].arguments, *own = own_id(arguments);
        int size = own ? (int)(own - arguments) : (int)strlen(arguments);
        all =
            world_text("%s%s/%.*s%s ", all, c->providers[i].name, size, arguments, own ? "*" : "");
        CHECK_AT(all, c->providers[i].level == level_of(c->providers[i].name));
        CHECK_AT(all, c->providers[i].keywords == (own ? 2 : 0));
    }
    return all;
}

static void test_asked(void)
{
    struct portside *p = portside_start(&(struct portside_options){
        .env = {"DotnetMonitor_Metrics__Providers__0__ProviderName=My.Source",
                "DotnetMonitor_Metrics__Meters__0__MeterName=My.Meter",
                "DotnetMonitor_GlobalCounter__MaxTimeSeries=900",
                "DotnetMonitor_GlobalCounter__Providers__System.Runtime__IntervalSeconds=7"},
        .args = {"--metrics", "false"}});

    for (size_t i = 0; i < COUNT_OF(asked); i++) {
        struct metrics_maker *m = metrics_maker_new();
        add_counter(m, "Other");
        const struct fake_trace t = trace_of(m, false);
        struct fake_runtime *r = fake_runtime_start(
            &(struct fake_options){.port = p->socket, .trace = t, .version = asked[i].version});
        struct fake_collect c;

        REQUIRE(portside_wait_count(p, 1, 5000));
        const struct http *h = ask(p, "durationSeconds=0", asked[i].body);
        CHECK_AT(asked[i].label, h->status == 200 && h->body_size == 0);
        fake_runtime_collect(r, &c);
        const char *got = describe(&c);
        CHECK_AT(world_text("%s: %s", asked[i].label, got),
                 strncmp(got, asked[i].providers, strcspn(asked[i].providers, "*")) == 0 &&
                     (strchr(asked[i].providers, '*') || strcmp(got, asked[i].providers) == 0));
        CHECK_AT(asked[i].label, c.rundown == 0 && c.format == 1);
        check_stopped(asked[i].label, r, 1);
        fake_runtime_stop(r);
        REQUIRE(portside_wait_count(p, 0, 5000));
    }
}

/* Of everything something. */
static struct metrics_maker *all_kinds(void)
{
    struct metrics_maker *m = metrics_maker_new();

    add_counter(m, "System.Runtime");
    metrics_maker_counter(m, "Grpc.AspNetCore.Server", 93000000,
                          "Name=calls|DisplayName=Calls <a>|Increment=%3|IntervalSec=%5.01|"
                          "Series=Interval=5000|CounterType=Sum|Metadata=k:v,l:w|DisplayUnits=");
    metrics_maker_meter(m, METER_BEGIN, 2, "SHARED|M|1|n|Counter`1|B|what|i=1|m=1|hash|#1");
    metrics_maker_meter(m, METER_COUNTER, 3, "SHARED|M|1|n|B|k=v|2.5|100|#1");
    metrics_maker_meter(m, METER_GAUGE, 4, "SHARED|M|1|g|||NaN|#2");
    metrics_maker_meter(m, METER_GAUGE, 4, "SHARED|M|1|g|||-Infinity|#2");
    metrics_maker_meter(m, METER_GAUGE, 4, "SHARED|M|1|g||||#2");
    metrics_maker_meter(m, METER_GAUGE, 4, "SHARED|M|1|g||||#2");
    metrics_maker_meter(m, METER_UP_DOWN, 5, "SHARED|M|1|u|pct||-1|4|#3");
    metrics_maker_meter(m, METER_HISTOGRAM, 6,
                        "SHARED|M|1|h|s|k=v|0.5=1;0.95=1E-07;0.99=3|#7|%1|#4");
    metrics_maker_meter(m, METER_HISTOGRAM, 6, "SHARED|M|1|h|s||0.5=1|#7|%1|#4");
    metrics_maker_meter(m, METER_HISTOGRAM, 6, "SHARED|M|1|h|s|||#0|%0|#4");
    metrics_maker_meter(m, METER_TIME_SERIES_LIMIT, 7, "SHARED");
    metrics_maker_meter(m, METER_TIME_SERIES_LIMIT, 8, "SHARED");
    return m;
}

#define HEAD(time, provider, name)                                                                 \
    "\x1e{\"timestamp\":\"2026-11-22T" time "\",\"provider\":\"" provider "\",\"name\":\"" name    \
    "\",\"displayName\":"

static const char json[] = HEAD(
    "09:35:06.007+05:30", "System.Runtime",
    "cpu-usage") "\"CPU "
                 "Usage\",\"unit\":\"MB\",\"counterType\":\"Metric\",\"tags\":\"\",\"value\":0.25,"
                 "\"meterTags\":null,\"instrumentTags\":null}\n" HEAD(
                     "09:35:06.1+05:30", "Grpc.AspNetCore.Server",
                     "calls") "\"Calls "
                              "\\u003Ca\\u003E\",\"unit\":\"count\",\"counterType\":\"Rate\","
                              "\"tags\":\"k:v,l:w\","
                              "\"value\":3,\"meterTags\":null,\"instrumentTags\":null}\n" HEAD(
                                  "09:35:06.007+05:30", "M",
                                  "n") "\"n (B / 5 "
                                       "sec)\",\"unit\":\"B\",\"counterType\":\"Rate\",\"tags\":"
                                       "\"k=v\",\"value\":2.5,"
                                       "\"meterTags\":\"m=1\",\"instrumentTags\":\"i=1\"}\n" HEAD(
                                           "09:35:06.007+05:30", "M",
                                           "g") "\"g\",\"unit\":\"\",\"counterType\":\"Metric\","
                                                "\"tags\":\"\",\"value\":0,"
                                                "\"meterTags\":null,\"instrumentTags\":null}"
                                                "\n" HEAD(
                                                    "09:35:06.007+05:30", "M",
                                                    "g") "\"g\",\"unit\":\"\",\"counterType\":"
                                                         "\"Metric\",\"tags\":\"\",\"value\":-1."
                                                         "7976931348623157E+308,"
                                                         "\"meterTags\":null,\"instrumentTags\":"
                                                         "null}\n" HEAD(
                                                             "09:35:06.007+05:30", "M",
                                                             "u") "\"u "
                                                                  "(pct)\",\"unit\":\"pct\","
                                                                  "\"counterType\":\"Metric\","
                                                                  "\"tags\":\"\",\"value\":4,"
                                                                  "\"meterTags\":null,"
                                                                  "\"instrumentTags\":null}\n" HEAD(
                                                                      "09:35:06.007+05:30", "M",
                                                                      "h") "null,\"unit\":\"s\","
                                                                           "\"counterType\":"
                                                                           "\"Metric\",\"tags\":"
                                                                           "\"k=v,Percentile=50\","
                                                                           "\"value\":1,"
                                                                           "\"meterTags\":null,"
                                                                           "\"instrumentTags\":"
                                                                           "null}\n" HEAD(
                                                                               "09:35:06.007+05:30",
                                                                               "M",
                                                                               "h") "null,\"unit\":"
                                                                                    "\"s\","
                                                                                    "\"counterType"
                                                                                    "\":\"Metric\","
                                                                                    "\"tags\":\"k="
                                                                                    "v,Percentile="
                                                                                    "95\","
                                                                                    "\"value\":1E-"
                                                                                    "07,"
                                                                                    "\"meterTags\":"
                                                                                    "null,"
                                                                                    "\"instrumentTa"
                                                                                    "gs\":null}"
                                                                                    "\n" HEAD(
                                                                                        "09:35:06."
                                                                                        "007+05:30",
                                                                                        "M",
                                                                                        "h") "null,"
                                                                                             "\"uni"
                                                                                             "t\":"
                                                                                             "\"s\""
                                                                                             ",\"co"
                                                                                             "unter"
                                                                                             "Type"
                                                                                             "\":"
                                                                                             "\"Met"
                                                                                             "ric\""
                                                                                             ",\"ta"
                                                                                             "gs\":"
                                                                                             "\"k="
                                                                                             "v,"
                                                                                             "Perce"
                                                                                             "ntile"
                                                                                             "=99\""
                                                                                             ",\"va"
                                                                                             "lue\""
                                                                                             ":3,"
                                                                                             "\"met"
                                                                                             "erTag"
                                                                                             "s\":"
                                                                                             "null,"
                                                                                             "\"ins"
                                                                                             "trume"
                                                                                             "ntTag"
                                                                                             "s\":"
                                                                                             "null}"
                                                                                             "\n" HEAD(
                                                                                                 "0"
                                                                                                 "9"
                                                                                                 ":"
                                                                                                 "3"
                                                                                                 "5"
                                                                                                 ":"
                                                                                                 "0"
                                                                                                 "6"
                                                                                                 "."
                                                                                                 "0"
                                                                                                 "0"
                                                                                                 "7"
                                                                                                 "+"
                                                                                                 "0"
                                                                                                 "5"
                                                                                                 ":"
                                                                                                 "3"
                                                                                                 "0",
                                                                                                 "M",
                                                                                                 "h") "null,\"unit\":\"s\",\"counterType\":\"Metric\",\"tags\":\"Percentile=50\",\"value\":1,"
                                                                                                      "\"meterTags\":null,\"instrumentTags\":null}\n";

static const char csv[] =
    "Timestamp,Provider,Counter Name,Counter Type,Mean/Increment\n"
    "11/22/2026 09:35:06,System.Runtime,CPU Usage (MB),Metric,0.25\n"
    "11/22/2026 09:35:06,Grpc.AspNetCore.Server,Calls <a> (Count / 5 sec)[k:v;l:w],Rate,3\n"
    "11/22/2026 09:35:06,M,n (B / 5 sec)[m=1;i=1;k=v],Rate,2.5\n"
    "11/22/2026 09:35:06,M,g,Metric,NaN\n"
    "11/22/2026 09:35:06,M,g,Metric,-Infinity\n"
    "11/22/2026 09:35:06,M,u (pct),Metric,4\n"
    "11/22/2026 09:35:06,M,h (s)[k=v;Percentile=50],Metric,1\n"
    "11/22/2026 09:35:06,M,h (s)[k=v;Percentile=95],Metric,1E-07\n"
    "11/22/2026 09:35:06,M,h (s)[k=v;Percentile=99],Metric,3\n"
    "11/22/2026 09:35:06,M,h (s)[Percentile=50],Metric,1\n";

static unsigned count(const char *text, const char *what)
{
    unsigned n = 0;

    for (; (text = strstr(text, what)) != NULL; text++)
        n++;
    return n;
}

static void check_text(const char *got, const char *want)
{
    size_t at = 0;

    while (got[at] && got[at] == want[at])
        at++;
    CHECK_AT(world_text("at %zu: %.60s, not %.60s", at, got + at, want + at),
             !got[at] && !want[at]);
}

/* The process ends its stream: that ends the records, and is no failure. */
static void test_records(void)
{
    static const char body[] = "{\"meters\":[{\"meterName\":\"M\"}]}";
    struct portside *p = portside_start(
        &(struct portside_options){.args = {"--metrics", "false"}, .env = {"TZ=Asia/Kolkata"}});
    const struct fake_trace t = trace_of(all_kinds(), true);
    const struct fake_runtime *r = one_app(p, &t);

    (void)r;
    const struct http *h = ask(p, "durationSeconds=-1", body);
    CHECK(h->status == 200 && h->result == CURLE_OK);
    check_text(h->body, json);
    CHECK(strcmp(http_header(h, "Content-Type"), "application/json-seq") == 0);
    CHECK(strstr(http_header(h, "Content-Disposition"), ".metrics.json") != NULL);
    CHECK(portside_wait_operation(p, "Succeeded", 2000));
    const char *log = proc_output(p->proc);
    CHECK(count(log, "The counter g ended") == 1);
    CHECK(count(log, "The limit of 1000 time series is reached") == 1);
    h = ask(p, "durationSeconds=-1&format=CSV", body);
    CHECK(h->status == 200);
    check_text(h->body, csv);
    CHECK(strcmp(http_header(h, "Content-Type"), "text/csv") == 0);
    CHECK(strstr(http_header(h, "Content-Disposition"), ".metrics.csv") != NULL);
}

static const struct {
    const char *golden, *query, *body;
} goldens[] = {
    {"B-livemetrics-post-default", "durationSeconds=1", "{}"},
    {"B-livemetrics-dur-bad", "durationSeconds=-5", NULL},
};

static const cJSON *first_record(const char *body)
{
    if (body[0] != 0x1e)
        return NULL;
    return json_parse(world_text("%.*s", (int)strcspn(body + 1, "\n"), body + 1));
}

static void test_goldens(void)
{
    struct metrics_maker *m = metrics_maker_new();
    struct portside *p = portside_start(&(struct portside_options){.args = {"--metrics", "false"}});
    struct golden golden;

    add_counter(m, "System.Runtime");
    const struct fake_trace t = trace_of(m, true);
    const struct fake_runtime *r = one_app(p, &t);
    (void)r;
    for (size_t i = 0; i < COUNT_OF(goldens); i++) {
        const struct http *h = ask(p, goldens[i].query, goldens[i].body);
        const char *difference = golden_difference(goldens[i].golden, h);
        CHECK_AT(world_text("%s: %s", goldens[i].golden, difference), !difference);
        REQUIRE(golden_load(goldens[i].golden, &golden));
        const cJSON *want = first_record(golden.body), *got = first_record(h->body);
        REQUIRE(want && got);
        difference = json_shape_difference(want, got);
        CHECK_AT(world_text("%s: %s", goldens[i].golden, difference), !difference);
    }
}

static const struct {
    const char *query, *body, *detail;
} bad[] = {
    {"format=xml", NULL, "json or csv"},
    {"", "{\"includeDefaultProviders\":false}", "No provider"},
    {"", "{\"providers\":[{}]}", "provider has no name"},
    {"", "{\"providers\":[null]}", "provider has no name"},
    {"", "{\"meters\":[{\"meterName\":null}]}", "meter has no name"},
    {"", "{\"meters\":[{\"meterName\":\"a,b\"}]}", "must be free of"},
    {"", "{\"meters\":[{\"meterName\":\"a;MaxTimeSeries=9\"}]}", "must be free of"},
    {"", "{\"meters\":[{\"meterName\":\"a\\nb\"}]}", "must be free of"},
    {"egressProvider=no", NULL, "no"},
};

static void test_refused(void)
{
    struct metrics_maker *m = metrics_maker_new();
    struct portside *p = portside_start(&(struct portside_options){.args = {"--metrics", "false"}});

    add_counter(m, "System.Runtime");
    const struct fake_trace t = trace_of(m, true);
    struct fake_runtime *r = one_app(p, &t);
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        const struct http *h = ask(p, bad[i].query, bad[i].body);
        CHECK_AT(world_text("row %zu: %ld %s", i, h->status, h->body),
                 h->status == 400 &&
                     strstr(json_text(json_of(h), "detail"), bad[i].detail) != NULL);
    }
    CHECK(fake_runtime_received(r, FAKE_ANY_COLLECT) == 0);
    fake_runtime_set_rules(
        r, (const struct fake_rule[FAKE_RULES]){
               {FAKE_ANY_COLLECT, FAKE_ACT_ERROR, .hresult = FAKE_E_FAIL, .text = "it will not"}});
    const struct http *h = ask(p, "", NULL);
    CHECK_AT(h->body, h->status == 400 && portside_wait_operation(p, "Failed", 2000));
}

static struct http *start(const struct portside *p, const char *body, size_t abort_after)
{
    struct http_request request = request_to(p, "durationSeconds=-1", body);

    request.abort_after = abort_after;
    return http_start(&request);
}

/* Until it is stopped, its client leaves, or the process ends. */
static void test_ends(void)
{
    struct metrics_maker *m = metrics_maker_new();
    struct portside *p = portside_start(&(struct portside_options){.args = {"--metrics", "false"}});

    add_counter(m, "System.Runtime");
    const struct fake_trace t = trace_of(m, false);
    struct fake_runtime *r = one_app(p, &t);
    (void)start(p, NULL, 10);
    CHECK(portside_wait_operation(p, "Cancelled", 5000));
    check_stopped("left", r, 1);
    struct http *stopped = start(p, NULL, 0);
    REQUIRE(WAIT_UNTIL(5000, atomic_load(&stopped->received) > 100));
    const char *id = json_text(portside_last_operation(p), "operationId");
    CHECK(http_delete("%s/operations/%s?stop=true", p->base, id)->status == 202);
    CHECK(http_wait(stopped, 5000) && stopped->result == CURLE_OK);
    CHECK(portside_wait_operation(p, "Succeeded", 2000));
    check_stopped("stopped", r, 2);
    struct http *orphan = start(p, NULL, 0);
    REQUIRE(WAIT_UNTIL(5000, atomic_load(&orphan->received) > 100));
    fake_runtime_stop(r);
    CHECK(http_wait(orphan, 10000) && orphan->result == CURLE_OK);
}

static void test_limit(void)
{
    struct metrics_maker *m = metrics_maker_new();
    struct portside *p = portside_start(NULL);
    struct http *live[3];

    add_counter(m, "System.Runtime");
    const struct fake_trace t = trace_of(m, false);
    struct fake_runtime *r = one_app(p, &t);
    for (size_t i = 0; i < COUNT_OF(live); i++) {
        struct http_request request = request_to(p, "durationSeconds=-1", NULL);
        live[i] = http_start(&request);
    }
    REQUIRE(WAIT_UNTIL(5000, portside_wait_operation(p, "Running", 1000) &&
                                 cJSON_GetArraySize(json_of(portside_get(p, "/operations"))) == 3));
    CHECK(ask(p, "durationSeconds=-1", NULL)->status == 429);
    /* One set for all of them, and for the scrape: one session. */
    CHECK(WAIT_UNTIL(5000, fake_runtime_sessions(r) == 1));
    CHECK(fake_runtime_received(r, FAKE_ANY_COLLECT) == 1);
    fake_runtime_stop(r);
    for (size_t i = 0; i < COUNT_OF(live); i++)
        CHECK(http_wait(live[i], 5000));
}

static const char *folder(void)
{
    static const char *const names[] = {"user", "etc", "tmp"};
    const char *dir = files_tmpdir();

    for (size_t i = 0; i < COUNT_OF(names); i++)
        (void)files_mkdir(dir, names[i], 01777, 0);
    return dir;
}

static void set_meter(const char *dir, unsigned series)
{
    const char *text = world_text("{\"Metrics\":{\"Meters\":[{\"MeterName\":\"M\"}]},"
                                  "\"GlobalCounter\":{\"MaxTimeSeries\":%u}}",
                                  series);

    CHECK(files_write(world_text("%s/user/settings.json", dir), text, strlen(text)));
}

/* A gauge's instrument and first value; behind the gate its second. */
static struct fake_trace gauge(void)
{
    struct metrics_maker *m = metrics_maker_new();

    metrics_maker_meter(m, METER_BEGIN, 2, "SHARED|M|1|g|Gauge`1|B|what|i=1|m=1|hash|#1");
    metrics_maker_meter(m, METER_GAUGE, 3, "SHARED|M|1|g|B||111|#1");
    size_t first = metrics_maker_flush(m);
    metrics_maker_meter(m, METER_GAUGE, 4, "SHARED|M|1|g|B||222|#1");
    struct fake_trace t = trace_of(m, false);
    t.hold_after = first;
    return t;
}

static bool on_page(const struct portside *p, const char *text)
{
    return strstr(http_get("%s/metrics", p->metrics)->body, text) != NULL;
}

/* What the settings name: the scrape's session serves it, also in the middle, and a POST of the
 * same. When the settings change it goes on alone. */
static void test_with_scrape(void)
{
    const char *dir = folder();
    set_meter(dir, 1000);
    struct portside *p = portside_start(&(struct portside_options){.dir = dir});
    const struct fake_trace t = gauge();
    struct fake_runtime *r = one_app(p, &t);

    REQUIRE(WAIT_UNTIL(5000, on_page(p, " 111 ")));
    struct http *get = start(p, NULL, 0),
                *post = start(p, "{\"meters\":[{\"meterName\":\"M\"}]}", 0);
    REQUIRE(WAIT_UNTIL(5000, cJSON_GetArraySize(json_of(portside_get(p, "/operations"))) == 2 &&
                                 portside_wait_operation(p, "Running", 1000)));
    CHECK(fake_runtime_sessions(r) == 1 && fake_runtime_received(r, FAKE_ANY_COLLECT) == 1);
    const struct http *other = ask(p, "durationSeconds=0", METERS);
    CHECK(other->status == 200 && fake_runtime_received(r, FAKE_ANY_COLLECT) == 2);
    REQUIRE(WAIT_UNTIL(5000, fake_runtime_sessions(r) == 1));
    fake_runtime_open_gate(r);
    REQUIRE(
        WAIT_UNTIL(5000, atomic_load(&get->received) > 100 && atomic_load(&post->received) > 100));
    set_meter(dir, 900);
    REQUIRE(WAIT_UNTIL(10000, fake_runtime_received(r, FAKE_ANY_COLLECT) == 5));
    CHECK(WAIT_UNTIL(5000, fake_runtime_sessions(r) == 3));
    fake_runtime_stop(r);
    CHECK(http_wait(get, 10000) && get->result == CURLE_OK);
    CHECK(http_wait(post, 10000) && post->result == CURLE_OK);
    CHECK_AT(get->body, strstr(get->body, "\"value\":222,\"meterTags\":\"m=1\"") != NULL);
    const char *first = strchr(post->body + 1, 0x1e);
    CHECK_AT(post->body, first && !memmem(post->body, (size_t)(first - post->body), ":111,", 5));
}

/* It ends as the scrape does: with the process; and leaves alone. */
static void test_with_scrape_ends(void)
{
    const char *dir = folder();
    set_meter(dir, 1000);
    struct portside *p = portside_start(&(struct portside_options){.dir = dir});
    const struct fake_trace t = gauge();
    struct fake_runtime *r = one_app(p, &t);

    REQUIRE(WAIT_UNTIL(5000, on_page(p, " 111 ")));
    CHECK(ask(p, "durationSeconds=0", NULL)->status == 200);
    struct http *h = start(p, NULL, 0);
    REQUIRE(portside_wait_operation(p, "Running", 5000));
    CHECK(fake_runtime_received(r, FAKE_STOP) == 0);
    CHECK(fake_runtime_received(r, FAKE_ANY_COLLECT) == 1);
    fake_runtime_stop(r);
    CHECK(http_wait(h, 10000) && h->status == 200 && h->result == CURLE_OK && h->body_size == 0);
    CHECK(portside_wait_operation(p, "Succeeded", 2000));
}

/* A client that takes nothing: what waits for it is bounded, the rest counted. */
static void test_slow(void)
{
    struct metrics_maker *m = metrics_maker_new();
    char *tags = world_alloc(LONG_TAGS + 1);
    struct portside *p = portside_start(&(struct portside_options){.args = {"--metrics", "false"}});
    unsigned dropped = 0;

    memset(tags, 't', LONG_TAGS);
    for (int i = 0; i < MANY; i++) {
        metrics_maker_meter(m, METER_GAUGE, (uint64_t)i,
                            world_text("SHARED|M|1|g||%s|%d", tags, i));
        metrics_maker_flush(m);
    }
    const struct fake_trace t = trace_of(m, true);
    struct fake_runtime *r = one_app(p, &t);
    struct http_request request = request_to(p, "durationSeconds=-1", METERS);
    request.hold_after = 1;
    struct http *h = http_start(&request);
    REQUIRE(WAIT_UNTIL(20000, fake_runtime_streamed(r) >= t.size));
    CHECK(proc_status_number(p->proc->pid, "VmRSS") < SLOW_RSS_KB);
    http_release(h);
    REQUIRE(http_wait(h, 20000));
    CHECK(h->status == 200 && h->result == CURLE_OK);
    const char *line = NULL;
    REQUIRE(WAIT_UNTIL(5000,
                       line = strstr(proc_output(p->proc), "Some metrics were dropped. Count: ")));
    REQUIRE(line != NULL && sscanf(line, "Some metrics were dropped. Count: %u", &dropped) == 1);
    unsigned came = count(h->body, "\x1e");
    CHECK_AT(world_text("%u came, %u dropped", came, dropped),
             dropped > 0 && came > 0 && came + dropped == MANY);
}

WORLD_SUITE("component/livemetrics", {"asked", test_asked}, {"records", test_records},
            {"goldens", test_goldens}, {"refused", test_refused}, {"ends", test_ends},
            {"limit", test_limit}, {"with scrape", test_with_scrape},
            {"with scrape, ends", test_with_scrape_ends}, {"slow", test_slow})
