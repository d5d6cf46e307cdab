#include "src/api/artifact_request.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "src/api/call.h"
#include "src/api/http_sink.h"
#include "src/api/reply.h"
#include "src/api/request_log.h"

const char *artifact_name(const struct target *t, const char *extension,
                          char name[static ARTIFACT_NAME])
{
    char stamp[CLOCK_STAMP_SIZE];

    (void)snprintf(name, ARTIFACT_NAME, "%s_%" PRIu64 ".%s", clock_stamp(clock_now_ticks(), stamp),
                   t->pid, extension);
    return name;
}

void artifact_request_run(struct api *api, struct http_exchange *x, struct target *t,
                          const struct operation_request *what)
{
    const struct call *c = call_of(x);
    const char *provider = c->at[PARAM_EGRESS].text;
    struct error err;

    if (provider) {
        (void)error_set(&err, -ENOENT, "Egress provider '%s' does not exist.", provider);
        reply_problem(x, &err);
        return;
    }
    struct operation_request request = *what;
    request.target = t;
    request.tags = c->at[PARAM_TAGS].text;
    request.scope = request_log_scope(x);
    request.subject = request_log_subject(x);
    struct sink *sink = http_sink_new(x);
    if (sink)
        (void)operations_start(api->operations, &request, sink, &err); /* the sink tells */
}

void artifact_request_start(struct api *api, struct http_exchange *x, struct target *t,
                            const struct collection_type *type, const void *params,
                            const char *name)
{
    artifact_request_run(
        api, x, t,
        &(struct operation_request){.type = type, .params = params, .artifact_name = name});
}
