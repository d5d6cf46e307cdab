/* GET and POST /trace */
#include "src/collect/trace.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "src/api/api.h"
#include "src/api/artifact_request.h"
#include "src/api/process_request.h"
#include "src/api/reply.h"
#include "src/api/request_log.h"
#include "src/api/stopping_event.h"
#include "src/api/trace_body.h"
#include "src/base/clock.h"
#include "src/collect/trace_profiles.h"
#include "src/config/settings.h"

static void start(struct api *api, struct http_exchange *x, struct target *t,
                  const struct session_config *config, const struct stopping_event *stopping)
{
    const struct call *c = call_of(x);
    const struct call_value *most = &c->at[PARAM_MAX_BYTES];
    const struct trace_params params = {.session = *config,
                                        .duration_seconds = c->at[PARAM_DURATION].number,
                                        .max_bytes = most->given ? (uint64_t)most->large : 0,
                                        .stopping = stopping_event_need(stopping)};
    char stamp[CLOCK_STAMP_SIZE], name[CLOCK_STAMP_SIZE + 32];

    (void)snprintf(name, sizeof name, "%s_%" PRIu64 ".nettrace",
                   clock_stamp(clock_now_ticks(), stamp), t->pid);
    artifact_request_start(api, x, t, &collection_trace, &params, name);
}

static int check_max_bytes(const struct http_exchange *x, struct error *err)
{
    const struct call_value *most = &call_of(x)->at[PARAM_MAX_BYTES];

    return !most->given || most->large > 0
               ? 0
               : error_set(err, -EINVAL, "maxBytes must be at least 1.");
}

static void start_profiles(struct api *api, struct http_exchange *x, struct target *t)
{
    uint32_t profiles = (uint32_t)call_of(x)->at[PARAM_PROFILE].number;
    struct trace_profile_session session;
    struct stopping_event stopping = {0};
    struct error err;

    if (check_max_bytes(x, &err) < 0 ||
        trace_profiles_session(profiles, settings_keys(api->settings), &session, &err) < 0 ||
        stopping_event_of_query(call_of(x), &session.config.request, &stopping, &err) < 0)
        reply_problem(x, &err);
    else
        start(api, x, t, &session.config, &stopping);
    stopping_event_deinit(&stopping);
}

static void start_custom(struct api *api, struct http_exchange *x, struct target *t)
{
    const cJSON *json = call_of(x)->body;
    struct stopping_event stopping = {0};
    struct trace_body body = {0};
    struct error err;

    if (check_max_bytes(x, &err) < 0 ||
        trace_body_read(json, settings_keys(api->settings), &body, &err) < 0 ||
        stopping_event_of_body(json, &body.config.request, &stopping, &err) < 0)
        reply_problem(x, &err);
    else
        start(api, x, t, &body.config, &stopping);
    stopping_event_deinit(&stopping);
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
