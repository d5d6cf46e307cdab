#include "src/http/parse.h"

#include <stdlib.h>
#include <string.h>

#include "src/http/query.h"

void http_parse_init(struct http_parse *p, const struct http_limits *limits)
{
    *p = (struct http_parse){.scan = HTTP_SCAN_START, .limits = limits};
}

void http_parse_deinit(struct http_parse *p)
{
    text_deinit(&p->head_text);
    text_deinit(&p->body);
    http_head_deinit(&p->head);
    free(p->query);
    free(p->raw_path);
    *p = (struct http_parse){.state = HTTP_PARSE_REFUSED, .status = 503};
}

static void refuse(struct http_parse *p, int status)
{
    p->state = HTTP_PARSE_REFUSED;
    p->status = status;
}

/* Scans up to the end of the head; stops after a refused byte. */
static size_t scan_bytes(struct http_parse *p, const uint8_t *data, size_t size)
{
    size_t n = 0;

    while (n < size && p->scan != HTTP_SCAN_END && p->scan != HTTP_SCAN_BAD)
        p->scan = http_scan_step(p->scan, data[n++]);
    return n;
}

/* The empty line that may come before a request line is not kept. */
static size_t skip_empty_line(struct http_parse *p, const uint8_t *data, size_t size)
{
    size_t n = 0;

    while (n < size && (p->scan == HTTP_SCAN_START || p->scan == HTTP_SCAN_START_LF) &&
           (data[n] == '\r' || data[n] == '\n'))
        p->scan = http_scan_step(p->scan, data[n++]);
    return n;
}

static bool read_request(struct http_parse *p)
{
    struct http_head *h = &p->head;

    p->raw_path = strdup(h->path);
    p->query = calloc(http_query_bound(h->query), sizeof *p->query);
    if (!p->raw_path || !p->query) {
        refuse(p, 503);
        return false;
    }
    struct http_request r = {.method = h->method,
                             .path = h->path,
                             .query = p->query,
                             .headers = h->headers,
                             .header_count = h->header_count,
                             .host = h->host};
    if (!http_decode(h->path, HTTP_DECODE_PATH) ||
        !http_query_split(h->query, p->query, &r.query_count)) {
        refuse(p, 400);
        return false;
    }
    p->request = r;
    return true;
}

static void finish(struct http_parse *p)
{
    if (p->body.failed) {
        refuse(p, 503);
        return;
    }
    p->request.body = (const uint8_t *)p->body.data;
    p->request.body_size = p->body.size;
    p->state = HTTP_PARSE_DONE;
}

static void finish_head(struct http_parse *p)
{
    if (p->head_text.failed) {
        refuse(p, 503);
        return;
    }
    int refused = http_head_read(p->head_text.data, p->head_text.size, p->limits, &p->head);
    if (!refused && p->head.length > p->limits->body)
        refused = 413;
    if (refused) {
        refuse(p, refused);
        return;
    }
    if (!read_request(p))
        return;
    if (p->head.chunked)
        p->state = HTTP_PARSE_CHUNKS;
    else if (p->head.length)
        p->state = HTTP_PARSE_BODY;
    else
        finish(p);
}

/* Which part of the head has grown beyond the limit. */
static int too_large_status(enum http_scan scan)
{
    return scan < HTTP_SCAN_LINE_LF ? 414 : 431;
}

static size_t feed_head(struct http_parse *p, const uint8_t *data, size_t size)
{
    size_t skipped = skip_empty_line(p, data, size);
    size_t room = p->limits->head - p->head_text.size;
    size_t left = size - skipped;
    /* One byte more than there is room for shows that the head is too large, whatever the split. */
    size_t n = scan_bytes(p, data + skipped, left > room ? room + 1 : left);

    if (p->scan == HTTP_SCAN_BAD) {
        refuse(p, 400);
        return skipped + n;
    }
    if (n > room) {
        refuse(p, too_large_status(p->scan));
        return skipped + n;
    }
    text_add(&p->head_text, (const char *)data + skipped, n);
    if (p->scan == HTTP_SCAN_END)
        finish_head(p);
    return skipped + n;
}

static size_t feed_body(struct http_parse *p, const uint8_t *data, size_t size)
{
    uint64_t left = p->head.length - p->body.size;
    size_t n = size < left ? size : (size_t)left;

    text_add(&p->body, (const char *)data, n);
    if (p->body.failed || p->body.size == p->head.length)
        finish(p);
    return n;
}

static size_t take_chunk(struct http_parse *p, const uint8_t *data, size_t size)
{
    size_t n = size < p->chunk.left ? size : (size_t)p->chunk.left;

    text_add(&p->body, (const char *)data, n);
    http_chunk_taken(&p->chunk, n);
    return n;
}

static size_t feed_chunks(struct http_parse *p, const uint8_t *data, size_t size)
{
    size_t n = http_chunk_feed(&p->chunk, data, size);

    if (p->chunk.state == HTTP_CHUNK_BAD)
        refuse(p, 400);
    else if (p->chunk.state == HTTP_CHUNK_DONE)
        finish(p);
    else if (p->chunk.state == HTTP_CHUNK_DATA && p->chunk.left > p->limits->body - p->body.size)
        refuse(p, 413);
    else if (p->chunk.state == HTTP_CHUNK_DATA)
        n += take_chunk(p, data + n, size - n);
    if (p->body.failed)
        refuse(p, 503);
    return n;
}

static size_t (*const feeds[])(struct http_parse *p, const uint8_t *data, size_t size) = {
    [HTTP_PARSE_HEAD] = feed_head, [HTTP_PARSE_BODY] = feed_body, [HTTP_PARSE_CHUNKS] = feed_chunks,
    [HTTP_PARSE_DONE] = NULL,      [HTTP_PARSE_REFUSED] = NULL,
};

size_t http_parse_feed(struct http_parse *p, const uint8_t *data, size_t size)
{
    size_t used = 0;

    while (used < size && feeds[p->state])
        used += feeds[p->state](p, data + used, size - used);
    return used;
}
