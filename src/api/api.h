/*
 * api/api.h - the HTTP API: routes over processes, artifacts and operations.
 *
 * The only place that knows both HTTP and diagnostics. One file per resource; a route is a row in
 * routes.c.
 */
#pragma once

#include <uv.h>

#include "src/base/error.h"
#include "src/config/options.h"
#include "src/http/router.h"
#include "src/http/server.h"
#include "src/ops/operation.h"
#include "src/target/registry.h"

/* All borrowed from main. */
struct api {
    uv_loop_t *loop;
    const struct options *options;
    struct registry *registry;
    struct operations *operations;
    struct http_router router;
    bool draining; /* shutting down: /readyz says so */
};

/* Roles of listeners. */
enum { ROLE_API, ROLE_METRICS };

/* Flags of routes. */
enum {
    ROUTE_OPEN = 1,       /* needs no authentication */
    ROUTE_ON_METRICS = 2, /* served on metrics addresses too */
};

/* Fills in the router; `api`'s other fields are set by the caller. */
void api_init(struct api *api);

/* The router's admit: false when it has answered itself (404 on a metrics address, 401, 403). */
bool api_admit(void *user, const struct http_route *route, struct http_exchange *x);

/* The http_handler for the server. */
struct http_handler api_handler(struct api *api);

/* Opens the configured addresses on `http`. One that cannot be opened is logged and passed over;
 * -EADDRINUSE when one is in use, -EINVAL when none is left. */
int api_listen(struct api *api, struct http_server *http, struct error *err);

/* Handlers, by resource; `user` is the struct api. */
void api_get_processes(void *user, struct http_exchange *x);
void api_get_process(void *user, struct http_exchange *x);
void api_get_env(void *user, struct http_exchange *x);
void api_get_info(void *user, struct http_exchange *x);
void api_get_dump(void *user, struct http_exchange *x);
void api_get_operations(void *user, struct http_exchange *x);
void api_get_operation(void *user, struct http_exchange *x);
void api_delete_operation(void *user, struct http_exchange *x);
void api_get_healthz(void *user, struct http_exchange *x);
void api_get_readyz(void *user, struct http_exchange *x);
