/*
 * collect/provider_arguments.h - the arguments of an event source: "Key=value;Key=value".
 */
#pragma once

#include "src/base/error.h"
#include "src/base/text.h"
#include "src/config/keys.h"

/* Appends one, as the diagnostics client writes it. */
void provider_argument_add(struct text *out, const char *name, const char *value);

/* -EINVAL: it is the interval of EventCounters, and another one than that of GlobalCounter. The
 * runtime has one interval for all sessions: another would change it for everybody. */
int provider_argument_check(const struct config_keys *keys, const char *provider, const char *name,
                            const char *value, struct error *err);
