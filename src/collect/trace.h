/*
 * collect/trace.h - the raw event stream (.nettrace) of one process, byte for byte.
 */
#pragma once

#include "src/collect/collection.h"
#include "src/collect/event_match.h"
#include "src/session/session.h"

struct trace_params {
    struct session_config session; /* its providers are borrowed for the call of start() */
    int64_t duration_seconds;      /* from the moment the session runs; negative: until stopped */
    uint64_t max_bytes;            /* stops when so many have come; 0: no matter how many */
    const struct event_match_need *stopping; /* stops at this event; NULL: at none. Borrowed */
};

/*
 * Ends by duration, size, event, stop, or with the process. What the runtime still has and the
 * rundown follow each stop. A process that ends in order ends its streams too: then all is there;
 * if it is killed the stream is cut, which is an error. A reader that leaves takes the session with
 * it. Facts: events in the stream, events that the runtime has lost.
 */
extern const struct collection_type collection_trace;
