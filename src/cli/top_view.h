/*
 * cli/top_view.h - what `portside top` shows of a page of metrics: a section for each process, a
 * line for each series.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/base/text.h"
#include "src/cli/exposition.h"

struct top_view {
    /* What is wanted; borrowed. NULL: all. */
    const char *pid;
    const char *filter; /* part of a metric's name or help, without regard to case */
    bool own;           /* also portside's own metrics */
};

/* Appends the sections. `before` (may be NULL) is the page of `seconds` ago: what only grows is
 * shown with its rate since then. */
void top_view_text(const struct top_view *view, const struct exposition *page,
                   const struct exposition *before, double seconds, struct text *out);

/* Appends one JSON object and a line end: {"time":...,"metrics":[{"name":...,"labels":{...},
 * "value":...,"perSecond":...}]}. Numbers that JSON has not are null. */
void top_view_json(const struct top_view *view, const struct exposition *page,
                   const struct exposition *before, double seconds, int64_t unix_ms,
                   struct text *out);
