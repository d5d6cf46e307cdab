#include "src/rules/action.h"

#include <errno.h>
#include <string.h>

#include "src/base/limits.h"
#include "src/base/text.h"
#include "src/rules/action_artifact.h"
#include "src/rules/action_execute.h"
#include "src/rules/action_request.h"
#include "src/rules/artifact_settings.h"

/* clang-format off */
#define COLLECT(name_, start_)                                                                     \
    {.name = name_, .output = "EgressPath", .start = start_, .end = action_artifact_end}
#define REQUEST(name_, output_, start_)                                                            \
    {.name = name_, .output = (output_), .start = start_, .end = action_request_end}

static const struct action_type types[] = {
    COLLECT("CollectDump", collect_dump_start),
    COLLECT("CollectGCDump", collect_gcdump_start),
    COLLECT("CollectTrace", collect_trace_start),
    COLLECT("CollectLogs", collect_logs_start),
    COLLECT("CollectLiveMetrics", collect_livemetrics_start),
    COLLECT("CollectStacks", collect_stacks_start),
    COLLECT("CollectExceptions", collect_exceptions_start),
    {.name = "Execute", .output = "ExitCode", .dependent = "Arguments",
     .start = action_execute_start, .end = action_execute_end},
    REQUEST("LoadProfiler", NULL, action_load_profiler_start),
    REQUEST("SetEnvironmentVariable", NULL, action_set_variable_start),
    REQUEST("GetEnvironmentVariable", "Value", action_get_variable_start),
};
/* clang-format on */

const struct action_type *action_type_find(const char *name)
{
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        if (strcmp(types[i].name, name) == 0)
            return &types[i];
    }
    return NULL;
}

struct section action_section(const struct action_call *call)
{
    return section_find(call->context->keys, call->definition->settings);
}

int action_text(const struct action_call *call, const char *name, char **ret, struct error *err)
{
    const struct section section = action_section(call);
    const char *text = section_text(&section, name);
    struct expanded expanded;

    *ret = NULL;
    if (!text)
        return 0;
    int r = tokens_expand(text, call->values, NULL, &expanded, err);
    if (r < 0)
        return error_prefix(err, "%s", name);
    *ret = text_take(&expanded.text);
    expanded_deinit(&expanded);
    return 0;
}

int action_value(const struct action_call *call, const char *name, const struct value_type *type,
                 const char *fallback, struct value *ret, struct error *err)
{
    const struct section section = action_section(call);
    const char *text = section_text(&section, name);
    char expected[EXPECTATION_SIZE];

    if (value_read(type, 0, 0, text ? text : fallback, ret))
        return 0;
    return error_set(err, -EINVAL, "%s: '%.*s' is not %s", name, LIMIT_CONFIG_SHOWN,
                     text ? text : fallback, value_expectation(type, 0, 0, expected));
}
