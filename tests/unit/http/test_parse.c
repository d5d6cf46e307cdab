#include <stdlib.h>

#include "src/http/parse.h"
#include "tests/support/check.h"

#define ROW(label, bytes, want)                                                                    \
    {                                                                                              \
        label, bytes, sizeof bytes - 1, want                                                       \
    }
#define GET "GET /u HTTP/1.1\r\nHost: a\r\n"
#define POST "POST /u HTTP/1.1\r\nHost: a\r\n"
#define CHUNKED POST "Transfer-Encoding: chunked\r\n"

enum { MORE = -1, OK = 0 };

static const struct {
    const char *label, *bytes;
    size_t size;
    int want; /* OK, MORE or the status of the refusal */
} rows[] = {
    /* what must not be readable in two ways */
    ROW("length and coding",
        POST "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /s", 400),
    ROW("coding and length", CHUNKED "Content-Length: 5\r\n\r\n0\r\n\r\n", 400),
    ROW("two lengths", POST "Content-Length: 5\r\nContent-Length: 3\r\n\r\nabcde", 400),
    ROW("the same length twice", POST "Content-Length: 5\r\nContent-Length: 5\r\n\r\nabcde", 400),
    ROW("list of lengths", POST "Content-Length: 5, 5\r\n\r\nabcde", 400),
    ROW("negative length", POST "Content-Length: -1\r\n\r\n", 400),
    ROW("signed length", POST "Content-Length: +5\r\n\r\nabcde", 400),
    ROW("hex length", POST "Content-Length: 0x5\r\n\r\nabcde", 400),
    ROW("empty length", POST "Content-Length:\r\n\r\n", 400),
    ROW("huge length", POST "Content-Length: 99999999999999999999999\r\n\r\n", 400),
    ROW("length above the limit", POST "Content-Length: 32769\r\n\r\n", 413),
    ROW("largest number", POST "Content-Length: 18446744073709551615\r\n\r\n", 400),
    ROW("xchunked", POST "Transfer-Encoding: xchunked\r\n\r\n", 501),
    ROW("gzip, chunked", POST "Transfer-Encoding: gzip, chunked\r\n\r\n", 501),
    ROW("chunked, identity", POST "Transfer-Encoding: chunked, identity\r\n\r\n", 501),
    ROW("identity", POST "Transfer-Encoding: identity\r\n\r\n", 501),
    ROW("empty coding", POST "Transfer-Encoding:\r\n\r\n", 501),
    ROW("coding twice", CHUNKED "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
    ROW("coding in 1.0", "POST /u HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
    ROW("vertical tab before chunked", POST "Transfer-Encoding: \vchunked\r\n\r\n", 400),
    ROW("space before colon", GET "X-A : b\r\n\r\n", 400),
    ROW("folded header", GET "X-A: b\r\n c\r\n\r\n", 400),
    ROW("no host", "GET /u HTTP/1.1\r\n\r\n", 400),
    ROW("two hosts", GET "Host: a\r\n\r\n", 400),
    ROW("host with a path", "GET /u HTTP/1.1\r\nHost: a/b\r\n\r\n", 400),
    ROW("host with a user", "GET /u HTTP/1.1\r\nHost: u@a\r\n\r\n", 400),
    ROW("host without a name", "GET /u HTTP/1.1\r\nHost: :80\r\n\r\n", 400),
    ROW("host without its port", "GET /u HTTP/1.1\r\nHost: a:\r\n\r\n", 400),
    ROW("host with a word as port", "GET /u HTTP/1.1\r\nHost: a:b\r\n\r\n", 400),
    ROW("two ports", "GET /u HTTP/1.1\r\nHost: a:1:2\r\n\r\n", 400),
    ROW("open bracket", "GET /u HTTP/1.1\r\nHost: [::1\r\n\r\n", 400),
    ROW("empty brackets", "GET /u HTTP/1.1\r\nHost: []\r\n\r\n", 400),
    ROW("behind the bracket", "GET /u HTTP/1.1\r\nHost: [::1]x\r\n\r\n", 400),
    ROW("escaped host", "GET /u HTTP/1.1\r\nHost: a%41\r\n\r\n", 400),
    ROW("list of hosts", "GET /u HTTP/1.1\r\nHost: a,b\r\n\r\n", 400),
    ROW("host of all characters", "GET /u HTTP/1.1\r\nHost: aZ0-._~!$&'():9\r\n\r\n", OK),
    ROW("IPv6 host alone", "GET /u HTTP/1.1\r\nHost: [::ffff:1.2.3.4]\r\n\r\n", OK),
    ROW("bare LF", "GET /u HTTP/1.1\nHost: a\n\n", 400),
    ROW("NUL in a header", GET "X: a\0b\r\n\r\n", 400),
    ROW("version 9.9", "GET /u HTTP/9.9\r\nHost: a\r\n\r\n", 505),
    ROW("version 1.2", "GET /u HTTP/1.2\r\nHost: a\r\n\r\n", 505),
    ROW("version 2.0", "PRI * HTTP/2.0\r\n\r\n", 505),
    ROW("version 1.10", "GET /u HTTP/1.10\r\nHost: a\r\n\r\n", 400),
    ROW("version 01.1", "GET /u HTTP/01.1\r\nHost: a\r\n\r\n", 400),
    ROW("lower case version", "GET /u http/1.1\r\nHost: a\r\n\r\n", 400),
    ROW("other protocol", "GET /u ICE/1.1\r\nHost: a\r\n\r\n", 400),
    ROW("no version", "GET /u\r\n\r\n", 400),
    ROW("chunk overflow", CHUNKED "\r\nfffffffffffffffff\r\n", 400),
    ROW("huge chunk", CHUNKED "\r\nffffffffffffffff\r\n", 413),
    ROW("bytes behind a chunk", CHUNKED "\r\n1\r\nxxx0\r\n\r\n", 400),
    ROW("chunk size with LF", CHUNKED "\r\n1\nx\r\n0\r\n\r\n", 400),
    ROW("bogus expectation", POST "Expect: foo\r\nContent-Length: 1\r\n\r\na", 417),
    ROW("method characters", "G(T /u HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    ROW("unknown method", "FOO /u HTTP/1.1\r\nHost: a\r\n\r\n", 501),
    ROW("lower case method", "get /u HTTP/1.1\r\nHost: a\r\n\r\n", 501),
    ROW("connect", "CONNECT a:80 HTTP/1.1\r\nHost: a:80\r\n\r\n", 400),
    ROW("fragment", "GET /u#f HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    ROW("relative target", "GET u HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    ROW("star for GET", "GET * HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    ROW("NUL in the path", "GET /%00 HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    ROW("line feed in the query", "GET /?a=%0a HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    ROW("broken escape", "GET /%4 HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    ROW("absolute, other host", "GET http://b/u HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    ROW("absolute, longer host", "GET http://ab/u HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    /* what is fine */
    ROW("plain", GET "\r\n", OK),
    ROW("version 1.0", "GET /u HTTP/1.0\r\n\r\n", OK),
    ROW("absolute", "GET http://A/u HTTP/1.1\r\nHost: a\r\n\r\n", OK),
    ROW("star", "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", OK),
    ROW("empty host", "GET /u HTTP/1.1\r\nHost:\r\n\r\n", OK),
    ROW("IPv6 host", "GET /u HTTP/1.1\r\nHost: [::1]:80\r\n\r\n", OK),
    ROW("body", POST "Content-Length: 5\r\n\r\nabcde", OK),
    ROW("body on GET", GET "Content-Length: 5\r\n\r\nabcde", OK),
    ROW("leading zeros of a length", POST "Content-Length: 005\r\n\r\nabcde", OK),
    ROW("chunks", CHUNKED "\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nT: r\r\n\r\n", OK),
    ROW("chunked without case", POST "transfer-encoding: CHUNKED \r\n\r\n5\r\nabcde\r\n0\r\n\r\n",
        OK),
    ROW("expect", POST "Expect: 100-Continue\r\nContent-Length: 5\r\n\r\nabcde", OK),
    ROW("upgrade is ignored", GET "Connection: Upgrade\r\nUpgrade: h2c\r\n\r\n", OK),
    ROW("empty line first", "\r\n" GET "\r\n", OK),
    ROW("only an empty line", "\r\n", MORE),
    ROW("half a head", GET, MORE),
    ROW("half a body", POST "Content-Length: 5\r\n\r\nabcd", MORE),
    ROW("unfinished chunks", CHUNKED "\r\n5\r\nabcde\r\n0\r\n", MORE),
};

static int outcome(const struct http_parse *p)
{
    return p->state == HTTP_PARSE_DONE ? OK : p->state == HTTP_PARSE_REFUSED ? p->status : MORE;
}

/* Feeds an exact-size copy in pieces of `step` bytes; 0 = pieces of changing size. */
static size_t feed(struct http_parse *p, const char *bytes, size_t size, size_t step)
{
    size_t at = 0;
    unsigned seed = 1;

    http_parse_init(p, &http_limits_default);
    while (at < size) {
        seed = seed * 1103515245 + 12345;
        size_t want = step ? step : 1 + (seed >> 16) % 7, n = size - at < want ? size - at : want;
        uint8_t *piece = malloc(n);
        REQUIRE(piece != NULL);
        memcpy(piece, bytes + at, n);
        size_t used = http_parse_feed(p, piece, n);
        free(piece);
        at += used;
        if (used < n)
            break;
    }
    return at;
}

static bool same_text(const char *a, const char *b)
{
    return strcmp(a, b) == 0;
}

static bool same(const struct http_parse *a, const struct http_parse *b)
{
    const struct http_request *x = &a->request, *y = &b->request;

    if (outcome(a) != outcome(b))
        return false;
    if (outcome(a) != OK)
        return true;
    return same_text(x->method, y->method) && same_text(x->path, y->path) &&
           same_text(x->host, y->host) && x->header_count == y->header_count &&
           x->query_count == y->query_count && x->body_size == y->body_size &&
           (x->body_size == 0 || memcmp(x->body, y->body, x->body_size) == 0);
}

static void test_outcomes(void)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct http_parse p;
        (void)feed(&p, rows[i].bytes, rows[i].size, rows[i].size);
        CHECK_AT(rows[i].label, outcome(&p) == rows[i].want);
        bool has_body = outcome(&p) == OK && p.request.body_size;
        CHECK_AT(rows[i].label, !has_body || (p.request.body_size == 5 &&
                                              memcmp(p.request.body, "abcde", 5) == 0));
        http_parse_deinit(&p);
    }
}

static void test_every_split_is_the_same(void)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct http_parse whole, split;
        size_t used = feed(&whole, rows[i].bytes, rows[i].size, rows[i].size);
        for (size_t step = 0; step < rows[i].size; step++) {
            CHECK_AT(rows[i].label, feed(&split, rows[i].bytes, rows[i].size, step) == used);
            CHECK_AT(rows[i].label, same(&whole, &split));
            http_parse_deinit(&split);
        }
        http_parse_deinit(&whole);
    }
}

static void test_request_is_complete(void)
{
    static const char bytes[] = "POST /a%20b/c?x=1&y=%41+z&flag HTTP/1.1\r\nHost: h:1\r\n"
                                "X-Trim: \t v w \t\r\nX-Empty:\r\nX-Blank:   \r\nx-trim: 2\r\n"
                                "Content-Length: 3\r\n\r\nabcGET /next";
    struct http_parse p;

    size_t used = feed(&p, bytes, sizeof bytes - 1, sizeof bytes - 1);
    REQUIRE(outcome(&p) == OK);
    const struct http_request *r = &p.request;
    CHECK(used == sizeof bytes - 1 - strlen("GET /next"));
    CHECK(same_text(r->method, "POST") && same_text(r->path, "/a b/c"));
    CHECK(same_text(p.raw_path, "/a%20b/c") && same_text(r->host, "h:1"));
    CHECK(r->query_count == 3 && same_text(r->query[1].value, "A z"));
    CHECK(same_text(http_request_query(r, "FLAG"), ""));
    CHECK(http_request_query(r, "none") == NULL);
    CHECK(r->header_count == 6 && same_text(r->headers[0].name, "Host"));
    CHECK(same_text(http_request_header(r, "x-TRIM"), "v w"));
    CHECK(same_text(http_request_header(r, "X-Empty"), ""));
    CHECK(same_text(http_request_header(r, "X-Blank"), ""));
    CHECK(http_request_header(r, "X-None") == NULL);
    CHECK(r->body_size == 3 && memcmp(r->body, "abc", 3) == 0);
    http_parse_deinit(&p);
}

static const struct {
    const char *label, *bytes;
    bool keep_alive, expect;
} flag_rows[] = {
    {"1.1", GET "\r\n", true, false},
    {"1.1 close", GET "Connection: close\r\n\r\n", false, false},
    {"1.1 close in a list", GET "Connection: x, Close\r\n\r\n", false, false},
    {"1.0", "GET / HTTP/1.0\r\n\r\n", false, false},
    {"1.0 keep-alive", "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", false, false},
    {"expect", POST "Expect: 100-continue\r\nContent-Length: 0\r\n\r\n", true, true},
    {"expect in 1.0", "POST / HTTP/1.0\r\nExpect: 100-continue\r\n\r\n", false, false},
};

static void test_flags(void)
{
    for (size_t i = 0; i < sizeof flag_rows / sizeof flag_rows[0]; i++) {
        struct http_parse p;
        (void)feed(&p, flag_rows[i].bytes, strlen(flag_rows[i].bytes), 0);
        CHECK_AT(flag_rows[i].label, outcome(&p) == OK);
        CHECK_AT(flag_rows[i].label, p.head.keep_alive == flag_rows[i].keep_alive);
        CHECK_AT(flag_rows[i].label, p.head.expect_continue == flag_rows[i].expect);
        http_parse_deinit(&p);
    }
}

/* `before`, then `count` times `unit`, then `after`. */
static int run_built(const char *before, const char *unit, size_t count, const char *after,
                     size_t step)
{
    struct text t = {0};
    struct http_parse p;

    text_add_str(&t, before);
    for (size_t i = 0; i < count; i++)
        text_add_str(&t, unit);
    text_add_str(&t, after);
    REQUIRE(!t.failed);
    (void)feed(&p, t.data, t.size, step ? step : t.size);
    int got = outcome(&p);
    http_parse_deinit(&p);
    text_deinit(&t);
    return got;
}

static const struct {
    const char *label, *before, *unit, *after;
    size_t fits; /* how many units are just accepted */
    int status;
} limit_rows[] = {
    {"target", "GET /", "a", " HTTP/1.1\r\nHost: a\r\n\r\n", 32 * 1024 - 27, 431},
    {"one value", GET "X: ", "a", "\r\n\r\n", 32 * 1024 - 33, 431},
    {"header count", GET, "X:\r\n", "\r\n", 99, 431},
};

static void test_limits(void)
{
    for (size_t i = 0; i < sizeof limit_rows / sizeof limit_rows[0]; i++) {
        size_t fits = limit_rows[i].fits;
        for (size_t step = 0; step < 2; step++) {
            CHECK_AT(limit_rows[i].label, run_built(limit_rows[i].before, limit_rows[i].unit, fits,
                                                    limit_rows[i].after, step) == OK);
            CHECK_AT(limit_rows[i].label,
                     run_built(limit_rows[i].before, limit_rows[i].unit, fits + 1,
                               limit_rows[i].after, step) == limit_rows[i].status);
        }
    }
    CHECK(run_built("GET /", "a", 200000, " HTTP/1.1\r\n\r\n", 0) == 414);
    CHECK(run_built(GET "X: ", "a", 200000, "\r\n\r\n", 0) == 431);
    CHECK(run_built(GET, "X1: a\r\n", 20000, "\r\n", 0) == 431);
}

static void test_body_limit(void)
{
    static const char chunk[] = "10\r\n0123456789abcdef\r\n";
    size_t fits = http_limits_default.body / 16;

    CHECK(run_built(CHUNKED "\r\n", chunk, fits, "0\r\n\r\n", 0) == OK);
    CHECK(run_built(CHUNKED "\r\n", chunk, fits, "1\r\nx\r\n0\r\n\r\n", 0) == 413);
    CHECK(run_built(POST "Content-Length: 32768\r\n\r\n", "0123456789abcdef", fits, "", 0) == OK);
}

TEST_SUITE("http/parse", {"outcomes", test_outcomes},
           {"every split is the same", test_every_split_is_the_same},
           {"request is complete", test_request_is_complete}, {"flags", test_flags},
           {"limits", test_limits}, {"body limit", test_body_limit});
