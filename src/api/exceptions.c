/* GET and POST /exceptions */
#include "src/collect/exceptions.h"

#include "src/api/accept.h"
#include "src/api/api.h"
#include "src/api/artifact_request.h"
#include "src/api/exceptions_body.h"
#include "src/api/feature.h"
#include "src/api/process_request.h"
#include "src/api/reply.h"
#include "src/api/request_log.h"

static void run(struct api *api, struct http_exchange *x, struct target *t,
                const struct exception_filters *filters)
{
    int chosen = accept_choose(http_exchange_request(x), exception_media_types);
    int number = chosen < 0 ? EXCEPTION_PLAIN : chosen;
    const struct exceptions_params params = {&exception_formats[number], filters};
    char name[ARTIFACT_NAME];

    artifact_request_run(api, x, t,
                         &(struct operation_request){
                             .type = &collection_exceptions,
                             .params = &params,
                             .artifact_name = artifact_name(t, params.format->extension, name),
                             .content_type = params.format->media_type,
                             .nameless = number == EXCEPTION_PLAIN,
                         });
}

static void start_exceptions(struct api *api, struct http_exchange *x, struct target *t)
{
    const struct call *c = call_of(x);
    struct exception_filters filters = {0};
    struct error err;

    if (c->body && exception_filters_of_body(c->body, &filters, &err) < 0)
        reply_problem(x, &err);
    else
        run(api, x, t, &filters);
    exception_filters_deinit(&filters);
}

/* Switched off, the peer answers GET with 400 and POST with an empty 404. */
void api_exceptions(void *user, struct http_exchange *x)
{
    const struct api *api = user;
    struct error err;

    request_log_artifact(x, collection_exceptions.name);
    if (feature_check(api, FEATURE_EXCEPTIONS, &err) == 0)
        process_request_start(user, x, start_exceptions);
    else if (call_of(x)->body)
        reply_empty(x, 404);
    else
        reply_problem(x, &err);
}
