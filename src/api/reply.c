#include "src/api/reply.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "src/api/request_log.h"

enum { HEADERS_MAX = 8 };

/* Error codes become statuses here and nowhere else. Type and title as ASP.NET fills them in. */
static const struct problem_kind {
    int code, status;
    const char *type, *title;
} kinds[] = {
    {-EBUSY, 429, NULL, "Too Many Requests"},
    {-ENOSYS, 501, "https://tools.ietf.org/html/rfc9110#section-15.6.2", "Not Implemented"},
    {0, 400, "https://tools.ietf.org/html/rfc9110#section-15.5.1", "Bad Request"},
};

static const struct problem_kind *kind_of(int code)
{
    const struct problem_kind *kind = kinds;

    while (kind->code && kind->code != code)
        kind++;
    return kind;
}

static void send_json(struct http_exchange *x, int status, const char *content_type, cJSON *json,
                      const struct http_pair *more, size_t count)
{
    struct http_pair headers[HEADERS_MAX] = {{"Content-Type", content_type}};
    char *text = json ? cJSON_PrintUnformatted(json) : NULL;

    cJSON_Delete(json);
    for (size_t i = 0; i < count && i + 1 < HEADERS_MAX; i++)
        headers[i + 1] = more[i];
    if (text)
        http_respond(x, status, headers, count + 1, text, strlen(text));
    else
        http_respond(x, 500, NULL, 0, NULL, 0);
    free(text);
}

void reply_json(struct http_exchange *x, int status, cJSON *json)
{
    request_log_written(x);
    send_json(x, status, "application/json; charset=utf-8", json, NULL, 0);
}

void reply_problem_with(struct http_exchange *x, const struct error *err,
                        const struct http_pair *headers, size_t count)
{
    const struct problem_kind *kind = kind_of(err->code);
    cJSON *json = cJSON_CreateObject();

    if (kind->type)
        (void)cJSON_AddStringToObject(json, "type", kind->type);
    (void)cJSON_AddStringToObject(json, "title", kind->title);
    (void)cJSON_AddNumberToObject(json, "status", kind->status);
    (void)cJSON_AddStringToObject(json, "detail", err->text);
    send_json(x, kind->status, "application/problem+json", json, headers, count);
}

void reply_problem(struct http_exchange *x, const struct error *err)
{
    request_log_failed(x, err);
    reply_problem_with(x, err, NULL, 0);
}

void reply_empty(struct http_exchange *x, int status)
{
    http_respond(x, status, NULL, 0, NULL, 0);
}
