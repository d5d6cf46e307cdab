/*
 * rules/action_artifact.h - the part that all actions share which collect an artifact: an operation
 * into a destination.
 */
#pragma once

#include "src/rules/action.h"

/* What is collected; borrowed for the call. */
struct artifact_job {
    const struct collection_type *type;
    const void *params;
    const char *name;         /* when the settings name none */
    const char *content_type; /* static; NULL: the kind's own */
};

/* Takes destination and name from the settings. As action_type.start. */
int action_artifact_start(const struct action_call *call, const struct artifact_job *job,
                          struct action **ret, struct error *err);
void action_artifact_end(struct action *a, enum action_end how);
