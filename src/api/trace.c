/* GET and POST /trace */
#include "src/collect/trace.h"

#include <errno.h>

#include "src/api/api.h"
#include "src/api/artifact_request.h"
#include "src/api/process_request.h"
#include "src/api/reply.h"
#include "src/api/request_log.h"
#include "src/api/stopping_event.h"
#include "src/api/trace_body.h"
#include "src/api/trace_format.h"
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
    char name[ARTIFACT_NAME];

    artifact_request_start(api, x, t, &collection_trace, &params,
                           artifact_name(t, "nettrace", name));
}

/* Raw, or in the format that is wished for. */
static void start_as(struct api *api, struct http_exchange *x, struct target *t,
                     const struct trace_wish *wish, const struct session_config *config,
                     const struct stopping_event *stopping)
{
    const struct call *c = call_of(x);
    struct error err;

    if (!wish->format) {
        start(api, x, t, config, stopping);
    } else if (c->at[PARAM_MAX_BYTES].given || stopping_event_need(stopping)) {
        (void)error_set(&err, -EINVAL,
                        "maxBytes and a stopping event end raw traces only; not with a format.");
        reply_problem(x, &err);
    } else {
        trace_format_start(api, x, t, wish, config, c->at[PARAM_DURATION].number);
    }
}

/* Profiles that need no method names themselves do when they are shown. */
static void add_names(const struct trace_wish *wish, struct session_config *config)
{
    if (!wish->format)
        return;
    config->request.rundown_keyword |= IPC_TRACE_RUNDOWN_DEFAULT;
    config->rundown_fallback = IPC_TRACE_RUNDOWN_DEFAULT;
}

static int check_max_bytes(const struct http_exchange *x, struct error *err)
{
    const struct call_value *most = &call_of(x)->at[PARAM_MAX_BYTES];

    return !most->given || most->large > 0
               ? 0
               : error_set(err, -EINVAL, "maxBytes must be at least 1.");
}

/* What the client's profiles ask for, or, without any, what its kind needs. */
static int choose_session(struct api *api, const struct http_exchange *x,
                          const struct trace_wish *wish, struct trace_kind_session *own,
                          struct trace_profile_session *named, struct session_config **ret,
                          struct error *err)
{
    const struct call_value *profiles = &call_of(x)->at[PARAM_PROFILE];

    if (!profiles->given && trace_wish_session(wish, own)) {
        *ret = &own->config;
        return 0;
    }
    *ret = &named->config;
    int r = trace_profiles_session((uint32_t)profiles->number, settings_keys(api->settings), named,
                                   err);
    if (r == 0)
        add_names(wish, &named->config);
    return r;
}

static void start_profiles(struct api *api, struct http_exchange *x, struct target *t)
{
    struct trace_profile_session named;
    struct trace_kind_session own;
    struct session_config *config;
    struct stopping_event stopping = {0};
    struct trace_wish wish;
    struct error err;

    if (check_max_bytes(x, &err) < 0 || trace_wish_read(x, &wish, &err) < 0 ||
        choose_session(api, x, &wish, &own, &named, &config, &err) < 0 ||
        stopping_event_of_query(call_of(x), &config->request, &stopping, &err) < 0)
        reply_problem(x, &err);
    else
        start_as(api, x, t, &wish, config, &stopping);
    stopping_event_deinit(&stopping);
}

static void start_custom(struct api *api, struct http_exchange *x, struct target *t)
{
    const cJSON *json = call_of(x)->body;
    struct stopping_event stopping = {0};
    struct trace_body body = {0};
    struct trace_wish wish;
    struct error err;

    if (check_max_bytes(x, &err) < 0 || trace_wish_read(x, &wish, &err) < 0 ||
        trace_body_read(json, settings_keys(api->settings), &body, &err) < 0 ||
        stopping_event_of_body(json, &body.config.request, &stopping, &err) < 0)
        reply_problem(x, &err);
    else
        start_as(api, x, t, &wish, &body.config, &stopping);
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
