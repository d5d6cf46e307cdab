/* GET /: the OpenAPI document. */
#include <errno.h>

#include "src/api/api.h"
#include "src/api/reply.h"

void api_get_root(void *user, struct http_exchange *x)
{
    /* As the peer writes it here, without a blank. */
    static const struct http_pair headers[] = {{"Content-Type", "application/json;charset=utf-8"}};
    struct api *api = user;
    const struct http_request *request = http_exchange_request(x);
    struct text all = {0};
    struct error err;

    if (!api->document.size &&
        document_build(&api->router, &api->security, &api->document, &err) < 0) {
        text_deinit(&api->document);
        reply_empty(x, 500);
        return;
    }
    document_write(&api->document, request->scheme, request->host, &all);
    if (all.failed)
        reply_empty(x, 500);
    else
        http_respond(x, 200, headers, 1, all.data, all.size);
    text_deinit(&all);
}
