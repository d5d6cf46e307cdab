/*
 * net/request.h - one HTTP request on a curl_loop, bounded in time and in the size of its answer.
 *
 * Names are resolved on a thread of libcurl's own, for which no end of a request waits. Redirects
 * are not followed: what is asked for is an exact address of somebody who is trusted. Certificates
 * are checked against the authorities that are named, else those of SSL_CERT_FILE and SSL_CERT_DIR,
 * else the system's; proxies are those of the environment (https_proxy, http_proxy, no_proxy).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/base/error.h"
#include "src/net/curl_loop.h"

struct request;

/* Texts are copied; files may be NULL. */
struct request_options {
    const char *url;
    const char *protocols; /* that it may have: "https", "http,https" */
    bool direct;           /* no proxy, whatever the environment says */
    size_t size_max;       /* of the answer's body */
    int connect_ms;        /* names, connection, TLS */
    int total_ms;
    const char *authorities;       /* PEM file; NULL: see above */
    const char *certificate, *key; /* PEM files that the client shows */
    /* POST when `body` is not NULL. It is borrowed until the end of the request. */
    const void *body;
    size_t body_size;
    const char *const *headers; /* "Name: value", up to the first NULL; NULL: none */
};

struct request_result {
    int code;         /* 0: a whole answer, of any status; else negative errno: -ETIMEDOUT, -E2BIG,
                         -ECONNREFUSED, -EHOSTUNREACH (name), -EKEYREJECTED (TLS), -EPROTO */
    const char *text; /* why, with the cure; "" when code is 0 */
    long status;      /* 0: none came */
    int64_t retry_after; /* seconds that the server asks to wait; 0: it does not */
    const char *body;    /* NUL-terminated, never NULL; valid during the call */
    size_t size;
};

/* `on_done` comes exactly once, later, from the loop; the request is gone when it is called, and
 * the curl_loop may be freed from inside. */
int request_start(struct curl_loop *loop, const struct request_options *options,
                  void (*on_done)(void *user, const struct request_result *result), void *user,
                  struct request **ret, struct error *err);

/* on_done will not come. */
void request_abandon(struct request *r);
