#include "src/otlp/encode_metrics.h"

#include <math.h>
#include <string.h>

#include "src/otlp/attributes.h"

enum {
    CUMULATIVE = 2, /* AggregationTemporality */
    /* What is open around: */
    IN_REQUEST = 2, /* {"resourceMetrics":[ */
    IN_PROCESS = 4, /* {"resource":...,"scopeMetrics":[ */
    IN_SCOPE = 6,   /* {"scope":...,"metrics":[ */
};

struct encoder {
    const struct resource *resource;
    struct proto_json json;
    /* What the open levels belong to; NULL: not open. */
    const struct metric_process *process;
    const struct metric_instrument *scope, *metric;
    size_t points;
};

/* --- kinds --- */

struct form;
typedef void add_points(struct encoder *e, const struct metric_series *s);

/* How a series is written. */
struct form {
    const char *kind; /* member of Metric */
    int monotonic;    /* of sums; -1: is none */
    add_points *add;
};

static add_points add_gauge, add_sum, add_summary, add_quantiles;

static const struct form gauge = {"gauge", -1, add_gauge}, sum = {"sum", 1, add_sum},
                         up_down = {"sum", 0, add_sum}, summary = {"summary", -1, add_summary},
                         quantiles = {"gauge", -1, add_quantiles};

static const struct form *form_of(const struct metric_series *s)
{
    switch (s->instrument->kind) {
    case MEASUREMENT_INCREMENT:
    case MEASUREMENT_COUNTER:
        return isnan(s->total) ? NULL : &sum;
    case MEASUREMENT_UP_DOWN:
        return isnan(s->total) ? NULL : &up_down;
    case MEASUREMENT_HISTOGRAM:
        if (!isnan(s->observations))
            return &summary;
        return s->quiet || s->quantile_count == 0 ? NULL : &quantiles;
    case MEASUREMENT_MEAN:
    case MEASUREMENT_GAUGE:
        return isnan(metric_series_last(s)->value) ? NULL : &gauge;
    case MEASUREMENT_ENDED:
    default:
        return NULL;
    }
}

/* --- levels --- */

static void add_time(struct proto_json *j, const char *name, int64_t unix_ns)
{
    proto_json_name(j, name);
    proto_json_integer64(j, unix_ns > 0 ? unix_ns : 0);
}

static void close_to(struct encoder *e, unsigned depth)
{
    proto_json_close_to(&e->json, depth);
    if (depth <= IN_SCOPE)
        e->metric = NULL;
    if (depth <= IN_PROCESS)
        e->scope = NULL;
    if (depth <= IN_REQUEST)
        e->process = NULL;
}

static void open_process(struct encoder *e, const struct metric_process *p)
{
    struct proto_json *j = &e->json;

    if (e->process == p)
        return;
    if (j->depth == 0) {
        proto_json_open(j, '{');
        proto_json_name(j, "resourceMetrics");
        proto_json_open(j, '[');
    }
    close_to(e, IN_REQUEST);
    proto_json_open(j, '{');
    resource_add(j, e->resource,
                 &(struct resource_process){p->pid, p->service ? p->service : p->name, p->uid});
    proto_json_name(j, "scopeMetrics");
    proto_json_open(j, '[');
    e->process = p;
}

static void open_scope(struct encoder *e, const struct metric_instrument *in)
{
    struct proto_json *j = &e->json;

    if (e->scope && strcmp(e->scope->provider, in->provider) == 0 &&
        strcmp(e->scope->meter_version, in->meter_version) == 0)
        return;
    close_to(e, IN_PROCESS);
    proto_json_open(j, '{');
    proto_json_name(j, "scope");
    proto_json_open(j, '{');
    proto_json_name(j, "name");
    proto_json_text(j, in->provider);
    if (in->meter_version[0]) {
        proto_json_name(j, "version");
        proto_json_text(j, in->meter_version);
    }
    proto_json_close(j);
    proto_json_name(j, "metrics");
    proto_json_open(j, '[');
    e->scope = in;
}

static void add_description(struct proto_json *j, const struct metric_instrument *in)
{
    proto_json_name(j, "name");
    proto_json_text(j, in->name);
    if (in->display_name && in->display_name[0]) {
        proto_json_name(j, "description");
        proto_json_text(j, in->display_name);
    }
    if (in->unit && in->unit[0]) {
        proto_json_name(j, "unit");
        proto_json_text(j, in->unit);
    }
}

static void open_metric(struct encoder *e, const struct metric_instrument *in,
                        const struct form *form)
{
    struct proto_json *j = &e->json;

    if (e->metric == in)
        return;
    open_process(e, in->process);
    open_scope(e, in);
    close_to(e, IN_SCOPE);
    proto_json_open(j, '{');
    add_description(j, in);
    proto_json_name(j, form->kind);
    proto_json_open(j, '{');
    if (form->monotonic >= 0) {
        proto_json_name(j, "aggregationTemporality");
        proto_json_integer(j, CUMULATIVE);
        proto_json_name(j, "isMonotonic");
        proto_json_boolean(j, form->monotonic);
    }
    proto_json_name(j, "dataPoints");
    proto_json_open(j, '[');
    e->metric = in;
}

/* --- points --- */

/* NaN: the point has no attribute `quantile`. */
static void open_point(struct encoder *e, const struct metric_series *s, double quantile)
{
    struct proto_json *j = &e->json;

    e->points++;
    proto_json_open(j, '{');
    if (s->label_count || !isnan(quantile)) {
        proto_json_name(j, "attributes");
        proto_json_open(j, '[');
        for (size_t i = 0; i < s->label_count; i++)
            attribute_text(j, s->labels[i].name, s->labels[i].value);
        if (!isnan(quantile))
            attribute_real(j, "quantile", quantile);
        proto_json_close(j);
    }
    add_time(j, "timeUnixNano", metric_series_last(s)->unix_ns);
}

static void add_start(struct proto_json *j, const struct metric_series *s)
{
    add_time(j, "startTimeUnixNano", s->start_unix_ns);
}

static void add_value(struct proto_json *j, double value)
{
    proto_json_name(j, "asDouble");
    proto_json_real(j, value);
    proto_json_close(j);
}

static void add_gauge(struct encoder *e, const struct metric_series *s)
{
    open_point(e, s, (double)NAN);
    add_value(&e->json, metric_series_last(s)->value);
}

static void add_sum(struct encoder *e, const struct metric_series *s)
{
    open_point(e, s, (double)NAN);
    add_start(&e->json, s);
    add_value(&e->json, s->total);
}

static void add_quantiles(struct encoder *e, const struct metric_series *s)
{
    for (size_t i = 0; i < s->quantile_count; i++) {
        open_point(e, s, s->quantiles[i].quantile);
        add_value(&e->json, s->quantiles[i].value);
    }
}

static void add_summary(struct encoder *e, const struct metric_series *s)
{
    struct proto_json *j = &e->json;
    double most = (double)(INT64_C(1) << 53);

    open_point(e, s, (double)NAN);
    add_start(j, s);
    proto_json_name(j, "count");
    proto_json_integer64(j, (int64_t)fmin(fmax(s->observations, 0), most));
    proto_json_name(j, "sum");
    proto_json_real(j, isnan(s->sum) ? 0 : s->sum);
    proto_json_name(j, "quantileValues");
    proto_json_open(j, '[');
    for (size_t i = 0; i < s->quantile_count && !s->quiet; i++) {
        proto_json_open(j, '{');
        proto_json_name(j, "quantile");
        proto_json_real(j, s->quantiles[i].quantile);
        proto_json_name(j, "value");
        proto_json_real(j, s->quantiles[i].value);
        proto_json_close(j);
    }
    proto_json_close(j);
    proto_json_close(j);
}

/* A metric has one form; a histogram whose series are told differently is written as two. */
static void add_series(struct encoder *e, const struct metric_series *s, const struct form **last)
{
    const struct form *form = s->ended ? NULL : form_of(s);

    if (!form)
        return;
    if (form != *last && e->metric == s->instrument)
        close_to(e, IN_SCOPE);
    *last = form;
    open_metric(e, s->instrument, form);
    form->add(e, s);
}

/* The request is full: true. */
static bool add_instrument(struct encoder *e, const struct metric_instrument *in, size_t limit,
                           size_t *series)
{
    const struct form *last = NULL;
    size_t at = 0;

    list_each(s, &in->series, struct metric_series, link)
    {
        if (at++ < *series)
            continue;
        add_series(e, s, &last);
        ++*series;
        if (e->json.text.size >= limit)
            return true;
    }
    *series = 0;
    return false;
}

static bool add_process(struct encoder *e, const struct metric_process *p, size_t limit,
                        struct metrics_cursor *cursor)
{
    size_t at = 0;

    list_each(in, &p->instruments, struct metric_instrument, link)
    {
        if (at++ < cursor->instrument)
            continue;
        if (add_instrument(e, in, limit, &cursor->series))
            return true;
        cursor->instrument++;
    }
    cursor->instrument = 0;
    return false;
}

static bool add_processes(struct encoder *e, struct metric_store *store, size_t limit,
                          struct metrics_cursor *cursor)
{
    size_t at = 0;

    list_each(p, metric_store_processes(store), struct metric_process, link)
    {
        if (at++ < cursor->process)
            continue;
        if (add_process(e, p, limit, cursor))
            return true;
        cursor->process++;
    }
    return false;
}

bool encode_metrics(struct metric_store *store, const struct resource *resource, size_t limit,
                    struct metrics_cursor *cursor, struct text *ret, size_t *ret_points)
{
    struct encoder e = {.resource = resource};
    bool more = add_processes(&e, store, limit, cursor);

    close_to(&e, 0);
    *ret_points = e.json.text.failed ? 0 : e.points;
    if (*ret_points)
        *ret = e.json.text;
    else
        text_deinit(&e.json.text);
    return more;
}
