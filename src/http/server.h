/*
 * http/server.h - listeners and connections of an HTTP/1.1 server on the loop thread.
 *
 * Knows nothing of diagnostics: a request that arrived whole is handed to one handler
 * (http/router.h has one that goes by a table). What it does by itself: refuse what could be read
 * in two ways (request smuggling), keep-alive and pipelining (answers in order, the next request is
 * parsed only when the answer before it has ended), 100-continue, deadlines and limits
 * (base/limits.h), one listener per URL.
 */
#pragma once

#include <stdint.h>
#include <sys/types.h>
#include <uv.h>

#include "src/base/error.h"
#include "src/http/exchange.h"

struct http_server;
struct http_limits;
struct tls_context;

struct http_handler {
    void *user;
    void (*on_request)(void *user, struct http_exchange *x);
};

enum { HTTP_ADDRESS_SIZE = 128 };

/* Sets SIGPIPE to ignored when nobody else has set it: sendfile(2) would raise it. */
int http_server_new(uv_loop_t *loop, const struct http_handler *handler, struct http_server **ret,
                    struct error *err);

/* Other bounds than http_limits_default (http/limits.h); before the first listen. */
void http_server_set_limits(struct http_server *s, const struct http_limits *limits);

/* For https addresses; borrowed until on_closed. Before the first listen. */
void http_server_set_tls(struct http_server *s, struct tls_context *tls);

/* Mode and group ((gid_t)-1: as it comes) of socket files made from now on. Default: 0660. */
void http_server_set_socket_file(struct http_server *s, mode_t mode, gid_t group);

/*
 * Opens the sockets of one URL and starts accepting. Forms: http://127.0.0.1:8080,
 * http://[::1]:8080, http://localhost:8080 (both loopbacks), http://+:8080 or http://anyname:8080
 * (all addresses, dual stack), port 0 (ephemeral; both loopbacks of localhost get the same one), no
 * port (80, https 443), http://unix:/path (socket file). `role` is handed to the handler in every
 * request. Writes the bound address (real port) to `ret_address`, in the form in which the peer
 * logs it: http://127.0.0.1:PORT, https://localhost:PORT, http://[::]:PORT. -EPROTONOSUPPORT for
 * https without http_server_set_tls(), -EINVAL for what is no URL.
 */
int http_server_listen(struct http_server *s, const char *url, int role,
                       char ret_address[static HTTP_ADDRESS_SIZE], struct error *err);

/* Stops accepting, closes idle connections, lets running answers end for `grace_ms`, then breaks
 * what is left. `on_closed` comes exactly once, when nothing of the server is on the loop any more.
 * A second call only shortens the grace that is left.
 */
void http_server_close(struct http_server *s, uint64_t grace_ms, void (*on_closed)(void *user),
                       void *user);

/* After on_closed (or when nothing was ever listened on). */
void http_server_free(struct http_server *s);

/* Open connections, for tests and self metrics. */
unsigned http_server_connections(const struct http_server *s);
