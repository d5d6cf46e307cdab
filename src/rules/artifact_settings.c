#include "src/rules/artifact_settings.h"

#include <errno.h>
#include <stdlib.h>

#include "src/base/cleanup.h"
#include "src/collect/dump.h"
#include "src/collect/exceptions.h"
#include "src/collect/gcdump.h"
#include "src/collect/logs.h"
#include "src/collect/logs_filter.h"
#include "src/collect/stacks.h"
#include "src/config/timespan.h"
#include "src/exceptions/settings.h"
#include "src/ops/file_name.h"
#include "src/rules/action_artifact.h"

int action_duration(const struct action_call *call, int64_t *ret, struct error *err)
{
    struct value value;
    int r = action_value(call, "Duration", &type_timespan, "00:00:30", &value, err);

    if (r == 0)
        *ret = (value.integer + TICKS_PER_SECOND - 1) / TICKS_PER_SECOND;
    return r;
}

int collect_dump_start(const struct action_call *call, struct action **ret, struct error *err)
{
    char name[ARTIFACT_NAME];
    struct value type;
    int r = action_value(call, "Type", &type_dump_type, "WithHeap", &type, err);

    if (r < 0)
        return r;
    /* The names are in the order of enum dump_type, which begins at 1. */
    const struct dump_params params = {.type = (enum dump_type)(type.choice + DUMP_FULL)};
    const struct artifact_job job = {
        .type = &collection_dump, .params = &params, .name = artifact_core_name(name)};
    return action_artifact_start(call, &job, ret, err);
}

int collect_gcdump_start(const struct action_call *call, struct action **ret, struct error *err)
{
    const struct gcdump_params params = {.format = &heap_formats[0]};
    char name[ARTIFACT_NAME];
    const struct artifact_job job = {
        .type = &collection_gcdump,
        .params = &params,
        .name = artifact_name(call->target, heap_formats[0].extension, name),
        .content_type = heap_formats[0].media_type};

    return action_artifact_start(call, &job, ret, err);
}

/* "UseAppFilters;Category:Level": the caller frees. */
static int read_specs(const struct action_call *call, char **ret, struct error *err)
{
    const struct section section = action_section(call);
    const struct config_entry *at;
    char category[LIMIT_CONFIG_KEY];
    struct section specs, item;
    struct text text = {0};
    struct value value;
    int r = action_value(call, "UseAppFilters", &type_boolean, "true", &value, err);

    if (r < 0)
        return r;
    logs_filter_begin(&text, value.boolean);
    at = section_child(&section, "FilterSpecs", &specs) ? section_first(&specs) : NULL;
    while (r == 0 && at && section_next(&specs, &at, &item, category)) {
        const char *level = section_text(&specs, category);
        bool has = level && value_read(&type_level, 0, 0, level, &value);
        r = logs_filter_add(&text, category, has ? (int)value.choice : -1, err);
    }
    if (r == 0 && text.failed)
        r = error_set(err, -ENOMEM, "FilterSpecs");
    if (r == 0)
        *ret = text_take(&text);
    text_deinit(&text);
    return r;
}

int collect_logs_start(const struct action_call *call, struct action **ret, struct error *err)
{
    /* In the order of the names in types.def. */
    static const unsigned formats[] = {APP_LOG_JSON_SEQ, APP_LOG_PLAIN, APP_LOG_NDJSON};
    cleanup(free_str) char *specs = NULL;
    struct value level, format;
    int64_t seconds = 0;
    char name[ARTIFACT_NAME];
    int r = action_value(call, "DefaultLevel", &type_level, "Warning", &level, err);

    if (r == 0 && level.choice >= LOGS_LEVEL_NONE)
        r = error_set(err, -EINVAL, "DefaultLevel: None is no level to collect.");
    if (r == 0)
        r = action_value(call, "Format", &type_log_format, "PlainText", &format, err);
    if (r == 0)
        r = action_duration(call, &seconds, err);
    if (r == 0)
        r = read_specs(call, &specs, err);
    if (r < 0)
        return r;
    const struct app_log_format *chosen = &app_log_formats[formats[format.choice]];
    const struct logs_params params = {.level = (enum app_log_level)level.choice,
                                       .filter_specs = specs,
                                       .format = chosen,
                                       .duration_seconds = seconds};
    const struct artifact_job job = {.type = &collection_logs,
                                     .params = &params,
                                     .name = artifact_name(call->target, "txt", name),
                                     .content_type = chosen->media_type};
    return action_artifact_start(call, &job, ret, err);
}

int collect_stacks_start(const struct action_call *call, struct action **ret, struct error *err)
{
    /* In the order of the names in types.def. */
    static const unsigned formats[] = {STACK_FORMAT_JSON, STACK_FORMAT_TEXT,
                                       STACK_FORMAT_SPEEDSCOPE};
    struct value format;
    char name[ARTIFACT_NAME];
    int r = action_value(call, "Format", &type_stack_format, "Json", &format, err);

    if (r < 0)
        return r;
    const struct stack_format *chosen = &stack_formats[formats[format.choice]];
    const struct stacks_params params = {.format = chosen};
    const struct artifact_job job = {.type = &collection_stacks,
                                     .params = &params,
                                     .name = artifact_name(call->target, chosen->extension, name),
                                     .content_type = chosen->media_type};
    return action_artifact_start(call, &job, ret, err);
}

int collect_exceptions_start(const struct action_call *call, struct action **ret, struct error *err)
{
    /* In the order of the names in types.def. */
    static const unsigned formats[] = {EXCEPTION_NDJSON, EXCEPTION_PLAIN, EXCEPTION_JSON_SEQ};
    const struct section section = action_section(call);
    struct exception_filters filters = {0};
    struct section wanted;
    struct value format;
    char name[ARTIFACT_NAME];
    int r = action_value(call, "Format", &type_exception_format, "PlainText", &format, err);

    if (r == 0 && section_child(&section, "Filters", &wanted))
        r = exception_filters_load(&wanted, &filters, err);
    if (r < 0)
        return r;
    const struct exception_format *chosen = &exception_formats[formats[format.choice]];
    const struct exceptions_params params = {.format = chosen, .filters = &filters};
    const struct artifact_job job = {.type = &collection_exceptions,
                                     .params = &params,
                                     .name = artifact_name(call->target, chosen->extension, name),
                                     .content_type = chosen->media_type};
    r = action_artifact_start(call, &job, ret, err);
    exception_filters_deinit(&filters);
    return r;
}
