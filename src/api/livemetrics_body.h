/*
 * api/livemetrics_body.h - the body of POST /livemetrics: which counters and instruments (CONTRACT
 * section 4).
 */
#pragma once

#include <cJSON.h>

#include "src/base/error.h"
#include "src/config/keys.h"
#include "src/metrics/request.h"

/* `body` fits the schema EventMetricsConfiguration. Errors as metrics_request_chosen(). */
int livemetrics_body_read(const cJSON *body, const struct config_keys *keys, unsigned runtime_major,
                          struct metrics_request *ret, struct error *err);
