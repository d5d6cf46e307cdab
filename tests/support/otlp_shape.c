#include "tests/support/otlp_shape.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum kind {
    TEXT,
    INTEGER,   /* of 32 bits, enumerations: a number */
    INTEGER64, /* a string of digits */
    REAL,      /* a number, or "NaN", "Infinity", "-Infinity" */
    BOOLEAN,
    HEX16,
    HEX32,
    MESSAGE,
    MESSAGES, /* repeated */
};

struct message;

struct field {
    const char *name;
    enum kind kind;
    const struct message *message;
};

struct message {
    const char *name;
    struct field fields[14];
};

static const struct message any_value = {"AnyValue",
                                         {{"stringValue", TEXT, NULL},
                                          {"boolValue", BOOLEAN, NULL},
                                          {"intValue", INTEGER64, NULL},
                                          {"doubleValue", REAL, NULL}}};
static const struct message key_value = {"KeyValue",
                                         {{"key", TEXT, NULL}, {"value", MESSAGE, &any_value}}};
static const struct message resource = {
    "Resource", {{"attributes", MESSAGES, &key_value}, {"droppedAttributesCount", INTEGER, NULL}}};
static const struct message scope = {
    "InstrumentationScope",
    {{"name", TEXT, NULL}, {"version", TEXT, NULL}, {"attributes", MESSAGES, &key_value}}};
static const struct message number_point = {"NumberDataPoint",
                                            {{"attributes", MESSAGES, &key_value},
                                             {"startTimeUnixNano", INTEGER64, NULL},
                                             {"timeUnixNano", INTEGER64, NULL},
                                             {"asDouble", REAL, NULL},
                                             {"asInt", INTEGER64, NULL},
                                             {"flags", INTEGER, NULL}}};
static const struct message quantile = {"ValueAtQuantile",
                                        {{"quantile", REAL, NULL}, {"value", REAL, NULL}}};
static const struct message summary_point = {"SummaryDataPoint",
                                             {{"attributes", MESSAGES, &key_value},
                                              {"startTimeUnixNano", INTEGER64, NULL},
                                              {"timeUnixNano", INTEGER64, NULL},
                                              {"count", INTEGER64, NULL},
                                              {"sum", REAL, NULL},
                                              {"quantileValues", MESSAGES, &quantile},
                                              {"flags", INTEGER, NULL}}};
static const struct message gauge = {"Gauge", {{"dataPoints", MESSAGES, &number_point}}};
static const struct message sum = {"Sum",
                                   {{"dataPoints", MESSAGES, &number_point},
                                    {"aggregationTemporality", INTEGER, NULL},
                                    {"isMonotonic", BOOLEAN, NULL}}};
static const struct message summary = {"Summary", {{"dataPoints", MESSAGES, &summary_point}}};
static const struct message metric = {"Metric",
                                      {{"name", TEXT, NULL},
                                       {"description", TEXT, NULL},
                                       {"unit", TEXT, NULL},
                                       {"gauge", MESSAGE, &gauge},
                                       {"sum", MESSAGE, &sum},
                                       {"summary", MESSAGE, &summary}}};
static const struct message scope_metrics = {
    "ScopeMetrics",
    {{"scope", MESSAGE, &scope}, {"metrics", MESSAGES, &metric}, {"schemaUrl", TEXT, NULL}}};
static const struct message resource_metrics = {"ResourceMetrics",
                                                {{"resource", MESSAGE, &resource},
                                                 {"scopeMetrics", MESSAGES, &scope_metrics},
                                                 {"schemaUrl", TEXT, NULL}}};
static const struct message metrics_request = {"ExportMetricsServiceRequest",
                                               {{"resourceMetrics", MESSAGES, &resource_metrics}}};

static const struct message log_record = {"LogRecord",
                                          {{"timeUnixNano", INTEGER64, NULL},
                                           {"observedTimeUnixNano", INTEGER64, NULL},
                                           {"severityNumber", INTEGER, NULL},
                                           {"severityText", TEXT, NULL},
                                           {"body", MESSAGE, &any_value},
                                           {"attributes", MESSAGES, &key_value},
                                           {"droppedAttributesCount", INTEGER, NULL},
                                           {"flags", INTEGER, NULL},
                                           {"traceId", HEX32, NULL},
                                           {"spanId", HEX16, NULL},
                                           {"eventName", TEXT, NULL}}};
static const struct message scope_logs = {
    "ScopeLogs",
    {{"scope", MESSAGE, &scope}, {"logRecords", MESSAGES, &log_record}, {"schemaUrl", TEXT, NULL}}};
static const struct message resource_logs = {"ResourceLogs",
                                             {{"resource", MESSAGE, &resource},
                                              {"scopeLogs", MESSAGES, &scope_logs},
                                              {"schemaUrl", TEXT, NULL}}};
static const struct message logs_request = {"ExportLogsServiceRequest",
                                            {{"resourceLogs", MESSAGES, &resource_logs}}};

static const char digits[] = "0123456789", hex[] = "0123456789abcdef";

static bool is_of(const char *text, size_t size, const char *letters)
{
    return text && strlen(text) == size && strspn(text, letters) == size;
}

static bool is_integer64(const char *text)
{
    return text && *text && strspn(text + (*text == '-'), digits) == strlen(text + (*text == '-'));
}

static bool is_real(const cJSON *v)
{
    const char *s = cJSON_GetStringValue(v);

    return cJSON_IsNumber(v) || (s && (strcmp(s, "NaN") == 0 || strcmp(s, "Infinity") == 0 ||
                                       strcmp(s, "-Infinity") == 0));
}

static bool is_scalar(enum kind kind, const cJSON *v)
{
    const char *s = cJSON_GetStringValue(v);

    switch (kind) {
    case TEXT:
        return s != NULL;
    case INTEGER:
        return cJSON_IsNumber(v);
    case INTEGER64:
        return is_integer64(s);
    case REAL:
        return is_real(v);
    case BOOLEAN:
        return cJSON_IsBool(v);
    case HEX16:
        return is_of(s, 16, hex);
    case HEX32:
        return is_of(s, 32, hex);
    case MESSAGE:
    case MESSAGES:
    default:
        return false;
    }
}

static char *fault_of(const struct message *m, const cJSON *doc);

static char *fault_of_field(const struct field *f, const cJSON *v)
{
    char *fault = NULL;

    if (f->kind == MESSAGE)
        return fault_of(f->message, v);
    if (f->kind != MESSAGES)
        return is_scalar(f->kind, v) ? NULL : strdup("a value of the wrong type");
    if (!cJSON_IsArray(v))
        return strdup("no list");
    const cJSON *item;
    cJSON_ArrayForEach(item, v)
    {
        if (!fault)
            fault = fault_of(f->message, item);
    }
    return fault;
}

static const struct field *find(const struct message *m, const char *name)
{
    for (const struct field *f = m->fields; f->name; f++) {
        if (strcmp(f->name, name) == 0)
            return f;
    }
    return NULL;
}

static char *fault_of_member(const struct message *m, const cJSON *member)
{
    const struct field *f = find(m, member->string);
    char *inner = f ? fault_of_field(f, member) : strdup("no such field"), *fault = NULL;

    if (!inner)
        return NULL;
    if (asprintf(&fault, "%s.%s: %s", m->name, member->string, inner) < 0)
        abort();
    free(inner);
    return fault;
}

static char *fault_of(const struct message *m, const cJSON *doc)
{
    char *fault = NULL;

    if (!cJSON_IsObject(doc))
        return strdup("no object");
    const cJSON *member;
    cJSON_ArrayForEach(member, doc)
    {
        if (!fault)
            fault = fault_of_member(m, member);
        for (const cJSON *other = member->next; other && !fault; other = other->next) {
            if (strcmp(other->string, member->string) == 0)
                fault = strdup("a member twice");
        }
    }
    return fault;
}

char *otlp_shape_fault(const char *path, const cJSON *doc)
{
    if (strcmp(path, "/v1/metrics") == 0)
        return fault_of(&metrics_request, doc);
    if (strcmp(path, "/v1/logs") == 0)
        return fault_of(&logs_request, doc);
    return strdup("no such path");
}
