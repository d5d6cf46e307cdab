/* GET /gcdump. `format` is ours and not in the document, which is the peer's. */
#include "src/collect/gcdump.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "src/api/api.h"
#include "src/api/artifact_request.h"
#include "src/api/process_request.h"
#include "src/api/reply.h"
#include "src/api/request_log.h"
#include "src/base/clock.h"

static const struct heap_format *format_of(struct http_exchange *x)
{
    const char *format = http_request_query(http_exchange_request(x), "format");

    return format ? heap_format_find(format) : &heap_formats[0];
}

static void start(struct api *api, struct http_exchange *x, struct target *t)
{
    const struct gcdump_params params = {.format = format_of(x)};
    char stamp[CLOCK_STAMP_SIZE], name[CLOCK_STAMP_SIZE + 48];

    (void)snprintf(name, sizeof name, "%s_%" PRIu64 ".%s", clock_stamp(clock_now_ticks(), stamp),
                   t->pid, params.format->extension);
    artifact_request_run(api, x, t,
                         &(struct operation_request){.type = &collection_gcdump,
                                                     .params = &params,
                                                     .content_type = params.format->media_type,
                                                     .artifact_name = name});
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
