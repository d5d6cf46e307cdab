#include "src/rules/action_request.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "proto/ipc/environment.h"
#include "proto/ipc/header.h"
#include "proto/ipc/profiler.h"
#include "src/base/cleanup.h"
#include "src/base/events.h"
#include "src/target/requests.h"

/* A dump may be before it in the line. */
enum { ANSWER_MS = 5 * 60 * 1000 };

struct action_request {
    struct action base;
    struct action_events events;
    struct target *target;
    struct target_request *request;
    char *variable; /* to look for; NULL: the answer is a status */
};

static void request_free(struct action_request *a)
{
    if (!a)
        return;
    target_unref(a->target);
    free(a->variable);
    free(a);
}

/* Of a name that comes twice the first counts. */
static const char *find_variable(const struct ipc_environment *environment, const char *name)
{
    size_t size = strlen(name);

    for (size_t i = 0; i < environment->count; i++) {
        const char *entry = environment->entries[i];
        if (strncmp(entry, name, size) == 0 && entry[size] == '=')
            return entry + size + 1;
    }
    return NULL;
}

static void tell_variable(const struct action_request *a, const struct ipc_outcome *outcome)
{
    struct cursor in = {outcome->rest, outcome->rest_size, false};
    struct ipc_environment environment;
    struct error err;

    if (ipc_environment_body_decode(&in, &environment) != WIRE_OK) {
        (void)error_set(&err, -EBADMSG, "The runtime's environment is malformed.");
        a->events.on_done(a->events.user, NULL, &err);
        return;
    }
    const char *value = find_variable(&environment, a->variable);
    if (!value)
        (void)error_set(&err, -ENOENT, "The environment block does not contain the '%s' variable.",
                        a->variable);
    a->events.on_done(a->events.user, value, value ? NULL : &err);
    ipc_environment_deinit(&environment);
}

static void on_answer(void *user, const struct ipc_outcome *outcome)
{
    struct action_request *a = user;
    struct error err;

    a->request = NULL;
    if (outcome->code < 0) {
        (void)error_set(&err, outcome->code, "%s", outcome->text);
        a->events.on_done(a->events.user, NULL, &err);
    } else if (a->variable) {
        tell_variable(a, outcome);
    } else {
        a->events.on_done(a->events.user, NULL, NULL);
    }
    request_free(a);
}

static struct action_request *request_new(const struct action_call *call, struct error *err)
{
    struct action_request *a = calloc(1, sizeof *a);

    if (!a) {
        (void)error_set(err, -ENOMEM, "%s", call->definition->type_name);
        return NULL;
    }
    a->base.type = call->definition->type;
    a->events = call->events;
    a->target = target_ref(call->target);
    return a;
}

/* Sends `message`, of which the encoder says how it went. */
static int send_message(const struct action_call *call, enum ipc_command command,
                        const struct writer *message, struct action **ret, struct error *err)
{
    struct action_request *a = request_new(call, err);

    if (!a)
        return -ENOMEM;
    int r = target_request_start(a->target, command, message->data, message->size, REQUEST_LAST,
                                 ANSWER_MS, on_answer, a, &a->request, err);
    if (r < 0)
        request_free(a);
    else
        *ret = &a->base;
    return r;
}

static int required(const char *name, const char *value, struct error *err)
{
    return value && value[0] ? 0 : error_set(err, -EINVAL, "%s is missing.", name);
}

int action_load_profiler_start(const struct action_call *call, struct action **ret,
                               struct error *err)
{
    struct writer out = writer_of(calloc(1, IPC_REQUEST_MAX), IPC_REQUEST_MAX);
    cleanup(free_str) char *message = (char *)out.data;
    cleanup(free_str) char *path = NULL;
    char clsid[GUID_TEXT_SIZE];
    struct value value;
    int r = message ? action_text(call, "Path", &path, err) : error_set(err, -ENOMEM, "profiler");

    if (r == 0)
        r = required("Path", path, err);
    if (r == 0)
        r = action_value(call, "Clsid", &type_guid, "", &value, err);
    if (r < 0)
        return r;
    log_event_in(call->scope, &event_profiler_loading, {"clsid", guid_format(&value.guid, clsid)},
                 {"path", path}, LOG_NUMBER("processId", (int64_t)call->target->pid));
    const struct ipc_startup_profiler request = {.clsid = value.guid, .path = path};
    if (ipc_startup_profiler_encode(&out, &request) != WIRE_OK)
        return error_set(err, -EINVAL, "Path must be an absolute path, as the app sees it.");
    return send_message(call, IPC_STARTUP_PROFILER, &out, ret, err);
}

int action_set_variable_start(const struct action_call *call, struct action **ret,
                              struct error *err)
{
    struct writer out = writer_of(calloc(1, IPC_REQUEST_MAX), IPC_REQUEST_MAX);
    cleanup(free_str) char *message = (char *)out.data;
    cleanup(free_str) char *name = NULL;
    cleanup(free_str) char *value = NULL;
    int r = message ? action_text(call, "Name", &name, err) : error_set(err, -ENOMEM, "variable");

    if (r == 0)
        r = required("Name", name, err);
    if (r == 0)
        r = action_text(call, "Value", &value, err);
    if (r < 0)
        return r;
    log_event_in(call->scope, &event_variable_setting, {"variableName", name},
                 LOG_NUMBER("processId", (int64_t)call->target->pid));
    if (!value)
        return error_set(err, -EINVAL,
                         "A variable cannot be removed or emptied: runtimes refuse that, and some "
                         "crash. Give it a value.");
    if (ipc_set_environment_variable_encode(&out, name, value) != WIRE_OK)
        return error_set(err, -EINVAL, "The name must not have a '=', and all must be below %d KB.",
                         IPC_REQUEST_MAX / 1024);
    return send_message(call, IPC_SET_ENVIRONMENT_VARIABLE, &out, ret, err);
}

int action_get_variable_start(const struct action_call *call, struct action **ret,
                              struct error *err)
{
    cleanup(free_str) char *name = NULL;
    int r = action_text(call, "Name", &name, err);

    if (r == 0)
        r = required("Name", name, err);
    if (r < 0)
        return r;
    log_event_in(call->scope, &event_variable_getting, {"variableName", name},
                 LOG_NUMBER("processId", (int64_t)call->target->pid));
    struct action_request *a = request_new(call, err);
    if (!a)
        return -ENOMEM;
    a->variable = take_ptr(name);
    r = target_request_empty(a->target, IPC_PROCESS_ENVIRONMENT, REQUEST_LAST, ANSWER_MS, on_answer,
                             a, &a->request, err);
    if (r < 0)
        request_free(a);
    else
        *ret = &a->base;
    return r;
}

/* What was asked of the runtime cannot be taken back. */
void action_request_end(struct action *action, enum action_end how)
{
    struct action_request *a = container_of(action, struct action_request, base);

    (void)how;
    target_request_cancel(a->request);
    request_free(a);
}
