/*
 * The route table: what is bound, served and documented. Operation ids, parameters, bodies and
 * answers are the peer's (contract/openapi.json); /healthz, /readyz, /debug/pprof and /diagnose are
 * ours.
 */
#include "src/api/api.h"
#include "src/api/call.h"
#include "src/auth/scope.h"
#include "src/http/tls_context.h"

#define ROUTE(method, pattern, flags, ...)                                                         \
    {                                                                                              \
        method, pattern, call_run, flags, &(const struct endpoint)                                 \
        {                                                                                          \
            __VA_ARGS__                                                                            \
        }                                                                                          \
    }

/* The columns that come again and again. */
#define PROCESS PARAM_PID, PARAM_UID, PARAM_NAME
#define ARTIFACT PARAM_EGRESS, PARAM_TAGS
#define TRACE_FORMAT PARAM_FORMAT, PARAM_KIND, PARAM_NUMBER
#define REPLIES .replies =
#define JSON(s) .content = &(s), .media = {"application/json"}
#define BYTES .content = &bytes, .media = {"application/octet-stream"}
#define LINES(...) .content = &text, .media = {__VA_ARGS__}
#define RECORDS LINES("application/x-ndjson", "application/json-seq", "text/plain")

enum {
    OBJECT_REPLIES = REPLY_200 | REPLY_400 | REPLY_401,
    ARTIFACT_REPLIES = REPLY_200 | REPLY_202 | REPLY_400 | REPLY_401 | REPLY_429,
};

static const struct schema text = {.type = SCHEMA_STRING};
static const struct schema bytes = {.type = SCHEMA_STRING, .format = "binary"};
static const struct schema texts_by_name = {.type = SCHEMA_MAP, .of = &text};
static const struct schema rules_by_name = {.type = SCHEMA_MAP, .of = &schema_collection_rule};
static const struct schema processes = {.type = SCHEMA_ARRAY, .of = &schema_process_identifier};
static const struct schema operations = {.type = SCHEMA_ARRAY, .of = &schema_operation_summary};

/* clang-format off */
static const struct http_route routes[] = {
    ROUTE("GET", "/", ROUTE_OPEN | ROUTE_ON_METRICS, .handle = api_get_root),

    ROUTE("GET", "/processes", ROUTE_SCOPE(SCOPE_READ),
        "GetProcesses", "Diag", "List the processes.", api_get_processes,
        REPLIES OBJECT_REPLIES, JSON(processes)),
    ROUTE("GET", "/process", ROUTE_SCOPE(SCOPE_READ),
        "GetProcessInfo", "Diag", "Describe one process.", api_get_process,
        {PROCESS, PARAM_KERNEL}, REPLIES OBJECT_REPLIES, JSON(schema_process_info)),
    ROUTE("GET", "/env", ROUTE_SCOPE(SCOPE_ENV),
        "GetProcessEnvironment", "Diag", "Tell a process's environment variables.", api_get_env,
        {PROCESS}, REPLIES OBJECT_REPLIES, JSON(texts_by_name)),
    ROUTE("GET", "/dump", ROUTE_SCOPE(SCOPE_DUMP),
        "CaptureDump", "Diag", "Dump the memory of a process.", api_get_dump,
        {PROCESS, PARAM_TYPE, ARTIFACT}, REPLIES ARTIFACT_REPLIES, BYTES),
    ROUTE("GET", "/gcdump", ROUTE_SCOPE(SCOPE_GCDUMP),
        "CaptureGcDump", "Diag", "Take a snapshot of a process's managed heap.", api_get_gcdump,
        {PROCESS, ARTIFACT, PARAM_HEAP_FORMAT}, REPLIES ARTIFACT_REPLIES, BYTES),
    ROUTE("GET", "/trace", ROUTE_SCOPE(SCOPE_TRACE),
        "CaptureTrace", "Diag", "Trace a process with ready-made sets of providers.", api_get_trace,
        {PROCESS, PARAM_PROFILE, PARAM_DURATION, ARTIFACT, TRACE_FORMAT, PARAM_MAX_BYTES,
         PARAM_STOP_PROVIDER, PARAM_STOP_EVENT, PARAM_STOP_FILTER}, REPLIES ARTIFACT_REPLIES, BYTES),
    ROUTE("POST", "/trace", ROUTE_SCOPE(SCOPE_TRACE),
        "CaptureTraceCustom", "Diag", "Trace a process with the given providers.", api_post_trace,
        {PROCESS, PARAM_DURATION, ARTIFACT, TRACE_FORMAT, PARAM_MAX_BYTES},
        &schema_event_pipe_configuration,
        REPLIES ARTIFACT_REPLIES, BYTES),
    ROUTE("GET", "/logs", ROUTE_SCOPE(SCOPE_TRACE),
        "CaptureLogs", "Diag", "Stream a process's log, at one level.", api_logs,
        {PROCESS, PARAM_DURATION, PARAM_LEVEL, ARTIFACT}, REPLIES ARTIFACT_REPLIES, RECORDS),
    ROUTE("POST", "/logs", ROUTE_SCOPE(SCOPE_TRACE),
        "CaptureLogsCustom", "Diag", "Stream a process's log, at levels by category.",
        api_logs, {PROCESS, PARAM_DURATION, ARTIFACT}, &schema_logs_configuration,
        REPLIES ARTIFACT_REPLIES, RECORDS),
    ROUTE("GET", "/info", ROUTE_SCOPE(SCOPE_READ),
        "GetInfo", "Diag", "Tell version, connection mode and capabilities.", api_get_info,
        REPLIES OBJECT_REPLIES, JSON(schema_info)),
    ROUTE("GET", "/collectionrules", ROUTE_SCOPE(SCOPE_CONFIG),
        "GetCollectionRulesDescription", "Diag", "List a process's collection rules.",
        api_get_collection_rules, {PROCESS}, REPLIES OBJECT_REPLIES, JSON(rules_by_name)),
    ROUTE("GET", "/collectionrules/{collectionRuleName}", ROUTE_SCOPE(SCOPE_CONFIG),
        "GetCollectionRuleDetailedDescription", "Diag", "Tell the state of one collection rule.",
        api_get_collection_rule, {PARAM_RULE, PROCESS}, REPLIES OBJECT_REPLIES,
        JSON(schema_collection_rule_details)),
    ROUTE("POST", "/parameters", ROUTE_SCOPE(SCOPE_TRACE),
        "CaptureParameters", "Diag", "Record the parameters of calls of the given methods.",
        api_unserved, {PARAM_DURATION, PROCESS, ARTIFACT},
        &schema_capture_parameters_configuration, REPLIES ARTIFACT_REPLIES, RECORDS),
    ROUTE("GET", "/stacks", ROUTE_SCOPE(SCOPE_TRACE),
        "CaptureStacks", "Diag", "Take the call stacks of a process's threads.",
        api_get_stacks, {PROCESS, ARTIFACT, PARAM_STACK_FORMAT}, REPLIES ARTIFACT_REPLIES,
        LINES("application/json", "text/plain", "application/speedscope+json")),
    ROUTE("GET", "/livemetrics", ROUTE_SCOPE(SCOPE_METRICS),
        "CaptureMetrics", "Diag", "Stream a process's default metrics.", api_livemetrics,
        {PROCESS, PARAM_DURATION, ARTIFACT, PARAM_LIVE_FORMAT}, REPLIES ARTIFACT_REPLIES,
        LINES("application/json-seq")),
    ROUTE("POST", "/livemetrics", ROUTE_SCOPE(SCOPE_METRICS),
        "CaptureMetricsCustom", "Diag", "Stream the given metrics of a process.",
        api_livemetrics, {PROCESS, PARAM_DURATION, ARTIFACT, PARAM_LIVE_FORMAT},
        &schema_event_metrics_configuration,
        REPLIES ARTIFACT_REPLIES, LINES("application/json-seq")),
    ROUTE("GET", "/healthz", ROUTE_OPEN | ROUTE_ON_METRICS,
        "GetHealth", "Diag", "Tell that the program is alive.", api_get_healthz,
        REPLIES REPLY_200, LINES("text/plain")),
    ROUTE("GET", "/readyz", ROUTE_OPEN | ROUTE_ON_METRICS,
        "GetReadiness", "Diag", "Tell whether runtimes and clients can come.", api_get_readyz,
        REPLIES REPLY_200 | REPLY_503, LINES("text/plain")),

    ROUTE("GET", "/debug/pprof", ROUTE_SCOPE(SCOPE_TRACE),
        "GetPprof", "Diag", "List the profiles for Go's tools.", api_get_pprof,
        REPLIES REPLY_200 | REPLY_401, LINES("text/html")),
    ROUTE("GET", "/debug/pprof/profile", ROUTE_SCOPE(SCOPE_TRACE),
        "CapturePprofProfile", "Diag", "Profile a process's time in managed code, as Go does.",
        api_get_pprof_profile, {PROCESS, PARAM_SECONDS, ARTIFACT}, REPLIES ARTIFACT_REPLIES, BYTES),
    ROUTE("GET", "/debug/pprof/allocs", ROUTE_SCOPE(SCOPE_TRACE),
        "CapturePprofAllocs", "Diag", "Profile what a process allocates, as Go does.",
        api_get_pprof_allocs, {PROCESS, PARAM_SECONDS, ARTIFACT}, REPLIES ARTIFACT_REPLIES, BYTES),

    ROUTE("GET", "/diagnose/threadpool", ROUTE_SCOPE(SCOPE_TRACE),
        "DiagnoseThreadPool", "Diag", "Tell whether a process's thread pool starves, and what blocks it.",
        api_get_threadpool, {PROCESS, PARAM_POOL_DURATION, ARTIFACT, PARAM_POOL_FORMAT},
        REPLIES ARTIFACT_REPLIES, LINES("text/plain", "application/json")),

    ROUTE("GET", "/exceptions", ROUTE_SCOPE(SCOPE_TRACE),
        "GetExceptions", "Exceptions", "List the latest exceptions of a process.", api_exceptions,
        {PROCESS, ARTIFACT}, REPLIES REPLY_200 | REPLY_202 | REPLY_400, RECORDS),
    ROUTE("POST", "/exceptions", ROUTE_SCOPE(SCOPE_TRACE),
        "CaptureExceptionsCustom", "Exceptions", "List those exceptions that pass the filters.",
        api_exceptions, {PROCESS, ARTIFACT}, &schema_exceptions_configuration,
        REPLIES REPLY_200 | REPLY_400, RECORDS),

    ROUTE("GET", "/metrics", ROUTE_OPEN | ROUTE_ON_METRICS | ROUTE_SCOPE(SCOPE_METRICS),
        "GetMetrics", "Metrics", "Tell the latest metrics in the Prometheus text format.",
        api_get_metrics, REPLIES REPLY_200 | REPLY_400, LINES("text/plain; version=0.0.4")),

    ROUTE("GET", "/operations", ROUTE_SCOPE(SCOPE_READ),
        "GetOperations", "Operations", "List the operations, of all processes or of some.",
        api_get_operations, {PROCESS, PARAM_TAGS}, REPLIES REPLY_200 | REPLY_401,
        JSON(operations)),
    ROUTE("GET", "/operations/{operationId}", ROUTE_SCOPE(SCOPE_READ),
        "GetOperationStatus", "Operations", "Tell how an operation goes; 201 when it is done.",
        api_get_operation, {PARAM_OPERATION}, REPLIES REPLY_200 | REPLY_201 | REPLY_401,
        JSON(schema_operation_status)),
    ROUTE("DELETE", "/operations/{operationId}", ROUTE_SCOPE(SCOPE_CONFIG),
        "CancelOperation", "Operations", "Cancel an operation, or end it early.",
        api_delete_operation, {PARAM_OPERATION, PARAM_STOP},
        REPLIES REPLY_200 | REPLY_202 | REPLY_401),
};
/* clang-format on */

void api_init(struct api *api)
{
    api->router = (struct http_router){
        .routes = routes,
        .count = sizeof routes / sizeof routes[0],
        .user = api,
        .admit = api_admit,
    };
    api->security.open_flag = ROUTE_OPEN;
}

void api_deinit(struct api *api)
{
    text_deinit(&api->document);
    tls_context_free(api->tls);
    api->tls = NULL;
}
