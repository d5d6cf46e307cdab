/* The metrics service against fake runtimes: whom it asks for what, and what is in the store while
 * they come, go, refuse, fall silent and are cut off. */
#include <math.h>

#include "src/metrics/service.h"
#include "tests/component/feed_host.h"
#include "tests/support/metrics_maker.h"

enum { PID = 101, COUNTERS = 5, RETRY_SPARE_MS = LOOP_MS };

struct service_host {
    struct feed_host *feeds;
    struct config_keys keys;
    struct metrics_service *service;
};

typedef const char *const pairs[][2];

static pairs none = {{NULL, NULL}};
static pairs with_meter = {{"Metrics:Meters:0:MeterName", "M"}, {NULL, NULL}};

static void set(struct config_keys *keys, const char *const (*list)[2])
{
    struct error err;

    for (; (*list)[0]; list++)
        CHECK(config_keys_set(keys, (*list)[0], (*list)[1], "test", &err) == 0);
}

static void start_service(struct service_host *h)
{
    struct error err;

    REQUIRE(metrics_service_new(h->feeds->registry, h->feeds->feeds, &h->keys, &h->service, &err) ==
            0);
}

static struct service_host *host_new(const char *const (*settings)[2],
                                     const char *const (*metrics)[2])
{
    struct service_host *h = world_alloc(sizeof *h);

    h->feeds = feed_host_new(settings);
    set(&h->keys, metrics);
    start_service(h);
    return h;
}

static void host_end(struct service_host *h)
{
    metrics_service_free(h->service);
    config_keys_deinit(&h->keys);
    feed_host_end(h->feeds);
}

static void add_counter(struct metrics_maker *m, unsigned number, unsigned interval_ms)
{
    metrics_maker_counter(m, "System.Runtime", number,
                          world_text("Name=c%u|DisplayName=C|Mean=%%%u.5|Count=#1|IntervalSec=%%5|"
                                     "Series=Interval=%u|CounterType=Mean|Metadata=|DisplayUnits=",
                                     number, number, interval_ms));
}

/* Some counters of System.Runtime, for an interval of 5 s. */
static struct fake_trace counters(void)
{
    struct metrics_maker *m = metrics_maker_new();
    size_t size;

    for (unsigned i = 0; i < COUNTERS; i++)
        add_counter(m, i, 5000);
    const uint8_t *bytes = metrics_maker_end(m, &size);
    return (struct fake_trace){.bytes = bytes, .size = size};
}

static struct fake_runtime *start_app(struct service_host *h, uint64_t pid,
                                      const struct fake_options *o)
{
    struct fake_runtime *r;

    (void)feed_host_app(h->feeds, pid, o, &r);
    return r;
}

static struct metric_process *find(struct service_host *h, uint64_t pid)
{
    list_each(p, metric_store_processes(metrics_service_store(h->service)), struct metric_process,
              link)
    {
        if (p->pid == pid)
            return p;
    }
    return NULL;
}

static size_t count_processes(struct service_host *h)
{
    size_t count = 0;

    list_each(p, metric_store_processes(metrics_service_store(h->service)), struct metric_process,
              link)
    {
        count++;
    }
    return count;
}

#define TURN_UNTIL(h, ms, cond) LOOP_UNTIL((h)->feeds->loop, ms, cond)

static bool has_series(struct service_host *h, uint64_t pid, size_t count)
{
    const struct metric_process *p = find(h, pid);

    return p && p->up && p->series_count == count;
}

static void test_life(void)
{
    struct service_host *h = host_new(NULL, none);
    struct fake_runtime *r = start_app(h, PID, &(struct fake_options){.trace = counters()});
    struct fake_collect asked;

    REQUIRE(TURN_UNTIL(h, LOOP_MS, has_series(h, PID, COUNTERS)));
    struct metric_process *p = find(h, PID);
    CHECK(strcmp(p->name, "fake") == 0 && strcmp(p->uid, fake_runtime_uid(r)) == 0);
    CHECK_AT("it waited for its resume", p->waited_seconds >= 0 && p->waited_seconds < 60);
    fake_runtime_collect(r, &asked);
    CHECK(asked.count == 3 && asked.buffer_mb == FEED_BUFFER_MB && asked.rundown == 0);
    CHECK(strcmp(asked.providers[0].arguments, "EventCounterIntervalSec=5") == 0);
    fake_runtime_stop(r);
    CHECK(TURN_UNTIL(h, LOOP_MS, count_processes(h) == 0));
    CHECK(list_empty(metrics_service_scrapes(h->service)));
    host_end(h);
}

/* A process that was there before; and a service that ends while sessions run. */
static void test_there_before(void)
{
    struct service_host *h = host_new(NULL, none);

    metrics_service_free(h->service);
    struct fake_runtime *r = start_app(h, PID, &(struct fake_options){.trace = counters()});
    CHECK(fake_runtime_received(r, FAKE_ANY_COLLECT) == 0);
    start_service(h);
    CHECK(TURN_UNTIL(h, LOOP_MS, has_series(h, PID, COUNTERS)));
    metrics_service_free(h->service);
    CHECK(TURN_UNTIL(h, LOOP_MS, fake_runtime_sessions(r) == 0));
    CHECK(fake_runtime_received(r, FAKE_STOP) == 1 && fake_runtime_stray_stops(r) == 0);
    h->service = NULL;
    host_end(h);
}

/* What replaces a process of the same pid is another one, with series of its own. */
static void test_restart(void)
{
    struct service_host *h = host_new(NULL, none);
    struct fake_options o = {.trace = counters(), .cookie = {1}}, o2 = {.cookie = {2}};
    struct fake_runtime *r = start_app(h, PID, &o);

    REQUIRE(TURN_UNTIL(h, LOOP_MS, has_series(h, PID, COUNTERS)));
    fake_runtime_stop(r);
    REQUIRE(TURN_UNTIL(h, LOOP_MS, count_processes(h) == 0));
    struct fake_runtime *r2 = start_app(h, PID, &o2);
    REQUIRE(TURN_UNTIL(h, LOOP_MS, has_series(h, PID, 0)));
    CHECK(strcmp(find(h, PID)->uid, fake_runtime_uid(r2)) == 0);
    CHECK(fake_runtime_sessions(r2) == 1);
    host_end(h);
}

static const struct {
    const char *label;
    const char *const settings[3][2];
    size_t count;
} defaults[] = {
    {"none is configured", {{NULL, NULL}}, 2},
    {"one", {{"DefaultProcess:Filters:0:ProcessName", "first"}, {NULL, NULL}}, 1},
    {"several",
     {{"DefaultProcess:Filters:0:ProcessName", "s"},
      {"DefaultProcess:Filters:0:MatchType", "Contains"},
      {NULL, NULL}},
     2},
    {"nobody", {{"DefaultProcess:Filters:0:ProcessName", "third"}, {NULL, NULL}}, 0},
    {"faulty", {{"DefaultProcess:Filters:0:Key", "Shoe"}, {NULL, NULL}}, 0},
};

static void test_default_process(void)
{
    for (size_t i = 0; i < COUNT_OF(defaults); i++) {
        struct service_host *h = host_new(defaults[i].settings, none);
        struct fake_options o = {.command_line = "/app/first"},
                            o2 = {.command_line = "/app/second"};
        struct fake_runtime *r = start_app(h, PID, &o), *r2 = start_app(h, PID + 1, &o2);
        size_t want = defaults[i].count;
        CHECK_AT(defaults[i].label, count_processes(h) == want);
        CHECK_AT(defaults[i].label,
                 TURN_UNTIL(h, LOOP_MS, feeds_session_count(h->feeds->feeds) == want));
        CHECK_AT(defaults[i].label, TURN_UNTIL(h, LOOP_MS,
                                               (size_t)(fake_runtime_sessions(r) +
                                                        fake_runtime_sessions(r2)) == want));
        CHECK_AT(defaults[i].label, want != 1 || find(h, PID));
        host_end(h);
    }
}

/* A command line that comes late (a suspended runtime does not know it) decides anew. */
static void test_told_late(void)
{
    static pairs settings = {{"DefaultProcess:Filters:0:ProcessName", "late"}, {NULL, NULL}};
    struct service_host *h = host_new(settings, none);
    struct fake_runtime *r = start_app(h, PID, &(struct fake_options){.command_line = "/a/early"});
    struct target *t = feed_host_find(h->feeds, PID);
    REQUIRE(t != NULL);
    struct ipc_process_info info = {.cookie = t->cookie,
                                    .command_line = "/a/late",
                                    .os = "Linux",
                                    .arch = "x64",
                                    .entrypoint_assembly = "late",
                                    .clr_version = "10.0.1"};

    CHECK(count_processes(h) == 0);
    timer_stop(&t->refresh); /* which would ask the runtime again, and hear "early" */
    target_set_info(t, &info);
    t->events.on_told(t->events.user, t);
    CHECK(count_processes(h) == 1);
    CHECK(TURN_UNTIL(h, LOOP_MS, fake_runtime_sessions(r) == 1));
    info.command_line = "/a/later";
    target_set_info(t, &info);
    t->events.on_told(t->events.user, t);
    CHECK(count_processes(h) == 0);
    CHECK(TURN_UNTIL(h, LOOP_MS, fake_runtime_sessions(r) == 0));
    host_end(h);
}

static const struct {
    const char *version;
    bool shared;
} versions[] = {{"10.0.12", true}, {"8.0.0", true}, {"7.0.20", false}, {"6.0.36", false}};

static void test_session_id(void)
{
    for (size_t i = 0; i < COUNT_OF(versions); i++) {
        struct service_host *h = host_new(NULL, with_meter);
        struct fake_runtime *r =
            start_app(h, PID, &(struct fake_options){.version = versions[i].version});
        struct fake_collect asked = {0};
        CHECK(TURN_UNTIL(h, LOOP_MS, find(h, PID) && find(h, PID)->up));
        fake_runtime_collect(r, &asked);
        REQUIRE(asked.count == 4);
        CHECK(strcmp(asked.providers[3].name, "System.Diagnostics.Metrics") == 0);
        CHECK_AT(versions[i].version, (strstr(asked.providers[3].arguments, "SessionId=SHARED;") !=
                                       NULL) == versions[i].shared);
        host_end(h);
    }
}

static const struct scrape *scrape_of(struct service_host *h, uint64_t pid)
{
    return metrics_service_find(h->service, find(h, pid));
}

static bool has_problem(struct service_host *h, const char *kind, const char *text)
{
    const struct scrape *s = scrape_of(h, PID);

    for (size_t i = 0; i < s->problems.count; i++) {
        if (strcmp(problem_kind_name(s->problems.items[i].kind), kind) == 0 &&
            strstr(s->problems.items[i].text, text))
            return true;
    }
    return false;
}

/* All sessions of the runtime are in use: asked again after a while, and then all is well. */
static void test_refused(void)
{
    struct service_host *h = host_new(NULL, none);
    struct fake_options o = {
        .trace = counters(),
        .rules = {{FAKE_ANY_COLLECT, .act = FAKE_ACT_ERROR, .times = 1, .hresult = FAKE_E_FAIL}}};
    struct fake_runtime *r = start_app(h, PID, &o);

    REQUIRE(TURN_UNTIL(h, LOOP_MS, find(h, PID) && scrape_of(h, PID)->problems.count == 1));
    CHECK(has_problem(h, "unavailable", "") && !find(h, PID)->up);
    CHECK((find(h, PID)->notices & 1u << PROBLEM_UNAVAILABLE) != 0);
    CHECK(timer_active(&scrape_of(h, PID)->retry));
    CHECK(scrape_of(h, PID)->retry_ms == 2 * SCRAPE_RETRY_MS);
    CHECK(TURN_UNTIL(h, SCRAPE_RETRY_MS + RETRY_SPARE_MS, has_series(h, PID, COUNTERS)));
    CHECK(fake_runtime_received(r, FAKE_ANY_COLLECT) == 2);
    CHECK(scrape_of(h, PID)->problems.count == 0 && find(h, PID)->notices == 0);
    CHECK_AT("back-off begins anew", scrape_of(h, PID)->retry_ms == SCRAPE_RETRY_MS);
    host_end(h);
}

/* The stream ends or breaks, the process lives: what it published stays, and it is asked again. */
static void test_cut_off(void)
{
    static const uint8_t junk[] = "a stream of something else, which is no NetTrace at all.......";
    struct fake_trace ended = counters();
    struct fake_trace broken = {.bytes = junk, .size = sizeof junk};

    ended.ends = true;
    for (int i = 0; i < 2; i++) {
        struct service_host *h = host_new(NULL, none);
        struct fake_runtime *r =
            start_app(h, PID, &(struct fake_options){.trace = i ? broken : ended});
        REQUIRE(
            TURN_UNTIL(h, LOOP_MS, scrape_of(h, PID) && timer_active(&scrape_of(h, PID)->retry)));
        CHECK(!find(h, PID)->up && scrape_of(h, PID)->problems.count == (size_t)i);
        CHECK(find(h, PID)->series_count == (i ? 0 : COUNTERS));
        fake_runtime_set_trace(r, &(struct fake_trace){.bytes = ended.bytes, .size = ended.size});
        CHECK(TURN_UNTIL(h, SCRAPE_RETRY_MS + RETRY_SPARE_MS, has_series(h, PID, COUNTERS)));
        CHECK(fake_runtime_sessions(r) == 1);
        host_end(h);
    }
}

/* Another tool's session is a problem of this session only: a new one may find that it has left. */
static void test_collision(void)
{
    struct service_host *h = host_new(NULL, with_meter);
    struct metrics_maker *m = metrics_maker_new();
    const struct fake_trace well = counters();
    struct fake_trace shut_out = {.ends = true};

    metrics_maker_meter(m, METER_NOT_SUPPORTED, 1, "theirs");
    shut_out.bytes = metrics_maker_end(m, &shut_out.size);
    struct fake_runtime *r = start_app(h, PID, &(struct fake_options){.trace = shut_out});
    REQUIRE(TURN_UNTIL(h, LOOP_MS, scrape_of(h, PID) && timer_active(&scrape_of(h, PID)->retry)));
    CHECK(has_problem(h, "collision", "Another tool"));
    fake_runtime_set_trace(r, &well);
    CHECK(TURN_UNTIL(h, SCRAPE_RETRY_MS + RETRY_SPARE_MS, has_series(h, PID, COUNTERS)));
    CHECK(scrape_of(h, PID)->problems.count == 0 && find(h, PID)->notices == 0);
    host_end(h);
}

/* A session that lives without its meters: probes ask for them until the other tool has left. */
static void test_collision_heals(void)
{
    struct service_host *h = host_new(NULL, with_meter);
    struct metrics_maker *m = metrics_maker_new();
    const struct fake_trace well = counters();
    struct fake_trace shut_out = {0};

    add_counter(m, 0, 5000);
    metrics_maker_meter(m, METER_NOT_SUPPORTED, 1, "theirs");
    shut_out.bytes = metrics_maker_end(m, &shut_out.size);
    struct fake_runtime *r = start_app(h, PID, &(struct fake_options){.trace = shut_out});
    REQUIRE(TURN_UNTIL(h, LOOP_MS, has_series(h, PID, 1)));
    REQUIRE(TURN_UNTIL(h, LOOP_MS, has_problem(h, "collision", "Another tool")));
    const struct scrape *s = scrape_of(h, PID);
    CHECK(TURN_UNTIL(h, SCRAPE_RETRY_MS + RETRY_SPARE_MS, s->probe.reader != NULL));
    CHECK_AT("it is told no", TURN_UNTIL(h, LOOP_MS, !s->probe.reader));
    CHECK(s->without_meters && s->process->up && s->recheck_ms > SCRAPE_RETRY_MS);
    fake_runtime_set_trace(r, &well);
    CHECK(TURN_UNTIL(h, 2 * SCRAPE_RETRY_MS + PROBE_PATIENCE_MS + RETRY_SPARE_MS,
                     has_series(h, PID, COUNTERS)));
    CHECK(s->problems.count == 0 && find(h, PID)->notices == 0 && s->process->up);
    CHECK(!s->without_meters && !s->probe.reader && !timer_active(&s->recheck));
    CHECK_AT("one again", TURN_UNTIL(h, LOOP_MS, fake_runtime_sessions(r) == 1));
    host_end(h);
}

static void test_reload(void)
{
    static pairs other = {{"GlobalCounter:IntervalSeconds", "2"}, {NULL, NULL}};
    static pairs strange = {{"Authentication:X", "2"}, {"Metrics:Endpoints", "y"}, {NULL, NULL}};
    struct service_host *h = host_new(NULL, none);
    struct fake_runtime *r = start_app(h, PID, &(struct fake_options){.trace = counters()});
    struct fake_collect asked;

    REQUIRE(TURN_UNTIL(h, LOOP_MS, has_series(h, PID, COUNTERS)));
    set(&h->keys, strange);
    metrics_service_reload(h->service, &h->keys);
    CHECK_AT("nothing that concerns metrics", has_series(h, PID, COUNTERS));
    set(&h->keys, other);
    metrics_service_reload(h->service, &h->keys);
    CHECK(find(h, PID) && !find(h, PID)->up && find(h, PID)->series_count == 0);
    CHECK(TURN_UNTIL(h, LOOP_MS, find(h, PID)->up));
    fake_runtime_collect(r, &asked);
    CHECK(strcmp(asked.providers[0].arguments, "EventCounterIntervalSec=2") == 0);
    CHECK(TURN_UNTIL(h, LOOP_MS, fake_runtime_sessions(r) == 1));
    CHECK(fake_runtime_received(r, FAKE_ANY_COLLECT) == 2);
    host_end(h);
}

/* Settings that make no request: told, and asked no more of the process than of others. */
static void test_nothing_to_ask(void)
{
    static pairs nothing = {{"Metrics:IncludeDefaultProviders", "false"}, {NULL, NULL}};
    struct service_host *h = host_new(NULL, nothing);
    struct fake_runtime *r = start_app(h, PID, &(struct fake_options){.trace = counters()});

    CHECK(has_problem(h, "unavailable", "asked for") && !find(h, PID)->up);
    CHECK(fake_runtime_received(r, FAKE_ANY_COLLECT) == 0);
    set(&h->keys, (pairs){{"Metrics:IncludeDefaultProviders", "true"}, {NULL, NULL}});
    metrics_service_reload(h->service, &h->keys);
    CHECK(TURN_UNTIL(h, LOOP_MS, has_series(h, PID, COUNTERS)));
    host_end(h);
}

static void test_problems(void)
{
    struct service_host *h = host_new(NULL, with_meter);
    struct metrics_maker *m = metrics_maker_new();
    size_t size;

    metrics_maker_meter(m, METER_TIME_SERIES_LIMIT, 1, "SHARED");
    metrics_maker_meter(m, METER_HISTOGRAM_LIMIT, 2, "SHARED");
    for (int i = 0; i < 3; i++)
        metrics_maker_meter(m, METER_ERROR, 3, "SHARED|it broke");
    for (int i = 0; i < 100; i++)
        metrics_maker_meter(m, METER_CALLBACK_ERROR, 4, world_text("SHARED|threw %d", i));
    const uint8_t *bytes = metrics_maker_end(m, &size);
    (void)start_app(h, PID, &(struct fake_options){.trace = {.bytes = bytes, .size = size}});
    CHECK(TURN_UNTIL(h, LOOP_MS, scrape_of(h, PID)->problems.count == LIMIT_METRIC_PROBLEMS));
    CHECK(has_problem(h, "timeSeriesLimit", "MaxTimeSeries"));
    CHECK(has_problem(h, "histogramLimit", "MaxHistograms"));
    CHECK(has_problem(h, "error", "it broke") && has_problem(h, "instrumentError", "threw 5"));
    CHECK(!has_problem(h, "instrumentError", "threw 99"));
    CHECK(find(h, PID)->notices ==
          (1u << METRICS_NOTICE_TIME_SERIES_LIMIT | 1u << METRICS_NOTICE_HISTOGRAM_LIMIT |
           1u << METRICS_NOTICE_ERROR | 1u << METRICS_NOTICE_INSTRUMENT_ERROR));
    host_end(h);
}

/* A runtime without event sources takes the session and publishes nothing. */
static void test_silent(void)
{
    static pairs quick = {{"GlobalCounter:IntervalSeconds", "1"}, {NULL, NULL}};
    struct service_host *h = host_new(NULL, quick);
    struct metrics_maker *m = metrics_maker_new();
    size_t size;

    add_counter(m, 1, 1000);
    const uint8_t *bytes = metrics_maker_end(m, &size);
    struct fake_runtime *r = start_app(
        h, PID, &(struct fake_options){.trace = {.bytes = bytes, .size = size, .hold_after = 40}});
    REQUIRE(TURN_UNTIL(h, LOOP_MS, find(h, PID)->up));
    CHECK(scrape_of(h, PID)->problems.count == 0);
    CHECK(TURN_UNTIL(h, 2 * LOOP_MS, scrape_of(h, PID)->problems.count == 1));
    CHECK(has_problem(h, "silent", "trimmed") && find(h, PID)->up);
    CHECK(find(h, PID)->notices == 1u << PROBLEM_SILENT);
    fake_runtime_open_gate(r);
    CHECK(TURN_UNTIL(h, LOOP_MS, find(h, PID)->series_count == 1));
    CHECK(scrape_of(h, PID)->problems.count == 0 && find(h, PID)->notices == 0);
    host_end(h);
}

static void test_self(void)
{
    struct service_host *h = host_new(NULL, none);
    struct metrics_self self;

    (void)start_app(h, PID, &(struct fake_options){.trace = counters()});
    (void)start_app(h, PID + 1, &(struct fake_options){.trace = counters()});
    CHECK(TURN_UNTIL(h, LOOP_MS, has_series(h, PID, COUNTERS) && has_series(h, PID + 1, COUNTERS)));
    metrics_service_self(h->service, "/", &self);
    CHECK(self.sessions == 2 && self.events == 2 * COUNTERS && self.lost_events == 0);
    CHECK(self.dump_free_bytes > 0 && self.resident_bytes > 0 && self.cpu_seconds > 0);
    /* Not there yet: the nearest parent counts. */
    metrics_service_self(h->service, "/nowhere/at/all", &self);
    CHECK(self.dump_free_bytes > 0);
    metrics_service_self(h->service, "/proc/not/there", &self);
    CHECK(self.dump_free_bytes == 0);
    metrics_service_self(h->service, "/etc/passwd/x", &self);
    CHECK(isnan(self.dump_free_bytes));
    metrics_service_self(h->service, NULL, &self);
    CHECK(isnan(self.dump_free_bytes));
    host_end(h);
}

WORLD_SUITE("component/metrics_service", {"life", test_life}, {"there before", test_there_before},
            {"restart", test_restart}, {"default process", test_default_process},
            {"told late", test_told_late}, {"session id", test_session_id},
            {"refused", test_refused}, {"cut off", test_cut_off}, {"collision", test_collision},
            {"collision heals", test_collision_heals}, {"reload", test_reload},
            {"nothing to ask", test_nothing_to_ask}, {"problems", test_problems},
            {"silent", test_silent}, {"self", test_self})
