/*
 * http/url.h - reads the URL of a listener. Text only; no name is looked up, because every host
 * that is neither an address nor "localhost" means "all addresses" (as Kestrel binds).
 */
#pragma once

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/un.h>

#include "src/base/error.h"

enum http_url_kind {
    HTTP_URL_ANY,       /* "+", "*" or a name */
    HTTP_URL_LOCALHOST, /* both loopbacks */
    HTTP_URL_IPV4,
    HTTP_URL_IPV6,
    HTTP_URL_UNIX,
};

struct http_url {
    enum http_url_kind kind;
    bool tls;
    uint16_t port; /* 80 or 443 when the URL has none; 0 = ephemeral */
    struct in_addr ipv4;
    struct in6_addr ipv6;
    char path[sizeof((struct sockaddr_un *)0)->sun_path]; /* of a Unix socket */
};

/* 0, or -EINVAL with a text that quotes the URL. */
int http_url_parse(const char *text, struct http_url *ret_url, struct error *err);
