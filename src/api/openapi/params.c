#include "src/api/openapi/params.h"

/* clang-format off */
const struct schema schema_params[PARAM_COUNT] = {
    [PARAM_PID] = {"pid", SCHEMA_INTEGER, .format = "int32",
        .sentence = "Id of the process, as its own container counts."},
    [PARAM_UID] = {"uid", SCHEMA_STRING, .format = "uuid",
        .sentence = "Identity of the process's runtime, as /processes tells it."},
    [PARAM_NAME] = {"name", SCHEMA_STRING,
        .sentence = "Name of the process, without regard to case."},
    [PARAM_TYPE] = {"type", SCHEMA_SAME, .of = &schema_dump_type,
        .sentence = "How much of the memory goes into the dump."},
    [PARAM_PROFILE] = {"profile", SCHEMA_SAME, .of = &schema_trace_profile,
        .sentence = "Sets of providers, separated by commas."},
    [PARAM_DURATION] = {"durationSeconds", SCHEMA_INTEGER, SCHEMA_RANGE, .format = "int32",
        .min = -1, .max = INT32_MAX, .fallback = "30",
        .sentence = "How long to collect; negative: until it is stopped."},
    [PARAM_LEVEL] = {"level", SCHEMA_SAME, .of = &schema_log_level,
        .sentence = "The least level to collect; absent: what the app has configured."},
    [PARAM_EGRESS] = {"egressProvider", SCHEMA_STRING,
        .sentence = "Configured destination of the artifact; absent: the response."},
    [PARAM_TAGS] = {"tags", SCHEMA_STRING,
        .sentence = "Words to find the operation by, separated by commas."},
    [PARAM_STOP] = {"stop", SCHEMA_BOOLEAN, .fallback = "false",
        .sentence = "true: end it early and keep the artifact whole; false: cancel it."},
    [PARAM_OPERATION] = {"operationId", SCHEMA_STRING, .format = "uuid",
        .sentence = "Id of the operation."},
    [PARAM_RULE] = {"collectionRuleName", SCHEMA_STRING,
        .sentence = "Name of the collection rule."},
};
/* clang-format on */
