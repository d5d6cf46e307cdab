#include "src/collect/logs_filter.h"

#include <errno.h>
#include <string.h>

#include "src/logs/format.h"

void logs_filter_begin(struct text *specs, bool use_app_filters)
{
    text_add_str(specs, use_app_filters ? "UseAppFilters" : "");
}

int logs_filter_add(struct text *specs, const char *category, int level, struct error *err)
{
    if (!category[0])
        return 0;
    if (strpbrk(category, "\";"))
        return error_set(err, -EINVAL,
                         "filterSpecs: a category cannot have a quotation mark or a semicolon.");
    text_add_str(specs, specs->size ? ";" : "");
    text_add_str(specs, category);
    if (level == LOGS_LEVEL_NONE)
        text_add_str(specs, ":None");
    else if (level >= APP_LOG_TRACE && level < LOGS_LEVEL_NONE)
        text_add_fmt(specs, ":%s", app_log_level_name((enum app_log_level)level));
    return 0;
}
