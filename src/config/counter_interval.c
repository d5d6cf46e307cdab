#include "src/config/counter_interval.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "src/base/limits.h"

enum { INTERVAL_DEFAULT = 5, INTERVAL_MIN = 1, INTERVAL_MAX = 86400 };

static const char name[] = "IntervalSeconds";

static double read_interval(const char *text, double fallback)
{
    char *end;

    if (!text || !text[0])
        return fallback;
    double value = strtod(text, &end);
    return *end || !isfinite(value) || value < INTERVAL_MIN || value > INTERVAL_MAX ? fallback
                                                                                    : value;
}

double counter_interval_of(const struct config_keys *keys, const char *provider)
{
    static const char section[] = "GlobalCounter";
    double general = read_interval(config_keys_child(keys, section, name), INTERVAL_DEFAULT);
    char key[LIMIT_CONFIG_KEY];
    int n = snprintf(key, sizeof key, "%s:Providers:%s", section, provider);

    if (n < 0 || (size_t)n >= sizeof key)
        return general;
    return read_interval(config_keys_child(keys, key, name), general);
}
