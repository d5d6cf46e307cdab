/*
 * OpenAPI 3.0, the form of the file that the peer publishes (contract/openapi.json), from which
 * clients have been generated. (The running peer writes the same content as 3.1.)
 */
#include "src/api/openapi/document.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "src/api/openapi/endpoint.h"
#include "src/api/openapi/schema_json.h"

/* Answers that many routes share: a component each. */
static const struct shared_reply {
    unsigned bit;
    const char *status, *name, *text;
    const struct schema *problem;
    const char *header;
} shared_replies[] = {
    {REPLY_400, "400", "BadRequestResponse", "Bad Request", &schema_validation_problem, NULL},
    {REPLY_401, "401", "UnauthorizedResponse", "Unauthorized", NULL, "WWW_Authenticate"},
    {REPLY_429, "429", "TooManyRequestsResponse", "TooManyRequests", &schema_problem, NULL},
};

static const struct own_reply {
    unsigned bit;
    const char *status, *text;
    bool content;
} own_replies[] = {
    {REPLY_201, "201", "Created", true},
    {REPLY_200, "200", "OK", true},
    {REPLY_202, "202", "Accepted", false},
    {REPLY_503, "503", "Service Unavailable", true},
};

static const char *const body_types[] = {"application/json", "text/json", "application/*+json"};

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

static void write_content(struct json_out *w, const char *media, const struct schema *s)
{
    json_out_open(w, media, '{');
    schema_json_use(w, "schema", s);
    json_out_close(w, '}');
}

static void write_parameter(struct json_out *w, enum param p)
{
    struct schema plain = schema_params[p];

    json_out_open(w, NULL, '{');
    json_out_string(w, "name", plain.name);
    json_out_string(w, "in", param_is_in_path(p) ? "path" : "query");
    json_out_string(w, "description", plain.sentence);
    if (param_is_in_path(p))
        json_out_bool(w, "required", true);
    plain.sentence = NULL; /* said beside the schema, not in it */
    schema_json_use(w, "schema", &plain);
    json_out_close(w, '}');
}

static void write_parameters(struct json_out *w, const struct endpoint *e)
{
    if (!e->params[0])
        return;
    json_out_open(w, "parameters", '[');
    for (size_t i = 0; i < ENDPOINT_PARAMS && e->params[i]; i++) {
        if (!(schema_params[e->params[i]].flags & SCHEMA_OURS))
            write_parameter(w, e->params[i]);
    }
    json_out_close(w, ']');
}

static void write_body(struct json_out *w, const struct endpoint *e)
{
    if (!e->body)
        return;
    json_out_open(w, "requestBody", '{');
    json_out_open(w, "content", '{');
    for (size_t i = 0; i < COUNT_OF(body_types); i++)
        write_content(w, body_types[i], e->body);
    json_out_close(w, '}');
    json_out_bool(w, "required", true);
    json_out_close(w, '}');
}

static void write_own_reply(struct json_out *w, const struct own_reply *reply,
                            const struct endpoint *e)
{
    json_out_open(w, reply->status, '{');
    json_out_string(w, "description", reply->text);
    if (reply->content && e->content) {
        json_out_open(w, "content", '{');
        for (size_t i = 0; i < ENDPOINT_MEDIA && e->media[i]; i++)
            write_content(w, e->media[i], e->content);
        json_out_close(w, '}');
    }
    json_out_close(w, '}');
}

static void write_replies(struct json_out *w, const struct endpoint *e)
{
    json_out_open(w, "responses", '{');
    for (size_t i = 0; i < COUNT_OF(shared_replies); i++) {
        const struct shared_reply *reply = &shared_replies[i];
        if (e->replies & reply->bit)
            schema_json_refer(w, reply->status, "responses", reply->name);
    }
    for (size_t i = 0; i < COUNT_OF(own_replies); i++) {
        if (e->replies & own_replies[i].bit)
            write_own_reply(w, &own_replies[i], e);
    }
    json_out_close(w, '}');
}

static void write_operation(struct json_out *w, const struct http_route *route, bool open)
{
    const struct endpoint *e = route->details;
    char method[8] = "";

    for (size_t i = 0; route->method[i] && i + 1 < sizeof method; i++)
        method[i] = (char)tolower((unsigned char)route->method[i]);
    json_out_open(w, method, '{');
    json_out_open(w, "tags", '[');
    json_out_string(w, NULL, e->tag);
    json_out_close(w, ']');
    json_out_string(w, "summary", e->summary);
    json_out_string(w, "operationId", e->id);
    write_parameters(w, e);
    write_body(w, e);
    write_replies(w, e);
    if (open)
        json_out_raw(w, "security", "[]");
    json_out_close(w, '}');
}

/* Rows of one path follow each other. */
static void write_paths(struct json_out *w, const struct http_router *router,
                        const struct api_security *security)
{
    const char *path = NULL;

    json_out_open(w, "paths", '{');
    for (size_t i = 0; i < router->count; i++) {
        const struct http_route *route = &router->routes[i];
        if (!((const struct endpoint *)route->details)->id)
            continue;
        if (path && strcmp(path, route->pattern) != 0)
            json_out_close(w, '}');
        if (!path || strcmp(path, route->pattern) != 0)
            json_out_open(w, route->pattern, '{');
        path = route->pattern;
        write_operation(w, route,
                        security->kind != SECURITY_NONE && route->flags & security->open_flag);
    }
    if (path)
        json_out_close(w, '}');
    json_out_close(w, '}');
}

static void write_shared_reply(struct json_out *w, const struct shared_reply *reply)
{
    json_out_open(w, reply->name, '{');
    json_out_string(w, "description", reply->text);
    if (reply->problem) {
        json_out_open(w, "content", '{');
        write_content(w, "application/problem+json", reply->problem);
        json_out_close(w, '}');
    }
    if (reply->header) {
        json_out_open(w, "headers", '{');
        write_content(w, reply->header, &(struct schema){.type = SCHEMA_STRING});
        json_out_close(w, '}');
    }
    json_out_close(w, '}');
}

static void write_components(struct json_out *w, const struct api_security *security)
{
    json_out_open(w, "components", '{');
    json_out_open(w, "schemas", '{');
    for (size_t i = 0; schema_components[i]; i++)
        schema_json_define(w, schema_components[i]->name, schema_components[i]);
    json_out_close(w, '}');
    json_out_open(w, "responses", '{');
    for (size_t i = 0; i < COUNT_OF(shared_replies); i++)
        write_shared_reply(w, &shared_replies[i]);
    json_out_close(w, '}');
    security_write_schemes(w, security);
    json_out_close(w, '}');
}

/* Each tag of the routes once; rows of one tag follow each other. */
static void write_tags(struct json_out *w, const struct http_router *router)
{
    const char *last = "";

    json_out_open(w, "tags", '[');
    for (size_t i = 0; i < router->count; i++) {
        const struct endpoint *e = router->routes[i].details;
        if (!e->id || strcmp(e->tag, last) == 0)
            continue;
        json_out_open(w, NULL, '{');
        json_out_string(w, "name", e->tag);
        json_out_close(w, '}');
        last = e->tag;
    }
    json_out_close(w, ']');
}

int document_build(const struct http_router *router, const struct api_security *security,
                   struct text *ret_rest, struct error *err)
{
    struct json_out w = {ret_rest, false};

    write_paths(&w, router, security);
    write_components(&w, security);
    security_write_need(&w, security);
    write_tags(&w, router);
    json_out_close(&w, '}');
    if (ret_rest->failed)
        return error_set(err, -ENOMEM, "There is no memory for the API document.");
    return 0;
}

/* The Host header is the client's: it is escaped, whatever it holds. */
static void write_servers(struct json_out *w, const char *scheme, const char *host)
{
    struct text url = {0};

    text_add_fmt(&url, "%s://%s/", scheme, *host ? host : "localhost");
    w->to->failed |= url.failed;
    json_out_open(w, "servers", '[');
    json_out_open(w, NULL, '{');
    if (!url.failed)
        json_out_string(w, "url", url.data);
    json_out_close(w, '}');
    json_out_close(w, ']');
    text_deinit(&url);
}

void document_write(const struct text *rest, const char *scheme, const char *host, struct text *ret)
{
    struct json_out w = {ret, false};

    json_out_open(&w, NULL, '{');
    json_out_string(&w, "openapi", "3.0.4");
    json_out_open(&w, "info", '{');
    json_out_string(&w, "title", "dotnet-monitor");
    json_out_string(&w, "version", "1.0");
    json_out_close(&w, '}');
    write_servers(&w, scheme, host);
    text_add(ret, ",", 1);
    text_add(ret, rest->data, rest->size);
}
