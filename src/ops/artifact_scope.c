#include "src/ops/artifact_scope.h"

#include <stdio.h>

void artifact_source_text(const struct target *t, char pid[static 24], char cookie[static 33])
{
    char guid[GUID_TEXT_SIZE];
    size_t n = 0;

    (void)snprintf(pid, 24, "%llu", (unsigned long long)t->pid);
    (void)guid_format(&t->cookie, guid);
    for (const char *c = guid; *c && n < 32; c++) {
        if (*c != '-')
            cookie[n++] = *c;
    }
    cookie[n] = '\0';
}

void artifact_scope_init(struct artifact_scope *s, const struct log_scope *outer, const char *type,
                         const struct target *t)
{
    artifact_source_text(t, s->pid, s->cookie);
    s->fields[0] = (struct log_field){"ArtifactType", type};
    s->fields[1] = (struct log_field){"ArtifactSource_ProcessId", s->pid};
    s->fields[2] = (struct log_field){"ArtifactSource_RuntimeInstanceCookie", s->cookie};
    s->scope = (struct log_scope){outer, "ArtifactType:{ArtifactType} " ARTIFACT_SOURCE_TEMPLATE,
                                  s->fields, 3};
}
