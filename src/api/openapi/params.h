/*
 * api/openapi/params.h - every parameter that a route can have, once.
 */
#pragma once

#include "src/api/openapi/schema.h"

enum param {
    PARAM_NONE, /* ends a route's list */
    PARAM_PID,
    PARAM_UID,
    PARAM_NAME,
    PARAM_TYPE,
    PARAM_PROFILE,
    PARAM_DURATION,
    PARAM_LEVEL,
    PARAM_EGRESS,
    PARAM_TAGS,
    PARAM_STOP,
    PARAM_FORMAT,
    PARAM_KIND,
    PARAM_NUMBER,
    PARAM_SECONDS,
    PARAM_STACK_FORMAT,
    PARAM_HEAP_FORMAT,
    PARAM_MAX_BYTES,
    PARAM_STOP_PROVIDER,
    PARAM_STOP_EVENT,
    PARAM_STOP_FILTER,
    PARAM_LIVE_FORMAT,
    PARAM_KERNEL,
    PARAM_POOL_DURATION,
    PARAM_POOL_FORMAT,
    PARAM_OPERATION, /* from here on: places of the path, in the order of the pattern */
    PARAM_RULE,
    PARAM_COUNT,
};

/* By enum param; [PARAM_NONE] is empty. */
extern const struct schema schema_params[PARAM_COUNT];

static inline bool param_is_in_path(enum param p)
{
    return p >= PARAM_OPERATION;
}
