/* GET /stacks */
#include "src/collect/stacks.h"

#include <errno.h>

#include "src/api/accept.h"
#include "src/api/api.h"
#include "src/api/artifact_request.h"
#include "src/api/feature.h"
#include "src/api/process_request.h"
#include "src/api/reply.h"
#include "src/api/request_log.h"

/* The format that is asked for by name, else by Accept; NULL: there is none of that name. */
static const struct stack_format *choose(const struct http_exchange *x)
{
    static const char *const types[] = {"text/plain", "application/json",
                                        "application/speedscope+json", NULL};
    const char *name = call_of(x)->at[PARAM_STACK_FORMAT].text;
    int chosen = accept_choose(http_exchange_request(x), types);

    if (name)
        return stack_format_find(name);
    return &stack_formats[chosen < 0 ? STACK_FORMAT_TEXT : chosen];
}

static void start_stacks(struct api *api, struct http_exchange *x, struct target *t)
{
    const struct stacks_params params = {.format = choose(x)};
    char name[ARTIFACT_NAME];
    struct error err;

    if (!params.format) {
        (void)error_set(&err, -EINVAL,
                        "Unknown format '%s'. There are: text, json, speedscope, merged.",
                        call_of(x)->at[PARAM_STACK_FORMAT].text);
        reply_problem(x, &err);
        return;
    }
    artifact_request_run(api, x, t,
                         &(struct operation_request){
                             .type = &collection_stacks,
                             .params = &params,
                             .artifact_name = artifact_name(t, params.format->extension, name),
                             .content_type = params.format->media_type});
}

void api_get_stacks(void *user, struct http_exchange *x)
{
    const struct api *api = user;
    struct error err;

    request_log_artifact(x, collection_stacks.name);
    if (feature_check(api, FEATURE_CALL_STACKS, &err) < 0)
        reply_problem(x, &err);
    else
        process_request_start(user, x, start_stacks);
}
