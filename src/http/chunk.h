/*
 * http/chunk.h - the framing of a chunked request body (RFC 9112 section 7.1), strict and bounded.
 *
 * Pushed bytes, gives back the ranges that are body. Chunk extensions and trailers are checked,
 * counted and dropped. http_parser's own chunk reader is not used: as Debian builds it (not
 * strict), it does not look at the two bytes after a chunk, which is a way to smuggle.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "src/http/scan.h"

enum {
    HTTP_CHUNK_DIGITS = 16,       /* hex digits of one size, leading zeros included */
    HTTP_CHUNK_EXTRAS = 4 * 1024, /* all extensions and trailers of one body; nobody sends any */
};

enum http_chunk_state {
    HTTP_CHUNK_SIZE_FIRST,
    HTTP_CHUNK_SIZE,
    HTTP_CHUNK_EXTENSION,
    HTTP_CHUNK_SIZE_LF,
    HTTP_CHUNK_DATA,
    HTTP_CHUNK_DATA_CR,
    HTTP_CHUNK_DATA_LF,
    HTTP_CHUNK_TRAILER,
    HTTP_CHUNK_DONE,
    HTTP_CHUNK_BAD,
};

/* All zero is the start of a body. */
struct http_chunk {
    enum http_chunk_state state;
    enum http_scan trailer;
    uint64_t left; /* of the current chunk */
    unsigned digits;
    size_t extras;
};

/* Reads framing bytes until there is body to take (state DATA), the body has ended (DONE), the
 * bytes are refused (BAD) or `size` is used up. Returns the bytes used. */
size_t http_chunk_feed(struct http_chunk *c, const uint8_t *data, size_t size);

/* In state DATA: the caller took `size` body bytes, at most `left`. */
void http_chunk_taken(struct http_chunk *c, size_t size);
