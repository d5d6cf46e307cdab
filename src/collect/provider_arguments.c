#include "src/collect/provider_arguments.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/config/counter_interval.h"

static void add_quoted(struct text *out, const char *part)
{
    const char *quote = strpbrk(part, ";=") ? "\"" : "";

    text_add_fmt(out, "%s%s%s", quote, part, quote);
}

void provider_argument_add(struct text *out, const char *name, const char *value)
{
    text_add_str(out, out->size ? ";" : "");
    add_quoted(out, name);
    text_add_str(out, "=");
    add_quoted(out, value);
}

int provider_argument_check(const struct config_keys *keys, const char *provider, const char *name,
                            const char *value, struct error *err)
{
    double wanted = counter_interval_of(keys, provider);
    char *end;

    if (strcmp(name, "EventCounterIntervalSec") != 0)
        return 0;
    double interval = strtod(value, &end);
    if (end[strspn(end, " \t\r\n")] || end == value || fabs(interval - wanted) < 1e-6)
        return 0;
    return error_set(err, -EINVAL,
                     "Custom trace metric provider '%s' must use the expected counter interval "
                     "'%.9g'.",
                     provider, wanted);
}
