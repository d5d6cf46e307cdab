/*
 * collect/trace.h - the raw event stream (.nettrace) of one process, byte for byte.
 */
#pragma once

#include "src/collect/collection.h"
#include "src/session/session.h"

struct trace_params {
    struct session_config session; /* its providers are borrowed for the call of start() */
    int64_t duration_seconds;      /* from the moment the session runs; negative: until stopped */
};

/* Ends by duration, stop, or with the process (an error then: the stream is cut). A reader that
 * leaves takes the session with it. */
extern const struct collection_type collection_trace;
