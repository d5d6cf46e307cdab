#include "src/http/limits.h"

#include "src/base/limits.h"

const struct http_limits http_limits_default = {
    .head = LIMIT_HTTP_HEAD,
    .headers = LIMIT_HTTP_HEADERS,
    .body = LIMIT_HTTP_BODY,
    .connections = LIMIT_HTTP_CONNECTIONS,
    .handshake_ms = LIMIT_TLS_HANDSHAKE_MS,
    .head_ms = LIMIT_HTTP_HEAD_MS,
    .body_ms = LIMIT_HTTP_BODY_MS,
    .idle_ms = LIMIT_HTTP_IDLE_MS,
    .stall_ms = LIMIT_HTTP_STALL_MS,
    .linger_ms = 2000, /* some round trips over a bad line; only clients we refuse need it */
    .tick_ms = 1000,   /* all deadlines are tens of seconds: one second of slack does not matter */
};
