/* GET /env: the process's environment as its runtime sees it. */
#include "proto/ipc/environment.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "src/api/api.h"
#include "src/api/process_request.h"
#include "src/api/reply.h"
#include "src/target/requests.h"

struct env_request {
    struct http_exchange *x;
    struct target *target;
    struct target_request *request;
};

static void env_free(struct env_request *e)
{
    target_unref(e->target);
    free(e);
}

static void on_client_gone(void *user)
{
    struct env_request *e = user;

    target_request_cancel(e->request);
    env_free(e);
}

static cJSON *environment_json(const struct ipc_environment *environment)
{
    cJSON *json = cJSON_CreateObject();

    for (size_t i = 0; i < environment->count; i++) {
        const char *entry = environment->entries[i];
        const char *equals = strchr(entry, '=');
        char *name = equals ? strndup(entry, (size_t)(equals - entry)) : strdup(entry);
        /* A name that comes twice must not come twice in the object. */
        if (name && !cJSON_GetObjectItemCaseSensitive(json, name))
            (void)cJSON_AddStringToObject(json, name, equals ? equals + 1 : "");
        free(name);
    }
    return json;
}

static void on_environment(void *user, const struct ipc_outcome *outcome)
{
    struct env_request *e = user;
    struct http_exchange *x = e->x;
    struct ipc_environment environment;
    struct cursor in = {outcome->rest, outcome->rest_size, false};
    struct error err;

    env_free(e);
    if (outcome->code < 0) {
        (void)error_set(&err, outcome->code, "Unable to get process environment. %s",
                        outcome->text);
        reply_problem(x, &err);
    } else if (ipc_environment_body_decode(&in, &environment) != WIRE_OK) {
        (void)error_set(&err, -EBADMSG,
                        "Unable to get process environment. The runtime's answer is malformed.");
        reply_problem(x, &err);
    } else {
        reply_json(x, 200, environment_json(&environment));
        ipc_environment_deinit(&environment);
    }
}

static void ask_environment(struct api *api, struct http_exchange *x, struct target *t)
{
    struct env_request *e = calloc(1, sizeof *e);
    struct error err;

    (void)api;
    if (!e) {
        reply_empty(x, 500);
        return;
    }
    e->x = x;
    e->target = target_ref(t);
    if (target_request_empty(t, IPC_PROCESS_ENVIRONMENT, REQUEST_LAST, REQUEST_DEADLINE_MS,
                             on_environment, e, &e->request, &err) < 0) {
        env_free(e);
        reply_problem(x, &err);
        return;
    }
    http_exchange_watch(x, &(struct http_exchange_events){.user = e, .on_gone = on_client_gone});
}

void api_get_env(void *user, struct http_exchange *x)
{
    process_request_start(user, x, ask_environment);
}
