#include "src/api/logs_body.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "src/api/openapi/schema.h"
#include "src/base/text.h"
#include "src/collect/logs_filter.h"

#define APP_FILTERS "UseAppFilters"

static int set_level(struct logs_filter *f, int32_t level, struct error *err)
{
    if (level < APP_LOG_TRACE || level >= LOGS_LEVEL_NONE)
        return error_set(err, -EINVAL, "LogLevel None is not supported as the default log level.");
    f->level = (enum app_log_level)level;
    return 0;
}

int logs_filter_of_query(const struct call *c, struct logs_filter *ret, struct error *err)
{
    const struct call_value *level = &c->at[PARAM_LEVEL];

    *ret = (struct logs_filter){.level = APP_LOG_TRACE};
    int r = level->given ? set_level(ret, level->number, err) : 0;
    if (r < 0)
        return r;
    ret->specs = strdup(level->given ? "" : APP_FILTERS);
    return ret->specs ? 0 : error_set(err, -ENOMEM, "logs");
}

/* A name, a number, or one of both in quotes; `fallback` for null and nothing. */
static int32_t level_of(const cJSON *json, int32_t fallback)
{
    int32_t level = fallback;

    if (cJSON_IsNumber(json))
        return (int32_t)json->valueint;
    if (cJSON_IsString(json))
        (void)schema_read_enum(&schema_log_level, json->valuestring, &level);
    return level;
}

int logs_filter_of_body(const cJSON *body, struct logs_filter *ret, struct error *err)
{
    struct text specs = {0};
    const cJSON *item;

    *ret = (struct logs_filter){0};
    int r = set_level(ret, level_of(cJSON_GetObjectItem(body, "logLevel"), APP_LOG_WARNING), err);
    logs_filter_begin(&specs, !cJSON_IsFalse(cJSON_GetObjectItem(body, "useAppFilters")));
    cJSON_ArrayForEach(item, cJSON_GetObjectItem(body, "filterSpecs"))
    {
        if (r == 0)
            r = logs_filter_add(&specs, item->string, level_of(item, -1), err);
    }
    if (r == 0 && specs.failed)
        r = error_set(err, -ENOMEM, "logs");
    if (r == 0)
        ret->specs = text_take(&specs);
    text_deinit(&specs);
    return r;
}

void logs_filter_deinit(struct logs_filter *f)
{
    free(f->specs);
    *f = (struct logs_filter){0};
}
