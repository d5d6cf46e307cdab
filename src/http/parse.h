/*
 * http/parse.h - bytes in, one request out. No socket, no clock: every split of the same bytes
 * gives the same result.
 *
 * The head is collected while http/scan.h checks it byte by byte, then read as a whole
 * (http/head.h); the body is collected by its length or by http/chunk.h. Everything is bounded by
 * the limits. A refusal is final and is an HTTP status:
 *   400 not HTTP, or readable in two ways     414 request line too long   501 unknown method,
 * coding 413 body too large                        417 unknown expectation     505 unknown version
 *   431 head too large or too many headers    503 out of memory
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/base/text.h"
#include "src/http/chunk.h"
#include "src/http/exchange.h"
#include "src/http/head.h"
#include "src/http/limits.h"

enum http_parse_state {
    HTTP_PARSE_HEAD,
    HTTP_PARSE_BODY,   /* the head is complete and the request has a body of known length */
    HTTP_PARSE_CHUNKS, /* the same, chunked */
    HTTP_PARSE_DONE,
    HTTP_PARSE_REFUSED,
};

struct http_parse {
    enum http_parse_state state;
    enum http_scan scan;
    const struct http_limits *limits;
    struct text head_text, body;
    struct http_head head; /* valid after state HEAD */
    struct http_chunk chunk;
    struct http_pair *query;
    char *raw_path;              /* as sent, not decoded: the router cuts it before it decodes */
    int status;                  /* of the refusal */
    struct http_request request; /* valid in DONE; scheme, params and role are not set here */
};

void http_parse_init(struct http_parse *p, const struct http_limits *limits);
void http_parse_deinit(struct http_parse *p);

/* Returns the bytes used: all of them, or those up to the end of the request or to the refusal. */
size_t http_parse_feed(struct http_parse *p, const uint8_t *data, size_t size);
