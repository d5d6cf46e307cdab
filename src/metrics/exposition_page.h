/*
 * metrics/exposition_page.h - a page while it is written: its metrics and its lines.
 *
 * For metrics/exposition*.c.
 */
#pragma once

#include "src/base/number_map.h"
#include "src/base/text.h"
#include "src/metrics/exposition.h"

enum page_type { PAGE_GAUGE, PAGE_COUNTER, PAGE_SUMMARY };

/* What makes a style. */
struct page_style {
    const char *content_type;
    double (*name)(struct text *out, const struct metric_instrument *in);
    void (*help)(struct text *out, const struct metric_instrument *in);
    bool counters; /* counters with totals; else gauges with the value of the interval */
    bool history;  /* all points, with timestamps; else the newest, if it is not too old */
    bool labelled; /* process and scope always; else the process, when there are several */
    bool openmetrics;
    const char *separator; /* of labels */
};

/* An instrument of a metric. */
struct page_entry {
    const struct metric_instrument *instrument;
    double scale;
    uint32_t next; /* + 1; 0: none */
};

/* A metric: the instruments with that name. */
struct page_family {
    size_t name, name_size; /* in page.names */
    enum page_type type;
    uint32_t first, last; /* of page.entries, + 1 */
};

/* Why samples are missing. */
enum page_reason { PAGE_CONFLICT, PAGE_DUPLICATE, PAGE_FULL, PAGE_REASONS };

struct page {
    struct text *out;
    const struct page_style *style;
    struct metric_store *store;
    int64_t now_unix_ns, since_unix_ns;
    bool labelled;      /* with the labels of the process */
    struct text prefix; /* of the samples of one series: `name{labels} ` */
    struct text names;
    struct number_map by_name; /* hash to index in `families` */
    struct page_family *families;
    size_t family_count, family_capacity;
    struct page_entry *entries;
    size_t entry_count, entry_capacity;
    const struct metric_process *labels_of; /* the last whose labels were made */
    struct text process_labels, labels;
    struct text label_names;       /* of one series */
    struct number_map seen_labels; /* of one metric */
    uint64_t left_out[PAGE_REASONS];
};

/* Fills `families` and `entries`. False: out of memory. */
bool page_collect(struct page *p);
void page_deinit(struct page *p);

/* Adds all up to NULL: much faster than printf. */
void page_add_texts(struct text *out, const char *const *texts);

/* Writes one metric. */
void page_write_family(struct page *p, const struct page_family *f);

/* `pid="1",process="app",uid="..."`. */
void page_add_process(struct text *out, const struct metric_process *process,
                      const char *separator);

/* Makes page.labels, without braces. */
void page_make_labels(struct page *p, const struct metric_series *s, enum page_type type);

/* Portside's own metrics, and in OpenTelemetry's style target_info. */
void page_write_self(struct page *p, const struct metrics_self *self);
void page_write_targets(struct page *p);
