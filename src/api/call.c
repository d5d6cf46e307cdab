#include "src/api/call.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "src/api/api.h"
#include "src/api/body.h"
#include "src/api/reply.h"
#include "src/base/text.h"

/* Appends to a list with commas; empty pieces do not count. */
static void add_piece(struct text *all, const char *piece)
{
    if (!*piece)
        return;
    if (all->size)
        text_add_str(all, ",");
    text_add_str(all, piece);
}

/* The value of `name`: of several, those that are not empty, with commas between (then the caller
 * owns `*ret_joined`), as in the peer. */
static int find_value(const struct http_request *request, const char *name, const char **ret,
                      char **ret_joined)
{
    struct text all = {0};
    size_t count = 0;

    *ret = NULL;
    for (size_t i = 0; i < request->query_count; i++) {
        const struct http_pair *pair = &request->query[i];
        if (strcasecmp(pair->name, name) != 0)
            continue;
        if (count++ == 0)
            *ret = pair->value;
        add_piece(&all, pair->value);
    }
    if (count < 2) {
        text_deinit(&all);
        return 0;
    }
    *ret = *ret_joined = text_take(&all);
    return *ret ? 0 : -ENOMEM;
}

static bool read_truth(const char *text, int32_t *ret)
{
    bool truth;

    if (!text_to_bool(text, &truth))
        return false;
    *ret = truth;
    return true;
}

static bool read_text(const struct schema *s, const char *text, struct call_value *ret)
{
    if (s->values)
        return schema_read_enum(s, text, &ret->number);
    if (s->format)
        return guid_parse(text, &ret->guid);
    ret->text = *text ? text : NULL;
    return true;
}

static bool read_value(const struct schema *s, const char *text, struct call_value *ret)
{
    switch (s->type) {
    case SCHEMA_INTEGER:
        return strcmp(s->format, "int64") == 0 ? schema_read_long(text, &ret->large)
                                               : schema_read_integer(text, &ret->number);
    case SCHEMA_BOOLEAN:
        return read_truth(text, &ret->number);
    case SCHEMA_STRING:
        return read_text(s, text, ret);
    case SCHEMA_OBJECT:
    case SCHEMA_ARRAY:
    case SCHEMA_MAP:
    case SCHEMA_SAME:
        break;
    }
    return false; /* no parameter is of these */
}

static int bind_value(enum param p, const char *text, struct call *c)
{
    const struct schema *s = schema_real(&schema_params[p]);

    c->at[p].given = text != NULL;
    if (!text)
        text = s->fallback;
    return !text || read_value(s, text, &c->at[p]) ? 0 : -EINVAL;
}

int call_bind_query(const struct endpoint *e, const struct http_request *request, struct call *ret)
{
    size_t place = 0;
    int first = 0;

    for (size_t i = 0; i < ENDPOINT_PARAMS && e->params[i]; i++) {
        enum param p = e->params[i];
        const char *text = NULL;
        int r = 0;
        if (param_is_in_path(p))
            text = request->params[place++];
        else
            r = find_value(request, schema_params[p].name, &text, &ret->joined[p]);
        if (r == 0)
            r = bind_value(p, text, ret);
        if (first == 0)
            first = r;
    }
    return first;
}

int call_bind_body(const struct endpoint *e, const struct http_request *request, struct call *ret,
                   bool *ret_missing)
{
    *ret_missing = false;
    if (!e->body)
        return 0;
    if (request->body_size == 0) {
        *ret_missing = true;
        return 400;
    }
    if (!body_is_json_type(http_request_header(request, "Content-Type")))
        return 415;
    ret->body = body_parse((const char *)request->body, request->body_size);
    return ret->body && body_fits(ret->body, e->body) ? 0 : 400;
}

void call_deinit(struct call *c)
{
    cJSON_Delete(c->body);
    for (size_t i = 0; i < PARAM_COUNT; i++)
        free(c->joined[i]);
    *c = (struct call){0};
}

const struct call *call_of(const struct http_exchange *x)
{
    return http_exchange_kept(x);
}

static void release(void *data)
{
    call_deinit(data);
    free(data);
}

static bool is_artifact(const struct endpoint *e)
{
    for (size_t i = 0; i < ENDPOINT_PARAMS && e->params[i]; i++) {
        if (e->params[i] == PARAM_EGRESS)
            return true;
    }
    return false;
}

/* The order is that of the running peer: the body's bytes, HTTP egress, the query, no body. */
static bool bind_call(const struct api *api, struct http_exchange *x, struct call *c)
{
    const struct http_request *request = http_exchange_request(x);
    const struct endpoint *e = request->route->details;
    struct error err;
    bool missing;
    int status = call_bind_body(e, request, c, &missing);

    if (status && !missing) {
        reply_empty(x, status);
        return false;
    }
    int r = call_bind_query(e, request, c);
    if (is_artifact(e) && api->options->no_http_egress && !c->at[PARAM_EGRESS].text) {
        (void)error_set(&err, -EPERM, "HTTP egress is not enabled.");
        reply_problem(x, &err);
        return false;
    }
    if (r < 0 || missing) {
        reply_empty(x, r == -ENOMEM ? 500 : 400);
        return false;
    }
    return true;
}

void call_run(void *user, struct http_exchange *x)
{
    const struct endpoint *e = http_exchange_request(x)->route->details;
    struct call *c = calloc(1, sizeof *c);

    if (!c) {
        reply_empty(x, 500);
        return;
    }
    http_exchange_keep(x, c, release);
    if (bind_call(user, x, c))
        e->handle(user, x);
}
