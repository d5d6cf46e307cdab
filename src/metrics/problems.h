/*
 * metrics/problems.h - what keeps metrics of one process from being complete, for people: each
 * distinct text once, bounded.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "src/base/limits.h"
#include "src/metrics/measurement.h"

/* Beyond what runtimes say. */
enum {
    PROBLEM_UNAVAILABLE = METRICS_NOTICE_COLLISION + 1, /* no session; the runtime's refusal */
    PROBLEM_SILENT,                                     /* a session, and nothing comes */
    PROBLEM_KINDS,
};

struct metrics_problem {
    unsigned kind; /* enum metrics_notice, or one of the above */
    char *text;
};

/* Zeroed: none. */
struct metrics_problems {
    struct metrics_problem items[LIMIT_METRIC_PROBLEMS];
    size_t count;
};

void problems_deinit(struct metrics_problems *p);

/* True if it is new: to be logged. Not when it was there before, nor when there are too many. */
bool problems_add(struct metrics_problems *p, unsigned kind, const char *text);

/* No longer so. */
void problems_clear(struct metrics_problems *p, unsigned kind);

/* "timeSeriesLimit"...: for programs; never changes. */
const char *problem_kind_name(unsigned kind);
