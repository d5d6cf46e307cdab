/*
 * net/fetch.h - one HTTPS GET of a small document, bounded in time and size.
 *
 * libcurl's multi interface on the loop: sockets are watched, names are resolved on a thread of
 * libcurl's own, nothing blocks. Redirects are not followed: what is asked for is an exact address
 * of somebody who is trusted. Certificates are checked against the system's authorities, or those
 * of SSL_CERT_FILE and SSL_CERT_DIR; proxies are those of the environment (https_proxy, no_proxy).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <uv.h>

#include "src/base/error.h"

struct fetch;

struct fetch_request {
    const char *url; /* copied */
    bool loopback;   /* see fetch_url.h */
    size_t size_max; /* of the body */
    int connect_ms;  /* names, connection, TLS */
    int total_ms;
    const char *header; /* "Name: value", one more; NULL: none */
};

struct fetch_result {
    int code;         /* 0: status 200 and a whole body; else negative errno: -ETIMEDOUT, -E2BIG,
                         -ECONNREFUSED, -EHOSTUNREACH (name), -EKEYREJECTED (TLS), -EPROTO */
    const char *text; /* why, with the cure; "" when code is 0 */
    const char *body; /* NUL-terminated, never NULL; valid during the call */
    size_t size;
};

/* `on_done` comes exactly once, later, from the loop; the fetch is gone when it is called. */
int fetch_start(uv_loop_t *loop, const struct fetch_request *request,
                void (*on_done)(void *user, const struct fetch_result *result), void *user,
                struct fetch **ret, struct error *err);

/* on_done will not come. */
void fetch_abandon(struct fetch *f);
