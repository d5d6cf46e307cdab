/*
 * http/response.h - the bytes of a response around its body: status line, the headers that the
 * server adds itself (Date, Server, Connection and the framing), the handler's headers, trailers.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "src/base/text.h"
#include "src/http/exchange.h"

enum http_framing {
    HTTP_FRAMING_LENGTH,
    HTTP_FRAMING_CHUNKED,
    HTTP_FRAMING_CLOSE, /* the body ends with the connection */
};

struct http_response {
    int status;
    const struct http_pair *headers;
    size_t header_count;
    const struct http_pair *extras; /* further ones */
    size_t extra_count;
    enum http_framing framing;
    const char *trailers; /* names of what may follow a chunked body; NULL: nothing */
    uint64_t length;
    bool close; /* the connection ends after this answer */
    time_t now;
};

/* 1xx, 204 and 304 never have a body, whatever their headers say (RFC 9110 section 6.4.1). */
bool http_status_has_body(int status);

/* Appends the head with its empty line. Asserts that names and values are free of control
 * characters. */
void http_response_head(struct text *out, const struct http_response *r);

/* Appends what ends a chunked body: the last chunk, the fields behind it, an empty line. */
void http_response_end(struct text *out, const struct http_pair *trailers, size_t count);
