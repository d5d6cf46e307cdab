#include "src/api/request_scopes.h"

#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "src/ops/artifact_scope.h"

static const char no_parent[] = "0000000000000000";

static void write_hex(const uint8_t *bytes, size_t size, char *out)
{
    static const char digits[] = "0123456789abcdef";

    for (size_t i = 0; i < size; i++) {
        *out++ = digits[bytes[i] >> 4];
        *out++ = digits[bytes[i] & 15];
    }
    *out = '\0';
}

/* Exactly `digits` lower-case hexadecimal digits, not all of them 0. */
static bool is_id(const char *s, size_t digits)
{
    return strspn(s, "0123456789abcdef") == digits && strspn(s, "0") < digits;
}

/* Versions to come may have further fields. */
static bool allows_more(const char *header)
{
    return memcmp(header, "00", 2) != 0 && header[55] == '-';
}

/* "00-TRACE-PARENT-FLAGS". A header that is none is passed over. */
static bool read_traceparent(struct request_scopes *s, const char *header)
{
    if (!header || strlen(header) < 55 || strspn(header, "0123456789abcdef") != 2 ||
        memcmp(header, "ff", 2) == 0 || header[2] != '-' || !is_id(header + 3, 32) ||
        header[35] != '-' || !is_id(header + 36, 16) || header[52] != '-' ||
        strspn(header + 53, "0123456789abcdef") != 2 || (header[55] && !allows_more(header)))
        return false;
    (void)snprintf(s->trace, sizeof s->trace, "%.32s", header + 3);
    (void)snprintf(s->parent, sizeof s->parent, "%.16s", header + 36);
    return true;
}

/* 13 digits to the base of 32, as Kestrel numbers its connections. */
static void format_connection(uint64_t number, char out[static 14])
{
    for (int i = 12; i >= 0; i--, number >>= 5)
        out[i] = "0123456789ABCDEFGHIJKLMNOPQRSTUV"[number & 31];
    out[13] = '\0';
}

static void fill_ids(struct request_scopes *s, const struct http_request *request)
{
    struct {
        uint8_t span[8], trace[16];
    } chance = {0};

    (void)!getrandom(&chance, sizeof chance, GRND_NONBLOCK); /* ids in a log, no secrets */
    write_hex(chance.span, sizeof chance.span, s->span);
    if (!read_traceparent(s, http_request_header(request, "traceparent"))) {
        write_hex(chance.trace, sizeof chance.trace, s->trace);
        memcpy(s->parent, no_parent, sizeof no_parent);
    }
    format_connection(request->connection, s->connection);
    (void)snprintf(s->id, sizeof s->id, "%s:%08X", s->connection, request->number);
}

void request_scopes_init(struct request_scopes *s, const struct http_request *request)
{
    fill_ids(s, request);
    s->activity_fields[0] = (struct log_field){"SpanId", s->span};
    s->activity_fields[1] = (struct log_field){"TraceId", s->trace};
    s->activity_fields[2] = (struct log_field){"ParentId", s->parent};
    s->activity_scope = (struct log_scope){
        NULL, "SpanId:{SpanId}, TraceId:{TraceId}, ParentId:{ParentId}", s->activity_fields, 3};
    s->connection_fields[0] = (struct log_field){"ConnectionId", s->connection};
    s->connection_scope = (struct log_scope){&s->activity_scope, "ConnectionId:{ConnectionId}",
                                             s->connection_fields, 1};
    s->request_fields[0] = (struct log_field){"RequestId", s->id};
    s->request_fields[1] = (struct log_field){"RequestPath", request->path};
    s->request_scope =
        (struct log_scope){&s->connection_scope, "RequestPath:{RequestPath} RequestId:{RequestId}",
                           s->request_fields, 2};
    s->innermost = &s->request_scope;
}

void request_scopes_add_artifact(struct request_scopes *s, const char *type)
{
    s->artifact_fields[0] = (struct log_field){"ArtifactType", type};
    s->artifact_scope =
        (struct log_scope){&s->request_scope, "ArtifactType:{ArtifactType}", s->artifact_fields, 1};
    s->innermost = &s->artifact_scope;
}

void request_scopes_add_source(struct request_scopes *s, const struct target *t)
{
    s->source_fields[0] = (struct log_field){"ArtifactSource_ProcessId", s->pid};
    s->source_fields[1] = (struct log_field){"ArtifactSource_RuntimeInstanceCookie", s->cookie};
    artifact_source_text(t, s->pid, s->cookie);
    s->source_scope =
        (struct log_scope){s->innermost, ARTIFACT_SOURCE_TEMPLATE, s->source_fields, 2};
    s->innermost = &s->source_scope;
}

const struct log_scope *request_scopes_without_source(const struct request_scopes *s)
{
    return s->innermost == &s->source_scope ? s->source_scope.outer : s->innermost;
}
