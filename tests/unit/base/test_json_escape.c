#include "src/base/json_escape.h"
#include "tests/support/check.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

/* As dotnet-monitor printed these by System.Text.Json. */
static const struct {
    const char *in, *out;
} rows[] = {
    {"", "\"\""},
    {"plain ~ / *", "\"plain ~ / *\""},
    {"<>&'\"+`", "\"\\u003C\\u003E\\u0026\\u0027\\u0022\\u002B\\u0060\""},
    {"\\", "\"\\\\\""},
    {"\n\r\t\b\f", "\"\\n\\r\\t\\b\\f\""},
    {"\x01\x1F\x7F", "\"\\u0001\\u001F\\u007F\""},
    {"\xC3\xA9\xC2\xA0\xE2\x82\xAC", "\"\\u00E9\\u00A0\\u20AC\""},
    {"\xF0\x9F\x98\x80", "\"\\uD83D\\uDE00\""},
    {"\xFF\xC3", "\"\\uFFFD\\uFFFD\""},
    {"\xC3x", "\"\\uFFFDx\""},
    {"\xE2\x82x", "\"\\uFFFDx\""},
    {"\xF0\x9F\x98", "\"\\uFFFD\""},
    {"\xC0\x80", "\"\\uFFFD\\uFFFD\""},
    {"\xED\xA0\x80", "\"\\uFFFD\\uFFFD\\uFFFD\""},
    {"\xF4\x90\x80\x80", "\"\\uFFFD\\uFFFD\\uFFFD\\uFFFD\""},
    {"\xEF\xBF\xBF\xF4\x8F\xBF\xBF", "\"\\uFFFF\\uDBFF\\uDFFF\""},
};

static void test_escape(void)
{
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct text out = {0};
        json_escape_add(&out, rows[i].in);
        CHECK_AT(rows[i].out, !out.failed && strcmp(out.data, rows[i].out) == 0);
        text_deinit(&out);
    }
}

/* One by one, and between others: the same. */
static void test_every_ascii(void)
{
    for (char c = 1; c != 127; c++) {
        const char text[] = {'a', c, 'b', '\0'}, one[] = {c, '\0'};
        struct text out = {0}, alone = {0};
        json_escape_add(&out, text);
        json_escape_add(&alone, one);
        bool stays = c >= ' ' && !strchr("\"&'+<>`\\", c);
        CHECK_AT(out.data, (alone.size == 3) == stays && (!stays || alone.data[1] == c));
        CHECK_AT(out.data, out.size == alone.size + 2 &&
                               memcmp(out.data + 2, alone.data + 1, alone.size - 2) == 0);
        text_deinit(&out);
        text_deinit(&alone);
    }
}

TEST_SUITE("base/json_escape", {"escape", test_escape}, {"every ASCII", test_every_ascii})
