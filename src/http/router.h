/*
 * http/router.h - routes are rows: method, path pattern, handler.
 *
 * Paths match without case, a trailing slash is tolerated (as the peer), {name} matches one
 * non-empty segment. An unknown path is 404, a known path with another method 405 with an Allow
 * header; both have no body.
 */
#pragma once

#include <stddef.h>

#include "src/http/exchange.h"

struct http_route {
    const char *method;  /* "GET" */
    const char *pattern; /* "/operations/{operationId}" */
    void (*handle)(void *user, struct http_exchange *x);
    unsigned flags;      /* the caller's own, e.g. "needs no authentication" */
    const void *details; /* the caller's own */
};

struct http_router {
    const struct http_route *routes;
    size_t count;
    void *user; /* handed to every handler */
    /* Asked before the handler of a matched route; false means it has answered itself. May be NULL.
     */
    bool (*admit)(void *user, const struct http_route *route, struct http_exchange *x);
};

/* An http_handler's on_request; `user` is the struct http_router. */
void http_router_dispatch(void *user, struct http_exchange *x);
