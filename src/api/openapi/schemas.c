/* The components of the document: what bodies and answers look like. */
#include "src/api/openapi/schema.h"

/* The columns that come again and again. */
#define TEXT .type = SCHEMA_STRING
#define TEXT_OR_NULL TEXT, .flags = SCHEMA_NULLABLE
#define NAME TEXT, .flags = SCHEMA_REQUIRED | SCHEMA_NOT_EMPTY
#define NUMBER .type = SCHEMA_INTEGER, .format = "int32"
#define NUMBER_OR_NULL NUMBER, .flags = SCHEMA_NULLABLE
#define TRUTH .type = SCHEMA_BOOLEAN
#define UUID TEXT, .format = "uuid"
#define SPAN TEXT_OR_NULL, .format = "time-span", .example = "00:00:30"
#define SAME(component) .type = SCHEMA_SAME, .of = &(component)
#define LIST(element) .type = SCHEMA_ARRAY, .of = &(element)
#define LIST_OR_NULL(element) LIST(element), .flags = SCHEMA_NULLABLE
#define MAP_OR_NULL(element) .type = SCHEMA_MAP, .of = &(element), .flags = SCHEMA_NULLABLE
#define SAYS .sentence =

/* The row goes on behind these: further flags (`| SCHEMA_OPEN`), further columns, the brace. */
#define ENUM(label, ...)                                                                           \
    {                                                                                              \
        .name = (label), .type = SCHEMA_STRING,                                                    \
        .values = (const char *const[]){__VA_ARGS__, NULL}, .flags = SCHEMA_COMPONENT
#define OBJECT(label, table)                                                                       \
    {                                                                                              \
        .name = (label), .type = SCHEMA_OBJECT, .members = (table), .flags = SCHEMA_COMPONENT

static const struct schema text = {TEXT};
static const struct schema texts = {LIST(text)};

/* clang-format off */

/* Enums. */

static const struct schema collection_rule_state =
    ENUM("CollectionRuleState", "Running", "ActionExecuting", "Throttled", "Finished")};

static const struct schema connection_mode =
    ENUM("DiagnosticPortConnectionMode", "Connect", "Listen")};

const struct schema schema_dump_type =
    ENUM("DumpType", "Full", "Mini", "WithHeap", "Triage"), .first = 1, .fallback = "WithHeap"};

const struct schema schema_event_level =
    ENUM("EventLevel", "LogAlways", "Critical", "Error", "Warning", "Informational", "Verbose")};

const struct schema schema_log_level =
    ENUM("LogLevel", "Trace", "Debug", "Information", "Warning", "Error", "Critical", "None")
                     | SCHEMA_NULLABLE};

static const struct schema operation_state =
    ENUM("OperationState", "Starting", "Running", "Succeeded", "Failed", "Cancelled", "Stopping")};

/* dotnet-trace's names, in the order of enum trace_profile (collect/trace_profiles.h). */
static const char *const trace_profiles_of_dotnet_trace[] = {
    "dotnet-common", "dotnet-sampled-thread-time", "cpu-sampling", "gc-verbose", "database",
    "gc-collect", NULL};

const struct schema schema_trace_profile =
    ENUM("TraceProfile", "Cpu", "Http", "Logs", "Metrics", "GcCollect") | SCHEMA_FLAGS,
         .more = trace_profiles_of_dotnet_trace, .fallback = "Cpu, Http, Metrics, GcCollect"};

/* Bodies. */

static const struct schema method_description_members[] = {
    {"moduleName", NAME, SAYS "File name of the assembly, with its extension."},
    {"typeName",   NAME, SAYS "Full name of the type."},
    {"methodName", NAME, SAYS "The method's name; all overloads count."},
    {0}};
static const struct schema method_description =
    OBJECT("MethodDescription", method_description_members)};

static const struct schema capture_parameters_members[] = {
    {"methods", .type = SCHEMA_ARRAY, .of = &method_description,
                .flags = SCHEMA_REQUIRED | SCHEMA_NOT_EMPTY, SAYS "The methods to watch."},
    {"useDebuggerDisplayAttribute", TRUTH,
                SAYS "Show values the way their types ask debuggers to."},
    {"captureLimit", NUMBER, .flags = SCHEMA_NULLABLE | SCHEMA_RANGE, .min = 1, .max = INT32_MAX,
                SAYS "Ends the capture after so many calls; null: no limit."},
    {0}};
const struct schema schema_capture_parameters_configuration =
    OBJECT("CaptureParametersConfiguration", capture_parameters_members)};

static const struct schema metrics_meter_members[] = {
    {"meterName",       NAME, SAYS "The Meter's name, without regard to case."},
    {"instrumentNames", LIST_OR_NULL(text), SAYS "Only these instruments; none named: all."},
    {0}};
static const struct schema metrics_meter = OBJECT("EventMetricsMeter", metrics_meter_members)};

static const struct schema metrics_provider_members[] = {
    {"providerName", NAME, SAYS "The EventSource's name, without regard to case."},
    {"counterNames", LIST_OR_NULL(text), SAYS "Only these counters; none named: all."},
    {0}};
static const struct schema metrics_provider =
    OBJECT("EventMetricsProvider", metrics_provider_members)};

static const struct schema event_metrics_members[] = {
    {"includeDefaultProviders", TRUTH, SAYS "Also the providers that are collected by default."},
    {"providers", LIST_OR_NULL(metrics_provider), SAYS "EventCounters to collect."},
    {"meters",    LIST_OR_NULL(metrics_meter), SAYS "System.Diagnostics.Metrics to collect."},
    {0}};
const struct schema schema_event_metrics_configuration =
    OBJECT("EventMetricsConfiguration", event_metrics_members)};

static const struct schema event_pipe_provider_members[] = {
    {"name",       NAME, SAYS "The provider's name."},
    {"keywords",   TEXT_OR_NULL, SAYS "Bits, decimal or 0x and hexadecimal; absent: all."},
    {"eventLevel", SAME(schema_event_level)},
    {"arguments",  MAP_OR_NULL(text), SAYS "Handed to the provider as they are."},
    {0}};
static const struct schema event_pipe_provider =
    OBJECT("EventPipeProvider", event_pipe_provider_members)};

/* Not the peer's: its rules alone have such an object (CollectTraceOptions). */
static const struct schema stopping_event_members[] = {
    {"providerName",  NAME, SAYS "One of the providers, upper and lower case count."},
    {"eventName",     NAME, SAYS "As TraceEvent shows it: GC/Start."},
    {"payloadFilter", MAP_OR_NULL(text), SAYS "Texts that fields of the event must have."},
    {0}};
static const struct schema stopping_event =
    OBJECT("TraceEventFilter", stopping_event_members)};

static const struct schema event_pipe_members[] = {
    {"providers", .type = SCHEMA_ARRAY, .of = &event_pipe_provider,
                  .flags = SCHEMA_REQUIRED | SCHEMA_NOT_EMPTY, SAYS "What to trace."},
    {"requestRundown", TRUTH, SAYS "End with the names of methods and types: symbols need it."},
    {"bufferSizeInMB", NUMBER, .flags = SCHEMA_RANGE, .min = 1, .max = 1024,
                  SAYS "The runtime's buffer, in the memory of the app."},
    {"requestStacks", TRUTH, .flags = SCHEMA_OURS,
                  SAYS "Stacks with each event; false: six times as many events a second (.NET 9 and later)."},
    {"stoppingEvent", SAME(stopping_event), .flags = SCHEMA_OURS,
                  SAYS "The event that ends the trace before its time."},
    {0}};
const struct schema schema_event_pipe_configuration =
    OBJECT("EventPipeConfiguration", event_pipe_members)};

static const struct schema exception_filter_members[] = {
    {"exceptionType", TEXT_OR_NULL, SAYS "Full name of the exception's type."},
    {"moduleName",    TEXT_OR_NULL, SAYS "Module of the frame that threw."},
    {"typeName",      TEXT_OR_NULL, SAYS "Type of the frame that threw."},
    {"methodName",    TEXT_OR_NULL, SAYS "Method of the frame that threw."},
    {0}};
static const struct schema exception_filter = OBJECT("ExceptionFilter", exception_filter_members)};

static const struct schema exceptions_members[] = {
    {"include", LIST_OR_NULL(exception_filter), SAYS "Only what one of these matches."},
    {"exclude", LIST_OR_NULL(exception_filter), SAYS "Nothing that one of these matches."},
    {0}};
const struct schema schema_exceptions_configuration =
    OBJECT("ExceptionsConfiguration", exceptions_members)};

static const struct schema logs_members[] = {
    {"logLevel", .type = SCHEMA_SAME, .of = &schema_log_level, .flags = SCHEMA_REQUIRED},
    {"filterSpecs", MAP_OR_NULL(schema_log_level),
                    SAYS "Level by category; null: the level of logLevel."},
    {"useAppFilters", TRUTH, SAYS "Keep the levels that the app has configured for itself."},
    {0}};
const struct schema schema_logs_configuration = OBJECT("LogsConfiguration", logs_members)};

/* Answers. */

static const struct schema collection_rule_members[] = {
    {"state",       SAME(collection_rule_state)},
    {"stateReason", TEXT_OR_NULL, SAYS "Why it is in this state, for people."},
    {0}};
const struct schema schema_collection_rule =
    OBJECT("CollectionRuleDescription", collection_rule_members)};

static const struct schema collection_rule_details_members[] = {
    {"lifetimeOccurrences", NUMBER, SAYS "How often its actions were run since the start."},
    {"slidingWindowOccurrences", NUMBER, SAYS "How often within the current window."},
    {"actionCountLimit", NUMBER, SAYS "How often they may be run, in the window if there is one."},
    {"actionCountSlidingWindowDurationLimit", SPAN, SAYS "Length of the window."},
    {"slidingWindowDurationCountdown", SPAN, SAYS "Until the window has room again."},
    {"ruleFinishedCountdown", SPAN, SAYS "Until the rule ends for good."},
    {"state", SAME(collection_rule_state)},
    {"stateReason", TEXT_OR_NULL, SAYS "Why it is in this state, for people."},
    {0}};
const struct schema schema_collection_rule_details =
    OBJECT("CollectionRuleDetailedDescription", collection_rule_details_members)};

static const struct schema capability_members[] = {
    {"name",    NAME},
    {"enabled", TRUTH, .flags = SCHEMA_REQUIRED},
    {0}};
static const struct schema capability = OBJECT("MonitorCapability", capability_members)};

static const struct schema info_members[] = {
    {"version",            TEXT_OR_NULL, SAYS "Of the program that answers."},
    {"runtimeVersion",     TEXT_OR_NULL, SAYS "The .NET generation whose protocol it speaks."},
    {"diagnosticPortMode", SAME(connection_mode)},
    {"diagnosticPortName", TEXT_OR_NULL, SAYS "Path of the socket that runtimes connect to."},
    {"capabilities",       .type = SCHEMA_ARRAY, .of = &capability,
                           .flags = SCHEMA_REQUIRED | SCHEMA_NULLABLE,
                           SAYS "What this instance can do."},
    {0}};
const struct schema schema_info = OBJECT("DotnetMonitorInfo", info_members)};

static const struct schema operation_error_members[] = {
    {"code",    TEXT_OR_NULL, SAYS "An HTTP status."},
    {"message", TEXT_OR_NULL, SAYS "The cause."},
    {0}};
static const struct schema operation_error = OBJECT("OperationError", operation_error_members)};

static const struct schema operation_process_members[] = {
    {"pid",  NUMBER},
    {"uid",  UUID},
    {"name", TEXT_OR_NULL},
    {0}};
static const struct schema operation_process =
    OBJECT("OperationProcessInfo", operation_process_members),
    SAYS "The process that the operation is about."};

#define OPERATION_MEMBERS                                                                          \
    {"operationId",        UUID},                                                                  \
    {"createdDateTime",    TEXT, .format = "date-time"},                                           \
    {"status",             SAME(operation_state)},                                                 \
    {"process",            SAME(operation_process), .flags = SCHEMA_NULLABLE},                     \
    {"egressProviderName", TEXT_OR_NULL, SAYS "null: the artifact goes into the response."},       \
    {"isStoppable",        TRUTH, SAYS "May end early and still be whole."},                       \
    {"tags",               .type = SCHEMA_ARRAY, .of = &text,                                      \
                           .flags = SCHEMA_UNIQUE | SCHEMA_NULLABLE},                              \
    {0}

static const struct schema operation_status_members[] = {
    {"resourceLocation", TEXT_OR_NULL, SAYS "Where the destination has put the artifact."},
    {"error",            SAME(operation_error), .flags = SCHEMA_NULLABLE},
    OPERATION_MEMBERS};
const struct schema schema_operation_status =
    OBJECT("OperationStatus", operation_status_members), SAYS "An operation and how it went."};

static const struct schema operation_summary_members[] = {OPERATION_MEMBERS};
const struct schema schema_operation_summary =
    OBJECT("OperationSummary", operation_summary_members), SAYS "An operation, as lists show it."};

#define PROBLEM_MEMBERS                                                                            \
    {"type",     TEXT_OR_NULL},                                                                    \
    {"title",    TEXT_OR_NULL},                                                                    \
    {"status",   NUMBER_OR_NULL},                                                                  \
    {"detail",   TEXT_OR_NULL, SAYS "Cause and, where it is known, cure."},                        \
    {"instance", TEXT_OR_NULL}

static const struct schema problem_members[] = {PROBLEM_MEMBERS, {0}};
const struct schema schema_problem = OBJECT("ProblemDetails", problem_members) | SCHEMA_OPEN};

static const struct schema process_identifier_members[] = {
    {"pid",       NUMBER},
    {"uid",       UUID, SAYS "The runtime's own identity: a pid may come again, this does not."},
    {"name",      TEXT_OR_NULL},
    {"isDefault", TRUTH, SAYS "Taken when a request names no process."},
    {0}};
const struct schema schema_process_identifier =
    OBJECT("ProcessIdentifier", process_identifier_members)};

static const struct schema process_info_members[] = {
    {"pid",                           NUMBER},
    {"uid",                           UUID},
    {"name",                          TEXT_OR_NULL},
    {"commandLine",                   TEXT_OR_NULL},
    {"operatingSystem",               TEXT_OR_NULL},
    {"processArchitecture",           TEXT_OR_NULL},
    {"managedEntryPointAssemblyName", TEXT_OR_NULL},
    {0}};
const struct schema schema_process_info = OBJECT("ProcessInfo", process_info_members)};

static const struct schema validation_problem_members[] = {
    PROBLEM_MEMBERS,
    {"errors", MAP_OR_NULL(texts), SAYS "What is wrong, by member."},
    {0}};
const struct schema schema_validation_problem =
    OBJECT("ValidationProblemDetails", validation_problem_members) | SCHEMA_OPEN};

/* clang-format on */

const struct schema *const schema_components[] = {
    &schema_capture_parameters_configuration,
    &schema_collection_rule,
    &schema_collection_rule_details,
    &collection_rule_state,
    &connection_mode,
    &schema_info,
    &schema_dump_type,
    &schema_event_level,
    &schema_event_metrics_configuration,
    &metrics_meter,
    &metrics_provider,
    &schema_event_pipe_configuration,
    &event_pipe_provider,
    &exception_filter,
    &schema_exceptions_configuration,
    &schema_log_level,
    &schema_logs_configuration,
    &method_description,
    &capability,
    &operation_error,
    &operation_process,
    &operation_state,
    &schema_operation_status,
    &schema_operation_summary,
    &schema_problem,
    &schema_process_identifier,
    &schema_process_info,
    &schema_trace_profile,
    &schema_validation_problem,
    NULL,
};
