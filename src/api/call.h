/*
 * api/call.h - a request as its route's parameters read it.
 *
 * One binder for all routes, driven by the tables of api/openapi. It follows ASP.NET's minimal API
 * (CONTRACT 1.1 to 1.3, and what the running peer answers): names without case, values of a
 * repeated name joined by commas, and a value that cannot be read is a 400 without body.
 */
#pragma once

#include <cJSON.h>

#include "proto/wire/guid.h"
#include "src/api/openapi/endpoint.h"

struct call_value {
    bool given;     /* by the request, not by the parameter's default */
    int32_t number; /* integers, enums, booleans (0 or 1); the default when not given */
    int64_t large;  /* integers of 64 bits */
    struct guid guid;
    const char *text; /* strings; NULL when absent or empty: the same to the peer */
};

struct call {
    struct call_value at[PARAM_COUNT];
    cJSON *body; /* fits the endpoint's schema; NULL without */
    char *joined[PARAM_COUNT];
};

/* Reads `e`'s parameters from the query and the path, all that can be read. 0; -EINVAL: one cannot
 * be read; -ENOMEM. `ret` borrows from `request`; call_deinit() in every case. */
int call_bind_query(const struct endpoint *e, const struct http_request *request, struct call *ret);

/* Reads the body. 0; or the status to answer with: 415 for a type that is not JSON, 400 when it is
 * not JSON, has the wrong shape, or is missing (then `*ret_missing` is true: the peer looks at the
 * query before it says so), 500 without memory. */
int call_bind_body(const struct endpoint *e, const struct http_request *request, struct call *ret,
                   bool *ret_missing);

void call_deinit(struct call *c);

/* The call of an exchange whose route's handler runs; lives as long as the exchange. */
const struct call *call_of(const struct http_exchange *x);

/* A route's `handle`; `user` is the struct api. Binds, answers what cannot be bound and what
 * --no-http-egress forbids, and runs the endpoint's handler. */
void call_run(void *user, struct http_exchange *x);
