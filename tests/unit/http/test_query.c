#include "src/http/query.h"
#include "tests/support/check.h"

static const struct {
    const char *label, *in;
    enum http_decode_as as;
    const char *want; /* NULL = refused */
} decode_rows[] = {
    {"plain", "abc", HTTP_DECODE_PATH, "abc"},
    {"escape", "a%20b%2Fc%2f", HTTP_DECODE_PATH, "a b/c/"},
    {"once only", "%2541", HTTP_DECODE_PATH, "%41"},
    {"plus in a path", "a+b", HTTP_DECODE_PATH, "a+b"},
    {"plus in a query", "a+b%2B", HTTP_DECODE_QUERY, "a b+"},
    {"cut escape in a path", "a%4", HTTP_DECODE_PATH, NULL},
    {"bare percent in a path", "100%", HTTP_DECODE_PATH, NULL},
    {"no hex in a path", "%zz", HTTP_DECODE_PATH, NULL},
    {"cut escape in a query", "a%4", HTTP_DECODE_QUERY, "a%4"},
    {"bare percent in a query", "100%", HTTP_DECODE_QUERY, "100%"},
    {"no hex in a query", "%g0%0g", HTTP_DECODE_QUERY, "%g0%0g"},
    {"NUL", "a%00b", HTTP_DECODE_PATH, NULL},
    {"line feed", "a%0Ab", HTTP_DECODE_QUERY, NULL},
    {"delete", "%7f", HTTP_DECODE_QUERY, NULL},
    {"C1 control", "%C2%85", HTTP_DECODE_QUERY, NULL},
    {"first after C1", "%C2%A0", HTTP_DECODE_QUERY, "\xc2\xa0"},
    {"two bytes", "%C3%A4", HTTP_DECODE_PATH, "\xc3\xa4"},
    {"three bytes", "%E2%82%AC", HTTP_DECODE_PATH, "\xe2\x82\xac"},
    {"four bytes", "%F0%9F%98%80", HTTP_DECODE_PATH, "\xf0\x9f\x98\x80"},
    {"lone continuation", "%80", HTTP_DECODE_PATH, NULL},
    {"cut sequence", "%E2%82", HTTP_DECODE_PATH, NULL},
    {"broken tail", "%E2%82%41", HTTP_DECODE_PATH, NULL},
    {"overlong slash", "%C0%AF", HTTP_DECODE_PATH, NULL},
    {"overlong three", "%E0%80%AF", HTTP_DECODE_PATH, NULL},
    {"overlong four", "%F0%80%80%AF", HTTP_DECODE_PATH, NULL},
    {"surrogate", "%ED%A0%80", HTTP_DECODE_PATH, NULL},
    {"too large", "%F4%90%80%80", HTTP_DECODE_PATH, NULL},
    {"not a lead", "%FF", HTTP_DECODE_PATH, NULL},
};

static void test_decode(void)
{
    for (size_t i = 0; i < sizeof decode_rows / sizeof decode_rows[0]; i++) {
        char text[64];
        (void)snprintf(text, sizeof text, "%s", decode_rows[i].in);
        bool ok = http_decode(text, decode_rows[i].as);
        CHECK_AT(decode_rows[i].label, ok == (decode_rows[i].want != NULL));
        CHECK_AT(decode_rows[i].label, !ok || strcmp(text, decode_rows[i].want) == 0);
    }
}

static const struct {
    const char *in;
    const char *want; /* name=value| for each pair; NULL = refused */
} split_rows[] = {
    {"", ""},
    {"a", "a=|"},
    {"a=", "a=|"},
    {"=v", "=v|"},
    {"a=1&b=2", "a=1|b=2|"},
    {"a=1&&b=2&", "a=1|b=2|"},
    {"a=1=2", "a=1=2|"},
    {"a=1&a=2", "a=1|a=2|"},
    {"a%3Db=c%26d", "a=b=c&d|"},
    {"a+b=c+d", "a b=c d|"},
    {"a;b", "a;b=|"},
    {"a?b=/?", "a?b=/?|"},
    {"a=%00", NULL},
    {"%0a=1", NULL},
    {"a=1&b=%ff", NULL},
};

static void join(const struct http_pair *pairs, size_t count, char out[static 128])
{
    size_t n = 0;

    out[0] = '\0';
    for (size_t i = 0; i < count && n < 100; i++)
        n += (size_t)snprintf(out + n, 128 - n, "%s=%s|", pairs[i].name, pairs[i].value);
}

static void test_split(void)
{
    for (size_t i = 0; i < sizeof split_rows / sizeof split_rows[0]; i++) {
        char text[64], got[128];
        struct http_pair pairs[8];
        size_t count = 0;
        (void)snprintf(text, sizeof text, "%s", split_rows[i].in);
        REQUIRE(http_query_bound(text) <= 8);
        size_t bound = http_query_bound(text);
        bool ok = http_query_split(text, pairs, &count);
        CHECK_AT(split_rows[i].in, ok == (split_rows[i].want != NULL));
        CHECK_AT(split_rows[i].in, count <= bound);
        join(pairs, count, got);
        CHECK_AT(split_rows[i].in, !ok || strcmp(got, split_rows[i].want) == 0);
    }
}

TEST_SUITE("http/query", {"decode", test_decode}, {"split", test_split});
