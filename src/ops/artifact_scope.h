/*
 * ops/artifact_scope.h - the scope in which lines about one artifact are written: its kind and its
 * process, in the peer's names.
 */
#pragma once

#include "src/base/log.h"
#include "src/target/target.h"

#define ARTIFACT_SOURCE_TEMPLATE                                                                   \
    "ArtifactSource_ProcessId:{ArtifactSource_ProcessId} "                                         \
    "ArtifactSource_RuntimeInstanceCookie:{ArtifactSource_RuntimeInstanceCookie}"

/* Must not move once it is filled: the scope points into it. */
struct artifact_scope {
    char pid[24], cookie[33];
    struct log_field fields[3];
    struct log_scope scope;
};

/* `outer` (the request, or NULL) and `type` are borrowed. */
void artifact_scope_init(struct artifact_scope *s, const struct log_scope *outer, const char *type,
                         const struct target *t);

/* Process id, and cookie without dashes. */
void artifact_source_text(const struct target *t, char pid[static 24], char cookie[static 33]);
