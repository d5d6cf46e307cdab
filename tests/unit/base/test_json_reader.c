#include "src/base/json_reader.h"
#include "src/base/limits.h"
#include "tests/support/check.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

/* Each event as a letter, texts in brackets: "{n(a)t(b)}." */
static void trace(const char *data, size_t size, struct text *out, struct json_reader *r)
{
    static const char letters[] = "{}[]ntdTF0.!";
    enum json_event event;

    json_reader_init(r, data, size);
    do {
        event = json_reader_next(r);
        text_add(out, &letters[event], 1);
        if (event == JSON_NAME || event == JSON_TEXT || event == JSON_NUMBER)
            text_add_fmt(out, "(%s)", r->text);
    } while (event != JSON_END && event != JSON_BAD);
    CHECK_AT("the end stays the end", json_reader_next(r) == event);
    json_reader_deinit(r);
}

static const struct {
    const char *data, *events;
} good[] = {
    {"{}", "{}."},
    {" [ ] ", "[]."},
    {"1", "d(1)."},
    {"\"x\"", "t(x)."},
    {"[true,false,null]", "[TF0]."},
    {"{\"a\":{\"b\":[1,\"2\"]},\"c\":null}", "{n(a){n(b)[d(1)t(2)]}n(c)0}."},
    {"{\"a\":1,}", "{n(a)d(1)}."},
    {"[1,]", "[d(1)]."},
    {"[[],{},]", "[[]{}]."},
    {"\xEF\xBB\xBF{}", "{}."},
    {"// c\n{/* a\n * b */\"a\"/**/:/*x*/1//\n,\n//y\n}//end", "{n(a)d(1)}."},
    {"{\"\":\"\"}", "{n()t()}."},
    {"[0,-0,1.50e3,-1E+400,12345678901234567890]",
     "[d(0)d(-0)d(1.50e3)d(-1E+400)d(12345678901234567890)]."},
    {"\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "t(\"\\/\b\f\n\r\t)."},
    {"\"\\u0041\\u00e9\\u20AC\\ud83d\\ude00\"", "t(A\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80)."},
    {"\"\xC3\xA9\xFF\"", "t(\xC3\xA9\xFF)."},
};

static void test_good(void)
{
    for (size_t i = 0; i < COUNT_OF(good); i++) {
        struct json_reader r;
        struct text out = {0};
        trace(good[i].data, strlen(good[i].data), &out, &r);
        CHECK_AT(good[i].data, strcmp(out.data, good[i].events) == 0);
        text_deinit(&out);
    }
}

static const struct {
    const char *data;
    unsigned line, column;
    const char *fault; /* part of it */
} bad[] = {
    {"", 1, 1, "a value"},
    {"  ", 1, 3, "the end of the file"},
    {"{bad", 1, 2, "'b' stands where a member's name"},
    {"{\n  \"a\" 1}", 2, 7, "a colon"},
    {"{\"a\":}", 1, 6, "'}' stands where a value"},
    {"{\"a\":1,,}", 1, 8, "a member's name"},
    {"[,]", 1, 2, "a value"},
    {"[1 2]", 1, 4, "a comma or ]"},
    {"{\"a\":1 \"b\"}", 1, 8, "a comma or }"},
    {"{\"a\":[1}", 1, 8, "a comma or ]"},
    {"{\"a\":1", 1, 7, "the end of the file comes where a comma or }"},
    {"{} x", 1, 4, "the end of the file was expected"},
    {"{}}", 1, 3, "the end of the file was expected"},
    {"tru", 1, 1, "a value"},
    {"NaN", 1, 1, "a value"},
    {"'a'", 1, 1, "a value"},
    {"01", 1, 2, "superfluous 0"},
    {"-", 1, 2, "a digit"},
    {"1.", 1, 3, "a digit"},
    {"1e+", 1, 4, "a digit"},
    {"[1x]", 1, 3, "a comma or ]"},
    {"\"a", 1, 3, "a quotation mark"},
    {"\"a\nb\"", 1, 3, "byte 0x0A"},
    {"\"\\x\"", 1, 3, "after a backslash"},
    {"\"\\u12\"", 1, 6, "hexadecimal"},
    {"\"\\ud800\"", 1, 8, "surrogate"},
    {"\"\\udc00\"", 1, 8, "surrogate"},
    {"\"\\ud800\\u0041\"", 1, 14, "surrogate"},
    {"\"\\u0000\"", 1, 8, "\\u0000"},
    {"/", 1, 1, "comment"},
    {"/x", 1, 1, "comment"},
    {"{} /* no end", 1, 13, "comment"},
    {"// only", 1, 8, "a value"},
    {"{\n\n\t!", 3, 2, "'!'"},
};

static void test_bad(void)
{
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        struct json_reader r;
        struct text out = {0};
        trace(bad[i].data, strlen(bad[i].data), &out, &r);
        CHECK_AT(bad[i].data, out.data[out.size - 1] == '!');
        CHECK_AT(bad[i].data, r.line == bad[i].line && r.column == bad[i].column);
        CHECK_AT(bad[i].data, strstr(r.fault, bad[i].fault) != NULL);
        text_deinit(&out);
    }
}

static void test_depth(void)
{
    char data[2 * LIMIT_JSON_DEPTH + 2];

    for (size_t depth = LIMIT_JSON_DEPTH; depth <= LIMIT_JSON_DEPTH + 1; depth++) {
        struct json_reader r;
        struct text out = {0};
        size_t size = depth <= LIMIT_JSON_DEPTH ? 2 * depth : depth;
        memset(data, '[', depth);
        memset(data + depth, ']', size - depth);
        trace(data, size, &out, &r);
        CHECK(out.data[out.size - 1] == (depth <= LIMIT_JSON_DEPTH ? '.' : '!'));
        text_deinit(&out);
    }
}

/* The place of a name or value is where it begins. */
static void test_place(void)
{
    static const char data[] = "{\r\n  \"a\": /* x\n */ \"v\"\n}";
    static const unsigned places[][2] = {{1, 1}, {2, 3}, {3, 5}, {4, 1}};
    struct json_reader r;

    json_reader_init(&r, data, sizeof data - 1);
    for (size_t i = 0; i < COUNT_OF(places); i++) {
        (void)json_reader_next(&r);
        CHECK_AT(data, r.line == places[i][0] && r.column == places[i][1]);
    }
    CHECK(json_reader_next(&r) == JSON_END);
    json_reader_deinit(&r);
}

TEST_SUITE("base/json_reader", {"good", test_good}, {"bad", test_bad}, {"depth", test_depth},
           {"place", test_place})
