#include "src/http/router.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "src/base/text.h"
#include "src/http/conn.h"
#include "src/http/query.h"

enum { SEGMENTS = 16 }; /* of a path; no route of ours has half of them */
enum { PARAMS = sizeof((struct http_request *)0)->params / sizeof(char *) };

struct path {
    const char *segments[SEGMENTS];
    size_t count;
};

/* Cuts the raw path at its slashes and only then decodes, so that an escaped slash stays inside its
 * segment. False when there are too many. */
static bool cut_path(char *raw, struct path *ret)
{
    size_t n = 0;
    char *rest = *raw == '/' ? raw + 1 : raw;

    for (char *piece; (piece = strsep(&rest, "/")) != NULL;) {
        if (!rest && *piece == '\0')
            break; /* the slash at the end */
        if (n == SEGMENTS || !http_decode(piece, HTTP_DECODE_PATH))
            return false;
        ret->segments[n++] = piece;
    }
    ret->count = n;
    return true;
}

static bool segment_matches(const char *pattern, size_t size, const char *segment)
{
    if (pattern[0] == '{')
        return *segment != '\0';
    return strlen(segment) == size && strncasecmp(pattern, segment, size) == 0;
}

static bool path_matches(const char *pattern, const struct path *p, const char *params[PARAMS])
{
    size_t i = 0, places = 0;

    while (*pattern == '/' && pattern[1]) {
        size_t size = strcspn(++pattern, "/");
        if (i == p->count || !segment_matches(pattern, size, p->segments[i]))
            return false;
        if (*pattern == '{' && places < PARAMS)
            params[places++] = p->segments[i];
        pattern += size;
        i++;
    }
    return i == p->count;
}

/* Methods of rows that match the path, each once, in the order of the table. */
static void add_allowed(struct text *allow, const char *method)
{
    size_t n = strlen(method);

    for (const char *at = allow->data; at && *at; at += strcspn(at, " "), at += *at == ' ') {
        if (strncmp(at, method, n) == 0 && (at[n] == ',' || at[n] == '\0'))
            return;
    }
    if (allow->size)
        text_add_str(allow, ", ");
    text_add_str(allow, method);
}

static const struct http_route *find_route(const struct http_router *router, const struct path *p,
                                           struct http_request *request, struct text *allow)
{
    for (size_t i = 0; i < router->count; i++) {
        const struct http_route *route = &router->routes[i];
        const char *params[PARAMS] = {0};
        if (!path_matches(route->pattern, p, params))
            continue;
        if (strcmp(route->method, request->method) == 0) {
            memcpy(request->params, params, sizeof params);
            request->route = route;
            return route;
        }
        add_allowed(allow, route->method);
    }
    return NULL;
}

static void answer_unknown(struct http_exchange *x, const struct text *allow)
{
    struct http_pair header = {"Allow", allow->data};

    if (allow->data)
        http_respond(x, 405, &header, 1, "", 0);
    else
        http_respond(x, 404, NULL, 0, "", 0);
}

void http_router_dispatch(void *user, struct http_exchange *x)
{
    const struct http_router *router = user;
    const struct http_route *route = NULL;
    struct path path = {0};
    struct text allow = {0};

    x->params = strdup(x->parse.raw_path);
    if (x->params && cut_path(x->params, &path))
        route = find_route(router, &path, &x->request, &allow);
    if (!route)
        answer_unknown(x, &allow);
    else if (!router->admit || router->admit(router->user, route, x))
        route->handle(router->user, x);
    text_deinit(&allow);
}
