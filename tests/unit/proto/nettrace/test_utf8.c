#include "proto/nettrace/utf8.h"
#include "tests/support/check.h"

#define BAD "\xEF\xBF\xBD"

static const struct {
    const char *label, *bytes;
    size_t size;
    const char *want;
} cases[] = {
    {"plain", "abc", 3, "abc"},
    {"empty", "", 0, ""},
    {"two, three and four bytes", "\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80", 9,
     "\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80"},
    {"NUL", "a\0b", 3, "a" BAD "b"},
    {"cut at the end", "a\xE2\x82", 3, "a" BAD BAD},
    {"NUL inside a sequence", "\xE2\0\x82", 3, BAD BAD BAD},
    {"overlong", "\xC0\x80", 2, BAD BAD},
    {"surrogate", "\xED\xA0\x80", 3, BAD BAD BAD},
    {"above the last", "\xF4\x90\x80\x80", 4, BAD BAD BAD BAD},
};

static void test_cases(void)
{
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const uint8_t *bytes = (const uint8_t *)cases[i].bytes;
        size_t length = strlen(cases[i].want);
        char text[64];

        CHECK_AT(cases[i].label, utf8_to_text(bytes, cases[i].size, text, sizeof text) == length);
        CHECK_AT(cases[i].label, strcmp(text, cases[i].want) == 0);
        CHECK_AT(cases[i].label, utf8_to_text(bytes, cases[i].size, text, length) == length);
        CHECK_AT(cases[i].label, strlen(text) < (length ? length : 1));
        CHECK_AT(cases[i].label, utf8_to_text(bytes, cases[i].size, NULL, 0) == length);
    }
}

static void test_take(void)
{
    struct cursor in = cursor_of("\x02hi\x05no", 6);
    struct cursor text = utf8_take(&in);

    CHECK(!text.bad && text.left == 2 && memcmp(text.at, "hi", 2) == 0);
    text = utf8_take(&in);
    CHECK(text.bad && in.bad);
}

TEST_SUITE("proto/nettrace/utf8", {"cases", test_cases}, {"take", test_take})
