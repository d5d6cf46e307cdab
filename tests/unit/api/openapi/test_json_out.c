#include <cjson/cJSON.h>

#include "src/api/openapi/json_out.h"
#include "tests/support/check.h"

static void test_all(void)
{
    struct text out = {0};
    struct json_out w = {&out, false};

    json_out_open(&w, NULL, '{');
    json_out_string(&w, "s", "v");
    json_out_number(&w, "n", -5);
    json_out_bool(&w, "t", true);
    json_out_bool(&w, "f", false);
    json_out_raw(&w, "r", "[1]");
    json_out_open(&w, "empty", '{');
    json_out_close(&w, '}');
    json_out_open(&w, "list", '[');
    json_out_string(&w, NULL, "a");
    json_out_open(&w, NULL, '{');
    json_out_close(&w, '}');
    json_out_close(&w, ']');
    json_out_close(&w, '}');
    CHECK(strcmp(out.data, "{\"s\":\"v\",\"n\":-5,\"t\":true,\"f\":false,\"r\":[1],\"empty\":{},"
                           "\"list\":[\"a\",{}]}") == 0);
    text_deinit(&out);
}

/* Whatever a text holds, another reader gets it back. */
static void test_escapes(void)
{
    static const char *const values[] = {"quote \" back \\ slash /", "\x01\x1f\t\r\n\x7f",
                                         "{}[]<>&'", "\xc3\xa9\xf0\x9f\x98\x80", ""};

    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        struct text out = {0};
        struct json_out w = {&out, false};
        json_out_open(&w, NULL, '{');
        json_out_string(&w, values[i], values[i]);
        json_out_close(&w, '}');
        cJSON *json = cJSON_ParseWithOpts(out.data, NULL, true);
        CHECK_AT(values[i], json && json->child);
        if (json && json->child) {
            CHECK_AT(values[i], strcmp(json->child->string, values[i]) == 0);
            CHECK_AT(values[i], strcmp(json->child->valuestring, values[i]) == 0);
        }
        cJSON_Delete(json);
        text_deinit(&out);
    }
}

TEST_SUITE("api/openapi/json_out", {"all", test_all}, {"escapes", test_escapes})
