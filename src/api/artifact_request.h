/*
 * api/artifact_request.h - the last part of every route that takes an artifact: from what to
 * collect to a running operation.
 */
#pragma once

#include "src/api/api.h"
#include "src/collect/collection.h"
#include "src/ops/file_name.h"
#include "src/ops/operation.h"

/* Starts `type` on `t` into the answer, or says why not. `params` is the kind's own and `name` the
 * file name, both borrowed for the call. */
void artifact_request_start(struct api *api, struct http_exchange *x, struct target *t,
                            const struct collection_type *type, const void *params,
                            const char *name);

/* The same with all that can be said of it; target, tags, scope and subject are filled in here. */
void artifact_request_run(struct api *api, struct http_exchange *x, struct target *t,
                          const struct operation_request *what);
