#include "src/http/response.h"
#include "tests/support/check.h"

#define DATE "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\nServer: portside\r\n"

static const struct http_pair two[] = {{"Content-Type", "text/plain"}, {"X-A", "b"}};

/* 784111777 is RFC 9110's own example date. */
static const struct {
    struct http_response response;
    const char *want;
} rows[] = {
    {{.status = 200, .length = 5}, "HTTP/1.1 200 OK\r\n" DATE "Content-Length: 5\r\n\r\n"},
    {{.status = 404}, "HTTP/1.1 404 Not Found\r\n" DATE "Content-Length: 0\r\n\r\n"},
    {{.status = 204}, "HTTP/1.1 204 No Content\r\n" DATE "\r\n"},
    {{.status = 304, .length = 7}, "HTTP/1.1 304 Not Modified\r\n" DATE "\r\n"},
    {{.status = 204, .framing = HTTP_FRAMING_CHUNKED}, "HTTP/1.1 204 No Content\r\n" DATE "\r\n"},
    {{.status = 400, .close = true},
     "HTTP/1.1 400 Bad Request\r\n" DATE "Content-Length: 0\r\nConnection: close\r\n\r\n"},
    {{.status = 200, .framing = HTTP_FRAMING_CHUNKED, .headers = two, .header_count = 2},
     "HTTP/1.1 200 OK\r\n" DATE
     "Content-Type: text/plain\r\nX-A: b\r\nTransfer-Encoding: chunked\r\n\r\n"},
    {{.status = 200, .framing = HTTP_FRAMING_CHUNKED, .trailers = "X-A, X-B"},
     "HTTP/1.1 200 OK\r\n" DATE "Transfer-Encoding: chunked\r\nTrailer: X-A, X-B\r\n\r\n"},
    {{.status = 200, .trailers = "X-A"}, "HTTP/1.1 200 OK\r\n" DATE "Content-Length: 0\r\n\r\n"},
    {{.status = 204, .framing = HTTP_FRAMING_CHUNKED, .trailers = "X-A"},
     "HTTP/1.1 204 No Content\r\n" DATE "\r\n"},
    {{.status = 200, .framing = HTTP_FRAMING_CLOSE, .close = true, .trailers = "X-A"},
     "HTTP/1.1 200 OK\r\n" DATE "Connection: close\r\n\r\n"},
    {{.status = 200, .framing = HTTP_FRAMING_CLOSE, .close = true},
     "HTTP/1.1 200 OK\r\n" DATE "Connection: close\r\n\r\n"},
};

static void test_heads(void)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct text t = {0};
        struct http_response r = rows[i].response;
        r.now = 784111777;
        http_response_head(&t, &r);
        CHECK_AT(rows[i].want, !t.failed && strcmp(t.data, rows[i].want) == 0);
        text_deinit(&t);
    }
}

static void test_ends(void)
{
    static const char *const want[] = {"0\r\n\r\n", "0\r\nContent-Type: text/plain\r\n\r\n",
                                       "0\r\nContent-Type: text/plain\r\nX-A: b\r\n\r\n"};

    for (size_t i = 0; i < sizeof want / sizeof want[0]; i++) {
        struct text t = {0};
        http_response_end(&t, two, i);
        CHECK_AT(want[i], !t.failed && strcmp(t.data, want[i]) == 0);
        text_deinit(&t);
    }
}

static void test_has_body(void)
{
    static const int with[] = {200, 201, 202, 400, 404, 500};
    static const int without[] = {100, 101, 204, 304};

    for (size_t i = 0; i < sizeof with / sizeof with[0]; i++)
        CHECK(http_status_has_body(with[i]));
    for (size_t i = 0; i < sizeof without / sizeof without[0]; i++)
        CHECK(!http_status_has_body(without[i]));
}

TEST_SUITE("http/response", {"heads", test_heads}, {"ends", test_ends},
           {"has body", test_has_body});
