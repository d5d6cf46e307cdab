#include "src/rules/status_ranges.h"

#include <errno.h>
#include <stdlib.h>

#include "src/base/limits.h"
#include "src/config/types.h"

int status_ranges_add(struct status_ranges *s, const char *text, struct error *err)
{
    struct value ignored;

    if (!value_read(&type_status_codes, 0, 0, text, &ignored))
        return error_set(err, -EINVAL, "'%.*s' is not %s.", LIMIT_CONFIG_SHOWN, text,
                         type_status_codes.expected);
    unsigned long first = strtoul(text, NULL, 10);
    unsigned long last = text[3] ? strtoul(text + 4, NULL, 10) : first;
    for (unsigned long i = first; i <= last; i++)
        s->bits[i / 64] |= UINT64_C(1) << i % 64;
    return 0;
}

bool status_ranges_has(const struct status_ranges *s, int64_t status)
{
    return status >= 0 && status < STATUS_RANGES_END &&
           (s->bits[status / 64] >> status % 64 & 1) != 0;
}
