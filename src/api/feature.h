/*
 * api/feature.h - what the peer calls in-process features, and switches on one by one.
 *
 * Ours load nothing into the app, so they are on unless they are switched off: by their own switch,
 * or by InProcessFeatures:Enabled, which when false switches all off, as in the peer.
 */
#pragma once

#include "src/api/api.h"

enum feature {
    FEATURE_CALL_STACKS,
};

bool feature_is_on(const struct api *api, enum feature feature);

/* 0, or -EINVAL with the peer's words. */
int feature_check(const struct api *api, enum feature feature, struct error *err);
