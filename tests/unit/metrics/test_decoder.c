#include <math.h>
#include <stdlib.h>

#include "src/base/limits.h"
#include "src/base/text.h"
#include "src/metrics/decoder.h"
#include "tests/support/files.h"
#include "tests/support/metrics_maker.h"
#include "tests/support/world.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

/* What came, a line each. */
struct heard {
    struct text lines;
    struct metrics_decoder *decoder;
    struct nettrace *parser;
    int64_t last_ns;
};

static const char *const kinds[] = {"mean",   "increment", "gauge", "counter",
                                    "updown", "histogram", "ended"};

static void add_number(struct text *out, const char *name, double value)
{
    if (!isnan(value))
        text_add_fmt(out, " %s%.9g", name, value);
}

static void on_measurement(void *user, const struct measurement *m)
{
    struct heard *h = user;
    struct text *out = &h->lines;

    h->last_ns = m->unix_ns;
    text_add_fmt(out, "%s %s/%s", kinds[m->kind], m->provider, m->name);
    text_add_fmt(out, " '%s' %s [%s]", m->display_name, m->unit ? m->unit : "null",
                 m->tags ? m->tags : "null");
    if (m->meter_version[0])
        text_add_fmt(out, " v%s", m->meter_version);
    if (m->meter_tags || m->instrument_tags)
        text_add_fmt(out, " {%s}{%s}", m->meter_tags, m->instrument_tags);
    if (m->kind != MEASUREMENT_ENDED)
        add_number(out, "", m->value);
    add_number(out, "total=", m->total);
    add_number(out, "n=", m->count);
    add_number(out, "sum=", m->sum);
    for (size_t i = 0; i < m->quantile_count; i++)
        text_add_fmt(out, " %g:%.9g", m->quantiles[i].quantile, m->quantiles[i].value);
    text_add_fmt(out, " /%.3gs\n", m->interval);
}

static void on_notice(void *user, enum metrics_notice notice, const char *text)
{
    struct heard *h = user;

    text_add_fmt(&h->lines, "notice %d %s\n", (int)notice, text);
}

static int on_event(void *user, const struct nettrace_event *event)
{
    struct heard *h = user;

    metrics_decoder_event(h->decoder, h->parser, event);
    return 0;
}

static void end_heard(void *arg)
{
    struct heard *h = arg;

    text_deinit(&h->lines);
}

/* What a decoder with this request makes of a stream. */
static struct heard *hear(const struct metrics_request *request, const void *data, size_t size)
{
    struct heard *h = world_alloc(sizeof *h);
    const struct metrics_decoder_events events = {h, on_measurement, on_notice};

    world_at_end(end_heard, h);
    text_add_str(&h->lines, "");
    h->decoder = metrics_decoder_new(request, &events);
    h->parser = nettrace_new(&(struct nettrace_callbacks){.user = h, .on_event = on_event}, NULL);
    REQUIRE(h->decoder && h->parser);
    CHECK(nettrace_feed(h->parser, data, size) == 0);
    CHECK(nettrace_finish(h->parser) == 0);
    nettrace_free(h->parser);
    metrics_decoder_free(h->decoder);
    return h;
}

/* Asks for the counters c and d of P, all of Q and all of the meter M, in the session "s" as the
 * client "me". */
static struct metrics_request *request;

static void end_request(void *arg)
{
    metrics_request_deinit(arg);
}

static void new_request(void)
{
    request = world_alloc(sizeof *request);
    world_at_end(end_request, request);
}

static void set_request(double interval)
{
    static const char *const names[] = {"c", "d"};
    const struct metrics_choice choices[] = {
        {"P", names, COUNT_OF(names), false}, {"Q", NULL, 0, false}, {"M", NULL, 0, true}};
    struct config_keys keys = {0};
    struct error err;

    new_request();
    REQUIRE(config_keys_set(&keys, "GlobalCounter:IntervalSeconds", world_text("%g", interval), "x",
                            &err) == 0);
    REQUIRE(metrics_request_chosen(&keys, 8, false, choices, COUNT_OF(choices), request, &err) ==
            0);
    config_keys_deinit(&keys);
    free(request->session_id);
    free(request->client_id);
    request->session_id = strdup("s");
    request->client_id = strdup("me");
}

struct step {
    enum metrics_maker_event event; /* 0: an EventCounter of `provider` */
    const char *provider, *fields;
};

static const struct {
    const char *label;
    struct step steps[4];
    const char *want;
} rows[] = {
    {"mean",
     {{0, "P",
       "Name=c|DisplayName=C c|Mean=%1.5|Count=#1|IntervalSec=%5.01|Series=Interval=5000|"
       "CounterType=Mean|Metadata=k:v,l:w|DisplayUnits=MB"}},
     "mean P/c 'C c' MB [k:v,l:w] 1.5 /5.01s\n"},
    {"increment without a unit",
     {{0, "q",
       "Name=x|DisplayName=X|DisplayRateTimeScale=00:00:01|Increment=%3|IntervalSec=%5|"
       "Metadata=|Series=Interval=5000|CounterType=Sum|DisplayUnits="}},
     "increment q/x 'X' count [] 3 /5s\n"},
    {"increment with a unit",
     {{0, "Q",
       "Name=x|Increment=%3|IntervalSec=%5|Series=interval=5000|CounterType=Sum|"
       "DisplayUnits=B"}},
     "increment Q/x '' B [] 3 /5s\n"},
    {"another listener's interval",
     {{0, "Q", "Name=x|Increment=%3|IntervalSec=%5|Series=Interval=1000|CounterType=Sum"},
      {0, "Q", "Name=x|Increment=%3|IntervalSec=%5|Series=Interval=|CounterType=Sum"},
      {0, "Q", "Name=x|Increment=%3|IntervalSec=%5|CounterType=Sum"}},
     ""},
    {"not asked for",
     {{0, "P", "Name=C|Mean=%1|IntervalSec=%5|Series=Interval=5000|CounterType=Mean"},
      {0, "M", "Name=c|Mean=%1|IntervalSec=%5|Series=Interval=5000|CounterType=Mean"}},
     ""},
    {"no counter at all",
     {{0, "Q", "Name=x|Mean=%1|IntervalSec=%5|Series=Interval=5000|CounterType=Other"},
      {0, "Q", "Mean=%1|IntervalSec=%5|Series=Interval=5000|CounterType=Mean"},
      {0, "Q", "Name=#3|CounterType=#4|Series=%1"}},
     ""},
    {"counter of .NET 8",
     {{METER_BEGIN, NULL, "s|M|1.0|n|Counter`1|B|what|i=1|m=1|hash"},
      {METER_COUNTER, NULL, "s|M|1.0|n|B|k=v|2.5|100"}},
     "counter M/n 'what' B [k=v] v1.0 {m=1}{i=1} 2.5 total=100 /5s\n"},
    {"counter of .NET 7, and an older listener's session",
     {{METER_COUNTER, NULL, "s|m||n||k=v|2.5"}, {METER_COUNTER, NULL, "other|m||n||k=v|2.5"}},
     "counter m/n ''  [k=v] 2.5 /5s\n"},
    {"two instruments of one name (.NET 9)",
     {{METER_BEGIN, NULL, "s|M||n|Counter`1|||i=1|m=1|hash|#1"},
      {METER_BEGIN, NULL, "s|M||n|Counter`1|||i=2|m=1|hash|#2|"},
      {METER_COUNTER, NULL, "s|M||n|||1|1|#2"},
      {METER_COUNTER, NULL, "s|M||n|||1|1|#1"}},
     "counter M/n ''  [] {m=1}{i=2} 1 total=1 /5s\ncounter M/n ''  [] {m=1}{i=1} 1 total=1 /5s\n"},
    {"a rate that is not there yet, and none",
     {{METER_COUNTER, NULL, "s|M||n||k=v||100"}, {METER_COUNTER, NULL, "s|M||n||k=v||"}},
     "ended M/n ''  [k=v] /5s\n"},
    {"gauge",
     {{METER_GAUGE, NULL, "s|M||g|ms|k=v|-1.5|#4"},
      {METER_GAUGE, NULL, "s|M||g|ms|k=v|NaN|#4"},
      {METER_GAUGE, NULL, "s|M||g|ms|k=v||#4"}},
     "gauge M/g '' ms [k=v] -1.5 /5s\ngauge M/g '' ms [k=v] /5s\nended M/g '' ms [k=v] /5s\n"},
    {"up and down",
     {{METER_UP_DOWN, NULL, "s|M||u||k=v|-2|7|#4"},
      {METER_UP_DOWN, NULL, "s|M||u||k=v||7|#4"},
      {METER_UP_DOWN, NULL, "s|M||u||k=v|||#4"},
      {METER_UP_DOWN, NULL, "s|M||u||k=v|-2"}},
     "updown M/u ''  [k=v] -2 total=7 /5s\nupdown M/u ''  [k=v] 7 total=7 /5s\n"
     "ended M/u ''  [k=v] /5s\n"},
    {"histogram",
     {{METER_HISTOGRAM, NULL, "s|M||h|s|k=v|0.5=1;0.95=2;0.99=3|#9|%12.5|#3"},
      {METER_HISTOGRAM, NULL, "s|M||h|s|k=v|0.5=1;0.95=2;0.99=3"},
      {METER_HISTOGRAM, NULL, "s|M||h|s|k=v||#0|%0|#3"}},
     "histogram M/h '' s [k=v] n=9 sum=12.5 0.5:1 0.95:2 0.99:3 /5s\n"
     "histogram M/h '' s [k=v] 0.5:1 0.95:2 0.99:3 /5s\n"
     "histogram M/h '' s [k=v] n=0 sum=0 /5s\n"},
    {"an instrument ends",
     {{METER_BEGIN, NULL, "s|M||n|Counter`1|B|what|i=1|m=1|hash|#1"},
      {METER_END, NULL, "s|M||n|Counter`1|B|what|i=1|m=1|hash|#1"},
      {METER_END, NULL, "s|N||n|Counter`1|B|what|i=1|m=1|hash|#1"},
      {METER_GAUGE, NULL, "s|M||n|||1|#1"}},
     "ended M/n 'what' B [null] {m=1}{i=1} /5s\ngauge M/n ''  [] 1 /5s\n"},
    {"limits",
     {{METER_TIME_SERIES_LIMIT, NULL, "s"},
      {METER_HISTOGRAM_LIMIT, NULL, "s"},
      {METER_TIME_SERIES_LIMIT, NULL, "other"}},
     "notice 0 The limit of 1000 time series is reached, the values of some are missing. "
     "GlobalCounter:MaxTimeSeries raises it and costs the process memory.\n"
     "notice 1 The limit of 500 histograms is reached, the values of some are missing. "
     "GlobalCounter:MaxHistograms raises it and costs the process memory.\n"},
    {"errors",
     {{METER_ERROR, NULL, "s|it broke"},
      {METER_ERROR, NULL, "t|it broke"},
      {METER_CALLBACK_ERROR, NULL, "s|it threw"},
      {METER_CALLBACK_ERROR, NULL, "t|it threw"}},
     "notice 2 it broke\nnotice 3 it threw\n"},
    {"another tool's session",
     {{METER_NOT_SUPPORTED, NULL, "s"}, {METER_NOT_SUPPORTED, NULL, "theirs"}},
     "notice 4 Another tool measures the meters of this process, in a session that cannot be "
     "shared: their values are missing here.\n"},
    {"a shared session with other settings",
     {{METER_CONFIGURED_OTHERWISE, NULL, "you|20|10|1000|1000|1|5"},
      {METER_CONFIGURED_OTHERWISE, NULL, "me|20|10|1000|1000|1|5"},
      {METER_GAUGE, NULL, "s|M||g|ms|k=v|1"},
      {METER_CONFIGURED_OTHERWISE, NULL, "me|20|10|1000|1000|1|5"}},
     "notice 4 Another tool measures the meters of this process with other settings. To share its "
     "session set GlobalCounter:MaxHistograms=20 GlobalCounter:IntervalSeconds=1\n"},
    {"cut short, of other types, or not known",
     {{METER_GAUGE, NULL, "s|M||g||k=v"},
      {METER_HISTOGRAM, NULL, "s|M||h|s|k=v|0.5=1|x|y|z"},
      {(enum metrics_maker_event)10, NULL, "s"},
      {(enum metrics_maker_event)99, NULL, "s"}},
     "histogram M/h '' s [k=v] 0.5:1 /5s\n"},
};

static void test_rows(void)
{
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct metrics_maker *m = metrics_maker_new();
        size_t size;

        set_request(5);
        for (size_t s = 0; s < COUNT_OF(rows[i].steps) && rows[i].steps[s].fields; s++) {
            const struct step *step = &rows[i].steps[s];
            if (step->event)
                metrics_maker_meter(m, step->event, s, step->fields);
            else
                metrics_maker_counter(m, step->provider, s, step->fields);
        }
        const uint8_t *data = metrics_maker_end(m, &size);
        const struct heard *h = hear(request, data, size);
        CHECK_AT(rows[i].label, strcmp(h->lines.data, rows[i].want) == 0);
        if (strcmp(h->lines.data, rows[i].want) != 0)
            (void)printf("%s: %s", rows[i].label, h->lines.data);
    }
}

static void test_time(void)
{
    struct metrics_maker *m = metrics_maker_new();
    size_t size;

    set_request(1.1);                         /* 1100 ms, although 1.1 * 1000 is a little less */
    metrics_maker_counter(m, "Q", 2500000700, /* 100 ns are kept */
                          "Name=x|Mean=%1|IntervalSec=%1.1|Series=Interval=1100|CounterType=Mean");
    const uint8_t *data = metrics_maker_end(m, &size);
    const struct heard *h = hear(request, data, size);
    CHECK(h->last_ns == METRICS_MAKER_START + 2500000700);
}

/* Texts as long as an event may be; longer ones are passed over. */
static void test_long(void)
{
    struct metrics_maker *m = metrics_maker_new();
    char *tags = world_alloc(LIMIT_METRICS_EVENT);
    size_t size;

    set_request(5);
    memset(tags, 't', LIMIT_METRICS_EVENT / 2 - 100);
    metrics_maker_meter(m, METER_GAUGE, 1, world_text("s|M||g||%s|1", tags));
    memset(tags, 't', LIMIT_METRICS_EVENT / 2);
    metrics_maker_meter(m, METER_GAUGE, 2, world_text("s|M||g||%s|1", tags));
    const uint8_t *data = metrics_maker_end(m, &size);
    const struct heard *h = hear(request, data, size);
    CHECK(h->lines.size > LIMIT_METRICS_EVENT / 2 - 100 && h->lines.size < LIMIT_METRICS_EVENT / 2);
}

static struct heard *hear_recording(const char *name, const char *meter, const char *provider)
{
    struct metrics_choice choices[2];
    struct config_keys keys = {0};
    struct error err;
    size_t size, count = 0;
    char *data = files_read(world_text("tests/data/nettrace/%s.nettrace", name), &size);

    REQUIRE(data != NULL);
    if (meter)
        choices[count++] = (struct metrics_choice){.provider = meter, .is_meter = true};
    if (provider)
        choices[count++] = (struct metrics_choice){.provider = provider};
    new_request();
    REQUIRE(config_keys_set(&keys, "GlobalCounter:IntervalSeconds", "1", "x", &err) == 0);
    REQUIRE(metrics_request_chosen(&keys, 10, false, choices, count, request, &err) == 0);
    config_keys_deinit(&keys);
    free(request->session_id);
    request->session_id = strdup("sess1"); /* which it was recorded with */
    return hear(request, data, size);
}

static const struct {
    const char *name, *meter, *provider, *want[5]; /* lines that are there, in this order */
} recordings[] = {
    {"meters10",
     "facts.METER",
     NULL,
     {"gauge Facts.Meter/facts.gauge ''  [] v1.0 {}{} 42.5 /1s\n"
      "updown Facts.Meter/facts.ud ''  [] v1.0 {}{} 130 total=130 /1s\n"
      "counter Facts.Meter/facts.count 'd' items [k=a] v1.0 {}{} 131 total=131 /1s\n"
      "counter Facts.Meter/facts.count 'd' items [k=b] v1.0 {}{} 262 total=262 /1s\n"
      "histogram Facts.Meter/facts.hist '' ms [] v1.0 {}{} n=131 sum=6277.70843 "
      "0.5:45.5 0.95:95.5 0.99:99.875 /1s\n",
      "counter Facts.Meter/facts.count 'd' items [k=a] v1.0 {}{} 173 total=304 /1s\n"}},
    {"webmeters8",
     "Microsoft.AspNetCore.Hosting",
     NULL,
     {"histogram Microsoft.AspNetCore.Hosting/http.server.request.duration 'Duration of HTTP "
      "server requests.' s [http.request.method=GET,http.response.status_code=200,http.route=/log/"
      "{id},network.protocol.version=1.1,url.scheme=http] {}{} n=",
      "updown Microsoft.AspNetCore.Hosting/http.server.active_requests 'Number of active HTTP "
      "server requests.' {request} [http.request.method=GET,url.scheme=http] {}{} 0 total=0 "
      "/1s\n"}},
    {"webcounters10",
     NULL,
     "System.Runtime",
     {"mean System.Runtime/cpu-usage 'CPU Usage' % [] 0.0501023026 /1s\n",
      "mean System.Runtime/working-set 'Working Set' MB [] 90.202112 /1s\n",
      "increment System.Runtime/gen-0-gc-count 'Gen 0 GC Count' count [] 0 /1s\n"}},
    {"webcounters10", "System.Runtime", "Not.There", {NULL}},
};

static void test_recordings(void)
{
    for (size_t i = 0; i < COUNT_OF(recordings); i++) {
        const struct heard *h =
            hear_recording(recordings[i].name, recordings[i].meter, recordings[i].provider);
        const char *at = h->lines.data;

        for (size_t n = 0; at && n < COUNT_OF(recordings[i].want) && recordings[i].want[n]; n++) {
            at = strstr(at, recordings[i].want[n]);
            CHECK_AT(recordings[i].want[n], at != NULL);
        }
        CHECK_AT(recordings[i].name, (h->lines.size == 0) == !recordings[i].want[0]);
        if (!at)
            (void)printf("%s", h->lines.data);
    }
}

WORLD_SUITE("metrics/decoder", {"rows", test_rows}, {"time", test_time}, {"long", test_long},
            {"recordings", test_recordings})
