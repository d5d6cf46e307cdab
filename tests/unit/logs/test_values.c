#include <stdlib.h>

#include "src/base/limits.h"
#include "src/base/text.h"
#include "src/logs/values.h"
#include "tests/support/check.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

static const struct {
    const char *json;
    bool good;
    const char *text; /* key, kind, value */
} rows[] = {
    {"{}", true, ""},
    {"{\"a\":\"b\"}", true, "a1b "},
    {"{\"a\":null,\"b\":true,\"c\":false,\"d\":-12,\"e\":1.5}", true,
     "a0- b3true c3false d2-12 e11.5 "},
    {"{\"a\":{\"x\":[1,{}]},\"b\":[[]],\"c\":\"d\"}", true, "c1d "},
    {"{\"a\":\"1\",\"a\":\"2\"}", true, "a11 a12 "},
    {"{\"\\u0000\":\"x\\u0000y\"}", true,
     "\xef\xbf\xbd"
     "1x\xef\xbf\xbd"
     "y "},
    {"{\"a\":\"x\\\\u0000y\"}", true, "a1x\\u0000y "},
    {"{\"a\":\"b\",\"c\":\"cut", false, "a1b "},
    {"{\"a\":\"b\",\"c", false, "a1b "},
    {"{\"a\":\"\\ud800\"}", false, ""},
    {"", false, ""},
    {"[1]", false, ""},
    {"\"text\"", false, ""},
    {"not JSON", false, ""},
};

static void test_read(void)
{
    struct log_values v = {0};

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct text text = {0};
        char *json = strdup(rows[i].json);
        CHECK_AT(rows[i].json, log_values_read(&v, json) == rows[i].good);
        text_add_str(&text, "");
        for (size_t k = 0; k < v.count; k++)
            text_add_fmt(&text, "%s%d%s ", v.pairs[k].key, (int)v.pairs[k].kind,
                         v.pairs[k].text ? v.pairs[k].text : "-");
        CHECK_AT(text.data, strcmp(text.data, rows[i].text) == 0);
        text_deinit(&text);
        free(json);
    }
    log_values_deinit(&v);
}

static void test_find(void)
{
    struct log_values v = {0};
    char json[] = "{\"a\":\"1\",\"b\":null,\"a\":\"2\"}";

    CHECK(log_values_read(&v, json));
    CHECK(strcmp(log_values_find(&v, "a"), "2") == 0);
    CHECK(!log_values_find(&v, "b"));
    CHECK(!log_values_find(&v, "c"));
    log_values_deinit(&v);
}

static void test_bounds(void)
{
    struct log_values v = {0};
    struct text json = {0};

    text_add_str(&json, "{\"a\":\"1\"");
    for (int i = 0; i < 2 * LIMIT_LOGS_PAIRS; i++)
        text_add_str(&json, ",\"b\":\"1\"");
    text_add_str(&json, "}");
    CHECK(!log_values_read(&v, json.data));
    CHECK(v.count == LIMIT_LOGS_PAIRS);
    json.size = 0;
    text_add_str(&json, "{\"a\":\"1\",\"b\":");
    for (int i = 0; i < 10000; i++)
        text_add_str(&json, "[");
    CHECK(!log_values_read(&v, json.data));
    CHECK_AT("too deep", v.count == 1);
    text_deinit(&json);
    log_values_deinit(&v);
}

TEST_SUITE("logs/values", {"read", test_read}, {"find", test_find}, {"bounds", test_bounds})
