#include <arpa/inet.h>
#include <errno.h>

#include "src/http/url.h"
#include "tests/support/check.h"

#define PATH_107                                                                                   \
    "/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" \
    "aaaaaaa"                                                                                      \
    "aaaaaaaa"

static const struct {
    const char *text;
    enum http_url_kind kind;
    uint16_t port;
    const char *host; /* address or socket path */
    bool tls;
} good_rows[] = {
    {"http://127.0.0.1:8080", HTTP_URL_IPV4, 8080, "127.0.0.1", false},
    {"http://127.0.0.1", HTTP_URL_IPV4, 80, "127.0.0.1", false},
    {"http://0.0.0.0:0/", HTTP_URL_IPV4, 0, "0.0.0.0", false},
    {"HTTP://[::1]:65535", HTTP_URL_IPV6, 65535, "::1", false},
    {"http://[::1]", HTTP_URL_IPV6, 80, "::1", false},
    {"http://localhost:52325", HTTP_URL_LOCALHOST, 52325, NULL, false},
    {"http://LocalHost", HTTP_URL_LOCALHOST, 80, NULL, false},
    {"http://+:1", HTTP_URL_ANY, 1, NULL, false},
    {"http://*:1", HTTP_URL_ANY, 1, NULL, false},
    {"http://some-host.example:1", HTTP_URL_ANY, 1, NULL, false},
    {"http://1.2.3:1", HTTP_URL_ANY, 1, NULL, false},
    {"http://127.0.0.1:1/base/path", HTTP_URL_IPV4, 1, "127.0.0.1", false},
    {" \thttp://127.0.0.1:1 ", HTTP_URL_IPV4, 1, "127.0.0.1", false},
    {"https://+", HTTP_URL_ANY, 443, NULL, true},
    {"http://unix:/run/a.sock", HTTP_URL_UNIX, 80, "/run/a.sock", false},
    {"http://unix:" PATH_107, HTTP_URL_UNIX, 80, PATH_107, false},
};

static bool host_is(const struct http_url *u, const char *want)
{
    char text[INET6_ADDRSTRLEN];

    if (!want)
        return true;
    if (u->kind == HTTP_URL_UNIX)
        return strcmp(u->path, want) == 0;
    if (u->kind == HTTP_URL_IPV6)
        return strcmp(inet_ntop(AF_INET6, &u->ipv6, text, sizeof text), want) == 0;
    return strcmp(inet_ntop(AF_INET, &u->ipv4, text, sizeof text), want) == 0;
}

static void test_good(void)
{
    for (size_t i = 0; i < sizeof good_rows / sizeof good_rows[0]; i++) {
        struct http_url u;
        struct error err = {0};
        int r = http_url_parse(good_rows[i].text, &u, &err);
        CHECK_AT(good_rows[i].text, r == 0);
        if (r < 0)
            continue;
        CHECK_AT(good_rows[i].text, u.kind == good_rows[i].kind);
        CHECK_AT(good_rows[i].text, u.port == good_rows[i].port);
        CHECK_AT(good_rows[i].text, u.tls == good_rows[i].tls);
        CHECK_AT(good_rows[i].text, host_is(&u, good_rows[i].host));
        CHECK_AT(good_rows[i].text, err.code == 0);
    }
}

static const char *const bad_rows[] = {
    "",
    "localhost:80",
    "ftp://localhost",
    "http://",
    "http:///",
    "http://:80",
    "http://localhost:",
    "http://localhost:65536",
    "http://localhost:-1",
    "http://localhost:+1",
    "http://localhost: 1",
    "http://localhost:1x",
    "http://user@localhost:80",
    "http://local host",
    " ",
    " http:// ",
    "http ://localhost",
    "http://[::1",
    "http://[::1]80",
    "http://[::1%lo]:80",
    "http://[]:80",
    "http://::1:80",
    "http://unix:",
    "http://unix:/",
    "http://unix:relative",
    "http://++:80",
    "http://unix:" PATH_107 "a",
};

static void test_bad(void)
{
    for (size_t i = 0; i < sizeof bad_rows / sizeof bad_rows[0]; i++) {
        struct http_url u = {.port = 7};
        struct error err = {0};
        CHECK_AT(bad_rows[i], http_url_parse(bad_rows[i], &u, &err) == -EINVAL);
        CHECK_AT(bad_rows[i], err.code == -EINVAL && strstr(err.text, bad_rows[i]));
        CHECK_AT(bad_rows[i], u.port == 7);
    }
}

TEST_SUITE("http/url", {"good", test_good}, {"bad", test_bad});
