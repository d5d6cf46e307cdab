/*
 * api/feature.h - in-process features (config/in_process.h) as routes see them.
 */
#pragma once

#include "src/api/api.h"

enum feature {
    FEATURE_CALL_STACKS,
    FEATURE_EXCEPTIONS,
};

bool feature_is_on(const struct api *api, enum feature feature);

/* 0, or -EINVAL with the peer's words. */
int feature_check(const struct api *api, enum feature feature, struct error *err);
