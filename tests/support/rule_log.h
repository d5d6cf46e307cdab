/*
 * support/rule_log.h - what a daemon that logs as json has told of its collection rules.
 */
#pragma once

#include "tests/support/portside.h"

/* Formatter and levels, for portside_options.env. */
#define RULE_LOG_ENV                                                                               \
    "Logging__Console__FormatterName=json", "Logging__LogLevel__Microsoft.Diagnostics=Debug"

/* The ids of its lines about `rule` in order, "29 35 36 39 31"; NULL: those about all rules. */
const char *rule_log(const struct portside *p, const char *rule);

/* Waits until they are these, or begin with these when `want` ends in "..."; fails the test with
 * what they are. */
void rule_log_wait(const struct portside *p, const char *rule, const char *want);

/* The last line with this id, about `rule` (NULL: any); NULL: there is none. */
const cJSON *rule_log_line(const struct portside *p, const char *rule, int id);
