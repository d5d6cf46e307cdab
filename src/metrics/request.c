#include "src/metrics/request.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/random.h>

#include "proto/wire/guid.h"
#include "src/base/cleanup.h"
#include "src/base/limits.h"
#include "src/base/text.h"
#include "src/config/counter_interval.h"
#include "src/config/section.h"

#define METERS "System.Diagnostics.Metrics"

/* Of its provider: time series' values and what concerns them. */
enum { KEYWORD_TIME_SERIES = 0x2, LEVEL_CRITICAL = 1, LEVEL_INFORMATIONAL = 4 };

/* The first runtime whose metrics several listeners can share. */
enum { MAJOR_SHARED = 8 };

/* The peer's 20 are a web app's first 20 routes. 500 are half of the series; the runtime makes one
 * when it is used, of some 32 KiB. */
enum { MAX_TIME_SERIES = 1000, MAX_HISTOGRAMS = 500 };

static const char *const default_providers[] = {"System.Runtime", "Microsoft.AspNetCore.Hosting",
                                                "Grpc.AspNetCore.Server"};

/* A request that is being made. */
struct builder {
    struct metrics_request *request;
    const struct config_keys *keys;
    size_t capacity;
    struct error *err;
};

static int out_of_memory(struct builder *b)
{
    return error_set(b->err, -ENOMEM, "metrics request");
}

static bool is_of(const struct metrics_filter *f, bool is_meter, const char *provider)
{
    return f->is_meter == is_meter && strcasecmp(f->provider, provider) == 0;
}

static void filter_free(struct metrics_filter *f)
{
    free(f->provider);
    free(f->name);
}

/* The last choice of a provider counts. */
static void forget(struct metrics_request *r, bool is_meter, const char *provider)
{
    size_t kept = 0;

    for (size_t i = 0; i < r->filter_count; i++) {
        if (is_of(&r->filters[i], is_meter, provider))
            filter_free(&r->filters[i]);
        else
            r->filters[kept++] = r->filters[i];
    }
    r->filter_count = kept;
}

static int grow(struct builder *b)
{
    struct metrics_request *r = b->request;

    if (r->filter_count < b->capacity)
        return 0;
    if (r->filter_count >= LIMIT_METRICS_FILTERS)
        return error_set(b->err, -E2BIG, "More than %d counters and instruments are asked for.",
                         LIMIT_METRICS_FILTERS);
    size_t capacity = b->capacity ? b->capacity * 2 : 16;
    struct metrics_filter *filters = realloc(r->filters, capacity * sizeof *filters);
    if (!filters)
        return out_of_memory(b);
    r->filters = filters;
    b->capacity = capacity;
    return 0;
}

/* `name` NULL: all of the provider. */
static int add_filter(struct builder *b, bool is_meter, const char *provider, const char *name)
{
    int r = grow(b);

    if (r < 0)
        return r;
    struct metrics_filter *f = &b->request->filters[b->request->filter_count++];
    *f = (struct metrics_filter){
        .provider = strdup(provider), .name = name ? strdup(name) : NULL, .is_meter = is_meter};
    if (!is_meter)
        f->interval = counter_interval_of(b->keys, provider);
    return f->provider && (f->name || !name) ? 0 : out_of_memory(b);
}

/* Would it be something else than one name in the list of metrics, or end the argument? */
static bool is_hostile(const char *name)
{
    for (; *name; name++) {
        if ((unsigned char)*name < ' ' || *name == 0x7f || strchr(",;\"\\", *name))
            return true;
    }
    return false;
}

static int begin_provider(struct builder *b, bool is_meter, const char *provider)
{
    const char *kind = is_meter ? "meter" : "provider";

    if (!provider || !provider[strspn(provider, " \t\r\n")])
        return error_set(b->err, -EINVAL, "A %s has no name.", kind);
    if (is_meter && is_hostile(provider))
        return error_set(b->err, -EINVAL,
                         "A meter's name must be free of ',', ';', '\"', '\\' and control "
                         "characters: the runtime would take it for something else.");
    forget(b->request, is_meter, provider);
    return 0;
}

static int add_choice(struct builder *b, const struct metrics_choice *c)
{
    int r = begin_provider(b, c->is_meter, c->provider);

    if (r == 0 && c->name_count == 0)
        r = add_filter(b, c->is_meter, c->provider, NULL);
    for (size_t i = 0; r == 0 && i < c->name_count; i++)
        r = add_filter(b, c->is_meter, c->provider, c->names[i]);
    return r;
}

static int add_defaults(struct builder *b)
{
    int r = 0;

    for (size_t i = 0; r == 0 && i < sizeof default_providers / sizeof default_providers[0]; i++)
        r = add_choice(b, &(struct metrics_choice){.provider = default_providers[i]});
    return r;
}

/* One item of a list of the settings: `KEY:N:ProviderName`, `KEY:N:CounterNames:M`. */
static int add_item(struct builder *b, const char *item, bool is_meter)
{
    const char *provider =
        config_keys_child(b->keys, item, is_meter ? "MeterName" : "ProviderName");
    const struct config_entry *names;
    char key[LIMIT_CONFIG_KEY];
    size_t added = 0;
    int r = begin_provider(b, is_meter, provider);

    (void)snprintf(key, sizeof key, "%.480s:%s", item,
                   is_meter ? "InstrumentNames" : "CounterNames");
    size_t count = config_keys_below(b->keys, key, &names);
    for (size_t i = 0; r == 0 && i < count; i++) {
        if (!names[i].value[0])
            continue;
        r = add_filter(b, is_meter, provider, names[i].value);
        added++;
    }
    if (r == 0 && added == 0)
        r = add_filter(b, is_meter, provider, NULL);
    return r;
}

static int add_list(struct builder *b, const char *key, bool is_meter)
{
    struct section list = section_find(b->keys, key), item;
    const struct config_entry *at = section_first(&list);
    char name[LIMIT_CONFIG_KEY], path[2 * LIMIT_CONFIG_KEY];
    int r = 0;

    while (r == 0 && section_next(&list, &at, &item, name)) {
        (void)snprintf(path, sizeof path, "%s:%s", key, name);
        if (section_has_children(&item))
            r = add_item(b, path, is_meter);
        if (r < 0)
            (void)error_prefix(b->err, "%s", path);
    }
    return r;
}

static char *new_guid(void)
{
    char text[GUID_TEXT_SIZE];
    struct guid guid;

    if (getrandom(guid.bytes, sizeof guid.bytes, 0) != (ssize_t)sizeof guid.bytes)
        return NULL;
    guid.bytes[7] = (uint8_t)((guid.bytes[7] & 0x0f) | 0x40); /* version 4: random */
    guid.bytes[8] = (uint8_t)((guid.bytes[8] & 0x3f) | 0x80);
    return strdup(guid_format(&guid, text));
}

static bool is_first_of_provider(const struct metrics_request *r, size_t i)
{
    const struct metrics_filter *f = &r->filters[i];

    return i == 0 || !is_of(&r->filters[i - 1], f->is_meter, f->provider);
}

/* Can this meter's instruments be asked for one by one? */
static bool can_name(const struct metrics_request *r, size_t first)
{
    const char *meter = r->filters[first].provider;

    for (size_t i = first; i < r->filter_count && is_of(&r->filters[i], true, meter); i++) {
        if (!r->filters[i].name || is_hostile(r->filters[i].name))
            return false;
    }
    return true;
}

/* `Meter,Meter\Instrument`: instruments are named where that is possible, so that the others do not
 * use up the runtime's MaxTimeSeries. */
static char *metrics_list(const struct metrics_request *r)
{
    const char *before = "";
    struct text out = {0};
    bool named = false;

    for (size_t i = 0; i < r->filter_count; i++) {
        const struct metrics_filter *f = &r->filters[i];
        if (!f->is_meter)
            continue;
        bool first = is_first_of_provider(r, i);
        if (first)
            named = can_name(r, i);
        if (named)
            text_add_fmt(&out, "%s%s\\%s", before, f->provider, f->name);
        else if (first)
            text_add_fmt(&out, "%s%s", before, f->provider);
        before = ",";
    }
    return text_take(&out);
}

static char *meter_arguments(const struct metrics_request *r)
{
    cleanup(free_str) char *metrics = metrics_list(r);
    struct text out = {0};

    if (!metrics)
        return NULL;
    const char *quote = strchr(metrics, '=') ? "\"" : ""; /* which the runtime takes off */
    text_add_fmt(&out, "SessionId=%s;Metrics=%s%s%s", r->session_id, quote, metrics, quote);
    text_add_fmt(&out, ";RefreshInterval=%.9g;MaxTimeSeries=%u;MaxHistograms=%u;ClientId=%s",
                 r->default_interval, r->max_time_series, r->max_histograms, r->client_id);
    return text_take(&out);
}

static char *counter_arguments(const struct metrics_filter *f)
{
    struct text out = {0};

    text_add_fmt(&out, "EventCounterIntervalSec=%.9g", f->interval);
    return text_take(&out);
}

/* Counters are written at the level LogAlways. At Informational, which the peer asks for,
 * ASP.NET Core writes two events for each request beside them (measured: 22,800 for 62 counters in
 * 11 s): work for the app and for us. Other sources may look at the level before they count. */
static uint32_t level_of(const char *provider)
{
    for (size_t i = 0; i < sizeof default_providers / sizeof default_providers[0]; i++) {
        if (strcasecmp(provider, default_providers[i]) == 0)
            return LEVEL_CRITICAL;
    }
    return LEVEL_INFORMATIONAL;
}

static int add_provider(struct builder *b, const char *name, uint64_t keywords, char *arguments)
{
    struct metrics_request *r = b->request;

    if (!arguments)
        return out_of_memory(b);
    r->arguments[r->provider_count] = arguments;
    r->providers[r->provider_count++] = (struct ipc_trace_provider){
        .name = name, .keywords = keywords, .level = level_of(name), .arguments = arguments};
    return 0;
}

static int make_providers(struct builder *b)
{
    struct metrics_request *r = b->request;
    bool meters = false;
    int result = 0;

    if (r->filter_count == 0)
        return error_set(b->err, -EINVAL, "No provider and no meter is asked for.");
    r->providers = calloc(r->filter_count, sizeof *r->providers);
    r->arguments = calloc(r->filter_count, sizeof *r->arguments);
    if (!r->providers || !r->arguments)
        return out_of_memory(b);
    for (size_t i = 0; result == 0 && i < r->filter_count; i++) {
        const struct metrics_filter *f = &r->filters[i];
        meters |= f->is_meter;
        if (!f->is_meter && is_first_of_provider(r, i))
            result = add_provider(b, f->provider, 0, counter_arguments(f));
    }
    if (result == 0 && meters)
        result = add_provider(b, METERS, KEYWORD_TIME_SERIES, meter_arguments(r));
    return result;
}

static uint32_t limit_of(const struct config_keys *keys, const char *name, uint32_t fallback)
{
    const char *text = config_keys_child(keys, "GlobalCounter", name);
    int64_t value;

    return text && text_to_i64(text, 1, INT32_MAX, &value) ? (uint32_t)value : fallback;
}

static int begin(struct builder *b, unsigned runtime_major)
{
    struct metrics_request *r = b->request;

    *r = (struct metrics_request){
        .default_interval = counter_interval_of(b->keys, ""),
        .max_time_series = limit_of(b->keys, "MaxTimeSeries", MAX_TIME_SERIES),
        .max_histograms = limit_of(b->keys, "MaxHistograms", MAX_HISTOGRAMS),
        .session_id = runtime_major >= MAJOR_SHARED ? strdup("SHARED") : new_guid(),
        .client_id = new_guid(),
    };
    return r->session_id && r->client_id ? 0 : out_of_memory(b);
}

static int end(struct builder *b, int result)
{
    if (result == 0)
        result = make_providers(b);
    if (result < 0)
        metrics_request_deinit(b->request);
    return result;
}

int metrics_request_configured(const struct config_keys *keys, unsigned runtime_major,
                               struct metrics_request *ret, struct error *err)
{
    struct builder b = {.request = ret, .keys = keys, .err = err};
    const char *text = config_keys_child(keys, "Metrics", "IncludeDefaultProviders");
    bool defaults = true;
    int r = begin(&b, runtime_major);

    if (text)
        (void)text_to_bool(text, &defaults);
    if (r == 0)
        r = add_list(&b, "Metrics:Providers", false);
    if (r == 0)
        r = add_list(&b, "Metrics:Meters", true);
    if (r == 0 && defaults)
        r = add_defaults(&b);
    return end(&b, r);
}

int metrics_request_chosen(const struct config_keys *keys, unsigned runtime_major, bool defaults,
                           const struct metrics_choice *choices, size_t count,
                           struct metrics_request *ret, struct error *err)
{
    struct builder b = {.request = ret, .keys = keys, .err = err};
    int r = begin(&b, runtime_major);

    for (size_t i = 0; r == 0 && i < count; i++)
        r = add_choice(&b, &choices[i]);
    if (r == 0 && defaults)
        r = add_defaults(&b);
    return end(&b, r);
}

void metrics_request_deinit(struct metrics_request *request)
{
    for (size_t i = 0; i < request->filter_count; i++)
        filter_free(&request->filters[i]);
    for (size_t i = 0; i < request->provider_count; i++)
        free(request->arguments[i]);
    free(request->filters);
    free(request->providers);
    free(request->arguments);
    free(request->session_id);
    free(request->client_id);
    *request = (struct metrics_request){0};
}

static bool is_equal(const struct metrics_filter *a, const struct metrics_filter *b)
{
    return is_of(a, b->is_meter, b->provider) && a->interval == b->interval &&
           (a->name && b->name ? strcmp(a->name, b->name) == 0 : a->name == b->name);
}

bool metrics_request_equal(const struct metrics_request *a, const struct metrics_request *b)
{
    bool equal = a->filter_count == b->filter_count && a->default_interval == b->default_interval &&
                 a->max_time_series == b->max_time_series && a->max_histograms == b->max_histograms;

    for (size_t i = 0; equal && i < a->filter_count; i++)
        equal = is_equal(&a->filters[i], &b->filters[i]);
    return equal;
}

const struct ipc_trace_provider *metrics_request_meters(const struct metrics_request *request)
{
    for (size_t i = 0; i < request->provider_count; i++) {
        if (strcmp(request->providers[i].name, METERS) == 0)
            return &request->providers[i];
    }
    return NULL;
}

double metrics_request_interval(const struct metrics_request *request, const char *provider)
{
    for (size_t i = 0; i < request->filter_count; i++) {
        if (is_of(&request->filters[i], false, provider))
            return request->filters[i].interval;
    }
    return 0;
}

bool metrics_request_wants(const struct metrics_request *request, bool is_meter,
                           const char *provider, const char *name)
{
    for (size_t i = 0; i < request->filter_count; i++) {
        const struct metrics_filter *f = &request->filters[i];
        if (is_of(f, is_meter, provider) && (!f->name || strcmp(f->name, name) == 0))
            return true;
    }
    return false;
}
