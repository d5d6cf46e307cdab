/*
 * unit/api/exchange_pair.h - one request to a server on the test's own loop, and its whole answer.
 */
#pragma once

#include <sys/socket.h>
#include <unistd.h>

#include "src/base/cleanup.h"
#include "src/http/server.h"
#include "tests/support/fake_runtime.h"
#include "tests/support/files.h"
#include "tests/unit/io/loop.h"

static inline void exchange_closed(void *user)
{
    *(bool *)user = true;
}

/* What `on_request` answers to these bytes, with head; lives until the test has ended. The request
 * must ask for the end of the connection. */
static inline const char *exchange_raw(const char *request,
                                       void (*on_request)(void *user, struct http_exchange *x),
                                       void *user)
{
    uv_loop_t *loop = loop_new();
    const char *path = world_text("%s/http", files_tmpdir());
    char address[HTTP_ADDRESS_SIZE], *got = world_alloc(65536);
    struct http_handler handler = {user, on_request};
    struct http_server *server;
    struct error err;
    size_t size = 0;
    ssize_t n = -1;
    bool closed = false;

    REQUIRE(http_server_new(loop, &handler, &server, &err) == 0);
    REQUIRE(http_server_listen(server, world_text("http://unix:%s", path), 0, address, &err) == 0);
    cleanup(close_fd) int fd = fake_connect(path);
    REQUIRE(fd >= 0 && send(fd, request, strlen(request), MSG_NOSIGNAL) > 0);
    while (LOOP_UNTIL(loop, LOOP_MS, (n = recv(fd, got + size, 65535 - size, MSG_DONTWAIT)) >= 0) &&
           n > 0)
        size += (size_t)n;
    CHECK_AT("answered and closed", n == 0);
    http_server_close(server, 0, exchange_closed, &closed);
    CHECK(LOOP_UNTIL(loop, LOOP_MS, closed));
    http_server_free(server);
    loop_end(loop);
    return got;
}

/* The same for "GET target". */
static inline const char *exchange_answer(const char *target,
                                          void (*on_request)(void *user, struct http_exchange *x),
                                          void *user)
{
    return exchange_raw(
        world_text("GET %s HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n", target),
        on_request, user);
}

/* Its body; "" when there is none. */
static inline const char *exchange_body(const char *answer)
{
    const char *end = strstr(answer, "\r\n\r\n");

    return end ? end + 4 : "";
}
