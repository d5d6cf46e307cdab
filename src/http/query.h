/*
 * http/query.h - percent decoding and query strings.
 *
 * Decoded text must be valid UTF-8 without control characters, because it ends in JSON, logs and
 * file names; anything else is refused as a whole. Everything works in place: decoding never makes
 * a string longer.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "src/http/exchange.h"

enum http_decode_as {
    HTTP_DECODE_PATH,  /* "%" must be followed by two hex digits */
    HTTP_DECODE_QUERY, /* '+' is a blank, and a broken escape stays as it is */
};

/* Decodes `text`. False when the result is not acceptable text; `text` is then undefined. */
bool http_decode(char *text, enum http_decode_as as);

/* Upper bound of the pairs in `query` (the part behind the question mark). */
size_t http_query_bound(const char *query);

/* Cuts `query` into decoded pairs that point into it; empty pieces are left out. `pairs` has room
 * for http_query_bound(). False when a name or value does not decode. */
bool http_query_split(char *query, struct http_pair *pairs, size_t *ret_count);
