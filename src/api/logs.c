/* GET and POST /logs */
#include "src/collect/logs.h"

#include "src/api/accept.h"
#include "src/api/api.h"
#include "src/api/artifact_request.h"
#include "src/api/logs_body.h"
#include "src/api/process_request.h"
#include "src/api/reply.h"
#include "src/api/request_log.h"

static void start(struct api *api, struct http_exchange *x, struct target *t,
                  const struct logs_filter *filter, int format)
{
    const struct logs_params params = {.level = filter->level,
                                       .filter_specs = filter->specs,
                                       .format = &app_log_formats[format],
                                       .duration_seconds = call_of(x)->at[PARAM_DURATION].number};
    char name[ARTIFACT_NAME];

    artifact_request_run(api, x, t,
                         &(struct operation_request){
                             .type = &collection_logs,
                             .params = &params,
                             .artifact_name = artifact_name(t, "txt", name),
                             .content_type = app_log_formats[format].media_type,
                             .nameless = format == APP_LOG_PLAIN,
                         });
}

/* The peer looks at Accept, which must be there, before it looks at the level. */
static void start_asked(struct api *api, struct http_exchange *x, struct target *t)
{
    int format = accept_choose(http_exchange_request(x), app_log_media_types);
    const struct call *c = call_of(x);
    struct logs_filter filter;
    struct error err;

    if (format < 0) {
        reply_empty(x, 406);
        return;
    }
    int r = c->body ? logs_filter_of_body(c->body, &filter, &err)
                    : logs_filter_of_query(c, &filter, &err);
    if (r < 0)
        reply_problem(x, &err);
    else
        start(api, x, t, &filter, format);
    logs_filter_deinit(&filter);
}

void api_logs(void *user, struct http_exchange *x)
{
    request_log_artifact(x, collection_logs.name);
    process_request_start(user, x, start_asked);
}
