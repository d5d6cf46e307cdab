/*
 * exceptions/settings.h - InProcessFeatures:Exceptions out of the configuration.
 */
#pragma once

#include "src/config/keys.h"
#include "src/config/section.h"
#include "src/exceptions/filter.h"

struct exception_settings {
    bool on;
    bool at_start; /* CollectOnStartup: else when somebody asks first */
    size_t limit;  /* TopLevelLimit */
    struct exception_filters filters;
};

/* Values that cannot be read are the defaults: validation tells of them. -ENOMEM, -E2BIG. */
int exception_settings_load(const struct config_keys *keys, struct exception_settings *ret,
                            struct error *err);

/* The members Include and Exclude of `filters`, lists of objects. -ENOMEM, -E2BIG. */
int exception_filters_load(const struct section *filters, struct exception_filters *ret,
                           struct error *err);
