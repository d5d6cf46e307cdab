/* Triggers against a fake runtime that plays written streams: which of them satisfy which, what is
 * asked for, and that nothing stays behind in the target. */
#include <errno.h>

#include "tests/component/trigger_host.h"

/* A stream at whose end the process ends: whoever has not fired by then never does. */
static const struct {
    const char *label;
    struct trigger_row row;
    const char *script;
    bool fires;
} rows[] = {
    /* Starts of requests */
    {"requests enough",
     {"AspNetRequestCount", {{"T:RequestCount", "3"}}},
     "S 0 a /; S 10 b /; S 20 c /",
     true},
    {"one too few", {"AspNetRequestCount", {{"T:RequestCount", "3"}}}, "S 0 a /; S 10 b /", false},
    {"stops are no requests",
     {"AspNetRequestCount", {{"T:RequestCount", "3"}}},
     "S 0 a /; P 5 a / 200 5; S 10 b /; P 15 b / 200 5",
     false},
    {"too slow for the window",
     {"AspNetRequestCount", {{"T:RequestCount", "3"}, {"T:SlidingWindowDuration", "00:00:10"}}},
     "S 0 a /; S 6000 b /; S 12000 c /; S 18000 d /",
     false},
    {"a window of a minute unless it is set",
     {"AspNetRequestCount", {{"T:RequestCount", "2"}}},
     "S 0 a /; S 59000 b /",
     true},
    {"and no longer",
     {"AspNetRequestCount", {{"T:RequestCount", "2"}}},
     "S 0 a /; S 61000 b /",
     false},
    {"defaults fill what is missing",
     {"aspnetrequestcount", {{"D:RequestCount", "2"}, {"D:SlidingWindowDuration", "00:00:05"}}},
     "S 0 a /; S 4000 b /",
     true},
    {"the window of the defaults",
     {"AspNetRequestCount", {{"D:RequestCount", "2"}, {"D:SlidingWindowDuration", "00:00:05"}}},
     "S 0 a /; S 6000 b /",
     false},
    {"own settings beat defaults",
     {"AspNetRequestCount", {{"T:RequestCount", "3"}, {"D:RequestCount", "1"}}},
     "S 0 a /; S 10 b /",
     false},
    {"included paths only",
     {"AspNetRequestCount", {{"T:RequestCount", "2"}, {"T:IncludePaths:0", "/api/*"}}},
     "S 0 a /api/x; S 1 b /home; S 2 c /api/x/y; S 3 d /API/y",
     true},
    {"other paths",
     {"AspNetRequestCount", {{"T:RequestCount", "2"}, {"T:IncludePaths:0", "/api/*"}}},
     "S 0 a /api/x; S 1 b /home; S 2 c /api/x/y",
     false},
    {"excluded paths",
     {"AspNetRequestCount", {{"T:RequestCount", "2"}, {"T:ExcludePaths:0", "**/health"}}},
     "S 0 a /health; S 1 b /v1/health; S 2 c /work",
     false},
    /* Durations */
    {"slow requests",
     {"AspNetRequestDuration", {{"T:RequestCount", "2"}}},
     "S 0 a /; P 5000 a / 200 5000; S 6000 b /; P 12000 b / 200 6000",
     true},
    {"fast ones",
     {"AspNetRequestDuration", {{"T:RequestCount", "1"}}},
     "S 0 a /; P 4999 a / 200 4999; S 5000 b /; P 5001 b / 200 1",
     false},
    {"the duration that is set",
     {"AspNetRequestDuration", {{"T:RequestCount", "1"}, {"T:RequestDuration", "00:00:00.1"}}},
     "S 0 a /; P 100 a / 200 100",
     true},
    {"hung, counted by the heartbeat",
     {"AspNetRequestDuration", {{"T:RequestCount", "2"}}},
     "S 0 a /; S 1 b /; B 10000 2",
     true},
    {"not yet hung",
     {"AspNetRequestDuration", {{"T:RequestCount", "1"}}},
     "S 0 a /; B 4999 1",
     false},
    {"each hung one once",
     {"AspNetRequestDuration", {{"T:RequestCount", "2"}}},
     "S 0 a /; B 10000 1; B 20000 0; B 30000 0; P 40000 a / 200 40000",
     false},
    {"a heartbeat within nine seconds does not look",
     {"AspNetRequestDuration", {{"T:RequestCount", "1"}}},
     "B 0 0; S 1000 a /; B 8999 1",
     false},
    {"the next one does",
     {"AspNetRequestDuration", {{"T:RequestCount", "1"}}},
     "B 0 0; S 1000 a /; B 8999 1; B 9001 1",
     true},
    {"its end came before its start",
     {"AspNetRequestDuration", {{"T:RequestCount", "1"}}},
     "P 9000 a / 200 9000; S 8999 a /",
     true},
    {"a fast one's end came before: not hung",
     {"AspNetRequestDuration", {{"T:RequestCount", "1"}}},
     "P 50 a / 200 50; S 0 a /; B 60000 1",
     false},
    {"begun before the trigger",
     {"AspNetRequestDuration", {{"T:RequestCount", "1"}}},
     "P 9000 a / 200 90000; B 10000 1",
     false},
    {"excluded, hung",
     {"AspNetRequestDuration", {{"T:RequestCount", "1"}, {"T:ExcludePaths:0", "/ws"}}},
     "S 0 a /ws; B 60000 1",
     false},
    {"the app has changed the path",
     {"AspNetRequestDuration", {{"T:RequestCount", "1"}, {"T:IncludePaths:0", "/in"}}},
     "S 0 a /in; P 10 a /out 200 10; B 60000 1",
     false},
    /* Statuses */
    {"a burst of errors",
     {"AspNetResponseStatus",
      {{"T:ResponseCount", "3"}, {"T:StatusCodes:0", "500-599"}, {"T:StatusCodes:1", "404"}}},
     "P 0 a / 500 1; P 1 b / 404 1; P 2 c / 599 1",
     true},
    {"others",
     {"AspNetResponseStatus", {{"T:ResponseCount", "1"}, {"T:StatusCodes:0", "500-599"}}},
     "P 0 a / 404 1; P 1 b / 200 1; P 2 c / 499 1; P 3 d / 600 1",
     false},
    {"errors of an excluded path",
     {"AspNetResponseStatus",
      {{"D:ResponseCount", "1"}, {"T:StatusCodes:0", "500"}, {"T:ExcludePaths:0", "/e*"}}},
     "P 0 a /err 500 1",
     false},
    /* Counters */
    {"above all the time",
     {"EventCounter",
      {{"T:ProviderName", "System.Runtime"},
       {"T:CounterName", "c"},
       {"T:GreaterThan", "10"},
       {"T:SlidingWindowDuration", "00:00:15"}}},
     "C 5000 c 11; C 10000 c 12; C 15000 c 11",
     true},
    {"a dip",
     {"EventCounter",
      {{"T:ProviderName", "System.Runtime"},
       {"T:CounterName", "c"},
       {"T:GreaterThan", "10"},
       {"T:SlidingWindowDuration", "00:00:15"}}},
     "C 5000 c 11; C 10000 c 10; C 15000 c 11; C 20000 c 11",
     false},
    {"a gap",
     {"EventCounter",
      {{"T:ProviderName", "System.Runtime"},
       {"T:CounterName", "c"},
       {"T:GreaterThan", "10"},
       {"T:SlidingWindowDuration", "00:00:15"}}},
     "C 5000 c 11; C 10000 c 11; C 18000 c 11; C 23000 c 11",
     false},
    {"another counter",
     {"EventCounter",
      {{"T:ProviderName", "System.Runtime"},
       {"T:CounterName", "c"},
       {"T:GreaterThan", "10"},
       {"T:SlidingWindowDuration", "00:00:05"}}},
     "C 5000 d 11; C 10000 C 11",
     false},
    {"between two",
     {"EventCounter",
      {{"T:ProviderName", "system.runtime"},
       {"T:CounterName", "c"},
       {"T:GreaterThan", "1"},
       {"T:LessThan", "2"},
       {"T:SlidingWindowDuration", "00:00:05"}}},
     "C 5000 c 1; C 10000 c 2; C 15000 c 1.5",
     true},
    {"the processor's default",
     {"CPUUsage", {{"T:SlidingWindowDuration", "00:00:05"}}},
     "C 5000 cpu-usage 50.5",
     true},
    {"not above it",
     {"CPUUsage", {{"T:SlidingWindowDuration", "00:00:05"}}},
     "C 5000 cpu-usage 50; C 10000 gc-heap-size 51",
     false},
    {"LessThan alone takes the default away",
     {"CPUUsage", {{"T:LessThan", "20"}, {"T:SlidingWindowDuration", "00:00:05"}}},
     "C 5000 cpu-usage 10",
     true},
    {"both hold",
     {"CPUUsage",
      {{"T:GreaterThan", "5"}, {"T:LessThan", "20"}, {"T:SlidingWindowDuration", "00:00:05"}}},
     "C 5000 cpu-usage 5; C 10000 cpu-usage 20; C 15000 cpu-usage 51",
     false},
    {"the heap's default",
     {"GCHeapSize", {{"T:SlidingWindowDuration", "00:00:05"}}},
     "C 5000 gc-heap-size 10; C 10000 gc-heap-size 10.1",
     true},
    {"the queue's default",
     {"ThreadpoolQueueLength", {{"T:SlidingWindowDuration", "00:00:05"}}},
     "C 5000 threadpool-queue-length 200; C 10000 threadpool-queue-length 201",
     true},
    /* Instruments: one interval more */
    {"a gauge",
     {"EventMeter",
      {{"T:MeterName", "M"},
       {"T:InstrumentName", "i"},
       {"T:GreaterThan", "10"},
       {"T:SlidingWindowDuration", "00:00:05"}}},
     "G 5000 z=a 11; G 10000 z=a 11",
     true},
    {"a gauge, once",
     {"EventMeter",
      {{"T:MeterName", "M"},
       {"T:InstrumentName", "i"},
       {"T:GreaterThan", "10"},
       {"T:SlidingWindowDuration", "00:00:05"}}},
     "G 5000 z=a 11",
     false},
    {"each set of tags for itself",
     {"EventMeter",
      {{"T:MeterName", "M"},
       {"T:InstrumentName", "i"},
       {"T:GreaterThan", "10"},
       {"T:SlidingWindowDuration", "00:00:05"}}},
     "G 5000 z=a 11; G 5000 z=b 1; G 10000 z=b 1; G 10000 z=a 11",
     true},
    {"not two of them together",
     {"EventMeter",
      {{"T:MeterName", "M"},
       {"T:InstrumentName", "i"},
       {"T:GreaterThan", "10"},
       {"T:SlidingWindowDuration", "00:00:05"}}},
     "G 5000 z=a 11; G 5000 z=b 1; G 10000 z=a 1; G 10000 z=b 11",
     false},
    {"a counter's rate",
     {"EventMeter",
      {{"T:MeterName", "M"},
       {"T:InstrumentName", "i"},
       {"T:LessThan", "10"},
       {"T:SlidingWindowDuration", "00:00:05"}}},
     "K 5000 - 9; K 10000 - 9",
     true},
    {"the number of an up-down counter, not its rate",
     {"EventMeter",
      {{"T:MeterName", "M"},
       {"T:InstrumentName", "i"},
       {"T:LessThan", "10"},
       {"T:SlidingWindowDuration", "00:00:05"}}},
     "U 5000 - 9; U 10000 - 9",
     true},
    {"a percentile",
     {"EventMeter",
      {{"T:MeterName", "M"},
       {"T:InstrumentName", "i"},
       {"T:GreaterThan", "10"},
       {"T:HistogramPercentile", "95"},
       {"T:SlidingWindowDuration", "00:00:05"}}},
     "H 5000 - 0.5=1,0.95=11,0.99=99; H 10000 - 0.5=1,0.95=11,0.99=99",
     true},
    {"another percentile",
     {"EventMeter",
      {{"T:MeterName", "M"},
       {"T:InstrumentName", "i"},
       {"T:GreaterThan", "10"},
       {"T:HistogramPercentile", "50"},
       {"T:SlidingWindowDuration", "00:00:05"}}},
     "H 5000 - 0.5=1,0.95=11,0.99=99; H 10000 - 0.5=1,0.95=11,0.99=99",
     false},
    {"nothing observed meanwhile",
     {"EventMeter",
      {{"T:MeterName", "M"},
       {"T:InstrumentName", "i"},
       {"T:GreaterThan", "10"},
       {"T:HistogramPercentile", "99"},
       {"T:SlidingWindowDuration", "00:00:10"}}},
     "H 5000 - 0.5=1,0.95=11,0.99=99; H 10000 - -; H 15000 - 0.5=1,0.95=11,0.99=99",
     false},
};

static void test_rows(void)
{
    struct feed_host *h = feed_host_new(NULL);
    struct fake_runtime *r;
    struct target *t = feed_host_app(h, TRIGGER_PID, &(struct fake_options){0}, &r);

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const struct fake_trace trace = script_trace(rows[i].script, true);
        fake_runtime_set_trace(r, &trace);
        struct watched *w = watched_start(h, t, &rows[i].row);
        CHECK_AT(rows[i].label, LOOP_UNTIL(h->loop, LOOP_MS, w->fired || w->failed));
        CHECK_AT(rows[i].label, w->armed == 1 && w->fired == rows[i].fires);
        CHECK_AT(rows[i].label, !w->failed || w->err.code == -ECONNRESET);
        CHECK_AT(rows[i].label, feeds_session_count(h->feeds) == 0);
        watched_free(w);
    }
    trigger_host_end(h, r);
}

/* Settings that cannot be used. */
static const struct {
    struct trigger_row row;
    const char *want; /* in the message */
} refused[] = {
    {{"AspNetRequestCount", {{NULL}}}, "RequestCount is missing"},
    {{"AspNetRequestCount", {{"T:RequestCount", "0"}}}, "RequestCount must be at least 1"},
    {{"AspNetRequestCount", {{"T:RequestCount", "x"}}}, "'x' is not a whole number"},
    {{"AspNetRequestCount", {{"D:ResponseCount", "3"}}}, "RequestCount is missing"},
    {{"AspNetRequestCount", {{"T:RequestCount", "1"}, {"T:SlidingWindowDuration", "soon"}}},
     "SlidingWindowDuration: 'soon' is not"},
    {{"AspNetRequestCount", {{"T:RequestCount", "1"}, {"T:IncludePaths:3", "/***"}}},
     "IncludePaths: '/***' has three stars"},
    {{"AspNetRequestDuration", {{"T:RequestCount", "1"}, {"T:RequestDuration", "-00:00:01"}}},
     "RequestDuration must be"},
    {{"AspNetResponseStatus", {{"T:StatusCodes:0", "500"}}}, "ResponseCount is missing"},
    {{"AspNetResponseStatus", {{"T:ResponseCount", "1"}}}, "StatusCodes is missing"},
    {{"AspNetResponseStatus", {{"T:ResponseCount", "1"}, {"T:StatusCodes:0", "599-500"}}},
     "StatusCodes: '599-500' is not a status code"},
    {{"EventCounter", {{"T:ProviderName", "P"}, {"T:GreaterThan", "1"}}}, "CounterName is missing"},
    {{"EventCounter", {{"T:CounterName", "c"}, {"T:GreaterThan", "1"}}}, "ProviderName is missing"},
    {{"EventCounter", {{"T:ProviderName", "P"}, {"T:CounterName", "c"}}},
     "GreaterThan and LessThan are missing"},
    {{"EventMeter", {{"T:MeterName", "M"}, {"T:LessThan", "1"}}}, "InstrumentName is missing"},
    {{"EventMeter",
      {{"T:MeterName", "M"},
       {"T:InstrumentName", "i"},
       {"T:LessThan", "1"},
       {"T:HistogramPercentile", "90"}}},
     "percentiles 50, 95 and 99, not 90"},
    {{"CPUUsage", {{"T:GreaterThan", "much"}}}, "GreaterThan: 'much' is not a number"},
};

static void test_refused_settings(void)
{
    for (size_t i = 0; i < COUNT_OF(refused); i++) {
        struct watched w = {0};
        CHECK_AT(refused[i].want, watched_read(&w, &refused[i].row) == -EINVAL && !w.settings);
        CHECK_AT(refused[i].want, strstr(w.err.text, refused[i].want) != NULL);
        if (!strstr(w.err.text, refused[i].want))
            (void)printf("%s\n", w.err.text);
        watched_free(&w);
    }
    CHECK(trigger_type_find("Startup")->is_startup && !trigger_type_find("Startup")->start);
    CHECK(!trigger_type_find("Nothing") && !trigger_type_find(""));
}

static const struct trigger_row one_request = {"AspNetRequestCount", {{"T:RequestCount", "1"}}},
                                slow_request = {"AspNetRequestDuration", {{"T:RequestCount", "1"}}},
                                bad_status = {"AspNetResponseStatus",
                                              {{"T:ResponseCount", "1"},
                                               {"T:StatusCodes:0", "500"}}},
                                busy = {"CPUUsage", {{"T:SlidingWindowDuration", "00:00:05"}}};

/* What the instrument is does not fit the settings: it says so instead of never acting. */
static void test_unfit(void)
{
    static const struct {
        const char *percentile, *script, *want;
    } unfit[] = {{"", "H 5000 - 0.5=1,0.95=11,0.99=99", "a histogram: set HistogramPercentile"},
                 {"95", "G 5000 - 11", "no histogram: remove HistogramPercentile"}};
    struct feed_host *h = feed_host_new(NULL);
    struct fake_runtime *r;
    struct target *t = feed_host_app(h, TRIGGER_PID, &(struct fake_options){0}, &r);

    for (size_t i = 0; i < COUNT_OF(unfit); i++) {
        const struct trigger_row row = {"EventMeter",
                                        {{"T:MeterName", "M"},
                                         {"T:InstrumentName", "i"},
                                         {"T:GreaterThan", "1"},
                                         {"T:HistogramPercentile", unfit[i].percentile}}};
        const struct fake_trace trace = script_trace(unfit[i].script, false);
        fake_runtime_set_trace(r, &trace);
        struct watched *w = watched_start(h, t, &row);
        CHECK_AT(unfit[i].want, LOOP_UNTIL(h->loop, LOOP_MS, w->failed));
        CHECK_AT(unfit[i].want, w->err.code == -EINVAL && strstr(w->err.text, unfit[i].want));
        watched_free(w);
    }
    trigger_host_end(h, r);
}

/* The three kinds share a session, asked for in the words of the peer's HTTP traces. */
static void test_shared(void)
{
    struct feed_host *h = feed_host_new(NULL);
    struct fake_runtime *r;
    struct fake_trace trace = script_trace("S 0 a /; P 9000 a / 500 9000", false);

    trace.hold_after = 60;
    struct target *t = feed_host_app(h, TRIGGER_PID, &(struct fake_options){.trace = trace}, &r);
    struct watched *a = watched_start(h, t, &one_request), *b = watched_start(h, t, &slow_request),
                   *c = watched_start(h, t, &bad_status);
    struct fake_collect asked;
    CHECK(LOOP_UNTIL(h->loop, LOOP_MS, a->armed && b->armed && c->armed));
    CHECK(fake_runtime_sessions(r) == 1 && feeds_session_count(h->feeds) == 1);
    fake_runtime_collect(r, &asked);
    CHECK(asked.count == 2 && asked.providers[0].keywords == 3 && asked.providers[0].level == 5);
    CHECK(strcmp(asked.providers[0].name, "Microsoft-Diagnostics-DiagnosticSource") == 0);
    CHECK(strstr(asked.providers[0].arguments, "FilterAndPayloadSpecs=\"Microsoft.AspNetCore/") ==
          asked.providers[0].arguments);
    CHECK(strcmp(asked.providers[1].name, "Microsoft.AspNetCore.Hosting") == 0);
    CHECK(strcmp(asked.providers[1].arguments, "EventCounterIntervalSec=5") == 0);
    fake_runtime_open_gate(r);
    CHECK(LOOP_UNTIL(h->loop, LOOP_MS, a->fired && b->fired && c->fired));
    CHECK_AT("stopped in the target",
             LOOP_UNTIL(h->loop, LOOP_MS,
                        fake_runtime_sessions(r) == 0 && sessions_count(h->sessions) == 0));
    CHECK(fake_runtime_received(r, FAKE_STOP) == 1 && fake_runtime_stray_stops(r) == 0);
    watched_free(a);
    watched_free(b);
    watched_free(c);
    trigger_host_end(h, r);
}

/* Stopped at any time, it ends in the target and says nothing more. */
static void test_stop(void)
{
    static const struct trigger_row *const all[] = {&one_request, &slow_request, &busy};

    for (size_t i = 0; i < 2 * COUNT_OF(all); i++) {
        struct feed_host *h = feed_host_new(NULL);
        struct fake_runtime *r;
        struct target *t = feed_host_app(
            h, TRIGGER_PID, &(struct fake_options){.trace = script_trace("", false)}, &r);
        struct watched *w = watched_start(h, t, all[i / 2]);
        if (i % 2)
            CHECK(LOOP_UNTIL(h->loop, LOOP_MS, w->armed));
        w->type->stop(take_ptr(w->trigger));
        CHECK(LOOP_UNTIL(h->loop, LOOP_MS,
                         sessions_count(h->sessions) == 0 && fake_runtime_sessions(r) == 0));
        CHECK(w->armed == (int)(i % 2) && !w->fired && !w->failed);
        watched_free(w);
        trigger_host_end(h, r);
    }
}

/* The runtime refuses, or the process ends. */
static void test_failures(void)
{
    const struct fake_options refuses = {
        .rules = {{FAKE_ANY_COLLECT, FAKE_ACT_ERROR, .hresult = FAKE_E_FAIL}}};
    struct feed_host *h = feed_host_new(NULL);
    struct fake_runtime *r, *r2;
    struct target *t = feed_host_app(h, TRIGGER_PID, &refuses, &r);
    struct watched *w = watched_start(h, t, &one_request), *c = watched_start(h, t, &busy);

    CHECK(LOOP_UNTIL(h->loop, LOOP_MS, w->failed && c->failed));
    CHECK(!w->armed && w->err.code < 0 && w->err.text[0] && !c->armed);
    watched_free(w);
    watched_free(c);

    t = feed_host_app(h, TRIGGER_PID + 1, &(struct fake_options){.trace = script_trace("", false)},
                      &r2);
    w = watched_start(h, t, &one_request);
    c = watched_start(h, t, &busy);
    CHECK(LOOP_UNTIL(h->loop, LOOP_MS, w->armed && c->armed));
    fake_runtime_stop(r2);
    CHECK(LOOP_UNTIL(h->loop, LOOP_MS, w->failed && c->failed));
    CHECK(w->err.code == -ECONNRESET || w->err.code == -ESRCH);
    watched_free(w);
    watched_free(c);
    trigger_host_end(h, r2);
    fake_runtime_stop(r);
}

/* Where the end of a request may have been lost it is not taken for hung; later ones are. */
static const struct {
    const char *label, *before, *after;
    bool fires;
} losses[] = {
    {"its end may be lost", "S 0 a /; L 1 3; S 2 b /; P 3 b / 200 1", "B 60000 1", false},
    {"an end behind the gap", "S 0 a /; L 1 3; S 2 b /; P 3 b / 200 1", "P 9000 a / 200 9000",
     true},
    {"hung, begun behind the gap", "S 0 a /; L 1 3; S 2 b /; P 3 b / 200 1",
     "S 3000 c /; B 60000 1", true},
};

static void test_losses(void)
{
    for (size_t i = 0; i < COUNT_OF(losses); i++) {
        struct feed_host *h = feed_host_new(NULL);
        struct metrics_maker *m = metrics_maker_new();
        struct fake_trace trace = {.ends = true};
        struct fake_runtime *r;
        script_play(m, losses[i].before);
        trace.hold_after = metrics_maker_flush(m);
        script_play(m, losses[i].after);
        trace.bytes = metrics_maker_end(m, &trace.size);
        struct target *t =
            feed_host_app(h, TRIGGER_PID, &(struct fake_options){.trace = trace}, &r);
        struct watched *w = watched_start(h, t, &slow_request);
        CHECK_AT(losses[i].label, LOOP_UNTIL(h->loop, LOOP_MS, feeds_lost_count(h->feeds) == 3));
        fake_runtime_open_gate(r);
        CHECK_AT(losses[i].label, LOOP_UNTIL(h->loop, LOOP_MS, w->fired || w->failed));
        CHECK_AT(losses[i].label, w->fired == losses[i].fires);
        watched_free(w);
        trigger_host_end(h, r);
    }
}

/* Requests are counted and no event tells of them: another session has taken the filter away. The
 * session starts anew, the old one ends first, and what was counted stays. */
static void test_silenced(void)
{
    static const struct trigger_row three = {"AspNetRequestCount", {{"T:RequestCount", "3"}}};
    struct feed_host *h = feed_host_new(NULL);
    struct fake_runtime *r;
    const struct fake_trace silent =
        script_trace("S 0 a /; P 1 a / 200 1; B 5000 1; S 6000 b /; P 6001 b / 200 1; "
                     "B 10000 1; B 15000 7; B 20000 7",
                     false);
    const struct fake_trace restored = script_trace("S 21000 c /", false);
    struct target *t = feed_host_app(h, TRIGGER_PID, &(struct fake_options){.trace = silent}, &r);
    struct watched *w = watched_start(h, t, &three), *other = watched_start(h, t, &slow_request);

    CHECK(LOOP_UNTIL(h->loop, LOOP_MS, w->armed && other->armed));
    fake_runtime_set_trace(r, &restored);
    CHECK(LOOP_UNTIL(h->loop, LOOP_MS, w->fired));
    CHECK_AT("one session after the other", fake_runtime_received(r, FAKE_ANY_COLLECT) == 2 &&
                                                fake_runtime_received(r, FAKE_STOP) == 1 &&
                                                fake_runtime_sessions(r) == 1);
    CHECK(other->armed == 1 && !other->fired && !other->failed);
    watched_free(w);
    watched_free(other);
    CHECK(LOOP_UNTIL(h->loop, LOOP_MS, fake_runtime_sessions(r) == 0));
    CHECK(fake_runtime_stray_stops(r) == 0);
    trigger_host_end(h, r);
}

/* An app without requests is none that was silenced. */
static void test_idle(void)
{
    struct feed_host *h = feed_host_new(NULL);
    struct fake_runtime *r;
    const struct fake_trace trace = script_trace(
        "B 5000 0; B 10000 0; B 15000 0; S 15001 a /x; B 20000 1; B 25000 1; S 25001 b /x; B 30000 "
        "0; B 35000 1; S 36000 c /y",
        false);
    const struct trigger_row row = {"AspNetRequestCount",
                                    {{"T:RequestCount", "1"}, {"T:IncludePaths:0", "/y"}}};
    struct target *t = feed_host_app(h, TRIGGER_PID, &(struct fake_options){.trace = trace}, &r);
    struct watched *w = watched_start(h, t, &row);

    CHECK(LOOP_UNTIL(h->loop, LOOP_MS, w->fired));
    CHECK(fake_runtime_received(r, FAKE_ANY_COLLECT) == 1);
    watched_free(w);
    trigger_host_end(h, r);
}

WORLD_SUITE("component/triggers", {"rows", test_rows}, {"refused settings", test_refused_settings},
            {"unfit", test_unfit}, {"shared", test_shared}, {"stop", test_stop},
            {"failures", test_failures}, {"losses", test_losses}, {"silenced", test_silenced},
            {"idle", test_idle})
