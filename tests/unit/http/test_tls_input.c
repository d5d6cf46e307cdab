/* What OpenSSL reads from, alone and under a client that sends much that says nothing. */
#include <openssl/bio.h>

#include "src/http/tls_input.h"
#include "tests/unit/http/tls_pair.h"

enum { UPDATES = 1500, TURNS = UPDATES * 2 / TLS_INPUT_READS / 2 };

static void test_reads(void)
{
    char data[TLS_INPUT_READS + 2] = {0};
    int fds[2];

    REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds) == 0);
    BIO *input = tls_input_new(fds[0]);
    REQUIRE(input != NULL);
    CHECK_AT("nothing there", BIO_read(input, data, 1) < 0 && BIO_should_read(input));
    CHECK(!BIO_eof(input));
    REQUIRE(write(fds[1], data, sizeof data) == (ssize_t)sizeof data);
    for (int i = 1; i < TLS_INPUT_READS; i++)
        CHECK(BIO_read(input, data, 1) == 1);
    CHECK_AT("enough for now", BIO_read(input, data, 1) < 0 && BIO_should_read(input));
    CHECK(!BIO_eof(input));
    tls_input_open(input);
    CHECK_AT("the rest", BIO_read(input, data, (int)sizeof data) == 3);
    close_fd(&fds[1]);
    CHECK(BIO_read(input, data, 1) == 0 && !BIO_should_retry(input) && BIO_eof(input));
    BIO_free(input);
    CHECK_AT("borrowed", fcntl(fds[0], F_GETFD) >= 0);
    close_fd(&fds[0]);
}

static void test_error(void)
{
    char byte;
    BIO *input = tls_input_new(-1);

    REQUIRE(input != NULL);
    CHECK(BIO_read(input, &byte, 1) < 0 && !BIO_should_retry(input) && !BIO_eof(input));
    BIO_free(input);
}

static void only_1_3(SSL_CTX *ctx, const void *user)
{
    (void)user;
    REQUIRE(SSL_CTX_set_min_proto_version(ctx, TLS1_3_VERSION) == 1);
}

/* Others get their turns in between, and the request behind it all is answered. */
static void test_key_updates(void)
{
    struct tls_config config = tls_self_signed();
    struct tls_server *s = tls_server_new(&config, NULL, tls_answer_hello);
    struct tls_client c;
    int turns = 0;

    tls_client_start(&c, tls_connect_plain(s), only_1_3, NULL);
    REQUIRE(TLS_UNTIL(s, &c, c.shaken || c.ended) && c.shaken);
    for (int i = 0; i < UPDATES; i++) {
        REQUIRE(SSL_key_update(c.ssl, SSL_KEY_UPDATE_NOT_REQUESTED) == 1);
        REQUIRE(SSL_do_handshake(c.ssl) == 1);
    }
    tls_client_send(&c, TLS_REQUEST("/"));
    while (s->requests == 0 && turns < 2 * UPDATES) {
        (void)uv_run(s->loop, UV_RUN_NOWAIT);
        turns++;
    }
    CHECK_AT(world_text("%d turns", turns), turns > TURNS);
    CHECK(TLS_UNTIL(s, &c, tls_client_has(&c, "hello")));
    tls_client_end(&c);
    tls_server_end(s);
}

WORLD_SUITE("http/tls_input", {"reads", test_reads}, {"error", test_error},
            {"key updates", test_key_updates})
