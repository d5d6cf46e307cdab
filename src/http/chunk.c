#include "src/http/chunk.h"

#include <assert.h>

static int hex_value(uint8_t b)
{
    if (b >= '0' && b <= '9')
        return b - '0';
    b |= 0x20;
    return b >= 'a' && b <= 'f' ? b - 'a' + 10 : -1;
}

static enum http_chunk_state step_size(struct http_chunk *c, uint8_t b)
{
    int v = hex_value(b);

    if (v >= 0) {
        c->left = c->left << 4 | (unsigned)v;
        return ++c->digits > HTTP_CHUNK_DIGITS ? HTTP_CHUNK_BAD : HTTP_CHUNK_SIZE;
    }
    if (c->digits == 0)
        return HTTP_CHUNK_BAD;
    if (b == ';')
        return HTTP_CHUNK_EXTENSION;
    return b == '\r' ? HTTP_CHUNK_SIZE_LF : HTTP_CHUNK_BAD;
}

static enum http_chunk_state step_extension(struct http_chunk *c, uint8_t b)
{
    if (b == '\r')
        return HTTP_CHUNK_SIZE_LF;
    if (++c->extras > HTTP_CHUNK_EXTRAS)
        return HTTP_CHUNK_BAD;
    return b == '\t' || (b >= ' ' && b != 0x7f) ? HTTP_CHUNK_EXTENSION : HTTP_CHUNK_BAD;
}

static enum http_chunk_state step_size_lf(struct http_chunk *c, uint8_t b)
{
    if (b != '\n')
        return HTTP_CHUNK_BAD;
    c->digits = 0;
    c->trailer = HTTP_SCAN_NAME_FIRST;
    return c->left ? HTTP_CHUNK_DATA : HTTP_CHUNK_TRAILER;
}

static enum http_chunk_state step_trailer(struct http_chunk *c, uint8_t b)
{
    c->trailer = http_scan_step(c->trailer, b);
    if (c->trailer == HTTP_SCAN_BAD || ++c->extras > HTTP_CHUNK_EXTRAS)
        return HTTP_CHUNK_BAD;
    return c->trailer == HTTP_SCAN_END ? HTTP_CHUNK_DONE : HTTP_CHUNK_TRAILER;
}

static enum http_chunk_state step_data_cr(struct http_chunk *c, uint8_t b)
{
    (void)c;
    return b == '\r' ? HTTP_CHUNK_DATA_LF : HTTP_CHUNK_BAD;
}

static enum http_chunk_state step_data_lf(struct http_chunk *c, uint8_t b)
{
    (void)c;
    return b == '\n' ? HTTP_CHUNK_SIZE_FIRST : HTTP_CHUNK_BAD;
}

/* States without a step need no byte. */
static enum http_chunk_state (*const steps[])(struct http_chunk *c, uint8_t b) = {
    [HTTP_CHUNK_SIZE_FIRST] = step_size,
    [HTTP_CHUNK_SIZE] = step_size,
    [HTTP_CHUNK_EXTENSION] = step_extension,
    [HTTP_CHUNK_SIZE_LF] = step_size_lf,
    [HTTP_CHUNK_DATA] = NULL,
    [HTTP_CHUNK_DATA_CR] = step_data_cr,
    [HTTP_CHUNK_DATA_LF] = step_data_lf,
    [HTTP_CHUNK_TRAILER] = step_trailer,
    [HTTP_CHUNK_DONE] = NULL,
    [HTTP_CHUNK_BAD] = NULL,
};

size_t http_chunk_feed(struct http_chunk *c, const uint8_t *data, size_t size)
{
    size_t used = 0;

    while (used < size && steps[c->state])
        c->state = steps[c->state](c, data[used++]);
    return used;
}

void http_chunk_taken(struct http_chunk *c, size_t size)
{
    assert(c->state == HTTP_CHUNK_DATA && size <= c->left);
    c->left -= size;
    if (c->left == 0)
        c->state = HTTP_CHUNK_DATA_CR;
}
