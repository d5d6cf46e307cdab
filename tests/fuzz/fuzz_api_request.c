/* What a client can say to a route beyond its path: query, Accept, Content-Type, Host and body, a
 * line each; the first byte picks the route. */
#include <cJSON.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "src/api/accept.h"
#include "src/api/api.h"
#include "src/api/call.h"
#include "src/http/query.h"

static const char *const formats[] = {"text/plain", "application/json",
                                      "application/speedscope+json", NULL};

struct input {
    char *text, *lines[4];
    const uint8_t *body;
    size_t body_size;
};

/* False when it has too few lines. */
static bool cut(const uint8_t *data, size_t size, struct input *ret)
{
    char *rest = ret->text = malloc(size + 1);

    if (!rest)
        abort();
    if (size)
        memcpy(rest, data, size);
    rest[size] = '\0';
    for (size_t i = 0; i < 4; i++) {
        char *end = memchr(rest, '\n', size - (size_t)(rest - ret->text));
        if (!end || memchr(rest, '\0', (size_t)(end - rest)))
            return false;
        *end = '\0';
        ret->lines[i] = rest;
        rest = end + 1;
    }
    ret->body_size = size - (size_t)(rest - ret->text);
    ret->body = data + (size - ret->body_size);
    return true;
}

static void check_value(enum param p, const struct call_value *v)
{
    const struct schema *s = schema_real(&schema_params[p]);
    int32_t again;

    if (s->values && v->given) {
        char number[16];
        (void)snprintf(number, sizeof number, "%d", (int)v->number);
        if (!schema_read_enum(s, number, &again) || again != v->number)
            abort();
    }
    if (s->type == SCHEMA_BOOLEAN && (v->number < 0 || v->number > 1))
        abort();
    if (v->text && v->text[0] == '\0')
        abort();
}

static void bind_request(const struct endpoint *e, struct http_request *request)
{
    struct call c = {0};
    bool missing;
    int status = call_bind_body(e, request, &c, &missing);

    if (status != 0 && status != 400 && status != 415)
        abort();
    if (missing && (request->body_size || status != 400))
        abort();
    if (call_bind_query(e, request, &c) == 0) {
        for (size_t i = 0; i < ENDPOINT_PARAMS && e->params[i]; i++)
            check_value(e->params[i], &c.at[e->params[i]]);
    }
    call_deinit(&c);
}

/* Whatever a host holds, the document stays one. Invalid UTF-8 is kept out by the server. */
static void write_document(const char *host)
{
    static const struct text rest = {.data = (char *)(uintptr_t) "\"x\":1}", .size = 6};
    struct text all = {0};

    document_write(&rest, "http", host, &all);
    cJSON *json = cJSON_ParseWithOpts(all.data, NULL, true);
    if (!json || cJSON_GetArraySize(json) != 4)
        abort();
    cJSON_Delete(json);
    text_deinit(&all);
}

static void ask(const struct http_route *route, const struct input *in)
{
    const struct http_pair headers[] = {{"Accept", in->lines[1]}, {"Content-Type", in->lines[2]}};
    struct http_pair *pairs = calloc(http_query_bound(in->lines[0]), sizeof *pairs);
    struct http_request request = {
        .query = pairs,
        .headers = headers,
        .header_count = 2,
        .body = in->body,
        .body_size = in->body_size,
        .params = {in->lines[3], in->lines[3], in->lines[3], in->lines[3]},
    };

    if (!pairs)
        abort();
    int format = accept_choose(&request, formats);
    if (format < ACCEPT_NONE || format > 2)
        abort();
    if (http_query_split(in->lines[0], pairs, &request.query_count))
        bind_request(route->details, &request);
    write_document(in->lines[3]);
    free(pairs);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct api api;
    struct input in;

    if (size == 0)
        return 0;
    api_init(&api);
    if (cut(data + 1, size - 1, &in))
        ask(&api.router.routes[data[0] % api.router.count], &in);
    free(in.text);
    return 0;
}
