#include "src/otlp/encode_logs.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "src/otlp/attributes.h"
#include "src/otlp/exception_text.h"

/* What is open around. */
enum {
    IN_PROCESS = 4, /* {"resourceLogs":[{"resource":...,"scopeLogs":[ */
    IN_SCOPE = 6,   /* {"scope":...,"logRecords":[ */
};

enum { TRACE_ID = 32, SPAN_ID = 16 }; /* hexadecimal digits */

/* As ASP.NET Core and others name them in scopes. */
static const char trace_id[] = "TraceId", span_id[] = "SpanId";

static const struct severity {
    int number; /* SeverityNumber */
    const char *text;
} severities[] = {
    [APP_LOG_TRACE] = {1, "Trace"},
    [APP_LOG_DEBUG] = {5, "Debug"},
    [APP_LOG_INFORMATION] = {9, "Information"},
    [APP_LOG_WARNING] = {13, "Warning"},
    [APP_LOG_ERROR] = {17, "Error"},
    [APP_LOG_CRITICAL] = {21, "Critical"},
};

void log_batch_deinit(struct log_batch *b)
{
    text_deinit(&b->json.text);
    free(b->category);
    *b = (struct log_batch){0};
}

size_t log_batch_size(const struct log_batch *b)
{
    return b->json.text.size;
}

/* --- levels --- */

static void open_request(struct proto_json *j, const struct resource *resource,
                         const struct resource_process *process)
{
    proto_json_open(j, '{');
    proto_json_name(j, "resourceLogs");
    proto_json_open(j, '[');
    proto_json_open(j, '{');
    resource_add(j, resource, process);
    proto_json_name(j, "scopeLogs");
    proto_json_open(j, '[');
}

static void open_category(struct log_batch *b, const char *category)
{
    struct proto_json *j = &b->json;

    if (b->category && strcmp(b->category, category) == 0)
        return;
    free(b->category);
    b->category = strdup(category); /* without memory the next line opens it anew */
    proto_json_close_to(j, IN_PROCESS);
    proto_json_open(j, '{');
    proto_json_name(j, "scope");
    proto_json_open(j, '{');
    proto_json_name(j, "name");
    proto_json_text(j, category);
    proto_json_close(j);
    proto_json_name(j, "logRecords");
    proto_json_open(j, '[');
}

/* --- attributes --- */

static void add_pair(struct proto_json *j, const struct app_log_pair *pair)
{
    switch (pair->text ? pair->kind : APP_LOG_NULL) {
    case APP_LOG_TEXT:
        attribute_text(j, pair->key, pair->text);
        break;
    case APP_LOG_INTEGER:
        attribute_integer(j, pair->key, strtoll(pair->text, NULL, 10));
        break;
    case APP_LOG_BOOLEAN:
        attribute_boolean(j, pair->key, pair->text[0] == 't' || pair->text[0] == 'T');
        break;
    case APP_LOG_NULL:
    default:
        attribute_empty(j, pair->key);
        break;
    }
}

static bool is_in(const struct app_log_pair *pairs, size_t count, const char *key)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(pairs[i].key, key) == 0)
            return true;
    }
    return false;
}

/* Is the key said again by an argument or a scope further inside? */
static bool is_hidden(const struct app_log_entry *e, size_t scope, const char *key)
{
    bool hidden = is_in(e->arguments, e->argument_count, key);

    for (size_t i = scope + 1; !hidden && i < e->scope_count; i++)
        hidden = is_in(e->scopes[i].pairs, e->scopes[i].count, key);
    return hidden;
}

static bool is_id(const char *text, size_t digits)
{
    size_t zeros = strspn(text, "0");

    return strlen(text) == digits && strspn(text, "0123456789abcdefABCDEF") == digits &&
           zeros < digits;
}

/* Has it a place of its own in the record? */
static bool is_id_pair(const struct app_log_pair *pair)
{
    return pair->text && ((strcmp(pair->key, trace_id) == 0 && is_id(pair->text, TRACE_ID)) ||
                          (strcmp(pair->key, span_id) == 0 && is_id(pair->text, SPAN_ID)));
}

static void add_scopes(struct proto_json *j, const struct app_log_entry *e)
{
    for (size_t i = e->scope_count; i-- > 0;) {
        const struct app_log_scope *s = &e->scopes[i];
        for (size_t k = 0; k < s->count; k++) {
            const char *key = s->pairs[k].key;
            if (!is_id_pair(&s->pairs[k]) && strcmp(key, APP_LOG_TEMPLATE) != 0 &&
                !is_hidden(e, i, key) && !is_in(s->pairs + k + 1, s->count - k - 1, key))
                add_pair(j, &s->pairs[k]);
        }
    }
}

static void add_part(struct proto_json *j, const char *key, const char *text, size_t size)
{
    char *part = size ? strndup(text, size) : NULL;

    if (part)
        attribute_text(j, key, part);
    free(part);
}

static void add_exception(struct proto_json *j, const char *text)
{
    struct exception_parts parts;

    exception_text_parse(text, &parts);
    add_part(j, "exception.type", parts.type, parts.type_size);
    add_part(j, "exception.message", parts.message, parts.message_size);
    attribute_text(j, "exception.stacktrace", text);
}

static void add_attributes(struct proto_json *j, const struct app_log_entry *e)
{
    proto_json_name(j, "attributes");
    proto_json_open(j, '[');
    if (e->event_id)
        attribute_integer(j, "logrecord.event.id", e->event_id);
    for (size_t i = 0; i < e->argument_count; i++) {
        if (!is_in(e->arguments + i + 1, e->argument_count - i - 1, e->arguments[i].key))
            add_pair(j, &e->arguments[i]);
    }
    add_scopes(j, e);
    if (e->exception)
        add_exception(j, e->exception);
    proto_json_close(j);
}

/* --- records --- */

/* The innermost scope that has one: .NET 8 tells none by itself, its apps may. */
static const char *id_in_scopes(const struct app_log_entry *e, const char *key)
{
    for (size_t i = e->scope_count; i-- > 0;) {
        for (size_t k = 0; k < e->scopes[i].count; k++) {
            const struct app_log_pair *pair = &e->scopes[i].pairs[k];
            if (is_id_pair(pair) && strcmp(pair->key, key) == 0)
                return pair->text;
        }
    }
    return "";
}

/* Only well-formed ids: a collector refuses a whole request for one that is not. */
static void add_id(struct proto_json *j, const char *name, const char *id, size_t digits)
{
    char lower[TRACE_ID + 1] = {0};

    if (!is_id(id, digits))
        return;
    for (size_t i = 0; i < digits; i++)
        lower[i] = (char)tolower((unsigned char)id[i]);
    proto_json_name(j, name);
    proto_json_text(j, lower);
}

static void add_record(struct proto_json *j, const struct app_log_entry *e)
{
    const struct severity *severity =
        &severities[e->level <= APP_LOG_CRITICAL ? e->level : APP_LOG_CRITICAL];

    proto_json_open(j, '{');
    proto_json_name(j, "timeUnixNano");
    proto_json_integer64(j, e->unix_ns > 0 ? e->unix_ns : 0);
    proto_json_name(j, "observedTimeUnixNano");
    proto_json_integer64(j, e->unix_ns > 0 ? e->unix_ns : 0);
    proto_json_name(j, "severityNumber");
    proto_json_integer(j, severity->number);
    proto_json_name(j, "severityText");
    proto_json_text(j, severity->text);
    if (e->event_name[0]) {
        proto_json_name(j, "eventName");
        proto_json_text(j, e->event_name);
    }
    proto_json_name(j, "body");
    proto_json_open(j, '{');
    proto_json_name(j, "stringValue");
    proto_json_text(j, e->formatted[0] ? e->formatted : e->message);
    proto_json_close(j);
    add_attributes(j, e);
    add_id(j, "traceId", *e->trace_id ? e->trace_id : id_in_scopes(e, trace_id), TRACE_ID);
    add_id(j, "spanId", *e->span_id ? e->span_id : id_in_scopes(e, span_id), SPAN_ID);
    proto_json_close(j);
}

void log_batch_add(struct log_batch *b, const struct resource *resource,
                   const struct resource_process *process, const struct app_log_entry *entry)
{
    if (b->json.depth == 0)
        open_request(&b->json, resource, process);
    open_category(b, entry->category);
    add_record(&b->json, entry);
    b->records++;
}

bool log_batch_take(struct log_batch *b, struct text *ret)
{
    proto_json_close_to(&b->json, 0);
    bool ok = !b->json.text.failed;
    if (ok) {
        *ret = b->json.text;
        b->json.text = (struct text){0};
    }
    log_batch_deinit(b);
    return ok;
}
