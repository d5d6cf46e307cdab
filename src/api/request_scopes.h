/*
 * api/request_scopes.h - the scopes of a request's log lines: names, members and order of the peer
 * (goldens startup-log-json and startup-log-simple).
 */
#pragma once

#include "src/base/log.h"
#include "src/http/exchange.h"
#include "src/target/target.h"

struct request_scopes {
    char span[17], trace[33], parent[17];
    char connection[14]; /* "0HNQ8A9B75B03" */
    char id[24];         /* "0HNQ8A9B75B03:00000001" */
    char pid[24], cookie[33];
    struct log_field activity_fields[3], connection_fields[1], request_fields[2];
    struct log_field artifact_fields[1], source_fields[2];
    struct log_scope activity_scope, connection_scope, request_scope;
    struct log_scope artifact_scope, source_scope;
    const struct log_scope *innermost; /* NULL until they are made */
};

/* Fills the three scopes of every request; `request` is borrowed. The trace goes on from the
 * client's traceparent header (W3C Trace Context), or is a new one. */
void request_scopes_init(struct request_scopes *s, const struct http_request *request);

/* Adds {ArtifactType}. `type` is borrowed. */
void request_scopes_add_artifact(struct request_scopes *s, const char *type);

/* Adds {ArtifactSource_ProcessId, ArtifactSource_RuntimeInstanceCookie}. */
void request_scopes_add_source(struct request_scopes *s, const struct target *t);

/* The innermost one without the source. */
const struct log_scope *request_scopes_without_source(const struct request_scopes *s);
