#include "src/metrics/decoder.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "proto/nettrace/fields.h"
#include "src/base/limits.h"
#include "src/base/text.h"
#include "src/metrics/event_counter.h"
#include "src/metrics/instruments.h"
#include "src/metrics/scratch.h"
#include "src/metrics/value_text.h"

#define METERS "System.Diagnostics.Metrics"
#define NOT_TOLD ((double)NAN)

enum { FIELDS = 12 };

struct metrics_decoder {
    const struct metrics_request *request;
    struct metrics_decoder_events events;
    struct instruments instruments;
    struct scratch scratch;
    struct measurement_quantile quantiles[LIMIT_METRICS_QUANTILES];
    bool has_meters;
    bool shut_out; /* the runtime has refused to measure for us */
};

/* An event of the meters' provider that is being read. */
struct reading {
    struct metrics_decoder *d;
    const struct nettrace_event *event;
    struct nettrace_value values[FIELDS];
    size_t count;
    int64_t unix_ns;
};

struct metrics_decoder *metrics_decoder_new(const struct metrics_request *request,
                                            const struct metrics_decoder_events *events)
{
    struct metrics_decoder *d = calloc(1, sizeof *d);

    if (!d)
        return NULL;
    d->request = request;
    d->events = *events;
    for (size_t i = 0; i < request->filter_count; i++)
        d->has_meters |= request->filters[i].is_meter;
    instruments_init(&d->instruments);
    return d;
}

void metrics_decoder_free(struct metrics_decoder *d)
{
    if (!d)
        return;
    instruments_deinit(&d->instruments);
    scratch_deinit(&d->scratch);
    free(d);
}

static int64_t unix_ns_of(const struct nettrace *stream, const struct nettrace_event *event)
{
    static const uint64_t unix_start = UINT64_C(116444736000000000); /* 100 ns since 1601 */
    const struct nettrace_trace *trace = nettrace_trace(stream);
    uint64_t time = trace ? nettrace_trace_file_time(trace, event->timestamp) : 0;

    if (time < unix_start || time - unix_start > INT64_MAX / 100)
        return 0;
    return (int64_t)(time - unix_start) * 100;
}

static void publish(struct metrics_decoder *d, const struct measurement *m)
{
    d->events.on_measurement(d->events.user, m);
}

static void notice(struct metrics_decoder *d, enum metrics_notice what, const char *text)
{
    d->events.on_notice(d->events.user, what, text);
}

/* As the runtime computes the number that it tells. */
static int64_t milliseconds(double seconds)
{
    return (int64_t)((float)seconds * 1000);
}

static void event_counter(struct metrics_decoder *d, const struct nettrace *stream,
                          const struct nettrace_event *event)
{
    const char *provider = event->metadata->provider;
    double interval = metrics_request_interval(d->request, provider);
    struct event_counter c;

    if (interval <= 0 || !event_counter_read(event, &d->scratch, &c) ||
        c.series_ms != milliseconds(interval) ||
        !metrics_request_wants(d->request, false, provider, c.name))
        return;
    publish(d, &(struct measurement){
                   .kind = c.is_sum ? MEASUREMENT_INCREMENT : MEASUREMENT_MEAN,
                   .unix_ns = unix_ns_of(stream, event),
                   .interval = c.interval,
                   .provider = provider,
                   .name = c.name,
                   .display_name = c.display_name,
                   .unit = c.is_sum && !c.display_units[0] ? "count" : c.display_units,
                   .tags = c.metadata,
                   .meter_version = "",
                   .value = c.value,
                   .total = NOT_TOLD,
                   .sum = NOT_TOLD,
                   .count = NOT_TOLD,
               });
}

static const char *text_at(struct reading *r, size_t index)
{
    return index < r->count ? scratch_text(&r->d->scratch, &r->values[index]) : "";
}

static uint32_t id_at(const struct reading *r, size_t index)
{
    return index < r->count && r->values[index].type->code == NETTRACE_INT32
               ? (uint32_t)r->values[index].i
               : 0;
}

/* Field 0 of all but two of these events. */
static bool is_ours(struct reading *r)
{
    return !r->d->shut_out && strcmp(text_at(r, 0), r->d->request->session_id) == 0;
}

/*
 * Value events: session id, meter, its version, instrument, unit, tags, then what the kind has.
 * False: not for us.
 */
static bool read_value(struct reading *r, size_t id_field, struct measurement *m)
{
    const struct metrics_request *request = r->d->request;

    *m = (struct measurement){
        .unix_ns = r->unix_ns,
        .interval = request->default_interval,
        .provider = text_at(r, 1),
        .name = text_at(r, 3),
        .display_name = "",
        .unit = text_at(r, 4),
        .tags = text_at(r, 5),
        .meter_version = text_at(r, 2),
        .value = NOT_TOLD,
        .total = NOT_TOLD,
        .sum = NOT_TOLD,
        .count = NOT_TOLD,
    };
    if (r->count < 7 || !metrics_request_wants(request, true, m->provider, m->name))
        return false;
    const struct instrument *known =
        instruments_find(&r->d->instruments, id_at(r, id_field), m->provider, m->name);
    if (known) {
        m->display_name = known->text.description;
        m->meter_tags = known->text.meter_tags;
        m->instrument_tags = known->text.instrument_tags;
    }
    return true;
}

/* Without a value there was nothing to measure: an observable instrument has thrown, or told
 * nothing for these tags. */
static void publish_value(struct reading *r, struct measurement *m, enum measurement_kind kind,
                          bool has_value)
{
    m->kind = has_value ? kind : MEASUREMENT_ENDED;
    publish(r->d, m);
}

/* Observable ones have no rate at first, which the peer takes for their end; there is nothing to
 * tell of them yet. */
static void counter_rate(struct reading *r)
{
    struct measurement m;

    if (!is_ours(r) || !read_value(r, 8, &m))
        return;
    bool has_total = value_text_number(text_at(r, 7), &m.total);
    bool has_rate = value_text_number(text_at(r, 6), &m.value);
    if (has_rate || !has_total)
        publish_value(r, &m, MEASUREMENT_COUNTER, has_rate);
}

static void gauge(struct reading *r)
{
    struct measurement m;

    if (!is_ours(r) || !read_value(r, 7, &m))
        return;
    publish_value(r, &m, MEASUREMENT_GAUGE, value_text_number(text_at(r, 6), &m.value));
}

/* Version 0 (.NET 7) does not tell the value itself. Observable ones tell no rate at first. */
static void up_down_counter(struct reading *r)
{
    struct measurement m;

    if (r->count < 8 || !is_ours(r) || !read_value(r, 8, &m))
        return;
    const char *rate = text_at(r, 6), *value = text_at(r, 7);
    bool has_value =
        value_text_number(value, &m.total) && value_text_number(rate[0] ? rate : value, &m.value);
    publish_value(r, &m, MEASUREMENT_UP_DOWN, has_value);
}

/* An interval without observations has no quantiles; count and sum hold. */
static void histogram(struct reading *r)
{
    struct measurement m;

    if (!is_ours(r) || !read_value(r, 9, &m))
        return;
    m.quantiles = r->d->quantiles;
    m.quantile_count =
        value_text_quantiles(text_at(r, 6), r->d->quantiles, LIMIT_METRICS_QUANTILES);
    if (r->count > 8 && r->values[7].type->code == NETTRACE_INT32 &&
        r->values[8].type->code == NETTRACE_DOUBLE) {
        m.count = (double)r->values[7].i;
        m.sum = r->values[8].f;
    }
    publish_value(r, &m, MEASUREMENT_HISTOGRAM, true);
}

/* Session id, meter, version, instrument, type, unit, description, from .NET 8 on instrument's
 * tags, meter's tags, scope, from .NET 9 on the instrument's id. */
static bool read_description(struct reading *r, struct instrument_text *text, uint32_t *ret_id)
{
    if (!is_ours(r))
        return false;
    *text = (struct instrument_text){
        .meter = text_at(r, 1),
        .name = text_at(r, 3),
        .description = text_at(r, 6),
        .instrument_tags = text_at(r, 7),
        .meter_tags = text_at(r, 8),
    };
    *ret_id = id_at(r, 10);
    return metrics_request_wants(r->d->request, true, text->meter, text->name);
}

static void begin_instrument(struct reading *r)
{
    struct instrument_text text;
    uint32_t id;

    if (read_description(r, &text, &id))
        instruments_put(&r->d->instruments, id, &text);
}

static void end_instrument(struct reading *r)
{
    struct instrument_text text;
    uint32_t id;

    if (!read_description(r, &text, &id))
        return;
    publish(r->d, &(struct measurement){
                      .kind = MEASUREMENT_ENDED,
                      .unix_ns = r->unix_ns,
                      .interval = r->d->request->default_interval,
                      .provider = text.meter,
                      .name = text.name,
                      .display_name = text.description,
                      .unit = text_at(r, 5),
                      .meter_version = text_at(r, 2),
                      .meter_tags = text.meter_tags,
                      .instrument_tags = text.instrument_tags,
                      .value = NOT_TOLD,
                      .total = NOT_TOLD,
                      .sum = NOT_TOLD,
                      .count = NOT_TOLD,
                  });
    instruments_remove(&r->d->instruments, id, text.meter, text.name);
}

static void limit_reached(struct reading *r, enum metrics_notice what, const char *things,
                          uint32_t limit, const char *key)
{
    struct text text = {0};

    if (!is_ours(r))
        return;
    text_add_fmt(&text,
                 "The limit of %u %s is reached, the values of some are missing. "
                 "GlobalCounter:%s raises it and costs the process memory.",
                 limit, things, key);
    if (!text.failed)
        notice(r->d, what, text.data);
    text_deinit(&text);
}

static void time_series_limit(struct reading *r)
{
    limit_reached(r, METRICS_NOTICE_TIME_SERIES_LIMIT, "time series",
                  r->d->request->max_time_series, "MaxTimeSeries");
}

static void histogram_limit(struct reading *r)
{
    limit_reached(r, METRICS_NOTICE_HISTOGRAM_LIMIT, "histograms", r->d->request->max_histograms,
                  "MaxHistograms");
}

static void runtime_error(struct reading *r)
{
    if (is_ours(r))
        notice(r->d, METRICS_NOTICE_ERROR, text_at(r, 1));
}

static void instrument_error(struct reading *r)
{
    if (is_ours(r))
        notice(r->d, METRICS_NOTICE_INSTRUMENT_ERROR, text_at(r, 1));
}

/* Field 0: the session that runs. If it is ours, this is about somebody who came later. */
static void not_supported(struct reading *r)
{
    if (strcmp(text_at(r, 0), r->d->request->session_id) != 0)
        notice(r->d, METRICS_NOTICE_COLLISION,
               "Another tool measures the meters of this process, in a session that cannot be "
               "shared: their values are missing here.");
}

/* Field 0: the client whose settings do not fit; then pairs of the setting that holds, and theirs:
 * MaxHistograms, MaxTimeSeries, RefreshInterval. */
static void configured_otherwise(struct reading *r)
{
    static const char *const keys[] = {"MaxHistograms", "MaxTimeSeries", "IntervalSeconds"};
    struct metrics_decoder *d = r->d;
    struct text text = {0};

    if (d->shut_out || r->count < 7 || strcmp(text_at(r, 0), d->request->client_id) != 0)
        return;
    d->shut_out = true;
    text_add_str(&text, "Another tool measures the meters of this process with other settings. To "
                        "share its session set");
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        const char *theirs = text_at(r, 1 + 2 * i), *ours = text_at(r, 2 + 2 * i);
        if (strcmp(theirs, ours) != 0)
            text_add_fmt(&text, " GlobalCounter:%s=%s", keys[i], theirs);
    }
    if (!text.failed)
        notice(d, METRICS_NOTICE_COLLISION, text.data);
    text_deinit(&text);
}

/* By event id. */
static void (*const meter_events[])(struct reading *r) = {
    [4] = counter_rate,          /* CounterRateValuePublished */
    [5] = gauge,                 /* GaugeValuePublished */
    [6] = histogram,             /* HistogramValuePublished */
    [7] = begin_instrument,      /* BeginInstrumentReporting */
    [8] = end_instrument,        /* EndInstrumentReporting */
    [9] = runtime_error,         /* Error */
    [12] = time_series_limit,    /* TimeSeriesLimitReached */
    [13] = histogram_limit,      /* HistogramLimitReached */
    [14] = instrument_error,     /* ObservableInstrumentCallbackError */
    [15] = not_supported,        /* MultipleSessionsNotSupportedError */
    [16] = up_down_counter,      /* UpDownCounterRateValuePublished */
    [17] = configured_otherwise, /* MultipleSessionsConfiguredIncorrectlyError */
};

static void meter_event(struct metrics_decoder *d, const struct nettrace *stream,
                        const struct nettrace_event *event)
{
    uint32_t id = event->metadata->event_id;
    struct reading r = {.d = d, .event = event};

    if (!d->has_meters || id >= sizeof meter_events / sizeof meter_events[0] || !meter_events[id] ||
        !scratch_begin(&d->scratch, event))
        return;
    r.count = nettrace_read_all(event, r.values, FIELDS);
    r.unix_ns = unix_ns_of(stream, event);
    meter_events[id](&r);
}

void metrics_decoder_event(struct metrics_decoder *d, const struct nettrace *stream,
                           const struct nettrace_event *event)
{
    if (strcmp(event->metadata->provider, METERS) == 0)
        meter_event(d, stream, event);
    else
        event_counter(d, stream, event);
}
