/* The bytes of a connection over TLS: whole, in any pieces, against clients that misbehave. */
#include <stdlib.h>
#include <sys/mman.h>

#include "src/http/conn.h"
#include "src/http/transport_tls.h"
#include "tests/unit/http/tls_pair.h"

enum {
    PIECE = 64 * 1024,
    PIECES = 200,
    FILE_SIZE = 24 * 1024 * 1024,
    GARBAGE = 400,
    CHAIN = 60,
};

/* --- handlers --- */

static void on_gone(void *user)
{
    struct tls_server *s = user;

    s->gone++;
    s->held = NULL;
}

static void write_piece(void *user)
{
    struct tls_server *s = user;
    char piece[PIECE];

    if (s->pieces == 0) {
        http_stream_end(take_ptr(s->held));
        return;
    }
    memset(piece, 'a' + (int)(--s->pieces % 26), sizeof piece);
    (void)http_stream_write(s->held, piece, sizeof piece);
}

static void end_file(void *user)
{
    struct tls_server *s = user;

    if (http_stream_pending(s->held) == 0)
        http_stream_end(take_ptr(s->held));
}

static void on_request(void *user, struct http_exchange *x)
{
    struct tls_server *s = user;
    const struct http_request *r = http_exchange_request(x);
    bool file = strcmp(r->path, "/file") == 0;

    if (strcmp(r->path, "/echo") == 0) {
        s->requests++;
        http_respond(x, 200, NULL, 0, r->body, r->body_size);
        return;
    }
    if (!file && strcmp(r->path, "/stream") != 0) {
        tls_answer_hello(user, x);
        return;
    }
    s->held = x;
    s->pieces = PIECES;
    http_exchange_watch(x,
                        &(struct http_exchange_events){s, file ? end_file : write_piece, on_gone});
    http_stream_begin(x, 200, NULL, 0);
    if (file)
        http_stream_file(x, s->file, 0, s->file_size);
}

static struct tls_server *start(const struct http_limits *limits)
{
    struct tls_config config = tls_self_signed();

    return tls_server_new(&config, limits, on_request);
}

/* The server must be as good as new. */
static void check_alive(struct tls_server *s)
{
    struct tls_client c;

    CHECK(LOOP_UNTIL(s->loop, LOOP_MS, http_server_connections(s->http) == 0));
    tls_client_open(s, &c);
    tls_client_send(&c, TLS_LAST("/hello"));
    CHECK(TLS_UNTIL(s, &c, c.ended) && tls_client_has(&c, "\r\n\r\nhello"));
    CHECK_AT("ended in order", c.why == SSL_ERROR_ZERO_RETURN);
    tls_client_end(&c);
    CHECK(LOOP_UNTIL(s->loop, LOOP_MS, http_server_connections(s->http) == 0));
}

/* --- whole --- */

static unsigned count(const struct tls_client *c, const char *text)
{
    unsigned n = 0;

    for (const char *at = c->got.data; at && (at = strstr(at, text)) != NULL; at++)
        n++;
    return n;
}

static void test_requests(void)
{
    struct tls_server *s = start(NULL);
    struct tls_client c;
    char body[20 * 1024 + 1];

    tls_client_open(s, &c);
    tls_client_send(&c, TLS_REQUEST("/hello") TLS_REQUEST("/hello") TLS_REQUEST("/hello") "GET");
    CHECK(TLS_UNTIL(s, &c, count(&c, "\r\n\r\nhello") == 3));
    static const char rest[] = " /hello HTTP/1.1\r\nHost: a\r\n\r\n";
    for (size_t i = 0; i < sizeof rest - 1; i++) { /* a record for each byte */
        REQUIRE(SSL_write(c.ssl, rest + i, 1) == 1);
        tls_client_turn(&c);
        loop_turn(s->loop);
    }
    CHECK(TLS_UNTIL(s, &c, count(&c, "\r\n\r\nhello") == 4));
    /* More than one record and more than the connection's buffer. */
    memset(body, 'x', sizeof body - 1);
    body[sizeof body - 1] = '\0';
    tls_client_send(&c, world_text("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: %zu\r\n"
                                   "Connection: close\r\n\r\n%s",
                                   sizeof body - 1, body));
    CHECK(TLS_UNTIL(s, &c, c.ended));
    CHECK(c.why == SSL_ERROR_ZERO_RETURN && tls_client_has(&c, body) && s->requests == 5);
    tls_client_end(&c);
    check_alive(s);
    tls_server_end(s);
}

/* Undoes the chunks in place. The size of the body, or SIZE_MAX when the final chunk is missing. */
static size_t dechunk(struct tls_client *c, const uint8_t **ret_body)
{
    char *at = strstr(c->got.data, "\r\n\r\n") + 4, *end = c->got.data + c->got.size, *to = at;

    *ret_body = (const uint8_t *)at;
    while (at < end) {
        char *data;
        size_t size = strtoul(at, &data, 16);
        if (size == 0)
            return (size_t)(to - (const char *)*ret_body);
        data += 2;
        if ((size_t)(end - data) < size + 2)
            break;
        memmove(to, data, size);
        to += size;
        at = data + size + 2;
    }
    return SIZE_MAX;
}

/* A client that stops reading for a while: the server's writes end in the middle of a record. */
static void read_in_steps(struct tls_server *s, struct tls_client *c)
{
    for (c->most = 1; !c->ended && c->most < 64 * FILE_SIZE; c->most *= 4) {
        CHECK(TLS_UNTIL(s, c, c->got.size >= c->most || c->ended));
        loop_for(s->loop, 20);
    }
    c->most = 0;
    CHECK(TLS_UNTIL(s, c, c->ended) && c->why == SSL_ERROR_ZERO_RETURN);
}

static void make_file(struct tls_server *s)
{
    uint32_t block[1024], state = 1;

    s->file = memfd_create("body", MFD_CLOEXEC);
    s->file_size = FILE_SIZE;
    REQUIRE(s->file >= 0);
    for (size_t at = 0; at < FILE_SIZE; at += sizeof block) {
        for (size_t i = 0; i < COUNT_OF(block); i++)
            block[i] = state = state * 1664525 + 1013904223;
        REQUIRE(write(s->file, block, sizeof block) == (ssize_t)sizeof block);
    }
}

static void test_file(void)
{
    struct tls_server *s = start(NULL);
    struct tls_client c;
    const uint8_t *body;

    make_file(s);
    tls_client_open(s, &c);
    tls_client_send(&c, TLS_LAST("/file"));
    read_in_steps(s, &c);
    CHECK(dechunk(&c, &body) == FILE_SIZE);
    const void *file = mmap(NULL, FILE_SIZE, PROT_READ, MAP_SHARED, s->file, 0);
    REQUIRE(file != MAP_FAILED);
    CHECK(memcmp(body, file, FILE_SIZE) == 0);
    CHECK(munmap((void *)(uintptr_t)file, FILE_SIZE) == 0);
    tls_client_end(&c);
    tls_server_end(s);
}

static void test_stream(void)
{
    struct tls_server *s = start(NULL);
    struct tls_client c;
    const uint8_t *body;

    tls_client_open(s, &c);
    tls_client_send(&c, TLS_LAST("/stream"));
    read_in_steps(s, &c);
    CHECK(dechunk(&c, &body) == (size_t)PIECE * PIECES);
    for (size_t i = 0; i < PIECES; i++) {
        uint8_t want = (uint8_t)('a' + (PIECES - 1 - i) % 26);
        CHECK(body[i * PIECE] == want && body[i * PIECE + PIECE - 1] == want);
    }
    tls_client_end(&c);
    tls_server_end(s);
}

/* A file that ends before its range, or a handler that gives up: no proper end of the stream. */
static void test_broken_body(void)
{
    for (int given_up = 0; given_up < 2; given_up++) {
        struct tls_server *s = start(NULL);
        struct tls_client c;
        make_file(s);
        s->file_size = given_up ? FILE_SIZE : FILE_SIZE + 4096;
        tls_client_open(s, &c);
        c.most = 100000;
        tls_client_send(&c, TLS_REQUEST("/file"));
        CHECK(TLS_UNTIL(s, &c, c.got.size >= c.most));
        if (given_up)
            http_stream_abort(take_ptr(s->held));
        c.most = 0;
        CHECK(TLS_UNTIL(s, &c, c.ended));
        CHECK(c.why == SSL_ERROR_SYSCALL || c.why == SSL_ERROR_SSL);
        CHECK(!(SSL_get_shutdown(c.ssl) & SSL_RECEIVED_SHUTDOWN));
        CHECK(!tls_client_has(&c, "\r\n0\r\n\r\n"));
        tls_client_end(&c);
        s->held = NULL;
        check_alive(s);
        tls_server_end(s);
    }
}

/* --- clients that misbehave --- */

static void test_vanish(void)
{
    static const char *const paths[] = {TLS_REQUEST("/file"), TLS_REQUEST("/stream")};
    struct tls_server *s = start(NULL);

    make_file(s);
    for (unsigned i = 0; i < 20; i++) {
        struct tls_client c;
        struct linger linger = {.l_onoff = i / 2 % 2};
        tls_client_open(s, &c);
        c.most = 1 + 30000 * i;
        tls_client_send(&c, paths[i % 2]);
        CHECK(TLS_UNTIL(s, &c, c.got.size >= c.most));
        REQUIRE(setsockopt(c.fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger) == 0);
        tls_client_end(&c);
        CHECK(LOOP_UNTIL(s->loop, LOOP_MS, s->gone == i + 1));
    }
    check_alive(s);
    tls_server_end(s);
}

/* Random bytes, half of them behind the head of a record that promises a handshake. */
static size_t make_garbage(uint8_t *out, size_t size)
{
    for (size_t i = 0; i < size; i++)
        out[i] = (uint8_t)rand();
    size_t used = 1 + (size_t)rand() % size;
    if (used > 9 && rand() % 2) {
        const uint8_t head[] = {22, 3, 1, (uint8_t)((used - 5) >> 8), (uint8_t)(used - 5)};
        memcpy(out, head, sizeof head);
        out[5] = 1;
        out[6] = 0;
    }
    return used;
}

static void test_garbage(void)
{
    struct http_limits limits = http_limits_default;

    limits.handshake_ms = 50;
    limits.tick_ms = 10;
    struct tls_server *s = start(&limits);
    srand(1);
    for (int i = 0; i < GARBAGE; i++) {
        uint8_t bytes[2000];
        size_t size = make_garbage(bytes, sizeof bytes);
        cleanup(close_fd) int fd = tls_connect_plain(s);
        REQUIRE(send(fd, bytes, size, MSG_NOSIGNAL) == (ssize_t)size);
        for (int turn = rand() % 3; turn > 0; turn--)
            loop_turn(s->loop);
    }
    limits.handshake_ms = http_limits_default.handshake_ms;
    http_server_set_limits(s->http, &limits);
    check_alive(s);
    CHECK(s->requests == 1);
    tls_server_end(s);
}

static void test_plain_http(void)
{
    struct tls_server *s = start(NULL);
    char answer[64];
    ssize_t n;

    for (int i = 0; i < 20; i++) {
        cleanup(close_fd) int fd = tls_connect_plain(s);
        const char *request = world_text("GET /%0*d HTTP/1.1\r\nHost: a\r\n\r\n", 1 + i * 1000, 0);
        REQUIRE(send(fd, request, strlen(request), MSG_NOSIGNAL) > 0);
        while (LOOP_UNTIL(s->loop, LOOP_MS,
                          (n = recv(fd, answer, sizeof answer, MSG_DONTWAIT)) >= 0 ||
                              errno != EAGAIN) &&
               n > 0)
            ;
        CHECK_AT("closed, not reset", n == 0);
    }
    check_alive(s);
    tls_server_end(s);
}

/* A client may say nothing, a part, or byte after byte: the deadline counts from the start. */
static void test_slow_handshake(void)
{
    struct http_limits limits = http_limits_default;
    int64_t before = clock_monotonic_ms();
    int fds[3];
    char byte;

    limits.handshake_ms = 300;
    limits.tick_ms = 10;
    struct tls_server *s = start(&limits);
    for (size_t i = 0; i < COUNT_OF(fds); i++)
        fds[i] = tls_connect_plain(s);
    REQUIRE(send(fds[1], "\x16\x03\x01\x02\x00\x01", 6, MSG_NOSIGNAL) == 6);
    REQUIRE(send(fds[2], "\x16\x03\x01\x20\x00\x01", 6, MSG_NOSIGNAL) == 6);
    CHECK(LOOP_UNTIL(s->loop, LOOP_MS, http_server_connections(s->http) == 3));
    CHECK(LOOP_UNTIL(s->loop, LOOP_MS, ({
                         (void)send(fds[2], "x", 1, MSG_NOSIGNAL);
                         http_server_connections(s->http) == 0;
                     })));
    int64_t took = clock_monotonic_ms() - before;
    CHECK_AT(world_text("took %lld ms", (long long)took), took >= 300 && took < LOOP_MS);
    for (size_t i = 0; i < COUNT_OF(fds); i++) {
        if (i < 2)
            CHECK(recv(fds[i], &byte, 1, MSG_DONTWAIT) == 0);
        close_fd(&fds[i]);
    }
    /* Who is through has the time that a request may take. */
    struct tls_client c;
    tls_client_open(s, &c);
    CHECK(TLS_UNTIL(s, &c, clock_monotonic_ms() - before > 3 * 300 + took));
    tls_client_send(&c, TLS_REQUEST("/hello"));
    CHECK(TLS_UNTIL(s, &c, tls_client_has(&c, "hello")));
    tls_client_end(&c);
    tls_server_end(s);
}

/* --- the other direction's trouble --- */

static void ignore_closed(void *user)
{
    (*(unsigned *)user)++;
}

static void answer_hello(void *user, struct http_exchange *x)
{
    (void)user;
    http_respond(x, 200, NULL, 0, "hello", 5);
}

/* A chain that does not fit into the socket: the handshake waits for room to write. */
static struct tls_config long_chain(void)
{
    const char *dir = files_tmpdir();
    struct pki *p = pki_make(&(struct pki_spec){.name = "server"});
    char *one = files_read(pki_write_certificates(dir, "one.pem", p, NULL), NULL);
    struct tls_config config = tls_nothing;
    struct text all = {0};

    for (int i = 0; i < CHAIN; i++)
        text_add_str(&all, one);
    config.files.path = world_text("%s/chain.pem", dir);
    config.files.key_path = pki_write_key(dir, "key.pem", p, NULL);
    REQUIRE(files_write(config.files.path, all.data, all.size));
    text_deinit(&all);
    return config;
}

static void test_room_to_write(void)
{
    struct tls_config config = long_chain();
    unsigned closed = 0;
    struct http_conn_owner owner = {
        http_limits_default, {NULL, answer_hello}, &closed, ignore_closed};
    struct tls_server told = {0};
    struct tls_events events = {&told, tls_server_told};
    struct tls_context *context;
    uv_loop_t *loop = loop_new();
    struct tls_client c;
    struct error err;
    int fds[2], small = 4096;

    REQUIRE(tls_context_new(loop, &config, &events, &context, &err) == 0);
    REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds) == 0);
    REQUIRE(setsockopt(fds[0], SOL_SOCKET, SO_SNDBUF, &small, sizeof small) == 0);
    struct http_transport *t = http_transport_tls(context, fds[0]);
    REQUIRE(t != NULL);
    struct http_conn *conn = http_conn_new(loop, t, 0, &owner);
    REQUIRE(conn != NULL);
    tls_client_start(&c, fds[1], NULL, NULL);
    REQUIRE(SSL_do_handshake(c.ssl) < 0); /* its greeting is on the way */
    CHECK(LOOP_UNTIL(loop, LOOP_MS, t->recv_wants_write));
    CHECK(t->greeting && conn->polled == (UV_READABLE | UV_WRITABLE));
    CHECK(LOOP_UNTIL(loop, LOOP_MS, (tls_client_turn(&c), c.shaken || c.ended)) && c.shaken);
    tls_client_send(&c, TLS_LAST("/"));
    CHECK(LOOP_UNTIL(loop, LOOP_MS, (tls_client_turn(&c), c.ended)));
    CHECK(tls_client_has(&c, "hello") && c.why == SSL_ERROR_ZERO_RETURN);
    tls_client_end(&c);
    CHECK(LOOP_UNTIL(loop, LOOP_MS, closed == 1));
    tls_context_free(context);
    text_deinit(&told.told);
    text_deinit(&told.trouble);
    loop_end(loop);
}

WORLD_SUITE("http/transport_tls", {"requests", test_requests}, {"file", test_file},
            {"stream", test_stream}, {"broken body", test_broken_body}, {"vanish", test_vanish},
            {"garbage", test_garbage}, {"plain http", test_plain_http},
            {"slow handshake", test_slow_handshake}, {"room to write", test_room_to_write})
