#include "src/base/utf8.h"
#include "tests/support/check.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

static const struct {
    const char *label, *bytes;
    size_t size, used;
    uint32_t want;
} rows[] = {
    {"ascii", "a", 1, 1, 'a'},
    {"zero", "\0", 1, 1, 0},
    {"two", "\xC3\xA9", 2, 2, 0xE9},
    {"three", "\xE2\x82\xAC", 3, 3, 0x20AC},
    {"four", "\xF0\x9F\x98\x80", 4, 4, 0x1F600},
    {"last", "\xF4\x8F\xBF\xBF", 4, 4, 0x10FFFF},
    {"beyond the last", "\xF4\x90\x80\x80", 4, 1, UTF8_REPLACEMENT},
    {"surrogate", "\xED\xA0\x80", 3, 1, UTF8_REPLACEMENT},
    {"overlong 2", "\xC0\x80", 2, 1, UTF8_REPLACEMENT},
    {"overlong 3", "\xE0\x80\x80", 3, 1, UTF8_REPLACEMENT},
    {"overlong 4", "\xF0\x80\x80\x80", 4, 1, UTF8_REPLACEMENT},
    {"lone continuation", "\x80", 1, 1, UTF8_REPLACEMENT},
    {"cut after one", "\xE2", 1, 1, UTF8_REPLACEMENT},
    {"cut after two", "\xE2\x82", 2, 2, UTF8_REPLACEMENT},
    {"broken after three", "\xF0\x9F\x98x", 4, 3, UTF8_REPLACEMENT},
    {"no lead", "\xFF", 1, 1, UTF8_REPLACEMENT},
};

static void test_rows(void)
{
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        uint32_t code = 0;
        size_t used = utf8_next(rows[i].bytes, rows[i].size, &code);
        CHECK_AT(rows[i].label, used == rows[i].used && code == rows[i].want);
    }
}

static void test_add(void)
{
    static const uint32_t codes[] = {0x41, 0x7F, 0x80, 0x7FF, 0x800, 0xFFFD, 0x10000, 0x10FFFF};
    struct text text = {0};
    size_t at = 0;

    for (size_t i = 0; i < COUNT_OF(codes); i++)
        utf8_add(&text, codes[i]);
    for (size_t i = 0; i < COUNT_OF(codes); i++) {
        uint32_t code = 0;
        at += utf8_next(text.data + at, text.size - at, &code);
        CHECK(code == codes[i]);
    }
    CHECK(at == text.size && text.size == 1 + 1 + 2 + 2 + 3 + 3 + 4 + 4);
    text_deinit(&text);
}

TEST_SUITE("base/utf8", {"rows", test_rows}, {"add", test_add})
