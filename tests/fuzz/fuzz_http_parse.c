/* The first byte sets the size of the pieces; the same bytes in one piece must give the same
 * result. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "src/http/parse.h"

static size_t feed(struct http_parse *p, const uint8_t *data, size_t size, size_t step)
{
    size_t at = 0;

    http_parse_init(p, &http_limits_default);
    while (at < size) {
        size_t n = size - at < step ? size - at : step;
        size_t used = http_parse_feed(p, data + at, n);
        at += used;
        if (used < n)
            break;
    }
    return at;
}

static void require(int ok)
{
    if (!ok)
        abort();
}

static void compare(const struct http_request *a, const struct http_request *b)
{
    require(strcmp(a->method, b->method) == 0 && strcmp(a->path, b->path) == 0);
    require(strcmp(a->host, b->host) == 0);
    require(a->header_count == b->header_count && a->query_count == b->query_count);
    for (size_t i = 0; i < a->header_count; i++) {
        require(strcmp(a->headers[i].name, b->headers[i].name) == 0);
        require(strcmp(a->headers[i].value, b->headers[i].value) == 0);
        require(strpbrk(a->headers[i].value, "\r\n\x7f") == NULL);
    }
    for (size_t i = 0; i < a->query_count; i++)
        require(strcmp(a->query[i].value, b->query[i].value) == 0);
    require(a->body_size == b->body_size);
    require(a->body_size == 0 || memcmp(a->body, b->body, a->body_size) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct http_parse whole, split;

    if (size < 1)
        return 0;
    size_t used = feed(&whole, data + 1, size - 1, size);
    require(feed(&split, data + 1, size - 1, 1u + data[0]) == used);
    require(whole.state == split.state && whole.status == split.status);
    if (whole.state == HTTP_PARSE_DONE)
        compare(&whole.request, &split.request);
    if (whole.state != HTTP_PARSE_DONE && whole.state != HTTP_PARSE_REFUSED)
        require(used == size - 1);
    http_parse_deinit(&whole);
    http_parse_deinit(&split);
    return 0;
}
