#include "src/api/artifact_request.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "src/api/call.h"
#include "src/api/http_sink.h"
#include "src/api/reply.h"
#include "src/api/request_log.h"
#include "src/base/cleanup.h"
#include "src/egress/egress.h"

static void run_to_client(struct api *api, struct http_exchange *x,
                          struct operation_request *request)
{
    struct sink *sink = http_sink_new(x);
    struct error err;

    request->scope = request_log_scope(x);
    if (sink)
        (void)operations_start(api->operations, request, sink, NULL, &err); /* the sink tells */
}

/* The answer says where the operation can be followed. */
static void run_to_egress(struct api *api, struct http_exchange *x,
                          struct operation_request *request, const char *provider)
{
    struct operation *op;
    struct sink *sink;
    struct error err;
    int r = egress_sink_new(api->egress, provider, &sink, &err);

    request->egress_provider = provider;
    if (r == 0)
        r = operations_start(api->operations, request, sink, &op, &err);
    if (r < 0) {
        reply_problem(x, &err);
        return;
    }
    cleanup(free_str) char *location = operation_location(http_exchange_request(x), op->id);
    const struct http_pair header = {"Location", location ? location : "/operations"};
    http_respond(x, 202, &header, 1, NULL, 0);
}

void artifact_request_run(struct api *api, struct http_exchange *x, struct target *t,
                          const struct operation_request *what)
{
    const struct call *c = call_of(x);
    const char *provider = c->at[PARAM_EGRESS].text;
    struct operation_request request = *what;

    request.target = t;
    request.tags = c->at[PARAM_TAGS].text;
    request.subject = request_log_subject(x);
    if (provider)
        run_to_egress(api, x, &request, provider);
    else
        run_to_client(api, x, &request);
}

void artifact_request_start(struct api *api, struct http_exchange *x, struct target *t,
                            const struct collection_type *type, const void *params,
                            const char *name)
{
    artifact_request_run(
        api, x, t,
        &(struct operation_request){.type = type, .params = params, .artifact_name = name});
}
