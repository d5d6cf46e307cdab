#include "src/metrics/problems.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static const char *const names[PROBLEM_KINDS] = {
    [METRICS_NOTICE_TIME_SERIES_LIMIT] = "timeSeriesLimit",
    [METRICS_NOTICE_HISTOGRAM_LIMIT] = "histogramLimit",
    [METRICS_NOTICE_ERROR] = "error",
    [METRICS_NOTICE_INSTRUMENT_ERROR] = "instrumentError",
    [METRICS_NOTICE_COLLISION] = "collision",
    [PROBLEM_UNAVAILABLE] = "unavailable",
    [PROBLEM_SILENT] = "silent",
};

const char *problem_kind_name(unsigned kind)
{
    assert(kind < PROBLEM_KINDS && names[kind]);
    return names[kind];
}

static void drop(struct metrics_problems *p, size_t i)
{
    free(p->items[i].text);
    memmove(&p->items[i], &p->items[i + 1], (p->count - i - 1) * sizeof p->items[0]);
    p->count--;
}

void problems_deinit(struct metrics_problems *p)
{
    while (p->count)
        drop(p, p->count - 1);
}

bool problems_add(struct metrics_problems *p, unsigned kind, const char *text)
{
    for (size_t i = 0; i < p->count; i++) {
        if (p->items[i].kind == kind &&
            strncmp(p->items[i].text, text, LIMIT_METRIC_PROBLEM_TEXT) == 0)
            return false;
    }
    if (p->count == LIMIT_METRIC_PROBLEMS)
        return false;
    char *copy = strndup(text, LIMIT_METRIC_PROBLEM_TEXT);
    if (!copy)
        return false;
    p->items[p->count++] = (struct metrics_problem){kind, copy};
    return true;
}

void problems_clear(struct metrics_problems *p, unsigned kind)
{
    for (size_t i = p->count; i-- > 0;) {
        if (p->items[i].kind == kind)
            drop(p, i);
    }
}
