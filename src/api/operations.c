/* GET /operations, GET and DELETE /operations/{operationId} (CONTRACT section 5). */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/api/api.h"
#include "src/api/call.h"
#include "src/api/reply.h"
#include "src/base/clock.h"
#include "src/ops/tags.h"

static void add_text_or_null(cJSON *json, const char *name, const char *text)
{
    if (text)
        (void)cJSON_AddStringToObject(json, name, text);
    else
        (void)cJSON_AddNullToObject(json, name);
}

static void add_process(cJSON *json, const struct operation *op)
{
    cJSON *process = cJSON_AddObjectToObject(json, "process");
    char uid[GUID_TEXT_SIZE];

    (void)cJSON_AddNumberToObject(process, "pid", (double)op->pid);
    (void)cJSON_AddStringToObject(process, "uid", guid_format(&op->uid, uid));
    (void)cJSON_AddStringToObject(process, "name", op->process_name);
}

static void add_summary(cJSON *json, const struct operation *op)
{
    char created[CLOCK_ISO_SIZE];

    (void)cJSON_AddStringToObject(json, "operationId", op->id);
    (void)cJSON_AddStringToObject(json, "createdDateTime", clock_iso(op->created, created));
    (void)cJSON_AddStringToObject(json, "status", operation_state_name(op->state));
    add_process(json, op);
    add_text_or_null(json, "egressProviderName", op->egress_provider);
    (void)cJSON_AddBoolToObject(json, "isStoppable", operation_is_stoppable(op));
    cJSON *tags = cJSON_AddArrayToObject(json, "tags");
    for (size_t i = 0; i < op->tag_count; i++)
        (void)cJSON_AddItemToArray(tags, cJSON_CreateString(op->tags[i]));
}

static bool is_wanted(const struct operation *op, const struct call *c, char *const *tags,
                      size_t tag_count)
{
    const struct call_value *pid = &c->at[PARAM_PID], *uid = &c->at[PARAM_UID];
    const char *name = c->at[PARAM_NAME].text;

    return (!pid->given || (pid->number >= 0 && (uint64_t)pid->number == op->pid)) &&
           (!uid->given || guid_equal(&uid->guid, &op->uid)) &&
           (!name || strcmp(name, op->process_name) == 0) &&
           tags_include(op->tags, op->tag_count, tags, tag_count);
}

void api_get_operations(void *user, struct http_exchange *x)
{
    struct api *api = user;
    const struct call *c = call_of(x);
    char **tags;
    size_t tag_count;
    struct error err;

    if (tags_split(c->at[PARAM_TAGS].text, &tags, &tag_count, &err) < 0) {
        reply_problem(x, &err);
        return;
    }
    cJSON *list = cJSON_CreateArray();
    list_each(op, operations_list(api->operations), const struct operation, link)
    {
        if (!is_wanted(op, c, tags, tag_count))
            continue;
        cJSON *json = cJSON_CreateObject();
        add_summary(json, op);
        (void)cJSON_AddItemToArray(list, json);
    }
    tags_free(tags, tag_count);
    reply_json(x, 200, list);
}

/* The operation that the path names, or NULL when the answer has been sent. */
static struct operation *find_operation(struct api *api, struct http_exchange *x)
{
    struct operation *op = operations_find(api->operations, &call_of(x)->at[PARAM_OPERATION].guid);
    struct error err;

    if (!op) {
        (void)error_set(&err, -ENOENT, "Operation not found.");
        reply_problem(x, &err);
    }
    return op;
}

void api_get_operation(void *user, struct http_exchange *x)
{
    const struct operation *op = find_operation(user, x);

    if (!op)
        return;
    cJSON *json = cJSON_CreateObject();
    add_text_or_null(json, "resourceLocation", op->resource_location);
    if (op->state == OPERATION_FAILED && op->error) {
        cJSON *error = cJSON_AddObjectToObject(json, "error");
        (void)cJSON_AddStringToObject(error, "code", "400");
        (void)cJSON_AddStringToObject(error, "message", op->error);
    } else {
        (void)cJSON_AddNullToObject(json, "error");
    }
    add_summary(json, op);
    reply_json(x, op->state == OPERATION_SUCCEEDED ? 201 : 200, json);
}

void api_delete_operation(void *user, struct http_exchange *x)
{
    bool stop = call_of(x)->at[PARAM_STOP].number;
    struct operation *op = find_operation(user, x);
    struct error err;

    if (!op)
        return;
    int r = stop ? operation_stop(op, &err) : operation_cancel(op, &err);
    if (r < 0)
        reply_problem(x, &err);
    else
        reply_empty(x, stop ? 202 : 200);
}
