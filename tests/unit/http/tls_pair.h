/*
 * unit/http/tls_pair.h - an https server and its clients on the test's own loop, in one thread.
 */
#pragma once

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "src/base/cleanup.h"
#include "src/base/text.h"
#include "src/http/limits.h"
#include "src/http/server.h"
#include "src/http/tls_context.h"
#include "tests/support/files.h"
#include "tests/support/pki.h"
#include "tests/unit/io/loop.h"

enum { TOLD = 8 };

/* --- the server --- */

struct tls_server {
    uv_loop_t *loop;
    struct http_server *http;
    struct tls_context *tls;
    uint16_t port;
    bool closed;
    struct text told, trouble; /* what the context told, a line each */
    unsigned told_count;
    /* For handlers: */
    struct http_exchange *held;
    unsigned requests, gone, pieces;
    int file;
    uint64_t file_size;
    char client[512]; /* "subject fingerprint" of the last request's client */
};

static inline void tls_server_told(void *user, bool trouble, const char *text)
{
    struct tls_server *s = user;

    s->told_count++;
    text_add_fmt(trouble ? &s->trouble : &s->told, "%s\n", text);
}

static const struct tls_config tls_nothing = {.files = {.path = "", .key_path = "", .password = ""},
                                              .client_ca = ""};

static inline struct tls_config tls_self_signed(void)
{
    struct tls_config config = tls_nothing;

    config.self_signed = true;
    return config;
}

static inline struct tls_server *tls_server_new(const struct tls_config *config,
                                                const struct http_limits *limits,
                                                void (*on_request)(void *, struct http_exchange *))
{
    struct tls_server *s = world_alloc(sizeof *s);
    struct http_handler handler = {s, on_request};
    struct tls_events events = {s, tls_server_told};
    char address[HTTP_ADDRESS_SIZE];
    struct error err = {0};
    int64_t port;

    s->loop = loop_new();
    s->file = -1;
    int r = tls_context_new(s->loop, config, &events, &s->tls, &err);
    CHECK_AT(err.text, r == 0);
    REQUIRE(r == 0 && http_server_new(s->loop, &handler, &s->http, &err) == 0);
    if (limits)
        http_server_set_limits(s->http, limits);
    http_server_set_tls(s->http, s->tls);
    REQUIRE(http_server_listen(s->http, "https://127.0.0.1:0", 0, address, &err) == 0);
    CHECK_AT(address, strncmp(address, "https://127.0.0.1:", 18) == 0);
    REQUIRE(text_to_i64(strrchr(address, ':') + 1, 1, UINT16_MAX, &port));
    s->port = (uint16_t)port;
    return s;
}

static inline void tls_server_closed(void *user)
{
    struct tls_server *s = user;

    s->closed = true;
}

static inline void tls_server_end(struct tls_server *s)
{
    http_server_close(s->http, 0, tls_server_closed, s);
    CHECK(LOOP_UNTIL(s->loop, LOOP_MS, s->closed));
    CHECK(http_server_connections(s->http) == 0);
    http_server_free(s->http);
    tls_context_free(s->tls);
    loop_end(s->loop);
    text_deinit(&s->told);
    text_deinit(&s->trouble);
    close_fd(&s->file);
}

static inline void tls_answer_hello(void *user, struct http_exchange *x)
{
    struct tls_server *s = user;
    const struct http_request *r = http_exchange_request(x);

    s->requests++;
    (void)snprintf(s->client, sizeof s->client, "%s %s",
                   r->client_subject ? r->client_subject : "-",
                   r->client_fingerprint ? r->client_fingerprint : "-");
    CHECK(strcmp(r->scheme, "https") == 0);
    http_respond(x, 200, NULL, 0, "hello", 5);
}

/* --- its clients --- */

struct tls_client {
    int fd;
    SSL_CTX *ctx;
    SSL *ssl;
    bool shaken, ended;
    int why;     /* SSL_ERROR_... at the end */
    int reason;  /* ERR_GET_REASON() of it, 0: none */
    size_t most; /* > 0: reads no further */
    struct text got;
};

static inline int tls_connect_plain(const struct tls_server *s)
{
    struct sockaddr_in a = {.sin_family = AF_INET,
                            .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
                            .sin_port = htons(s->port)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    REQUIRE(fd >= 0 && connect(fd, (struct sockaddr *)&a, sizeof a) == 0);
    REQUIRE(fcntl(fd, F_SETFL, O_NONBLOCK) == 0);
    return fd;
}

static inline void tls_client_end(struct tls_client *c)
{
    SSL_free(c->ssl);
    SSL_CTX_free(c->ctx);
    close_fd(&c->fd);
    text_deinit(&c->got);
    *c = (struct tls_client){.fd = -1};
}

/* A context that trusts everybody and offers whatever this OpenSSL can; `adjust` narrows it. */
static inline void tls_client_start(struct tls_client *c, int fd,
                                    void (*adjust)(SSL_CTX *ctx, const void *user),
                                    const void *user)
{
    *c = (struct tls_client){.fd = fd, .ctx = SSL_CTX_new(TLS_client_method())};
    REQUIRE(c->ctx != NULL);
    SSL_CTX_set_security_level(c->ctx, 0);
    (void)SSL_CTX_set_min_proto_version(c->ctx, TLS1_VERSION);
    if (adjust)
        adjust(c->ctx, user);
    c->ssl = SSL_new(c->ctx);
    REQUIRE(c->ssl && SSL_set_fd(c->ssl, fd) == 1);
    SSL_set_connect_state(c->ssl);
}

static inline void tls_client_fail(struct tls_client *c, int result)
{
    int why = SSL_get_error(c->ssl, result);

    if (why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE)
        return;
    c->ended = true;
    c->why = why;
    c->reason = ERR_GET_REASON(ERR_peek_error());
}

/* Goes on with the handshake, then reads what there is. */
static inline void tls_client_turn(struct tls_client *c)
{
    char data[32 * 1024];
    int n = 1;

    ERR_clear_error();
    if (!c->shaken && !c->ended) {
        n = SSL_do_handshake(c->ssl);
        c->shaken = n == 1;
        if (n != 1)
            tls_client_fail(c, n);
    }
    while (c->shaken && !c->ended && (c->most == 0 || c->got.size < c->most)) {
        n = SSL_read(c->ssl, data, sizeof data);
        if (n <= 0) {
            tls_client_fail(c, n);
            return;
        }
        text_add(&c->got, data, (size_t)n);
    }
}

static inline bool tls_client_has(const struct tls_client *c, const char *text)
{
    return c->got.data && strstr(c->got.data, text);
}

#define TLS_UNTIL(s, c, cond)                                                                      \
    LOOP_UNTIL((s)->loop, LOOP_MS, ({                                                              \
                   tls_client_turn(c);                                                             \
                   (cond);                                                                         \
               }))

static inline void tls_client_open(struct tls_server *s, struct tls_client *c)
{
    tls_client_start(c, tls_connect_plain(s), NULL, NULL);
    REQUIRE(TLS_UNTIL(s, c, c->shaken || c->ended) && c->shaken);
}

static inline void tls_client_send(struct tls_client *c, const char *text)
{
    REQUIRE(SSL_write(c->ssl, text, (int)strlen(text)) == (int)strlen(text));
}

#define TLS_REQUEST(path) "GET " path " HTTP/1.1\r\nHost: a\r\n\r\n"
#define TLS_LAST(path) "GET " path " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
