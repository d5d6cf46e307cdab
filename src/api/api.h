/*
 * api/api.h - the HTTP API: routes over processes, artifacts and operations.
 *
 * The only place that knows both HTTP and diagnostics. One file per resource; a route is a row in
 * routes.c.
 */
#pragma once

#include <uv.h>

#include "src/api/openapi/document.h"
#include "src/auth/auth.h"
#include "src/base/error.h"
#include "src/base/text.h"
#include "src/config/options.h"
#include "src/http/router.h"
#include "src/http/server.h"
#include "src/io/resident.h"
#include "src/metrics/readers.h"
#include "src/ops/operation.h"
#include "src/target/registry.h"

struct egress;
struct exceptions_service;
struct metrics_service;
struct otlp;
struct rules;
struct settings;
struct tls_context;

/* The upper part is borrowed from main. */
struct api {
    uv_loop_t *loop;
    const struct options *options;
    const struct settings *settings;
    struct registry *registry;
    struct operations *operations;
    struct egress *egress;           /* destinations by name */
    struct metrics_service *metrics; /* NULL: Metrics:Enabled is false */
    struct exceptions_service *exceptions;
    struct rules *rules;            /* NULL: shutting down */
    struct otlp *otlp;              /* NULL: nothing is pushed */
    struct metrics_readers readers; /* of /metrics */
    const char *dump_folder;        /* its path */
    struct auth *auth;              /* who may do what */
    unsigned waiting;               /* requests that wait for auth */
    struct api_security security;   /* what `/` says about credentials */
    struct resident *resident;      /* told of each request */
    bool draining;                  /* shutting down: /readyz says so */
    struct http_router router;
    struct text document;    /* document_build()'s; empty until it is asked for */
    struct tls_context *tls; /* NULL without https addresses; api_deinit() frees it */
};

/* Roles of listeners. */
enum { ROLE_API, ROLE_METRICS };

/* Flags of routes. */
enum {
    ROUTE_OPEN = 1,       /* needs no authentication */
    ROUTE_ON_METRICS = 2, /* served on metrics addresses too */
};

/* The scope (auth/scope.h) that a route asks of a credential, in its flags. */
#define ROUTE_SCOPE(s) ((unsigned)(s) << 8)

/* Fills in the router; the borrowed fields are set by the caller. */
void api_init(struct api *api);

/* After the server has closed, while the loop still turns. */
void api_deinit(struct api *api);

/* The router's admit: false when it has answered itself (404 on a metrics address, 401, 403, 503)
 * or will run the handler later, when it can be known who asks. Sets request.identity. */
bool api_admit(void *user, const struct http_route *route, struct http_exchange *x);

/* The http_handler for the server. */
struct http_handler api_handler(struct api *api);

/* Looks at the configured addresses, loads the certificate that https ones need, and logs what is
 * wrong with them (events 14 and 15). The peer does this before it speaks of keys. */
void api_check_addresses(struct api *api);

/* Opens the configured addresses on `http`, after api_check_addresses(). One that cannot be opened
 * is logged and passed over; -EADDRINUSE when one is in use, -EINVAL when none is left. */
int api_listen(struct api *api, struct http_server *http, struct error *err);

/* The options have changed: takes up another certificate. */
void api_reload_tls(struct api *api);

/* Handlers, by resource; `user` is the struct api, the request is bound (call.h). */
void api_get_root(void *user, struct http_exchange *x);
void api_get_processes(void *user, struct http_exchange *x);
void api_get_process(void *user, struct http_exchange *x);
void api_get_env(void *user, struct http_exchange *x);
void api_get_info(void *user, struct http_exchange *x);
void api_get_trace(void *user, struct http_exchange *x);
void api_post_trace(void *user, struct http_exchange *x);
void api_get_pprof(void *user, struct http_exchange *x);
void api_get_pprof_profile(void *user, struct http_exchange *x);
void api_get_pprof_allocs(void *user, struct http_exchange *x);
void api_livemetrics(void *user, struct http_exchange *x);
void api_get_metrics(void *user, struct http_exchange *x);
void api_logs(void *user, struct http_exchange *x);
void api_exceptions(void *user, struct http_exchange *x);
void api_get_stacks(void *user, struct http_exchange *x);
void api_get_threadpool(void *user, struct http_exchange *x);
void api_get_dump(void *user, struct http_exchange *x);
void api_get_gcdump(void *user, struct http_exchange *x);
void api_get_operations(void *user, struct http_exchange *x);
void api_get_operation(void *user, struct http_exchange *x);
void api_delete_operation(void *user, struct http_exchange *x);
void api_get_collection_rules(void *user, struct http_exchange *x);
void api_get_collection_rule(void *user, struct http_exchange *x);
void api_get_healthz(void *user, struct http_exchange *x);
void api_get_readyz(void *user, struct http_exchange *x);
void api_unserved(void *user, struct http_exchange *x);
