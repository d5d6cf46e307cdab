/*
 * A real server on a loop, and clients on plain non-blocking sockets in the same thread:
 * run_until() turns the loop and reads every client until the condition holds.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "src/base/cleanup.h"
#include "src/base/clock.h"
#include "src/base/text.h"
#include "src/http/limits.h"
#include "src/http/server.h"
#include "tests/support/check.h"

enum {
    PATIENCE_MS = 60000, /* only a failing test waits so long */
    STREAM_PIECE = 64 * 1024,
    STREAM_PIECES = 256,
    FILE_SIZE = 64 * 1024 * 1024,
};

struct client {
    int fd;
    struct text got;
    bool ended; /* end of stream or error */
    int error;
    size_t most; /* stops reading there until raised; 0 = reads all */
};

struct fixture {
    uv_loop_t loop;
    struct http_server *server;
    struct client clients[4];
    struct http_exchange *held; /* of /hold, /watch and /stream */
    unsigned requests, drains, gone, closed;
    unsigned pieces; /* of /stream still to write */
    size_t most_pending;
    int file, role;
    char address[HTTP_ADDRESS_SIZE];
};

/* --- the handler --- */

static void on_gone(void *user)
{
    struct fixture *f = user;

    f->gone++;
    f->held = NULL;
}

static void count_drain(void *user)
{
    struct fixture *f = user;

    f->drains++;
}

static void write_piece(void *user)
{
    struct fixture *f = user;
    char piece[STREAM_PIECE];

    f->drains++;
    if (f->pieces == 0) {
        http_stream_end(take_ptr(f->held));
        return;
    }
    memset(piece, 'a' + (int)(--f->pieces % 26), sizeof piece);
    size_t pending = http_stream_write(f->held, piece, sizeof piece);
    f->most_pending = pending > f->most_pending ? pending : f->most_pending;
}

static void end_file(void *user)
{
    struct fixture *f = user;

    if (http_stream_pending(f->held) == 0)
        http_stream_end(take_ptr(f->held));
}

static void do_hello(struct fixture *f, struct http_exchange *x)
{
    f->role = http_exchange_request(x)->role;
    http_respond(x, 200, NULL, 0, "hello", 5);
}

static void do_echo(struct fixture *f, struct http_exchange *x)
{
    const struct http_request *r = http_exchange_request(x);

    (void)f;
    http_respond(x, 200, NULL, 0, r->body, r->body_size);
}

static void do_hold(struct fixture *f, struct http_exchange *x)
{
    f->held = x;
}

static void do_watch(struct fixture *f, struct http_exchange *x)
{
    f->held = x;
    http_exchange_watch(x, &(struct http_exchange_events){f, count_drain, on_gone});
}

static void do_stream(struct fixture *f, struct http_exchange *x)
{
    f->held = x;
    f->pieces = STREAM_PIECES;
    http_exchange_watch(x, &(struct http_exchange_events){f, write_piece, on_gone});
    http_stream_begin(x, 200, NULL, 0);
}

static void do_file(struct fixture *f, struct http_exchange *x)
{
    f->held = x;
    http_exchange_watch(x, &(struct http_exchange_events){f, end_file, on_gone});
    http_stream_begin(x, 200, NULL, 0);
    http_stream_file(x, f->file, 0, FILE_SIZE);
}

/* Ends at once: "body" and a field behind it. */
static void do_trailers(struct fixture *f, struct http_exchange *x)
{
    (void)f;
    http_stream_announce(x, "X-Count, X-Other");
    http_stream_begin(x, 200, NULL, 0);
    (void)http_stream_write(x, "body", 4);
    http_stream_end_with(x, (const struct http_pair[]){{"X-Count", "12"}}, 1);
}

static char lent[2 * STREAM_PIECES * STREAM_PIECE];

/* More than a kernel takes at once, and then a bit that it does. */
static void lend_more(void *user)
{
    struct fixture *f = user;

    f->drains++;
    REQUIRE(http_stream_lend(f->held, "end", 3));
    CHECK(http_stream_pending(f->held) == 0);
    http_stream_end(take_ptr(f->held));
}

static void do_lend(struct fixture *f, struct http_exchange *x)
{
    f->held = x;
    http_exchange_watch(x, &(struct http_exchange_events){f, lend_more, on_gone});
    http_stream_begin(x, 200, NULL, 0);
    CHECK_AT("what goes at once is not drained", http_stream_lend(x, "begin", 5));
    memset(lent, 'l', sizeof lent);
    CHECK_AT("more than the kernel takes", !http_stream_lend(x, lent, sizeof lent));
}

static const struct {
    const char *path;
    void (*run)(struct fixture *f, struct http_exchange *x);
} actions[] = {
    {"/hello", do_hello},   {"/echo", do_echo}, {"/hold", do_hold},         {"/watch", do_watch},
    {"/stream", do_stream}, {"/file", do_file}, {"/trailers", do_trailers}, {"/lend", do_lend},
};

static void on_request(void *user, struct http_exchange *x)
{
    struct fixture *f = user;

    f->requests++;
    for (size_t i = 0; i < sizeof actions / sizeof actions[0]; i++) {
        if (strcmp(actions[i].path, http_exchange_request(x)->path) == 0) {
            actions[i].run(f, x);
            return;
        }
    }
    http_respond(x, 404, NULL, 0, "", 0);
}

/* --- the fixture --- */

static void read_client(struct client *c)
{
    char data[64 * 1024];

    while (c->fd >= 0 && !c->ended && (c->most == 0 || c->got.size < c->most)) {
        ssize_t n = recv(c->fd, data, sizeof data, 0);
        if (n < 0 && errno == EAGAIN)
            return;
        c->ended = n <= 0;
        c->error = n < 0 ? errno : 0;
        if (n > 0)
            text_add(&c->got, data, (size_t)n);
    }
}

static void turn(struct fixture *f)
{
    (void)uv_run(&f->loop, UV_RUN_NOWAIT);
    for (size_t i = 0; i < sizeof f->clients / sizeof f->clients[0]; i++)
        read_client(&f->clients[i]);
}

#define run_until(f, cond)                                                                         \
    do {                                                                                           \
        int64_t limit_ = clock_monotonic_ms() + PATIENCE_MS;                                       \
        while (!(cond) && clock_monotonic_ms() < limit_)                                           \
            turn(f);                                                                               \
        CHECK_AT(#cond, cond);                                                                     \
    } while (0)

static void listen_at(struct fixture *f, const char *url)
{
    struct error err = {0};
    int r = http_server_listen(f->server, url, 3, f->address, &err);

    CHECK_AT(err.text, r == 0);
    REQUIRE(r == 0);
}

static void set_up(struct fixture *f, const struct http_limits *limits, const char *url)
{
    struct error err = {0};

    *f = (struct fixture){.file = -1};
    for (size_t i = 0; i < sizeof f->clients / sizeof f->clients[0]; i++)
        f->clients[i].fd = -1;
    REQUIRE(uv_loop_init(&f->loop) == 0);
    struct http_handler handler = {f, on_request};
    REQUIRE(http_server_new(&f->loop, &handler, &f->server, &err) == 0);
    if (limits)
        http_server_set_limits(f->server, limits);
    listen_at(f, url);
}

static void on_closed(void *user)
{
    struct fixture *f = user;

    f->closed++;
}

static void drop_client(struct client *c)
{
    close_fd(&c->fd);
    text_deinit(&c->got);
    *c = (struct client){.fd = -1};
}

static void tear_down(struct fixture *f)
{
    for (size_t i = 0; i < sizeof f->clients / sizeof f->clients[0]; i++)
        drop_client(&f->clients[i]);
    http_server_close(f->server, 0, on_closed, f);
    CHECK(f->closed == 0);
    run_until(f, f->closed);
    turn(f);
    CHECK(f->closed == 1);
    CHECK(uv_loop_close(&f->loop) == 0);
    CHECK(http_server_connections(f->server) == 0);
    http_server_free(f->server);
    close_fd(&f->file);
}

static uint16_t port_of(const struct fixture *f)
{
    int64_t port = 0;
    const char *colon = strrchr(f->address, ':');

    REQUIRE(colon && text_to_i64(colon + 1, 1, UINT16_MAX, &port));
    return (uint16_t)port;
}

static int connect_to(const struct sockaddr *a, socklen_t size)
{
    int fd = socket(a->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    if (connect(fd, a, size) < 0 && errno != EINPROGRESS) {
        close_fd(&fd);
        return -1;
    }
    return fd;
}

static int connect_ipv4(uint16_t port)
{
    struct sockaddr_in a = {
        .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons(port)};

    return connect_to((struct sockaddr *)&a, sizeof a);
}

static int connect_ipv6(uint16_t port)
{
    struct sockaddr_in6 a = {
        .sin6_family = AF_INET6, .sin6_addr = in6addr_loopback, .sin6_port = htons(port)};

    return connect_to((struct sockaddr *)&a, sizeof a);
}

static int connect_unix(const char *path)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};

    (void)snprintf(a.sun_path, sizeof a.sun_path, "%s", path);
    return connect_to((struct sockaddr *)&a, sizeof a);
}

static void send_text(const struct client *c, const char *text)
{
    struct pollfd p = {.fd = c->fd, .events = POLLOUT};

    REQUIRE(poll(&p, 1, PATIENCE_MS) == 1);
    REQUIRE(send(c->fd, text, strlen(text), MSG_NOSIGNAL) == (ssize_t)strlen(text));
}

static struct client *open_client(struct fixture *f, size_t i, int fd, const char *request)
{
    struct client *c = &f->clients[i];

    drop_client(c);
    c->fd = fd;
    REQUIRE(fd >= 0);
    if (request)
        send_text(c, request);
    return c;
}

static struct client *new_client(struct fixture *f, size_t i, const char *request)
{
    return open_client(f, i, connect_ipv4(port_of(f)), request);
}

#define REQUEST(path) "GET " path " HTTP/1.1\r\nHost: a\r\n\r\n"

static bool has(const struct client *c, const char *text)
{
    return c->got.data && strstr(c->got.data, text);
}

static unsigned count(const struct client *c, const char *text)
{
    unsigned n = 0;

    for (const char *at = c->got.data; at && (at = strstr(at, text)) != NULL; at++)
        n++;
    return n;
}

/* Undoes the chunks in place. The size of the body, or SIZE_MAX when the final chunk is missing. */
static size_t dechunk(struct client *c, char **ret_body)
{
    char *at = strstr(c->got.data, "\r\n\r\n") + 4, *end = c->got.data + c->got.size, *to = at;

    *ret_body = at;
    while (at < end) {
        char *data;
        size_t size = strtoul(at, &data, 16);
        if (size == 0)
            return (size_t)(to - *ret_body);
        data += 2;
        if ((size_t)(end - data) < size + 2)
            break;
        memmove(to, data, size);
        to += size;
        at = data + size + 2;
    }
    return SIZE_MAX;
}

/* --- tests --- */

static void test_keep_alive(void)
{
    struct fixture f;
    set_up(&f, NULL, "http://127.0.0.1:0");
    struct client *c = new_client(&f, 0, REQUEST("/hello"));
    run_until(&f, has(c, "\r\n\r\nhello"));
    CHECK(f.role == 3);
    send_text(c, REQUEST("/none"));
    run_until(&f, has(c, "404 Not Found"));
    CHECK(!c->ended && http_server_connections(f.server) == 1);
    send_text(c, "GET /hello HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    run_until(&f, c->ended);
    CHECK(c->error == 0 && count(c, "hello") == 2 && count(c, "Connection: close") == 1);
    drop_client(c);
    run_until(&f, http_server_connections(f.server) == 0);
    tear_down(&f);
}

static void test_pipelining(void)
{
    struct fixture f;
    set_up(&f, NULL, "http://127.0.0.1:0");
    struct client *c = new_client(&f, 0, REQUEST("/hold") REQUEST("/hello") REQUEST("/none") "GET");
    run_until(&f, f.held);
    for (int i = 0; i < 20; i++)
        turn(&f);
    CHECK(f.requests == 1 && c->got.size == 0);
    http_respond(take_ptr(f.held), 201, NULL, 0, "first", 5);
    run_until(&f, has(c, "404"));
    CHECK(strstr(c->got.data, "first") < strstr(c->got.data, "hello"));
    CHECK(strstr(c->got.data, "hello") < strstr(c->got.data, "404"));
    send_text(c, " /hello HTTP/1.1\r\nHost: a\r\n\r\n");
    run_until(&f, count(c, "hello") == 2);
    tear_down(&f);
}

static void test_body_and_continue(void)
{
    struct fixture f;
    set_up(&f, NULL, "http://127.0.0.1:0");
    struct client *c = new_client(&f, 0,
                                  "POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n"
                                  "Transfer-Encoding: chunked\r\n\r\n");
    run_until(&f, has(c, "HTTP/1.1 100 Continue\r\n\r\n"));
    send_text(c, "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n" REQUEST("/hello"));
    run_until(&f, has(c, "\r\n\r\nhello"));
    CHECK(has(c, "Content-Length: 5\r\n\r\nabcdeHTTP/1.1 200"));
    tear_down(&f);
}

static void test_head_has_no_body(void)
{
    struct fixture f;
    set_up(&f, NULL, "http://127.0.0.1:0");
    struct client *c = new_client(
        &f, 0, "HEAD /hello HTTP/1.1\r\nHost: a\r\n\r\nHEAD /stream HTTP/1.1\r\nHost: a\r\n\r\n");
    run_until(&f, has(c, "chunked\r\n\r\n"));
    run_until(&f, !f.held);
    send_text(c, REQUEST("/none"));
    run_until(&f, has(c, "404"));
    CHECK(has(c, "Content-Length: 5\r\n\r\nHTTP/1.1 200"));
    CHECK(has(c, "chunked\r\n\r\nHTTP/1.1 404"));
    tear_down(&f);
}

static void test_version_1_0(void)
{
    struct fixture f;
    set_up(&f, NULL, "http://127.0.0.1:0");
    struct client *c = new_client(&f, 0, "GET /hello HTTP/1.0\r\n\r\n");
    run_until(&f, c->ended);
    CHECK(c->error == 0 && has(c, "Connection: close\r\n\r\nhello"));
    c = new_client(&f, 1, "GET /stream HTTP/1.0\r\n\r\n");
    run_until(&f, c->ended);
    CHECK(!has(c, "chunked"));
    const char *body = strstr(c->got.data, "\r\n\r\n") + 4;
    CHECK(c->got.size - (size_t)(body - c->got.data) == (size_t)STREAM_PIECES * STREAM_PIECE);
    tear_down(&f);
}

/* Behind the last chunk, and the connection goes on; where there are no chunks, nothing of them. */
static void test_trailers(void)
{
    struct fixture f;
    set_up(&f, NULL, "http://127.0.0.1:0");
    struct client *c = new_client(&f, 0, REQUEST("/trailers") REQUEST("/hello"));
    run_until(&f, has(c, "\r\n\r\nhello"));
    CHECK(has(c, "chunked\r\nTrailer: X-Count, X-Other\r\n\r\n"));
    CHECK(has(c, "4\r\nbody\r\n0\r\nX-Count: 12\r\n\r\nHTTP/1.1 200"));
    c = new_client(&f, 1, "GET /trailers HTTP/1.0\r\n\r\n");
    run_until(&f, c->ended);
    CHECK(has(c, "\r\n\r\nbody") && !has(c, "X-Count"));
    c = new_client(&f, 2, "HEAD /trailers HTTP/1.1\r\nHost: a\r\n\r\n" REQUEST("/none"));
    run_until(&f, has(c, "404"));
    CHECK(has(c, "Trailer: X-Count, X-Other\r\n\r\nHTTP/1.1 404") && !has(c, "X-Count: 12"));
    tear_down(&f);
}

static void test_lend(void)
{
    struct fixture f;
    set_up(&f, NULL, "http://127.0.0.1:0");
    struct client *c = new_client(&f, 0, REQUEST("/lend") REQUEST("/hello"));
    run_until(&f, has(c, "\r\n\r\nhello"));
    CHECK(f.drains == 1 && has(c, "5\r\nbegin\r\n2000000\r\nllll"));
    CHECK(has(c, "llll\r\n3\r\nend\r\n0\r\n\r\nHTTP/1.1 200"));
    CHECK(c->got.size > sizeof lent);
    tear_down(&f);
}

/* A refused client that goes on sending still reads its 400 and then a proper end, not a reset. */
static void test_refusal_is_readable(void)
{
    char more[16 * 1024];
    struct fixture f;
    set_up(&f, NULL, "http://127.0.0.1:0");
    struct client *c = new_client(&f, 0, "GET / HTTP/1.1\nHost: a\n\n");
    memset(more, 'x', sizeof more - 1);
    more[sizeof more - 1] = '\0';
    for (int i = 0; i < 10; i++)
        send_text(c, more);
    run_until(&f, c->ended);
    CHECK(c->error == 0 && has(c, "HTTP/1.1 400 Bad Request\r\n"));
    CHECK(has(c, "Connection: close\r\n") && count(c, "HTTP/1.1") == 1 && f.requests == 0);
    tear_down(&f);
}

static void test_stream_with_slow_reader(void)
{
    struct fixture f;
    char *body;
    set_up(&f, NULL, "http://127.0.0.1:0");
    struct client *c = new_client(&f, 0, REQUEST("/stream"));
    c->most = 1000;
    run_until(&f, c->got.size >= 1000);
    /* The kernel's buffers fill; then the producer waits. */
    for (unsigned before = 0; f.drains != before || http_stream_pending(f.held) == 0;) {
        before = f.drains;
        for (int i = 0; i < 200; i++)
            turn(&f);
    }
    CHECK(f.pieces > 0);
    c->most = 0;
    run_until(&f, !f.held && c->got.size > 5 &&
                      strcmp(c->got.data + c->got.size - 5, "0\r\n\r\n") == 0);
    CHECK(f.most_pending <= STREAM_PIECE + 32);
    REQUIRE(dechunk(c, &body) == (size_t)STREAM_PIECES * STREAM_PIECE);
    bool same = true;
    for (size_t i = 0; i < (size_t)STREAM_PIECES * STREAM_PIECE; i++)
        same &= body[i] == 'a' + (int)((STREAM_PIECES - 1 - i / STREAM_PIECE) % 26);
    CHECK(same && f.gone == 0);
    send_text(c, REQUEST("/hello"));
    run_until(&f, strcmp(c->got.data + c->got.size - 5, "hello") == 0);
    tear_down(&f);
}

/* A hole-ridden file with marks at known places. */
static int new_file(void)
{
    int fd = memfd_create("http_server", MFD_CLOEXEC);

    REQUIRE(ftruncate(fd, FILE_SIZE) == 0);
    for (off_t at = 0; at < FILE_SIZE; at += 1024 * 1024 + 13)
        REQUIRE(pwrite(fd, &at, sizeof at, at) == sizeof at || at + 8 > FILE_SIZE);
    return fd;
}

static void test_file(void)
{
    struct fixture f;
    char *body;
    set_up(&f, NULL, "http://127.0.0.1:0");
    f.file = new_file();
    struct client *c = new_client(&f, 0, REQUEST("/file"));
    run_until(&f, f.requests && !f.held && c->got.size > FILE_SIZE + 20 &&
                      memcmp(c->got.data + c->got.size - 7, "\r\n0\r\n\r\n", 7) == 0);
    REQUIRE(dechunk(c, &body) == FILE_SIZE);
    void *want = mmap(NULL, FILE_SIZE, PROT_READ, MAP_SHARED, f.file, 0);
    REQUIRE(want != MAP_FAILED);
    CHECK(memcmp(body, want, FILE_SIZE) == 0);
    CHECK(munmap(want, FILE_SIZE) == 0);
    tear_down(&f);
}

static void test_short_file_breaks(void)
{
    struct fixture f;
    char *body;
    set_up(&f, NULL, "http://127.0.0.1:0");
    f.file = memfd_create("http_server", MFD_CLOEXEC);
    REQUIRE(ftruncate(f.file, FILE_SIZE / 2) == 0);
    struct client *c = new_client(&f, 0, REQUEST("/file"));
    run_until(&f, c->ended);
    CHECK(f.gone == 1 && c->error == ECONNRESET);
    CHECK(!c->got.data || dechunk(c, &body) == SIZE_MAX);
    tear_down(&f);
}

static void test_disconnect_is_told_once(void)
{
    static const char *const requests[] = {REQUEST("/watch"), REQUEST("/stream"), REQUEST("/file")};

    for (size_t i = 0; i < sizeof requests / sizeof requests[0]; i++) {
        struct fixture f;
        set_up(&f, NULL, "http://127.0.0.1:0");
        f.file = new_file();
        struct client *c = new_client(&f, 0, requests[i]);
        c->most = 1; /* with unread bytes the close is a reset */
        run_until(&f, f.held);
        if (i > 0)
            run_until(&f, c->got.size);
        drop_client(c);
        run_until(&f, f.gone == 1 && http_server_connections(f.server) == 0);
        for (int k = 0; k < 20; k++)
            turn(&f);
        CHECK_AT(requests[i], f.gone == 1);
        tear_down(&f);
    }
}

static struct http_limits short_limits(void)
{
    struct http_limits limits = http_limits_default;

    limits.tick_ms = 5;
    limits.linger_ms = 50;
    return limits;
}

/* How often the loop wakes in 50 ms; only the deadline timer (5 ms) should. */
static unsigned wakes(struct fixture *f)
{
    int64_t until = clock_monotonic_ms() + 50;
    unsigned turns = 0;

    for (; clock_monotonic_ms() < until; turns++)
        (void)uv_run(&f->loop, UV_RUN_ONCE);
    return turns;
}

/* Nobody watches: the handler answers a client that has reset, and nothing bad happens. */
static void test_reset_without_watch(void)
{
    struct fixture f;
    struct http_limits limits = short_limits();
    set_up(&f, &limits, "http://127.0.0.1:0");
    struct client *c = new_client(&f, 0, REQUEST("/hold"));
    run_until(&f, f.held);
    REQUIRE(setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &(struct linger){.l_onoff = 1},
                       sizeof(struct linger)) == 0);
    drop_client(c);
    CHECK(wakes(&f) < 100);
    REQUIRE(f.held != NULL);
    http_respond(take_ptr(f.held), 200, NULL, 0, "x", 1);
    run_until(&f, http_server_connections(f.server) == 0);
    tear_down(&f);
}

static void test_half_close(void)
{
    struct fixture f;
    struct http_limits limits = short_limits();
    set_up(&f, &limits, "http://127.0.0.1:0");
    struct client *c = new_client(&f, 0, REQUEST("/hold") REQUEST("/hello"));
    REQUIRE(shutdown(c->fd, SHUT_WR) == 0);
    run_until(&f, f.held);
    CHECK(wakes(&f) < 100);
    http_respond(take_ptr(f.held), 200, NULL, 0, "late", 4);
    run_until(&f, c->ended);
    CHECK(c->error == 0 && has(c, "late") && has(c, "hello"));
    /* Watching afterwards reports the end, and not inside the call. */
    c = new_client(&f, 1, REQUEST("/hold"));
    REQUIRE(shutdown(c->fd, SHUT_WR) == 0);
    run_until(&f, f.held);
    for (int i = 0; i < 20; i++)
        turn(&f);
    http_exchange_watch(f.held, &(struct http_exchange_events){&f, count_drain, on_gone});
    CHECK(f.gone == 0);
    run_until(&f, f.gone == 1);
    tear_down(&f);
}

/* A chunked answer lacks its last chunk; the end of one that ends with its connection is a reset.
 */
static void test_abort_is_seen(void)
{
    static const char *const requests[] = {REQUEST("/watch"),
                                           "GET /watch HTTP/1.0\r\nHost: a\r\n\r\n"};

    for (size_t i = 0; i < sizeof requests / sizeof requests[0]; i++) {
        struct fixture f;
        char *body;
        struct http_limits limits = short_limits();
        set_up(&f, &limits, "http://127.0.0.1:0");
        struct client *c = new_client(&f, 0, requests[i]);
        run_until(&f, f.held);
        http_stream_begin(f.held, 200, NULL, 0);
        (void)http_stream_write(f.held, "half", 4);
        run_until(&f, has(c, "half"));
        unsigned drains = f.drains;
        CHECK(drains > 0 && wakes(&f) < 100 && f.drains == drains);
        http_stream_abort(take_ptr(f.held));
        run_until(&f, c->ended);
        CHECK_AT(requests[i], c->error == (i ? ECONNRESET : 0));
        CHECK((i || dechunk(c, &body) == SIZE_MAX) && f.gone == 0);
        tear_down(&f);
    }
}

/* What the kernel has taken reaches a client that is slow to read it. */
static void test_abort_keeps_what_was_sent(void)
{
    static char piece[STREAM_PIECE];
    struct fixture f;
    size_t sent = 0;
    struct http_limits limits = short_limits();
    set_up(&f, &limits, "http://127.0.0.1:0");
    struct client *c = new_client(&f, 0, REQUEST("/watch"));
    c->most = 1;
    run_until(&f, f.held);
    http_stream_begin(f.held, 200, NULL, 0);
    memset(piece, 'a', sizeof piece);
    while (http_stream_pending(f.held) < sizeof piece && sent < FILE_SIZE) {
        (void)http_stream_write(f.held, piece, sizeof piece);
        sent += sizeof piece;
        for (int i = 0; i < 10; i++)
            turn(&f);
    }
    for (; http_stream_pending(f.held); turn(&f))
        c->most += 1024; /* little by little: the kernel's buffers stay full */
    size_t before = c->got.size;
    http_stream_abort(take_ptr(f.held));
    c->most = 0;
    run_until(&f, c->ended);
    CHECK(c->error == 0 && before < sent && c->got.size > sent && !has(c, "\r\n0\r\n\r\n"));
    tear_down(&f);
}

/* --- limits --- */

static void test_head_deadline(void)
{
    struct fixture f;
    struct http_limits limits = short_limits();
    limits.head_ms = 50;
    set_up(&f, &limits, "http://127.0.0.1:0");
    struct client *silent = new_client(&f, 0, NULL);
    struct client *slow = new_client(&f, 1, "GET / HTTP/1.1\r\nHo");
    struct client *good = new_client(&f, 2, REQUEST("/hello"));
    run_until(&f, silent->ended && slow->ended);
    CHECK(silent->got.size == 0 && silent->error == 0);
    CHECK(has(slow, "HTTP/1.1 408 Request Timeout\r\n") && slow->error == 0);
    CHECK(has(good, "hello") && !good->ended);
    tear_down(&f);
}

static void test_body_deadline(void)
{
    struct fixture f;
    struct http_limits limits = short_limits();
    limits.body_ms = 50;
    set_up(&f, &limits, "http://127.0.0.1:0");
    struct client *c =
        new_client(&f, 0, "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nabc");
    run_until(&f, c->ended);
    CHECK(has(c, "HTTP/1.1 408 ") && f.requests == 0);
    tear_down(&f);
}

static void test_idle_deadline(void)
{
    struct fixture f;
    struct http_limits limits = short_limits();
    limits.idle_ms = 50;
    set_up(&f, &limits, "http://127.0.0.1:0");
    struct client *held = new_client(&f, 0, REQUEST("/hold"));
    struct client *c = new_client(&f, 1, REQUEST("/hello"));
    run_until(&f, c->ended);
    CHECK(c->error == 0 && has(c, "hello"));
    CHECK(!held->ended && f.held); /* an answer may take its time */
    http_respond(take_ptr(f.held), 200, NULL, 0, "", 0);
    run_until(&f, http_server_connections(f.server) == 0);
    /* Without connections nothing wakes the loop. */
    CHECK(uv_backend_timeout(&f.loop) <= (int)limits.tick_ms);
    run_until(&f, uv_backend_timeout(&f.loop) == -1);
    tear_down(&f);
}

static void test_stall_deadline(void)
{
    struct fixture f;
    struct http_limits limits = short_limits();
    limits.stall_ms = 50;
    set_up(&f, &limits, "http://127.0.0.1:0");
    struct client *c = new_client(&f, 0, REQUEST("/stream"));
    c->most = 1;
    run_until(&f, f.gone == 1);
    run_until(&f, http_server_connections(f.server) == 0);
    tear_down(&f);
}

/* When all are being answered, newcomers wait. */
static void test_connection_limit(void)
{
    struct fixture f;
    struct http_limits limits = http_limits_default;
    limits.connections = 1;
    set_up(&f, &limits, "http://127.0.0.1:0");
    struct client *a = new_client(&f, 0, REQUEST("/hold"));
    run_until(&f, f.held);
    struct client *c = new_client(&f, 1, REQUEST("/hello"));
    for (int i = 0; i < 100; i++)
        turn(&f);
    CHECK(c->got.size == 0 && http_server_connections(f.server) == 1);
    http_respond(f.held, 200, NULL, 0, "done", 4);
    f.held = NULL;
    run_until(&f, has(a, "done"));
    run_until(&f, has(c, "hello"));
    tear_down(&f);
}

/* Those that only wait make room for those that ask; what is being answered stays. */
static void test_silent_connections(void)
{
    struct fixture f;
    struct http_limits limits = http_limits_default;
    limits.connections = 2;
    limits.tick_ms = 20;
    set_up(&f, &limits, "http://127.0.0.1:0");
    struct client *busy = new_client(&f, 0, REQUEST("/hold"));
    run_until(&f, f.held);
    struct client *silent = new_client(&f, 1, NULL);
    run_until(&f, http_server_connections(f.server) == 2);
    struct client *asks = new_client(&f, 2, REQUEST("/hello"));
    run_until(&f, has(asks, "hello"));
    run_until(&f, silent->ended);
    CHECK(!busy->ended && http_server_connections(f.server) <= 2);
    http_respond(f.held, 200, NULL, 0, "done", 4);
    f.held = NULL;
    run_until(&f, has(busy, "done"));
    tear_down(&f);
}

/* Out of descriptors: the listener pauses rather than spins, and comes back. */
static void test_no_descriptors(void)
{
    struct fixture f;
    struct rlimit old;
    struct http_limits limits = short_limits();
    set_up(&f, &limits, "http://127.0.0.1:0");
    struct client *c = new_client(&f, 0, REQUEST("/hello"));
    REQUIRE(getrlimit(RLIMIT_NOFILE, &old) == 0);
    struct rlimit none = {(rlim_t)c->fd, old.rlim_max};
    REQUIRE(setrlimit(RLIMIT_NOFILE, &none) == 0);
    unsigned turns = wakes(&f);
    REQUIRE(setrlimit(RLIMIT_NOFILE, &old) == 0);
    CHECK(turns < 100 && c->got.size == 0);
    run_until(&f, has(c, "hello"));
    tear_down(&f);
}

/* --- closing --- */

static void test_graceful_close(void)
{
    struct fixture f;
    set_up(&f, NULL, "http://127.0.0.1:0");
    struct client *idle = new_client(&f, 0, REQUEST("/hello"));
    struct client *busy = new_client(&f, 1, REQUEST("/watch"));
    run_until(&f, has(idle, "hello") && f.held);
    http_server_close(f.server, PATIENCE_MS, on_closed, &f);
    run_until(&f, idle->ended);
    CHECK(!busy->ended && f.closed == 0 && f.gone == 0);
    http_respond(take_ptr(f.held), 200, NULL, 0, "done", 4);
    run_until(&f, busy->ended);
    CHECK(has(busy, "Connection: close\r\n\r\ndone") && busy->error == 0);
    drop_client(busy);
    run_until(&f, f.closed == 1);
    CHECK(uv_loop_alive(&f.loop) == 0);
    CHECK(uv_loop_close(&f.loop) == 0);
    http_server_free(f.server);
    drop_client(idle);
}

static void test_close_breaks_what_is_left(void)
{
    struct fixture f;
    set_up(&f, NULL, "http://127.0.0.1:0");
    struct client *watched = new_client(&f, 0, REQUEST("/watch"));
    run_until(&f, f.held);
    f.held = NULL;
    struct client *blind = new_client(&f, 1, REQUEST("/hold"));
    run_until(&f, f.held);
    struct http_exchange *orphan = take_ptr(f.held);
    http_server_close(f.server, 30, on_closed, &f);
    run_until(&f, f.closed == 1 && watched->ended && blind->ended);
    CHECK(f.gone == 1);
    CHECK(http_stream_pending(orphan) == 0);
    http_respond(orphan, 200, NULL, 0, "x", 1); /* into the void, and frees it */
    CHECK(uv_loop_close(&f.loop) == 0);
    http_server_free(f.server);
    drop_client(watched);
    drop_client(blind);
}

static void test_close_without_listener(void)
{
    struct fixture f = {.closed = 0};
    struct error err = {0};
    char address[HTTP_ADDRESS_SIZE];
    struct http_handler handler = {&f, on_request};

    REQUIRE(uv_loop_init(&f.loop) == 0);
    REQUIRE(http_server_new(&f.loop, &handler, &f.server, &err) == 0);
    CHECK(http_server_listen(f.server, "https://+:1", 0, address, &err) == -EPROTONOSUPPORT);
    CHECK(http_server_listen(f.server, "nonsense", 0, address, &err) == -EINVAL);
    http_server_free(f.server); /* no close needed: nothing was listened on */
    REQUIRE(http_server_new(&f.loop, &handler, &f.server, &err) == 0);
    http_server_close(f.server, 0, on_closed, &f);
    CHECK(f.closed == 0);
    (void)uv_run(&f.loop, UV_RUN_DEFAULT);
    CHECK(f.closed == 1 && uv_loop_close(&f.loop) == 0);
    http_server_free(f.server);
}

/* --- addresses --- */

static const struct {
    const char *url, *prefix;
    bool ipv4, ipv6;
} address_rows[] = {
    {"http://127.0.0.1:0", "http://127.0.0.1:", true, false},
    {"http://[::1]:0", "http://[::1]:", false, true},
    {"http://localhost:0", "http://localhost:", true, true},
    {"http://+:0", "http://[::]:", true, true},
    {"http://*:0", "http://[::]:", true, true},
    {"http://[::]:0", "http://[::]:", true, true},
    {"http://0.0.0.0:0", "http://0.0.0.0:", true, false},
};

static bool has_ipv6(void)
{
    struct sockaddr_in6 a = {.sin6_family = AF_INET6, .sin6_addr = in6addr_loopback};
    cleanup(close_fd) int fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);

    return fd >= 0 && bind(fd, (struct sockaddr *)&a, sizeof a) == 0;
}

static bool answers(struct fixture *f, int fd)
{
    if (fd < 0)
        return false;
    struct client *c = open_client(f, 0, fd, NULL);
    struct pollfd p = {.fd = fd, .events = POLLOUT};
    if (poll(&p, 1, PATIENCE_MS) != 1 || (p.revents & (POLLERR | POLLHUP)))
        return false;
    send_text(c, REQUEST("/hello"));
    run_until(f, has(c, "hello") || c->ended);
    return has(c, "hello");
}

static void test_addresses(void)
{
    if (!has_ipv6()) {
        printf("no IPv6 here, addresses not tested\n");
        return;
    }
    for (size_t i = 0; i < sizeof address_rows / sizeof address_rows[0]; i++) {
        struct fixture f;
        const char *prefix = address_rows[i].prefix;
        set_up(&f, NULL, address_rows[i].url);
        CHECK_AT(f.address, strncmp(f.address, prefix, strlen(prefix)) == 0);
        CHECK_AT(f.address, answers(&f, connect_ipv4(port_of(&f))) == address_rows[i].ipv4);
        CHECK_AT(f.address, answers(&f, connect_ipv6(port_of(&f))) == address_rows[i].ipv6);
        tear_down(&f);
    }
}

static void test_port_in_use(void)
{
    struct fixture f;
    struct error err = {0};
    char url[HTTP_ADDRESS_SIZE], address[HTTP_ADDRESS_SIZE] = "untouched";
    static const char *const hosts[] = {"127.0.0.1", "localhost"};

    set_up(&f, NULL, "http://127.0.0.1:0");
    for (size_t i = 0; i < sizeof hosts / sizeof hosts[0]; i++) {
        (void)snprintf(url, sizeof url, "http://%s:%u", hosts[i], port_of(&f));
        CHECK(http_server_listen(f.server, url, 0, address, &err) == -EADDRINUSE);
        CHECK_AT(err.text, strstr(err.text, url) && strstr(err.text, "in use"));
        CHECK(strcmp(address, "untouched") == 0);
    }
    tear_down(&f);
}

static void test_unix_socket(void)
{
    struct fixture f;
    struct error err = {0};
    struct stat st;
    char folder[] = "/tmp/http_server.XXXXXX", path[64], url[96], address[HTTP_ADDRESS_SIZE];

    REQUIRE(mkdtemp(folder) != NULL);
    (void)snprintf(path, sizeof path, "%s/s", folder);
    (void)snprintf(url, sizeof url, "http://unix:%s", path);
    /* A file that somebody else's dead process left behind. */
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    (void)snprintf(a.sun_path, sizeof a.sun_path, "%s", path);
    int stale = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    REQUIRE(bind(stale, (struct sockaddr *)&a, sizeof a) == 0 && close(stale) == 0);

    set_up(&f, NULL, url);
    CHECK(strcmp(f.address, url) == 0);
    CHECK(stat(path, &st) == 0 && (st.st_mode & 0777) == 0660);
    CHECK(answers(&f, connect_unix(path)));
    CHECK(http_server_listen(f.server, url, 0, address, &err) == -EADDRINUSE);
    CHECK(strstr(err.text, path) != NULL);
    CHECK(answers(&f, connect_unix(path))); /* the try has not harmed it */
    tear_down(&f);
    CHECK(stat(path, &st) < 0);
    /* Not a socket: never removed. */
    FILE *file = fopen(path, "we");
    REQUIRE(file != NULL && fclose(file) == 0);
    REQUIRE(uv_loop_init(&f.loop) == 0);
    struct http_handler handler = {&f, on_request};
    REQUIRE(http_server_new(&f.loop, &handler, &f.server, &err) == 0);
    CHECK(http_server_listen(f.server, url, 0, address, &err) == -EADDRINUSE);
    CHECK(stat(path, &st) == 0);
    http_server_free(f.server);
    CHECK(uv_loop_close(&f.loop) == 0);
    CHECK(unlink(path) == 0 && rmdir(folder) == 0);
}

TEST_SUITE("http/server", {"keep-alive", test_keep_alive}, {"pipelining", test_pipelining},
           {"body and continue", test_body_and_continue},
           {"HEAD has no body", test_head_has_no_body}, {"version 1.0", test_version_1_0},
           {"refusal is readable", test_refusal_is_readable}, {"trailers", test_trailers},
           {"lend", test_lend}, {"stream with slow reader", test_stream_with_slow_reader},
           {"file", test_file}, {"short file breaks", test_short_file_breaks},
           {"disconnect is told once", test_disconnect_is_told_once},
           {"reset without watch", test_reset_without_watch}, {"half close", test_half_close},
           {"abort is seen", test_abort_is_seen},
           {"abort keeps what was sent", test_abort_keeps_what_was_sent},
           {"head deadline", test_head_deadline}, {"body deadline", test_body_deadline},
           {"idle deadline", test_idle_deadline}, {"stall deadline", test_stall_deadline},
           {"connection limit", test_connection_limit},
           {"silent connections", test_silent_connections}, {"no descriptors", test_no_descriptors},
           {"graceful close", test_graceful_close},
           {"close breaks what is left", test_close_breaks_what_is_left},
           {"close without listener", test_close_without_listener}, {"addresses", test_addresses},
           {"port in use", test_port_in_use}, {"unix socket", test_unix_socket});
