/* A listening URL, and the same text as a path and as a query string. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "src/http/query.h"
#include "src/http/url.h"

static char *copy_text(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);

    if (!text)
        abort();
    if (size)
        memcpy(text, data, size);
    text[size] = '\0';
    return text;
}

static void try_url(const uint8_t *data, size_t size)
{
    char *text = copy_text(data, size);
    struct http_url url;
    struct error err = {0};

    int r = http_url_parse(text, &url, &err);
    if ((r < 0) != (err.code < 0) || (r == 0 && url.path[sizeof url.path - 1] != '\0'))
        abort();
    free(text);
}

static void try_query(const uint8_t *data, size_t size)
{
    char *text = copy_text(data, size);
    size_t count = 0, bound = http_query_bound(text);
    struct http_pair *pairs = calloc(bound, sizeof *pairs);

    if (!pairs)
        abort();
    if (http_query_split(text, pairs, &count) && count > bound)
        abort();
    free(pairs);
    free(text);
}

static void try_path(const uint8_t *data, size_t size)
{
    char *text = copy_text(data, size);
    size_t before = strlen(text);

    if (http_decode(text, HTTP_DECODE_PATH) && (strlen(text) > before || strpbrk(text, "\r\n\t")))
        abort();
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    try_url(data, size);
    try_query(data, size);
    try_path(data, size);
    return 0;
}
