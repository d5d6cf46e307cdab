/*
 * api/stopping_event.h - the event that ends a trace, as a request names it: `stoppingEvent` in the
 * body of POST /trace, three parameters of GET /trace with dotnet-trace's names.
 */
#pragma once

#include <cJSON.h>

#include "proto/ipc/trace.h"
#include "src/api/call.h"
#include "src/base/error.h"
#include "src/collect/event_match.h"

struct stopping_event {
    struct event_match_need need; /* without a provider: no such event is wanted */
    struct event_match_field fields[EVENT_MATCH_FIELDS];
    char *filter; /* what the fields of a query point into */
};

/*
 * Both: 0 also when there is none. -EINVAL: it has no provider or no name, fields without a name,
 * too many fields, or a provider that `request` does not turn on (names as they stand). `ret`
 * borrows from call and body; stopping_event_deinit() in every case.
 */
int stopping_event_of_query(const struct call *c, const struct ipc_trace_request *request,
                            struct stopping_event *ret, struct error *err);
int stopping_event_of_body(const cJSON *body, const struct ipc_trace_request *request,
                           struct stopping_event *ret, struct error *err);
void stopping_event_deinit(struct stopping_event *s);

/* NULL: none is wanted. */
const struct event_match_need *stopping_event_need(const struct stopping_event *s);
