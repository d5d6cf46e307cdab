/* GET /gcdump */
#include "src/collect/gcdump.h"

#include <errno.h>

#include "src/api/api.h"
#include "src/api/artifact_request.h"
#include "src/api/process_request.h"
#include "src/api/reply.h"
#include "src/api/request_log.h"

static const struct heap_format *format_of(struct http_exchange *x)
{
    const char *format = call_of(x)->at[PARAM_HEAP_FORMAT].text;

    return format ? heap_format_find(format) : &heap_formats[0];
}

static void start(struct api *api, struct http_exchange *x, struct target *t)
{
    const struct gcdump_params params = {.format = format_of(x)};
    char name[ARTIFACT_NAME];

    artifact_request_run(api, x, t,
                         &(struct operation_request){
                             .type = &collection_gcdump,
                             .params = &params,
                             .content_type = params.format->media_type,
                             .artifact_name = artifact_name(t, params.format->extension, name)});
}

void api_get_gcdump(void *user, struct http_exchange *x)
{
    struct error err;

    request_log_artifact(x, collection_gcdump.name);
    if (format_of(x)) {
        process_request_start(user, x, start);
        return;
    }
    (void)error_set(&err, -EINVAL, "The format is not gcdump, heapstat, json or csv.");
    reply_problem(x, &err);
}
