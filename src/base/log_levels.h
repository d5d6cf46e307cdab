/*
 * base/log_levels.h - which lines of the log are wanted: levels by category, as
 * Microsoft.Extensions.Logging chooses them.
 *
 * Of the rules whose pattern fits the category, one for the console alone goes before one for all
 * outputs, then the longer pattern wins, then the later rule. A pattern is a prefix of the category
 * (not only up to a dot), without case; one `*` stands for any run of characters. Without a rule it
 * is Information.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "src/base/error.h"

enum log_level {
    LOG_LEVEL_TRACE,
    LOG_LEVEL_DEBUG,
    LOG_LEVEL_INFORMATION,
    LOG_LEVEL_WARNING,
    LOG_LEVEL_ERROR,
    LOG_LEVEL_CRITICAL,
    LOG_LEVEL_NONE,
};

/* "Information" */
const char *log_level_name(enum log_level level);

/* By name without case, or by number. */
bool log_level_parse(const char *text, enum log_level *ret);

struct log_rule {
    char *pattern; /* "" fits every category */
    enum log_level level;
    bool console; /* Logging:Console:LogLevel, not Logging:LogLevel */
};

struct log_levels {
    struct log_rule *rules;
    size_t count;
};

void log_levels_deinit(struct log_levels *levels);

/* `pattern` is copied; "Default" fits every category. -EINVAL for a second `*`, -ENOBUFS past
 * LIMIT_LOG_RULES, -ENOMEM. */
int log_levels_add(struct log_levels *levels, const char *pattern, enum log_level level,
                   bool console, struct error *err);

/* The least level that is written. */
enum log_level log_levels_find(const struct log_levels *levels, const char *category);
