/*
 * cli/exposition.h - the samples of a page in Prometheus' text format or OpenMetrics.
 *
 * Of several points of one series, one behind the other, the last (newest) is kept. What is no
 * sample is passed over; a page is never refused as a whole for one bad line.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "src/base/error.h"

enum { EXPOSITION_SAMPLES_MAX = 100 * 1000 };

struct exposition_label {
    const char *name, *value;
};

struct exposition_sample {
    const char *name;
    const char *part; /* of the name, behind the family's: "_sum", "_count"...; "" if none */
    const char *help; /* "" if none */
    bool counter;     /* of type counter: `value` only grows */
    const struct exposition_label *labels;
    size_t label_count;
    double value;
};

struct exposition {
    struct exposition_sample *samples;
    size_t count;
    size_t bad_lines;
    char *text; /* what all strings point into */
    struct exposition_label *labels;
};

/* Copies `text`. -E2BIG: more samples than EXPOSITION_SAMPLES_MAX; -ENOMEM. */
int exposition_parse(const char *text, struct exposition *ret, struct error *err);
void exposition_deinit(struct exposition *e);

/* Value of a label; NULL: no such label. */
const char *exposition_label(const struct exposition_sample *s, const char *name);
