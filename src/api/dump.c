/* GET /dump */
#include "src/collect/dump.h"

#include <errno.h>
#include <stdio.h>

#include "src/api/api.h"
#include "src/api/http_sink.h"
#include "src/api/process_request.h"
#include "src/api/reply.h"
#include "src/api/request_log.h"
#include "src/base/clock.h"

static void start_dump(struct api *api, struct http_exchange *x, struct target *t)
{
    const struct call *c = call_of(x);
    const char *provider = c->at[PARAM_EGRESS].text;
    char stamp[CLOCK_STAMP_SIZE], name[CLOCK_STAMP_SIZE + 8];
    /* The numbers of the schema are those of enum dump_type. */
    struct dump_params params = {.type = (enum dump_type)c->at[PARAM_TYPE].number};
    struct error err;

    if (provider) {
        (void)error_set(&err, -ENOENT, "Egress provider '%s' does not exist.", provider);
        reply_problem(x, &err);
        return;
    }
    (void)snprintf(name, sizeof name, "core_%s", clock_stamp(clock_now_ticks(), stamp));
    struct operation_request what = {
        .type = &collection_dump,
        .target = t,
        .params = &params,
        .tags = c->at[PARAM_TAGS].text,
        .artifact_name = name,
    };
    what.scope = request_log_scope(x);
    what.subject = request_log_subject(x);
    struct sink *sink = http_sink_new(x);
    if (sink)
        (void)operations_start(api->operations, &what, sink, &err); /* the sink tells */
}

void api_get_dump(void *user, struct http_exchange *x)
{
    request_log_artifact(x, collection_dump.name);
    process_request_start(user, x, start_dump);
}
