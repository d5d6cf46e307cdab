/*
 * A fetch has a curl_loop of its own: there are three of them in 12 hours, and so there is nothing
 * to share, and no connection to keep.
 */
#include "src/net/fetch.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/cleanup.h"
#include "src/net/fetch_url.h"
#include "src/net/request.h"

struct fetch {
    struct curl_loop *curl;
    struct request *request;
    char *url;
    void (*on_done)(void *user, const struct fetch_result *result);
    void *user;
};

static void destroy(struct fetch *f)
{
    curl_loop_free(f->curl);
    free(f->url);
    free(f);
}

static void destroy_fetch(struct fetch **f)
{
    if (*f)
        destroy(*f);
}

static int judge(const struct fetch *f, const struct request_result *result, struct error *err)
{
    if (result->code < 0)
        return error_set(err, result->code, "%s", result->text);
    if (result->status >= 300 && result->status < 400)
        return error_set(err, -EPROTO, "GET %s: status %ld; redirects are not followed", f->url,
                         result->status);
    if (result->status != 200)
        return error_set(err, -EPROTO, "GET %s: status %ld instead of 200", f->url, result->status);
    return 0;
}

static void on_answer(void *user, const struct request_result *result)
{
    struct fetch *f = user;
    void (*on_done)(void *user, const struct fetch_result *result) = f->on_done;
    void *owner = f->user;
    struct error err = {0};
    int code = judge(f, result, &err);

    destroy(f);
    on_done(owner, &(struct fetch_result){.code = code,
                                          .text = err.text,
                                          .body = code == 0 ? result->body : "",
                                          .size = code == 0 ? result->size : 0});
}

int fetch_start(uv_loop_t *loop, const struct fetch_request *request,
                void (*on_done)(void *user, const struct fetch_result *result), void *user,
                struct fetch **ret, struct error *err)
{
    const char *const headers[] = {request->header, NULL};
    const struct request_options options = {
        .url = request->url,
        .protocols = request->loopback ? "https,http" : "https",
        .direct = strncmp(request->url, "http:", 5) == 0, /* this machine */
        .size_max = request->size_max,
        .connect_ms = request->connect_ms,
        .total_ms = request->total_ms,
        .headers = headers,
    };
    int r = fetch_url_check(request->url, request->loopback, err);

    if (r < 0)
        return r;
    cleanup(destroy_fetch) struct fetch *f = calloc(1, sizeof *f);
    if (!f)
        return error_set(err, -ENOMEM, "fetch %.200s", request->url);
    f->on_done = on_done;
    f->user = user;
    f->url = strdup(request->url);
    if (!f->url)
        return error_set(err, -ENOMEM, "fetch %.200s", request->url);
    r = curl_loop_new(loop, &f->curl, err);
    if (r == 0)
        r = request_start(f->curl, &options, on_answer, f, &f->request, err);
    if (r < 0)
        return r;
    *ret = take_ptr(f);
    return 0;
}

void fetch_abandon(struct fetch *f)
{
    request_abandon(f->request);
    destroy(f);
}
