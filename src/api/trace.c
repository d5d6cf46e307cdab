/* GET and POST /trace */
#include "src/collect/trace.h"

#include <inttypes.h>
#include <stdio.h>

#include "src/api/api.h"
#include "src/api/artifact_request.h"
#include "src/api/process_request.h"
#include "src/api/reply.h"
#include "src/api/request_log.h"
#include "src/api/trace_body.h"
#include "src/base/clock.h"
#include "src/collect/trace_profiles.h"
#include "src/config/settings.h"

static void start(struct api *api, struct http_exchange *x, struct target *t,
                  const struct session_config *config)
{
    const struct trace_params params = {.session = *config,
                                        .duration_seconds = call_of(x)->at[PARAM_DURATION].number};
    char stamp[CLOCK_STAMP_SIZE], name[CLOCK_STAMP_SIZE + 32];

    (void)snprintf(name, sizeof name, "%s_%" PRIu64 ".nettrace",
                   clock_stamp(clock_now_ticks(), stamp), t->pid);
    artifact_request_start(api, x, t, &collection_trace, &params, name);
}

static void start_profiles(struct api *api, struct http_exchange *x, struct target *t)
{
    uint32_t profiles = (uint32_t)call_of(x)->at[PARAM_PROFILE].number;
    struct trace_profile_session session;
    struct error err;

    if (trace_profiles_session(profiles, settings_keys(api->settings), &session, &err) < 0)
        reply_problem(x, &err);
    else
        start(api, x, t, &session.config);
}

static void start_custom(struct api *api, struct http_exchange *x, struct target *t)
{
    struct trace_body body;
    struct error err;

    if (trace_body_read(call_of(x)->body, settings_keys(api->settings), &body, &err) < 0) {
        reply_problem(x, &err);
        return;
    }
    start(api, x, t, &body.config);
    trace_body_deinit(&body);
}

void api_get_trace(void *user, struct http_exchange *x)
{
    request_log_artifact(x, collection_trace.name);
    process_request_start(user, x, start_profiles);
}

void api_post_trace(void *user, struct http_exchange *x)
{
    request_log_artifact(x, collection_trace.name);
    process_request_start(user, x, start_custom);
}
