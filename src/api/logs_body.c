#include "src/api/logs_body.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "src/api/openapi/schema.h"
#include "src/base/text.h"

enum { LEVEL_NONE = APP_LOG_CRITICAL + 1 };

#define APP_FILTERS "UseAppFilters"

static int set_level(struct logs_filter *f, int32_t level, struct error *err)
{
    if (level < APP_LOG_TRACE || level >= LEVEL_NONE)
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

static int add_spec(struct text *specs, const cJSON *item, struct error *err)
{
    int32_t level = level_of(item, -1);

    if (!item->string[0])
        return 0;
    if (strpbrk(item->string, "\";"))
        return error_set(err, -EINVAL,
                         "filterSpecs: a category cannot have a quotation mark or a semicolon.");
    text_add_str(specs, specs->size ? ";" : "");
    text_add_str(specs, item->string);
    if (level == LEVEL_NONE)
        text_add_str(specs, ":None");
    else if (level >= APP_LOG_TRACE && level < LEVEL_NONE)
        text_add_fmt(specs, ":%s", app_log_level_name((enum app_log_level)level));
    return 0;
}

int logs_filter_of_body(const cJSON *body, struct logs_filter *ret, struct error *err)
{
    struct text specs = {0};
    const cJSON *item;

    *ret = (struct logs_filter){0};
    int r = set_level(ret, level_of(cJSON_GetObjectItem(body, "logLevel"), APP_LOG_WARNING), err);
    text_add_str(&specs,
                 cJSON_IsFalse(cJSON_GetObjectItem(body, "useAppFilters")) ? "" : APP_FILTERS);
    cJSON_ArrayForEach(item, cJSON_GetObjectItem(body, "filterSpecs"))
    {
        if (r == 0)
            r = add_spec(&specs, item, err);
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
