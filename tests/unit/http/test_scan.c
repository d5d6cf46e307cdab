#include <stdbool.h>

#include "src/http/scan.h"
#include "tests/support/check.h"

static enum http_scan run(enum http_scan state, const char *bytes, size_t size)
{
    for (size_t i = 0; i < size && state != HTTP_SCAN_BAD; i++)
        state = http_scan_step(state, (uint8_t)bytes[i]);
    return state;
}

#define ROW(label, bytes, want)                                                                    \
    {                                                                                              \
        label, bytes, sizeof bytes - 1, HTTP_SCAN_##want                                           \
    }

static const struct {
    const char *label, *bytes;
    size_t size;
    enum http_scan want;
} rows[] = {
    ROW("whole", "GET / HTTP/1.1\r\nA: b\r\n\r\n", END),
    ROW("no headers", "GET / HTTP/1.1\r\n\r\n", END),
    ROW("one empty line first", "\r\nGET / HTTP/1.1\r\n\r\n", END),
    ROW("two empty lines first", "\r\n\r\n", BAD),
    ROW("empty value", "GET / HTTP/1.1\r\nA:\r\n\r\n", END),
    ROW("tab in a value", "GET / HTTP/1.1\r\nA:\tb\tc\r\n\r\n", END),
    ROW("high bytes in a value", "GET / HTTP/1.1\r\nA: \xe4\r\n\r\n", END),
    ROW("high byte in a name", "GET / HTTP/1.1\r\n\xe4: b\r\n\r\n", BAD),
    ROW("high byte in the target", "GET /\xe4 HTTP/1.1\r\n\r\n", BAD),
    ROW("tab in the request line", "GET\t/ HTTP/1.1\r\n\r\n", BAD),
    ROW("two blanks", "GET  / HTTP/1.1\r\n\r\n", BAD),
    ROW("blank after the version", "GET / HTTP/1.1 \r\n\r\n", BAD),
    ROW("no version", "GET /\r\n", BAD),
    ROW("blank first", " GET / HTTP/1.1\r\n\r\n", BAD),
    ROW("bare LF in the request line", "GET / HTTP/1.1\n", BAD),
    ROW("bare LF after a header", "GET / HTTP/1.1\r\nA: b\n", BAD),
    ROW("bare LF at the end", "GET / HTTP/1.1\r\nA: b\r\n\n", BAD),
    ROW("bare CR in a value", "GET / HTTP/1.1\r\nA: b\rc", BAD),
    ROW("bare CR in the target", "GET /\r HTTP/1.1\r\n", BAD),
    ROW("CR CR LF", "GET / HTTP/1.1\r\r\n", BAD),
    ROW("folded", "GET / HTTP/1.1\r\nA: b\r\n c", BAD),
    ROW("folded by tab", "GET / HTTP/1.1\r\nA: b\r\n\tc", BAD),
    ROW("blank before the colon", "GET / HTTP/1.1\r\nA : b", BAD),
    ROW("no name", "GET / HTTP/1.1\r\n: b", BAD),
    ROW("no colon", "GET / HTTP/1.1\r\nA\r\n", BAD),
    ROW("NUL in a value", "GET / HTTP/1.1\r\nA: b\0", BAD),
    ROW("NUL in the target", "GET /\0", BAD),
    ROW("delete in a value", "GET / HTTP/1.1\r\nA: \x7f", BAD),
    ROW("TLS hello", "\x16\x03\x01", BAD),
    ROW("unfinished", "GET / HTTP/1.1\r\nA: b\r\n\r", END_LF),
};

static void test_request(void)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        CHECK_AT(rows[i].label, run(HTTP_SCAN_START, rows[i].bytes, rows[i].size) == rows[i].want);
}

/* Every control character but HTAB is refused in a value, every byte above is not. */
static void test_value_bytes(void)
{
    for (unsigned b = 0; b < 256; b++) {
        bool control = (b < 0x20 && b != '\t' && b != '\r') || b == 0x7f;
        CHECK((http_scan_step(HTTP_SCAN_VALUE, (uint8_t)b) == HTTP_SCAN_BAD) == control);
    }
}

static void test_token_bytes(void)
{
    static const char marks[] = "!#$%&'*+-.^_`|~";

    for (unsigned b = 1; b < 256; b++) {
        bool alnum = (b >= '0' && b <= '9') || (b >= 'a' && b <= 'z') || (b >= 'A' && b <= 'Z');
        bool token = alnum || (b < 0x80 && strchr(marks, (int)b));
        CHECK((http_scan_step(HTTP_SCAN_NAME, (uint8_t)b) == HTTP_SCAN_NAME) == token);
        CHECK((http_scan_step(HTTP_SCAN_METHOD, (uint8_t)b) == HTTP_SCAN_METHOD) == token);
    }
}

static void test_trailers(void)
{
    CHECK(run(HTTP_SCAN_NAME_FIRST, "\r\n", 2) == HTTP_SCAN_END);
    CHECK(run(HTTP_SCAN_NAME_FIRST, "A: b\r\n\r\n", 8) == HTTP_SCAN_END);
    CHECK(run(HTTP_SCAN_NAME_FIRST, "A: b\n", 5) == HTTP_SCAN_BAD);
}

TEST_SUITE("http/scan", {"request", test_request}, {"value bytes", test_value_bytes},
           {"token bytes", test_token_bytes}, {"trailers", test_trailers});
