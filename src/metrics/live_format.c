#include "src/metrics/live_format.h"

#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "src/base/cleanup.h"
#include "src/base/json_escape.h"
#include "src/base/number_text.h"

enum { RECORD_SEPARATOR = 0x1e, TICKS = 10000000, TICK_NS = 100, FRACTION = 7 };

static bool is_meter(const struct measurement *m)
{
    return m->kind != MEASUREMENT_MEAN && m->kind != MEASUREMENT_INCREMENT;
}

static bool has_text(const char *text)
{
    return text && text[0];
}

/* What an up-down counter counts is the number, not its rate. */
static double value_of(const struct measurement *m)
{
    return m->kind == MEASUREMENT_UP_DOWN ? m->total : m->value;
}

static const char *type_of(const struct measurement *m)
{
    return m->kind == MEASUREMENT_INCREMENT || m->kind == MEASUREMENT_COUNTER ? "Rate" : "Metric";
}

/* "name", or "name (unit)". */
static void add_name(struct text *out, const struct measurement *m)
{
    text_add_str(out, m->name);
    if (has_text(m->unit))
        text_add_fmt(out, " (%s)", m->unit);
}

static const char *unit_or_count(const struct measurement *m)
{
    return has_text(m->unit) ? m->unit : "Count";
}

/* --- json-seq --- */

/* "2026-11-22T04:31:19.1557646+00:00": in the zone of this program, as .NET's local times. */
static void add_timestamp(struct text *out, int64_t unix_ns)
{
    time_t seconds = (time_t)(unix_ns / (TICKS * TICK_NS));
    int ticks = (int)(unix_ns % (TICKS * TICK_NS) / TICK_NS), digits = FRACTION;
    struct tm tm = {0};
    char text[40];

    (void)localtime_r(&seconds, &tm);
    (void)strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &tm);
    text_add_str(out, text);
    for (; digits > 0 && ticks % 10 == 0; digits--)
        ticks /= 10;
    if (digits > 0)
        text_add_fmt(out, ".%0*d", digits, ticks);
    long minutes = labs(tm.tm_gmtoff) / 60;
    text_add_fmt(out, "%c%02ld:%02ld", tm.tm_gmtoff < 0 ? '-' : '+', minutes / 60, minutes % 60);
}

static void add_member(struct text *out, const char *key, const char *value)
{
    text_add_fmt(out, ",\"%s\":", key);
    if (value)
        json_escape_add(out, value);
    else
        text_add_str(out, "null");
}

/* JSON has neither NaN, for which the peer writes 0, nor infinity, at which it gives up. */
static void add_number(struct text *out, double value)
{
    char text[NUMBER_TEXT];

    if (isnan(value))
        value = 0;
    else if (isinf(value))
        value = value < 0 ? -DBL_MAX : DBL_MAX;
    (void)number_text(value, text);
    text_add_str(out, text);
}

/* Of histograms the peer has none. */
static char *display_name(const struct measurement *m)
{
    struct text out = {0};

    if (m->kind == MEASUREMENT_HISTOGRAM)
        return NULL;
    if (!is_meter(m))
        text_add_str(&out, m->display_name);
    else if (m->kind == MEASUREMENT_COUNTER)
        text_add_fmt(&out, "%s (%s / %d sec)", m->name, unit_or_count(m), (int)m->interval);
    else
        add_name(&out, m);
    return text_take(&out);
}

static void add_json_record(struct text *out, const struct measurement *m, const char *tags,
                            double value)
{
    static const char separator[] = {RECORD_SEPARATOR};
    cleanup(free_str) char *display = display_name(m);

    text_add(out, separator, sizeof separator);
    text_add_str(out, "{\"timestamp\":\"");
    add_timestamp(out, m->unix_ns);
    text_add_str(out, "\"");
    add_member(out, "provider", m->provider);
    add_member(out, "name", m->name);
    add_member(out, "displayName", display);
    add_member(out, "unit", m->unit);
    add_member(out, "counterType", type_of(m));
    add_member(out, "tags", tags);
    text_add_str(out, ",\"value\":");
    add_number(out, value);
    add_member(out, "meterTags", m->meter_tags);
    add_member(out, "instrumentTags", m->instrument_tags);
    text_add_str(out, "}\n");
}

/* The tags with "Percentile=<n>" behind them. */
static char *percentile_tags(const struct measurement *m, const char *percentile)
{
    struct text tags = {0};

    text_add_fmt(&tags, "%s%sPercentile=%s", m->tags, m->tags[0] ? "," : "", percentile);
    return text_take(&tags);
}

static void write_json(struct text *out, const struct measurement *m)
{
    char percentile[24];

    if (m->kind != MEASUREMENT_HISTOGRAM && m->kind != MEASUREMENT_ENDED)
        add_json_record(out, m, m->tags, value_of(m));
    for (size_t i = 0; i < m->quantile_count; i++) {
        double percent = 100 * m->quantiles[i].quantile; /* cut, not rounded, as in the peer */
        (void)snprintf(percentile, sizeof percentile, "%d",
                       percent >= 0 && percent <= 100 ? (int)percent : 0);
        cleanup(free_str) char *tags = percentile_tags(m, percentile);
        if (tags)
            add_json_record(out, m, tags, m->quantiles[i].value);
        else
            out->failed = true;
    }
}

/* --- csv --- */

/* Behind a comma, in quotation marks where it needs them. */
static void add_column(struct text *out, const char *text)
{
    text_add_str(out, ",");
    if (!strpbrk(text, ",\"\r\n")) {
        text_add_str(out, text);
        return;
    }
    text_add_str(out, "\"");
    for (; *text; text++)
        text_add(out, *text == '"' ? "\"\"" : text, *text == '"' ? 2 : 1);
    text_add_str(out, "\"");
}

/* With units, and the seconds of increments. */
static void add_counter_name(struct text *out, const struct measurement *m)
{
    const char *unit = m->unit && strcmp(m->unit, "count") == 0 ? "Count" : m->unit;

    text_add_str(out, m->display_name);
    if (m->kind == MEASUREMENT_INCREMENT) /* the interval that was asked for, in whole seconds */
        text_add_fmt(out, " (%s / %.0f sec)", unit, floor(m->interval + 0.25));
    else if (has_text(unit))
        text_add_fmt(out, " (%s)", unit);
}

/* "[meter tags;instrument tags;tags]"; nothing if there are none. */
static void add_all_tags(struct text *out, const struct measurement *m, const char *tags)
{
    const char *const parts[] = {m->meter_tags, m->instrument_tags, tags};
    const char *before = "[";

    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        if (!has_text(parts[i]))
            continue;
        text_add_str(out, before);
        before = ";";
        for (const char *at = parts[i]; *at; at++)
            text_add(out, *at == ',' ? ";" : at, 1);
    }
    if (before[0] == ';')
        text_add_str(out, "]");
}

static void add_csv_name(struct text *out, const struct measurement *m, const char *tags)
{
    struct text name = {0};

    if (!is_meter(m))
        add_counter_name(&name, m);
    else if (m->kind == MEASUREMENT_COUNTER)
        text_add_fmt(&name, "%s (%s / %d sec)", m->name, unit_or_count(m), (int)m->interval);
    else
        add_name(&name, m);
    add_all_tags(&name, m, tags);
    if (name.failed)
        out->failed = true;
    else
        add_column(out, name.data ? name.data : "");
    text_deinit(&name);
}

static void add_csv_record(struct text *out, const struct measurement *m, const char *tags,
                           double value)
{
    time_t seconds = (time_t)(m->unix_ns / (TICKS * TICK_NS));
    struct tm tm = {0};
    char text[NUMBER_TEXT];

    (void)localtime_r(&seconds, &tm);
    (void)strftime(text, sizeof text, "%m/%d/%Y %H:%M:%S", &tm);
    text_add_str(out, text);
    add_column(out, m->provider);
    add_csv_name(out, m, tags);
    add_column(out, type_of(m));
    (void)number_text(value, text);
    add_column(out, text);
    text_add_str(out, "\n");
}

static void write_csv(struct text *out, const struct measurement *m)
{
    char percentile[NUMBER_TEXT];

    if (m->kind != MEASUREMENT_HISTOGRAM && m->kind != MEASUREMENT_ENDED)
        add_csv_record(out, m, m->tags, value_of(m));
    for (size_t i = 0; i < m->quantile_count; i++) {
        (void)number_text(m->quantiles[i].quantile * 100, percentile);
        cleanup(free_str) char *tags = percentile_tags(m, percentile);
        if (tags)
            add_csv_record(out, m, tags, m->quantiles[i].value);
        else
            out->failed = true;
    }
}

const struct live_format live_formats[] = {
    {"json", "application/json-seq", "metrics.json", "", write_json},
    {"csv", "text/csv", "metrics.csv",
     "Timestamp,Provider,Counter Name,Counter Type,Mean/Increment\n", write_csv},
    {0},
};

const struct live_format *live_format_find(const char *name)
{
    for (const struct live_format *f = live_formats; f->name; f++) {
        if (strcasecmp(f->name, name) == 0)
            return f;
    }
    return NULL;
}
