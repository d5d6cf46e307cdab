/*
 * api/logs_body.h - which lines of a log are wanted: the parameters of GET /logs, the body of POST
 * (CONTRACT sections 4 and 13).
 */
#pragma once

#include <cJSON.h>

#include "src/api/call.h"
#include "src/base/error.h"
#include "src/collect/logs.h"

struct logs_filter {
    enum app_log_level level;
    char *specs; /* "UseAppFilters;Category:Level" */
};

/* Without `level`: what the application's own filters let through. -EINVAL: level None. */
int logs_filter_of_query(const struct call *c, struct logs_filter *ret, struct error *err);

/* `body` fits the schema LogsConfiguration. -EINVAL: logLevel None, or a category that cannot be
 * said to the runtime (one with a quotation mark or a semicolon). */
int logs_filter_of_body(const cJSON *body, struct logs_filter *ret, struct error *err);

void logs_filter_deinit(struct logs_filter *f);
