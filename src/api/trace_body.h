/*
 * api/trace_body.h - the body of POST /trace: providers and how to trace them (CONTRACT section 4).
 */
#pragma once

#include <cJSON.h>

#include "src/base/error.h"
#include "src/collect/trace.h"
#include "src/config/keys.h"

/* Points into the body and into itself. */
struct trace_body {
    struct session_config config;
    struct ipc_trace_provider *providers;
    char **arguments; /* one for each provider; NULL: none */
    size_t count;
};

/*
 * `body` fits the schema EventPipeConfiguration. -EINVAL with the peer's words for keywords and
 * counter intervals that cannot be, and with ours where the peer would hang or pass over: no
 * providers, one without name, a buffer of 0 or of more than 1024 MB.
 */
int trace_body_read(const cJSON *body, const struct config_keys *keys, struct trace_body *ret,
                    struct error *err);
void trace_body_deinit(struct trace_body *b);
