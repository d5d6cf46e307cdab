/*
 * otlp/encode_logs.h - lines of log of one process as ExportLogsServiceRequest in JSON, line by
 * line.
 *
 * The scope is the category. Body is the message; severity, event id and name as .NET's own
 * exporter has them (`logrecord.event.id`, eventName); attributes are the arguments, then what open
 * scopes say and arguments do not, the inner before the outer. TraceId and SpanId of a scope become
 * those of the record. An exception is taken apart: exception.type, .message, .stacktrace.
 */
#pragma once

#include "src/logs/entry.h"
#include "src/otlp/proto_json.h"
#include "src/otlp/resource.h"

/* Zeroed = empty. */
struct log_batch {
    struct proto_json json;
    char *category; /* of the open scope; NULL: none */
    size_t records;
};

void log_batch_deinit(struct log_batch *b);

/* Adds a line. The first one opens the request. */
void log_batch_add(struct log_batch *b, const struct resource *resource,
                   const struct resource_process *process, const struct app_log_entry *entry);

/* Bytes until now. */
size_t log_batch_size(const struct log_batch *b);

/* Closes the request and hands it out; the batch is empty then. False: there was no memory; what
 * was in it is lost. */
bool log_batch_take(struct log_batch *b, struct text *ret);
