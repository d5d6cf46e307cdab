/* GET and POST /livemetrics */
#include "src/collect/livemetrics.h"

#include <errno.h>
#include <stdlib.h>

#include "src/api/api.h"
#include "src/api/artifact_request.h"
#include "src/api/livemetrics_body.h"
#include "src/api/process_request.h"
#include "src/api/reply.h"
#include "src/api/request_log.h"
#include "src/config/settings.h"
#include "src/metrics/service.h"

static void start(struct api *api, struct http_exchange *x, struct target *t,
                  struct metrics_request *request, const struct live_format *format)
{
    const struct livemetrics_params params = {.request = request,
                                              .duration_seconds =
                                                  call_of(x)->at[PARAM_DURATION].number,
                                              .format = format,
                                              .scrape = metrics_service_scrape(api->metrics, t)};
    char name[ARTIFACT_NAME];

    artifact_request_run(
        api, x, t,
        &(struct operation_request){.type = &collection_livemetrics,
                                    .params = &params,
                                    .content_type = format->media_type,
                                    .artifact_name = artifact_name(t, format->extension, name)});
}

static const struct live_format *format_of(struct http_exchange *x, struct error *err)
{
    const char *name = call_of(x)->at[PARAM_LIVE_FORMAT].text;
    const struct live_format *format = name ? live_format_find(name) : &live_formats[0];

    if (!format)
        (void)error_set(err, -EINVAL, "format must be json or csv.");
    return format;
}

/* A GET asks for what the settings name, a POST for what its body does. */
static void run(struct api *api, struct http_exchange *x, struct target *t)
{
    const struct config_keys *keys = settings_keys(api->settings);
    const cJSON *body = call_of(x)->body;
    struct metrics_request request;
    struct error err;
    const struct live_format *format = format_of(x, &err);
    int r = format ? 0 : err.code;

    if (r == 0)
        r = body ? livemetrics_body_read(body, keys, target_runtime_major(t), &request, &err)
                 : metrics_request_configured(keys, target_runtime_major(t), &request, &err);
    if (r < 0) {
        reply_problem(x, &err);
        return;
    }
    start(api, x, t, &request, format);
    metrics_request_deinit(&request);
}

void api_livemetrics(void *user, struct http_exchange *x)
{
    request_log_artifact(x, collection_livemetrics.name);
    process_request_start(user, x, run);
}
