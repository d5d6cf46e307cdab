/*
 * config/counter_interval.h - how often EventCounters tell their values: GlobalCounter (CONTRACT
 * section 8).
 */
#pragma once

#include "src/config/keys.h"

/* Seconds: of GlobalCounter:Providers:NAME for this provider (its name without case), else
 * GlobalCounter:IntervalSeconds, else 5. What is out of 1 to 86400 does not count. */
double counter_interval_of(const struct config_keys *keys, const char *provider);
