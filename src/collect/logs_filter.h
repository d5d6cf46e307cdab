/*
 * collect/logs_filter.h - which lines of an app's log are wanted, as its runtime is told:
 * "UseAppFilters;Category:Level;Category:Level".
 */
#pragma once

#include <stdbool.h>

#include "src/base/error.h"
#include "src/base/text.h"
#include "src/logs/entry.h"

enum { LOGS_LEVEL_NONE = APP_LOG_CRITICAL + 1 };

/* Comes first. */
void logs_filter_begin(struct text *specs, bool use_app_filters);

/* Appends a category; `level` below 0: that of all others. -EINVAL: it cannot be said to the
 * runtime, because it has a quotation mark or a semicolon. One without a name is left out. */
int logs_filter_add(struct text *specs, const char *category, int level, struct error *err);
