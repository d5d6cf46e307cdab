#include "src/http/url.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "src/base/text.h"

static const struct {
    const char *prefix;
    uint16_t port;
    bool tls;
} schemes[] = {
    {"http://", 80, false},
    {"https://", 443, true},
};

static const char *read_scheme(const char *text, struct http_url *u)
{
    for (size_t i = 0; i < sizeof schemes / sizeof schemes[0]; i++) {
        size_t n = strlen(schemes[i].prefix);
        if (strncasecmp(text, schemes[i].prefix, n) != 0)
            continue;
        u->port = schemes[i].port;
        u->tls = schemes[i].tls;
        return text + n;
    }
    return NULL;
}

static bool read_unix(const char *path, struct http_url *u)
{
    size_t n = strlen(path);

    if (path[0] != '/' || n < 2 || n >= sizeof u->path)
        return false;
    memcpy(u->path, path, n + 1);
    u->kind = HTTP_URL_UNIX;
    return true;
}

static bool is_name(const char *host)
{
    static const char allowed[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._";

    return *host && host[strspn(host, allowed)] == '\0';
}

static bool read_host(const char *host, struct http_url *u)
{
    if (host[0] == '[') {
        u->kind = HTTP_URL_IPV6;
        return inet_pton(AF_INET6, host + 1, &u->ipv6) == 1;
    }
    if (inet_pton(AF_INET, host, &u->ipv4) == 1)
        u->kind = HTTP_URL_IPV4;
    else if (text_equal_nocase(host, "localhost"))
        u->kind = HTTP_URL_LOCALHOST;
    else
        u->kind = HTTP_URL_ANY;
    return is_name(host) || strcmp(host, "+") == 0 || strcmp(host, "*") == 0;
}

static bool read_port(const char *text, struct http_url *u)
{
    int64_t port;

    if (text[0] < '0' || text[0] > '9' || !text_to_i64(text, 0, UINT16_MAX, &port))
        return false;
    u->port = (uint16_t)port;
    return true;
}

/* `authority` is "host", "host:port" or "[address]:port"; it is cut apart. */
static bool read_authority(char *authority, struct http_url *u)
{
    char *bracket = authority[0] == '[' ? strchr(authority, ']') : NULL;
    char *colon = strchr(bracket ? bracket : authority, ':');

    if (authority[0] == '[' && (!bracket || (bracket[1] != '\0' && bracket[1] != ':')))
        return false;
    if (bracket)
        *bracket = '\0';
    if (colon)
        *colon = '\0';
    return read_host(authority, u) && (!colon || read_port(colon + 1, u));
}

/* Around an address, as people write lists: "http://+:1; http://+:2". */
static const char blanks[] = " \t";

static bool read_url(const char *text, struct http_url *u)
{
    char authority[256];
    const char *rest = read_scheme(text + strspn(text, blanks), u);

    if (!rest)
        return false;
    if (strncasecmp(rest, "unix:", 5) == 0 && rest[5] == '/')
        return read_unix(rest + 5, u);
    size_t n = strcspn(rest, "/");
    /* A path behind the port means nothing, as in the peer. */
    while (n && strchr(blanks, rest[n - 1]))
        n--;
    if (n >= sizeof authority)
        return false;
    memcpy(authority, rest, n);
    authority[n] = '\0';
    return read_authority(authority, u);
}

int http_url_parse(const char *text, struct http_url *ret_url, struct error *err)
{
    struct http_url u = {0};

    if (!read_url(text, &u))
        return error_set(err, -EINVAL,
                         "'%s' is not a URL to listen on; expected http://HOST:PORT, "
                         "https://HOST:PORT or http://unix:/PATH",
                         text);
    *ret_url = u;
    return 0;
}
