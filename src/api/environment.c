/* GET /env: the process's environment as its runtime sees it. */
#include "proto/ipc/environment.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "src/api/api.h"
#include "src/api/process_request.h"
#include "src/api/reply.h"
#include "src/api/request_log.h"
#include "src/config/pattern.h"
#include "src/target/requests.h"

/* Shown in the place of a hidden value; the peer's `config show` has it too. */
static const char redacted[] = ":REDACTED:";

struct env_request {
    const struct options *options;
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

    request_log_canceled(e->x);
    target_request_cancel(e->request);
    env_free(e);
}

struct variable {
    const char *entry;
    size_t name_size, index;
};

/* By name, then in order. */
static int compare_variables(const void *left, const void *right)
{
    const struct variable *a = left, *b = right;
    size_t size = a->name_size < b->name_size ? a->name_size : b->name_size;
    int order = memcmp(a->entry, b->entry, size);

    if (order == 0 && a->name_size != b->name_size)
        order = a->name_size < b->name_size ? -1 : 1;
    return order ? order : a->index < b->index ? -1 : 1;
}

static bool is_same_name(const struct variable *a, const struct variable *b)
{
    return a->name_size == b->name_size && memcmp(a->entry, b->entry, a->name_size) == 0;
}

/* `hidden`: patterns of names whose values are not shown; NULL: none. */
static void add_variable(cJSON *json, const char *entry, const char *hidden)
{
    size_t size = strcspn(entry, "=");
    char *name = strndup(entry, size);
    const char *value = entry + size + (entry[size] == '=');

    if (hidden && pattern_matches_any(hidden, entry, size))
        value = redacted;
    if (name)
        (void)cJSON_AddStringToObject(json, name, value);
    free(name);
}

/* Sorted only to find names that come twice (a hostile environment may hold thousands): the first
 * counts. */
static void drop_doubles(const struct ipc_environment *environment, struct variable *sorted,
                         bool *dropped)
{
    for (size_t i = 0; i < environment->count; i++) {
        const char *entry = environment->entries[i];
        sorted[i] = (struct variable){entry, strcspn(entry, "="), i};
    }
    qsort(sorted, environment->count, sizeof *sorted, compare_variables);
    for (size_t i = 1; i < environment->count; i++)
        dropped[sorted[i].index] = is_same_name(&sorted[i - 1], &sorted[i]);
}

static cJSON *environment_json(const struct ipc_environment *environment, const char *hidden)
{
    size_t count = environment->count;
    struct variable *sorted = calloc(count + 1, sizeof *sorted);
    bool *dropped = calloc(count + 1, sizeof *dropped);
    cJSON *json = sorted && dropped ? cJSON_CreateObject() : NULL;

    if (json)
        drop_doubles(environment, sorted, dropped);
    for (size_t i = 0; json && i < count; i++) {
        if (!dropped[i])
            add_variable(json, environment->entries[i], hidden);
    }
    free(sorted);
    free(dropped);
    return json;
}

static void on_environment(void *user, const struct ipc_outcome *outcome)
{
    struct env_request *e = user;
    struct http_exchange *x = e->x;
    struct ipc_environment environment;
    struct cursor in = {outcome->rest, outcome->rest_size, false};
    const char *hidden = e->options->redact ? e->options->redact_patterns : NULL;
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
        reply_json(x, 200, environment_json(&environment, hidden));
        ipc_environment_deinit(&environment);
    }
}

static void ask_environment(struct api *api, struct http_exchange *x, struct target *t)
{
    struct env_request *e = calloc(1, sizeof *e);
    struct error err;

    if (!e) {
        reply_empty(x, 500);
        return;
    }
    e->options = api->options;
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
