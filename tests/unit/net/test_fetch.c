/*
 * Fetches from a server that may misbehave. Names are resolved by this program's own getaddrinfo(),
 * which can be made to hang: libcurl calls it on a thread of its own.
 */
#include <dlfcn.h>
#include <errno.h>
#include <netdb.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "src/net/fetch.h"
#include "src/net/fetch_url.h"
#include "tests/support/oidc_server.h"
#include "tests/unit/io/loop.h"

enum { SIZE_MAX_OF_TEST = 64 * 1024, SHORT_MS = 300, LATE_MS = 30000 };

#define DOCUMENT "/" OIDC_TENANT "/v2.0/.well-known/openid-configuration"

/* --- names --- */

static struct {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool hang;
    int asked, answered;
} names = {.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};

typedef int resolver(const char *, const char *, const struct addrinfo *, struct addrinfo **);

int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints,
                struct addrinfo **result)
{
    resolver *real = (resolver *)dlsym(RTLD_NEXT, "getaddrinfo");

    pthread_mutex_lock(&names.lock);
    names.asked++;
    while (names.hang)
        pthread_cond_wait(&names.changed, &names.lock);
    names.answered++;
    pthread_mutex_unlock(&names.lock);
    (void)node;
    return real("localhost", service, hints, result);
}

static void set_hang(bool hang)
{
    pthread_mutex_lock(&names.lock);
    names.hang = hang;
    pthread_cond_broadcast(&names.changed);
    pthread_mutex_unlock(&names.lock);
}

static bool names_are(int asked, int answered)
{
    pthread_mutex_lock(&names.lock);
    bool are = names.asked == asked && names.answered == answered;
    pthread_mutex_unlock(&names.lock);
    return are;
}

/* --- one fetch --- */

struct run {
    uv_loop_t *loop;
    struct fetch *fetch;
    int ends, code;
    char text[1024], body[SIZE_MAX_OF_TEST + 1];
    size_t size;
};

static void on_done(void *user, const struct fetch_result *result)
{
    struct run *r = user;

    r->ends++;
    r->code = result->code;
    r->size = result->size;
    (void)snprintf(r->text, sizeof r->text, "%s", result->text);
    (void)snprintf(r->body, sizeof r->body, "%s", result->body);
}

static struct run *begin(const char *url, int total_ms)
{
    struct run *r = world_alloc(sizeof *r);
    struct error err = {0};
    const struct fetch_request request = {
        .url = url,
        .loopback = true,
        .size_max = SIZE_MAX_OF_TEST,
        .connect_ms = total_ms,
        .total_ms = total_ms,
    };

    r->loop = loop_new();
    int code = fetch_start(r->loop, &request, on_done, r, &r->fetch, &err);
    CHECK_AT(err.text, code == 0);
    REQUIRE(code == 0);
    CHECK(r->ends == 0);
    return r;
}

static void finish(struct run *r)
{
    CHECK(LOOP_UNTIL(r->loop, LOOP_MS, r->ends > 0));
    loop_for(r->loop, 20);
    CHECK(r->ends == 1);
    loop_end(r->loop);
}

/* --- tests --- */

static void test_answer(void)
{
    const struct oidc_server *s = oidc_server_start();
    struct run *r = begin(world_text("%s" DOCUMENT, oidc_server_url(s)), LOOP_MS);

    finish(r);
    CHECK_AT(r->text, r->code == 0 && *r->text == '\0');
    CHECK(r->size == strlen(r->body) && strstr(r->body, "jwks_uri"));
}

#define OK "HTTP/1.1 200 OK\r\n"

static const struct row {
    const char *label, *bytes;
    int code;
    const char *want; /* a part of the text, or the whole body when code is 0 */
} rows[] = {
    {"empty body", OK "Content-Length: 0\r\n\r\n", 0, ""},
    {"chunks", OK "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n", 0, "{}"},
    {"until the end", OK "\r\n{}", 0, "{}"},
    {"moved", "HTTP/1.1 301 Moved\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n",
     -EPROTO, "redirects are not followed"},
    {"found", "HTTP/1.1 302 Found\r\nLocation: https://evil.example/\r\nContent-Length: 0\r\n\r\n",
     -EPROTO, "status 302"},
    {"to a file", "HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\nContent-Length: 0\r\n\r\n",
     -EPROTO, "status 302"},
    {"server error", "HTTP/1.1 500 Oh\r\nContent-Length: 2\r\n\r\n{}", -EPROTO, "status 500"},
    {"no content", "HTTP/1.1 204 No Content\r\n\r\n", -EPROTO, "status 204"},
    {"partial", "HTTP/1.1 206 Partial\r\nContent-Length: 2\r\n\r\n{}", -EPROTO, "status 206"},
    {"not found", "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", -EPROTO,
     "status 404 instead of 200"},
    {"hangs up", "", -EPROTO, "GET http://127.0.0.1:"},
    {"garbage", "\x16\x03\x01 nothing\r\n\r\n", -EPROTO, "GET http://127.0.0.1:"},
    {"version 0.9", "{\"issuer\":\"x\"}", -EPROTO, "GET http://127.0.0.1:"},
    {"half a head", OK "Content-Le", 0, ""},
    {"cut body", OK "Content-Length: 10\r\n\r\n{}", -EPROTO, "GET http://127.0.0.1:"},
    {"cut chunk", OK "Transfer-Encoding: chunked\r\n\r\n9\r\n{}", -EPROTO, "GET http://127.0.0.1:"},
    {"length too large", OK "Content-Length: 65537\r\n\r\n{}", -E2BIG, "too large"},
    {"absurd length", OK "Content-Length: 99999999999999999999\r\n\r\n{}", -E2BIG, "too large"},
    {"negative length", OK "Content-Length: -1\r\n\r\n{}", -EPROTO, "GET http://127.0.0.1:"},
};

static void test_rows(void)
{
    struct oidc_server *s = oidc_server_start();

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const struct row *row = &rows[i];
        oidc_server_raw(s, row->bytes);
        struct run *r = begin(world_text("%s/x", oidc_server_url(s)), LOOP_MS);
        finish(r);
        CHECK_AT(world_text("%s: %d %s", row->label, r->code, r->text), r->code == row->code);
        CHECK_AT(world_text("%s: %s", row->label, r->text),
                 r->code ? strstr(r->text, row->want) != NULL : strcmp(r->body, row->want) == 0);
        CHECK_AT(row->label, r->code == 0 || r->size == 0);
    }
}

/* At the limit, and one byte over it, with no length that says so beforehand. */
static void test_size(void)
{
    struct oidc_server *s = oidc_server_start();
    char *bytes = world_alloc(SIZE_MAX_OF_TEST + 200);

    for (size_t over = 0; over < 2; over++) {
        int head = snprintf(bytes, 100, OK "\r\n");
        memset(bytes + head, 'x', SIZE_MAX_OF_TEST + over);
        bytes[(size_t)head + SIZE_MAX_OF_TEST + over] = '\0';
        oidc_server_raw(s, bytes);
        struct run *r = begin(world_text("%s/x", oidc_server_url(s)), LOOP_MS);
        finish(r);
        CHECK_AT(r->text, r->code == (over ? -E2BIG : 0));
        CHECK(r->size == (over ? 0 : SIZE_MAX_OF_TEST));
    }
    oidc_server_set_mode(s, OIDC_ENDLESS);
    struct run *r = begin(world_text("%s/x", oidc_server_url(s)), LOOP_MS);
    finish(r);
    CHECK_AT(r->text, r->code == -E2BIG && strstr(r->text, "larger than 65536 bytes"));
}

static void test_time(void)
{
    static const enum oidc_mode modes[] = {OIDC_SILENT, OIDC_TRICKLE};
    struct oidc_server *s = oidc_server_start();

    for (size_t i = 0; i < COUNT_OF(modes); i++) {
        int64_t before = clock_monotonic_ms();
        oidc_server_set_mode(s, modes[i]);
        struct run *r = begin(world_text("%s" DOCUMENT, oidc_server_url(s)), SHORT_MS);
        finish(r);
        CHECK_AT(r->text, r->code == -ETIMEDOUT && strstr(r->text, "in time"));
        CHECK(clock_monotonic_ms() - before >= SHORT_MS - 5);
        CHECK(clock_monotonic_ms() - before < LATE_MS);
    }
}

static void test_nobody(void)
{
    struct oidc_server *s = oidc_server_start();

    oidc_server_stop(s);
    struct run *r = begin(world_text("%s/x", oidc_server_url(s)), LOOP_MS);
    finish(r);
    CHECK_AT(r->text, r->code == -ECONNREFUSED && strstr(r->text, "https_proxy"));
}

/* This machine is asked directly, whatever the proxy. */
static void test_proxy(void)
{
    const struct oidc_server *s = oidc_server_start();

    REQUIRE(setenv("http_proxy", "http://127.0.0.1:1", 1) == 0);
    REQUIRE(setenv("all_proxy", "http://127.0.0.1:1", 1) == 0);
    struct run *r = begin(world_text("%s" DOCUMENT, oidc_server_url(s)), LOOP_MS);
    finish(r);
    REQUIRE(unsetenv("http_proxy") == 0 && unsetenv("all_proxy") == 0);
    CHECK_AT(r->text, r->code == 0);
}

static void test_abandon(void)
{
    static const int turns_ms[] = {0, 1, 5, 30};
    struct oidc_server *s = oidc_server_start();

    oidc_server_set_mode(s, OIDC_SILENT);
    for (size_t i = 0; i < COUNT_OF(turns_ms); i++) {
        struct run *r = begin(world_text("%s/x", oidc_server_url(s)), LOOP_MS);
        loop_for(r->loop, turns_ms[i]);
        fetch_abandon(r->fetch);
        loop_end(r->loop);
        CHECK(r->ends == 0);
    }
}

/* A name server that does not answer: the loop goes on turning, the fetch ends in time, and neither
 * its end nor its abandonment waits for the resolver. */
static void test_slow_names(void)
{
    const struct oidc_server *s = oidc_server_start();
    const char *port = strrchr(oidc_server_url(s), ':');

    set_hang(true);
    for (int abandoned = 0; abandoned < 2; abandoned++) {
        int64_t before = clock_monotonic_ms();
        struct run *r =
            begin(world_text("https://authority.test%s/x", port), abandoned ? LOOP_MS : SHORT_MS);
        int64_t worst = 0;
        while (!r->ends && !(abandoned && names_are(2, 0)) &&
               clock_monotonic_ms() - before < LOOP_MS) {
            int64_t turn = clock_monotonic_ms();
            loop_turn(r->loop);
            turn = clock_monotonic_ms() - turn;
            worst = turn > worst ? turn : worst;
        }
        if (abandoned && !r->ends)
            fetch_abandon(r->fetch);
        CHECK(r->ends == !abandoned && r->code == (abandoned ? 0 : -ETIMEDOUT));
        CHECK(clock_monotonic_ms() - before < LATE_MS);
        CHECK_AT(world_text("the longest turn took %d ms", (int)worst), worst < LATE_MS);
        loop_end(r->loop);
    }
    CHECK(WAIT_UNTIL(LOOP_MS, names_are(2, 0)));
    set_hang(false);
    CHECK(WAIT_UNTIL(LOOP_MS, names_are(2, 2)));
}

/* The server speaks no TLS. */
static void test_no_tls(void)
{
    const struct oidc_server *s = oidc_server_start();
    const char *port = strrchr(oidc_server_url(s), ':');
    struct run *r = begin(world_text("https://authority.test%s" DOCUMENT, port), LOOP_MS);

    finish(r);
    CHECK_AT(r->text, r->code == -EKEYREJECTED && strstr(r->text, "GET https://authority.test:"));
}

static const struct {
    const char *url;
    bool https, loopback; /* allowed without and with `loopback` */
} urls[] = {
    {"https://login.microsoftonline.com", true, true},
    {"HTTPS://login.microsoftonline.com/a/b?c=d", true, true},
    {"https://10.0.0.1:8443/x", true, true},
    {"http://127.0.0.1:80", false, true},
    {"http://[::1]:1/", false, true},
    {"http://localhost/x", false, true},
    {"http://LocalHost/x", false, true},
    {"http://127.0.0.2", false, false},
    {"http://127.0.0.1.evil.example", false, false},
    {"http://localhost.evil.example", false, false},
    {"http://127.0.0.1@evil.example/", false, false},
    {"https://user@login.microsoftonline.com", false, false},
    {"https://user:password@login.microsoftonline.com", false, false},
    {"http://login.microsoftonline.com", false, false},
    {"file:///etc/passwd", false, false},
    {"ftp://127.0.0.1/", false, false},
    {"gopher://127.0.0.1/", false, false},
    {"unix:/run/x", false, false},
    {"login.microsoftonline.com", false, false},
    {"/x", false, false},
    {"https://", false, false},
    {"https:// x", false, false},
    {"https://a\r\nHost: b/", false, false},
    {"", false, false},
};

static void test_urls(void)
{
    for (size_t i = 0; i < COUNT_OF(urls); i++) {
        struct error err = {0};
        int https = fetch_url_check(urls[i].url, false, &err);
        CHECK_AT(urls[i].url, https == (urls[i].https ? 0 : -EINVAL));
        CHECK_AT(urls[i].url, (https < 0) == (err.text[0] != '\0'));
        CHECK_AT(urls[i].url,
                 fetch_url_check(urls[i].url, true, &err) == (urls[i].loopback ? 0 : -EINVAL));
    }
}

static void test_refused_url(void)
{
    uv_loop_t *loop = loop_new();
    struct fetch *f = NULL;
    struct error err = {0};
    const struct fetch_request request = {.url = "http://example.org/", .loopback = true};

    CHECK(fetch_start(loop, &request, on_done, NULL, &f, &err) == -EINVAL);
    CHECK(!f && strstr(err.text, "https://"));
    loop_end(loop);
}

WORLD_SUITE("net/fetch", {"answer", test_answer}, {"rows", test_rows}, {"size", test_size},
            {"time", test_time}, {"nobody", test_nobody}, {"proxy", test_proxy},
            {"abandon", test_abandon}, {"slow names", test_slow_names}, {"no TLS", test_no_tls},
            {"urls", test_urls}, {"refused url", test_refused_url})
