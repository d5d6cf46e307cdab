/* What holds for every request, before its route is looked for: the host it names, HSTS, CORS. */
#include <string.h>
#include <strings.h>

#include "src/api/api.h"
#include "src/api/cors.h"
#include "src/api/host_filter.h"
#include "src/api/request_log.h"

/* Browsers must not remember https for names that many things on one machine share. */
static bool is_local(const char *host)
{
    static const char *const names[] = {"localhost", "127.0.0.1", "[::1]"};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        size_t n = strlen(names[i]);
        if (strncasecmp(host, names[i], n) == 0 && (host[n] == '\0' || host[n] == ':'))
            return true;
    }
    return false;
}

static void add_hsts(struct http_exchange *x)
{
    static const struct http_pair hsts = {"Strict-Transport-Security", "max-age=2592000"};
    const struct http_request *r = http_exchange_request(x);

    if (strcmp(r->scheme, "https") == 0 && !is_local(r->host))
        http_exchange_add_header(x, &hsts, HTTP_EXTRA_ALWAYS);
}

static void refuse_host(struct http_exchange *x)
{
    static const struct http_pair type = {"Content-Type", "text/plain"};
    static const char text[] = "This host name is not in AllowedHosts.\n";

    http_respond(x, 400, &type, 1, text, sizeof text - 1);
}

static void on_request(void *user, struct http_exchange *x)
{
    struct api *api = user;
    const struct options *o = api->options;

    if (api->resident)
        resident_touch(api->resident);
    request_log_begin(x);
    if (!host_filter_allows(o->allowed_hosts, http_exchange_request(x)->host)) {
        refuse_host(x);
        return;
    }
    add_hsts(x);
    if (cors_answer_preflight(o->cors_origins, x))
        return;
    cors_add_headers(o->cors_origins, x);
    http_router_dispatch(&api->router, x);
}

struct http_handler api_handler(struct api *api)
{
    return (struct http_handler){api, on_request};
}
