/*
 * http/head.h - what a complete request head says, and whether it can be read in only one way.
 *
 * The bytes have passed http/scan.h. http_parser cuts them into parts; the fields on which the
 * framing of the connection depends are then judged here, not by it: Host (exactly one in
 * HTTP/1.1), Content-Length (at most one, digits only), Transfer-Encoding (only "chunked", not
 * together with a length, not in HTTP/1.0), Expect. HTTP/1.0 and HTTP/1.1 are spoken; any other
 * version, HTTP/1.2 included, is 505.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/http/exchange.h"
#include "src/http/limits.h"

struct http_head {
    const char *method; /* static */
    char *path, *query; /* raw, cut apart, inside the head's bytes; query is "" when absent */
    const char *host;   /* "" when HTTP/1.0 left it out */
    struct http_pair *headers; /* owned; strings inside the head's bytes */
    size_t header_count;
    uint64_t length; /* of the body, 0 when absent or chunked */
    bool chunked, keep_alive, expect_continue, version_1_0;
};

/* Reads `head` (with its empty line) and cuts it up in place. Returns 0, or the HTTP status of the
 * refusal, with nothing left to free. */
int http_head_read(char *head, size_t size, const struct http_limits *limits,
                   struct http_head *ret_head);

/* The two steps of http_head_read() that judge rather than cut (head_fields.c). `target` is the
 * request line's, NUL-terminated. Return 0 or the status of the refusal. */
int http_head_check_fields(struct http_head *h);
int http_head_cut_target(struct http_head *h, char *target);

void http_head_deinit(struct http_head *h);
