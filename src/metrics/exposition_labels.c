/* Labels of one series: those of its process, its scope and its tags, each name once. */
#include <string.h>

#include "src/base/limits.h"
#include "src/metrics/exposition_page.h"
#include "src/metrics/prom_text.h"

/* A label of the tags; `name` in page.label_names. */
struct made {
    size_t name;
    const char *value;
};

void page_add_process(struct text *out, const struct metric_process *process, const char *separator)
{
    text_add_str(out, "pid=\"");
    prom_add_number(out, (double)process->pid);
    page_add_texts(out, (const char *[]){"\"", separator, "process=", NULL});
    prom_add_value(out, process->name);
    text_add_str(out, separator);
    text_add_str(out, "uid=");
    prom_add_value(out, process->uid);
}

static void add_scope(struct text *out, const struct metric_instrument *in, const char *separator)
{
    text_add_str(out, separator);
    text_add_str(out, "otel_scope_name=");
    prom_add_value(out, in->provider);
    if (!in->meter_version || !*in->meter_version)
        return;
    text_add_str(out, separator);
    text_add_str(out, "otel_scope_version=");
    prom_add_value(out, in->meter_version);
}

/* Is it a label that the page itself gives, or the format? */
static bool is_taken(const struct page *p, const char *name, enum page_type type)
{
    static const char *const process[] = {"pid", "process", "uid"};

    if (strcmp(name, "__name__") == 0 || (type == PAGE_SUMMARY && strcmp(name, "quantile") == 0))
        return true;
    for (size_t i = 0; p->labelled && i < sizeof process / sizeof process[0]; i++)
        if (strcmp(name, process[i]) == 0)
            return true;
    return p->style->labelled && strncmp(name, "otel_scope_", strlen("otel_scope_")) == 0;
}

/* The name behind those that are there; where it begins. */
static size_t make_name(struct page *p, const char *raw, enum page_type type)
{
    struct text *names = &p->label_names;
    size_t at = names->size;

    prom_add_name(names, *raw ? raw : "_");
    if (!names->failed && is_taken(p, names->data + at, type)) {
        names->size = at;
        text_add_str(names, "exported_");
        prom_add_name(names, raw);
    }
    text_add(names, "", 1); /* NUL */
    return at;
}

/* The made labels. Of names that have become equal the last wins. */
static size_t make_tags(struct page *p, const struct metric_series *s, enum page_type type,
                        struct made made[static LIMIT_METRIC_LABELS])
{
    size_t count = 0;

    p->label_names.size = 0;
    for (size_t i = 0; i < s->label_count; i++) {
        size_t name = make_name(p, s->labels[i].name, type), at = 0;
        if (p->label_names.failed)
            return 0;
        const char *names = p->label_names.data;
        while (at < count && strcmp(names + made[at].name, names + name) != 0)
            at++;
        made[at].value = s->labels[i].value;
        if (at == count)
            made[count++].name = name;
        else
            p->label_names.size = name;
    }
    return count;
}

void page_make_labels(struct page *p, const struct metric_series *s, enum page_type type)
{
    const struct metric_process *process = s->instrument->process;
    struct made made[LIMIT_METRIC_LABELS];
    size_t count = make_tags(p, s, type, made);

    if (p->labelled && p->labels_of != process) {
        p->process_labels.size = 0;
        page_add_process(&p->process_labels, process, p->style->separator);
        p->labels_of = process;
    }
    p->labels.size = 0;
    if (p->labelled && !p->process_labels.failed)
        text_add(&p->labels, p->process_labels.data, p->process_labels.size);
    if (p->style->labelled)
        add_scope(&p->labels, s->instrument, p->style->separator);
    for (size_t i = 0; i < count; i++) {
        if (p->labels.size)
            text_add_str(&p->labels, p->style->separator);
        text_add_str(&p->labels, p->label_names.data + made[i].name);
        text_add(&p->labels, "=", 1);
        prom_add_value(&p->labels, made[i].value);
    }
    p->out->failed |= p->labels.failed || p->process_labels.failed || p->label_names.failed;
}
