/*
 * http/limits.h - the bounds of one server, so that tests can make them small.
 *
 * The defaults come from base/limits.h; the two of our own are explained below.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct http_limits {
    size_t head;    /* bytes of request line plus headers */
    size_t headers; /* header lines */
    size_t body;    /* bytes, decoded */
    unsigned connections;
    uint64_t handshake_ms; /* of TLS, from accept */
    uint64_t head_ms;      /* from the first byte (or from accept) to the end of the head */
    uint64_t body_ms;      /* from the end of the head to the end of the body */
    uint64_t idle_ms;      /* between two requests */
    uint64_t stall_ms;     /* queued bytes of which the kernel takes none */
    uint64_t linger_ms;    /* after our last byte, until the client has closed its side */
    uint64_t tick_ms;      /* how often the deadlines are looked at */
};

extern const struct http_limits http_limits_default;
