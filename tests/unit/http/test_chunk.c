#include <stdlib.h>

#include "src/http/chunk.h"
#include "tests/support/check.h"

#define ROW(label, bytes, want, body)                                                              \
    {                                                                                              \
        label, bytes, sizeof bytes - 1, HTTP_CHUNK_##want, body                                    \
    }

static const struct {
    const char *label, *bytes;
    size_t size;
    enum http_chunk_state want;
    const char *body;
} rows[] = {
    ROW("empty", "0\r\n\r\n", DONE, ""),
    ROW("two", "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n", DONE, "abcde"),
    ROW("hex of both cases", "a\r\n0123456789\r\nA\r\n0123456789\r\n0\r\n\r\n", DONE,
        "01234567890123456789"),
    ROW("leading zeros", "0000000000000001\r\nx\r\n00\r\n\r\n", DONE, "x"),
    ROW("17 digits", "00000000000000001", BAD, ""),
    ROW("overflow", "fffffffffffffffff\r\n", BAD, ""),
    ROW("extension", "1;a=\"b\"\r\nx\r\n0;c\r\n\r\n", DONE, "x"),
    ROW("extension with LF", "1;a\nx", BAD, ""),
    ROW("extension with NUL", "1;\0", BAD, ""),
    ROW("CR in an extension", "1;a\rb", BAD, ""),
    ROW("blank after the size", "1 \r\n", BAD, ""),
    ROW("blank before the size", " 1\r\n", BAD, ""),
    ROW("sign", "+1\r\n", BAD, ""),
    ROW("prefix", "0x1\r\n", BAD, ""),
    ROW("no digits", "\r\n", BAD, ""),
    ROW("extension only", ";a\r\n", BAD, ""),
    ROW("bare LF", "1\nx", BAD, ""),
    ROW("chunk longer than said", "1\r\nxy", BAD, "x"),
    ROW("no CR behind the data", "1\r\nx\n", BAD, "x"),
    ROW("no LF behind the data", "1\r\nx\r1", BAD, "x"),
    ROW("trailer", "0\r\nA: b\r\n\r\n", DONE, ""),
    ROW("folded trailer", "0\r\nA: b\r\n c", BAD, ""),
    ROW("unfinished", "5\r\nab", DATA, "ab"),
};

static enum http_chunk_state run(const char *bytes, size_t size, size_t step, char *body)
{
    struct http_chunk c = {0};
    size_t at = 0, got = 0;

    while (at < size && c.state != HTTP_CHUNK_DONE && c.state != HTTP_CHUNK_BAD) {
        size_t n = size - at < step ? size - at : step;
        if (c.state == HTTP_CHUNK_DATA) {
            n = n < c.left ? n : c.left;
            memcpy(body + got, bytes + at, n);
            got += n;
            http_chunk_taken(&c, n);
        } else {
            n = http_chunk_feed(&c, (const uint8_t *)bytes + at, n);
        }
        at += n;
    }
    body[got] = '\0';
    return c.state;
}

static void test_table(void)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        for (size_t step = 1; step <= rows[i].size; step++) {
            char body[64];
            CHECK_AT(rows[i].label, run(rows[i].bytes, rows[i].size, step, body) == rows[i].want);
            CHECK_AT(rows[i].label, strcmp(body, rows[i].body) == 0);
        }
    }
}

static enum http_chunk_state feed_extras(const char *head, size_t extras)
{
    struct http_chunk c = {0};

    (void)http_chunk_feed(&c, (const uint8_t *)head, strlen(head));
    for (size_t i = 0; i < extras; i++)
        (void)http_chunk_feed(&c, (const uint8_t *)"a", 1);
    return c.state;
}

static void test_extras_are_bounded(void)
{
    CHECK(feed_extras("0;", HTTP_CHUNK_EXTRAS) == HTTP_CHUNK_EXTENSION);
    CHECK(feed_extras("0;", HTTP_CHUNK_EXTRAS + 1) == HTTP_CHUNK_BAD);
    CHECK(feed_extras("0\r\n", HTTP_CHUNK_EXTRAS) == HTTP_CHUNK_TRAILER);
    CHECK(feed_extras("0\r\n", HTTP_CHUNK_EXTRAS + 1) == HTTP_CHUNK_BAD);
}

TEST_SUITE("http/chunk", {"table", test_table}, {"extras are bounded", test_extras_are_bounded});
