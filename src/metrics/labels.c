#include "src/metrics/labels.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/limits.h"
#include "src/metrics/series.h"

/* The labels while they are cut; texts point into `text`, which is cut with NULs. */
struct cutter {
    struct metric_label labels[LIMIT_METRIC_LABELS];
    size_t count;
    struct metric_label spare; /* for one too many */
    struct metric_label *last; /* what a part without separator goes on with */
    bool none;                 /* the first part of one of the lists was no pair */
};

static struct metric_label *named(struct cutter *c, const char *name)
{
    for (size_t i = 0; i < c->count; i++)
        if (strcmp(c->labels[i].name, name) == 0)
            return &c->labels[i];
    if (c->count == LIMIT_METRIC_LABELS)
        return &c->spare;
    c->labels[c->count].name = name;
    return &c->labels[c->count++];
}

/* A part of a list; it stands in the text where the one before has ended. */
static void take_part(struct cutter *c, char *part, char separator)
{
    char *value = strchr(part, separator);

    if (!value) {
        if (!c->last)
            c->none = true;
        else if (c->last->value + strlen(c->last->value) + 1 == part)
            part[-1] = ',';
        return;
    }
    *value++ = '\0';
    c->last = named(c, part);
    c->last->value = value;
}

static void take_list(struct cutter *c, char *list, char separator)
{
    char *rest = list;

    c->last = NULL;
    while (rest && *rest && !c->none) {
        char *part = rest, *comma = strchr(part, ',');
        rest = comma ? comma + 1 : NULL;
        if (comma)
            *comma = '\0';
        take_part(c, part, separator);
    }
}

/* The labels and their texts behind each other. */
static struct metric_label *packed(const struct cutter *c, size_t *ret_size)
{
    size_t size = c->count * sizeof c->labels[0];

    for (size_t i = 0; i < c->count; i++)
        size += strlen(c->labels[i].name) + strlen(c->labels[i].value) + 2;
    *ret_size = size;
    struct metric_label *labels = malloc(size);
    if (!labels)
        return NULL;
    char *at = (char *)(labels + c->count);
    for (size_t i = 0; i < c->count; i++) {
        labels[i].name = at;
        at = stpcpy(at, c->labels[i].name) + 1;
        labels[i].value = at;
        at = stpcpy(at, c->labels[i].value) + 1;
    }
    return labels;
}

struct metric_label *labels_parse(const struct measurement *m, size_t *ret_count, size_t *ret_size)
{
    const char *lists[] = {m->meter_tags, m->instrument_tags, m->tags};
    char text[3][LIMIT_METRIC_TAGS + 1];
    struct cutter c = {.count = 0};
    char separator = m->kind >= MEASUREMENT_GAUGE ? '=' : ':';

    for (size_t i = 0; i < 3; i++) {
        size_t size = metric_text_size(lists[i], LIMIT_METRIC_TAGS);
        if (size)
            memcpy(text[i], lists[i], size);
        text[i][size] = '\0';
        take_list(&c, text[i], separator);
    }
    *ret_count = *ret_size = 0;
    if (c.none || c.count == 0)
        return NULL;
    *ret_count = c.count;
    struct metric_label *labels = packed(&c, ret_size);
    if (!labels)
        *ret_count = 0;
    return labels;
}
