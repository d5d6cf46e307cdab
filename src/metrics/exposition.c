#include "src/metrics/exposition.h"

#include <math.h>
#include <string.h>
#include <strings.h>

#include "src/base/hash.h"
#include "src/base/limits.h"
#include "src/metrics/exposition_page.h"
#include "src/metrics/prom_name.h"
#include "src/metrics/prom_text.h"

enum { PAGE_SIZE_USUAL = 16 * 1024 };

/* What the peer says about an instrument (CONTRACT 11.2). */
static void compat_help(struct text *out, const struct metric_instrument *in)
{
    const char *unit = in->unit ? in->unit : "";

    if (in->kind == MEASUREMENT_HISTOGRAM)
        return;
    if (!in->is_meter) {
        prom_add_help(out, in->display_name ? in->display_name : "", false);
        return;
    }
    prom_add_help(out, in->name, false);
    if (in->kind == MEASUREMENT_COUNTER) {
        text_add_str(out, " (");
        prom_add_help(out, *unit ? unit : "Count", false);
        text_add_str(out, " / ");
        prom_add_number(out, in->interval);
        text_add_str(out, " sec)");
    } else if (*unit) {
        text_add_str(out, " (");
        prom_add_help(out, unit, false);
        text_add_str(out, ")");
    }
}

static void add_help(struct text *out, const struct metric_instrument *in, bool quotes)
{
    if (in->display_name && *in->display_name) {
        prom_add_help(out, in->display_name, quotes);
        return;
    }
    prom_add_help(out, in->name, quotes);
    text_add_str(out, " of ");
    prom_add_help(out, in->provider, quotes);
}

static void otel_help(struct text *out, const struct metric_instrument *in)
{
    add_help(out, in, false);
}

static void openmetrics_help(struct text *out, const struct metric_instrument *in)
{
    add_help(out, in, true);
}

static const struct page_style styles[] = {
    [EXPOSITION_COMPAT] = {.content_type = "text/plain; version=0.0.4",
                           .name = prom_name_compat,
                           .help = compat_help,
                           .history = true,
                           .separator = ", "},
    [EXPOSITION_OPENTELEMETRY] = {.content_type = "text/plain; version=0.0.4; charset=utf-8",
                                  .name = prom_name_otel,
                                  .help = otel_help,
                                  .counters = true,
                                  .labelled = true,
                                  .separator = ","},
    [EXPOSITION_OPENMETRICS] = {.content_type =
                                    "application/openmetrics-text; version=1.0.0; charset=utf-8",
                                .name = prom_name_otel,
                                .help = openmetrics_help,
                                .counters = true,
                                .labelled = true,
                                .openmetrics = true,
                                .separator = ","},
};

const char *exposition_content_type(enum exposition_style style)
{
    return styles[style].content_type;
}

bool exposition_wants_openmetrics(const char *accept)
{
    static const char type[] = "application/openmetrics-text";

    for (const char *at = accept; at && (at = strcasestr(at, type)); at++) {
        const char *end = at + strcspn(at, ","), *version = strcasestr(at, "version=");
        if (!version || version > end)
            return true;
        version += strlen("version=");
        version += *version == '"';
        if (strncmp(version, "1.0.0", strlen("1.0.0")) == 0)
            return true;
    }
    return false;
}

/* `name_suffix{labels} `. */
static void add_sample_to(struct text *out, const struct page *p, const struct page_family *f,
                          const char *suffix, const struct measurement_quantile *q)
{
    text_add(out, p->names.data + f->name, f->name_size);
    text_add_str(out, suffix);
    if (p->labels.size || q) {
        text_add(out, "{", 1);
        text_add(out, p->labels.data ? p->labels.data : "", p->labels.size);
        if (q) {
            text_add_str(out, p->labels.size ? p->style->separator : "");
            text_add_str(out, "quantile=\"");
            prom_add_number(out, q->quantile);
            text_add(out, "\"", 1);
        }
        text_add(out, "}", 1);
    }
    text_add(out, " ", 1);
}

static void add_sample(struct page *p, const struct page_family *f, const char *suffix,
                       const struct measurement_quantile *q)
{
    add_sample_to(p->out, p, f, suffix, q);
}

static void add_line(struct page *p, const struct page_family *f, const char *suffix, double value)
{
    add_sample(p, f, suffix, NULL);
    prom_add_number(p->out, value);
    text_add(p->out, "\n", 1);
}

static void write_history(struct page *p, const struct page_family *f,
                          const struct metric_series *s, double scale)
{
    p->prefix.size = 0;
    add_sample_to(&p->prefix, p, f, "", NULL);
    p->out->failed |= p->prefix.failed;
    for (unsigned i = 0; i < s->count && !p->out->failed; i++) {
        const struct metric_point *point = metric_series_point(s, i);
        if (point->unix_ns <= p->since_unix_ns && i + 1 < s->count)
            continue;
        text_add(p->out, p->prefix.data, p->prefix.size);
        prom_add_number(p->out, point->value * scale);
        text_add(p->out, " ", 1);
        prom_add_number(p->out, (double)(point->unix_ns / 1000000));
        text_add(p->out, "\n", 1);
    }
}

/* Prometheus would take what stands on the page for the present. */
static bool is_present(const struct page *p, const struct metric_series *s)
{
    double age = (double)(p->now_unix_ns - metric_series_last(s)->unix_ns) / 1e6;

    return !s->ended && age <= LIMIT_METRIC_PRESENT_MS + 3e3 * s->instrument->interval;
}

static void write_summary(struct page *p, const struct page_family *f,
                          const struct metric_series *s, double scale)
{
    bool present = p->style->history || (!s->quiet && is_present(p, s));

    for (size_t i = 0; present && i < s->quantile_count; i++) {
        add_sample(p, f, "", &s->quantiles[i]);
        prom_add_number(p->out, s->quantiles[i].value * scale);
        text_add(p->out, "\n", 1);
    }
    if (!p->style->counters || isnan(s->sum) || isnan(s->observations))
        return;
    add_line(p, f, "_sum", s->sum * scale);
    add_line(p, f, "_count", s->observations);
}

static void write_series(struct page *p, const struct page_family *f, const struct metric_series *s,
                         double scale)
{
    if (f->type == PAGE_SUMMARY)
        write_summary(p, f, s, scale);
    else if (p->style->history)
        write_history(p, f, s, scale);
    else if (f->type == PAGE_COUNTER)
        add_line(p, f, "_total", s->total * scale);
    else if (is_present(p, s))
        add_line(p, f, "", metric_series_last(s)->value * scale);
}

/* A second sample with the same labels would spoil the page. */
static bool is_seen(struct page *p)
{
    uint64_t hash = hash_bytes(p->labels.data ? p->labels.data : "", p->labels.size);

    if (number_map_get(&p->seen_labels, hash) != NUMBER_MAP_NONE)
        return true;
    if (!number_map_set(&p->seen_labels, hash, 0))
        p->out->failed = true;
    return false;
}

void page_add_texts(struct text *out, const char *const *texts)
{
    for (; *texts; texts++)
        text_add_str(out, *texts);
}

static void add_head(struct page *p, const struct page_family *f)
{
    static const char *const types[] = {
        [PAGE_GAUGE] = "gauge", [PAGE_COUNTER] = "counter", [PAGE_SUMMARY] = "summary"};
    const char *name = p->names.data + f->name;
    /* OpenMetrics names the metric there, the older format its samples. */
    const char *suffix = f->type == PAGE_COUNTER && !p->style->openmetrics ? "_total" : "";

    page_add_texts(p->out, (const char *[]){"# HELP ", name, suffix, " ", NULL});
    p->style->help(p->out, p->entries[f->first - 1].instrument);
    page_add_texts(p->out,
                   (const char *[]){"\n# TYPE ", name, suffix, " ", types[f->type], "\n", NULL});
}

void page_write_family(struct page *p, const struct page_family *f)
{
    add_head(p, f);
    number_map_deinit(&p->seen_labels);
    p->seen_labels = (struct number_map){0};
    for (uint32_t i = f->first; i; i = p->entries[i - 1].next) {
        const struct page_entry *e = &p->entries[i - 1];
        list_each(s, &e->instrument->series, struct metric_series, link)
        {
            page_make_labels(p, s, f->type);
            if (p->out->size > LIMIT_METRIC_PAGE)
                p->left_out[PAGE_FULL]++;
            else if (f->first != f->last || s->link.next != s->link.prev ? is_seen(p) : false)
                p->left_out[PAGE_DUPLICATE]++;
            else
                write_series(p, f, s, e->scale);
        }
    }
}

void exposition_write(struct text *out, struct metric_store *store, const struct exposition *e,
                      const struct metrics_self *self)
{
    const struct list *processes = metric_store_processes(store);
    struct page p = {.out = out,
                     .style = &styles[e->style],
                     .store = store,
                     .now_unix_ns = e->now_unix_ns,
                     .since_unix_ns = e->since_unix_ns,
                     .labelled = styles[e->style].labelled || processes->next != processes->prev};

    text_reserve(out, PAGE_SIZE_USUAL);
    if (!page_collect(&p))
        out->failed = true;
    for (size_t i = 0; i < p.family_count && !out->failed; i++)
        page_write_family(&p, &p.families[i]);
    if (p.style->labelled)
        page_write_targets(&p);
    page_write_self(&p, self);
    if (p.style->openmetrics)
        text_add_str(out, "# EOF\n");
    page_deinit(&p);
}
