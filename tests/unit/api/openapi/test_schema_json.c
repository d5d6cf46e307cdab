#include "src/api/openapi/schema_json.h"
#include "tests/support/check.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])
#define REF "{\"$ref\":\"#/components/schemas/DumpType\"}"

static const struct schema text = {.type = SCHEMA_STRING};
static const struct schema members[] = {
    {"a", SCHEMA_STRING, .flags = SCHEMA_REQUIRED | SCHEMA_NOT_EMPTY},
    {"b", .type = SCHEMA_BOOLEAN},
    {"c", SCHEMA_INTEGER, .format = "int32", .flags = SCHEMA_REQUIRED},
    {0},
};

static const struct {
    struct schema schema;
    const char *json;
} rows[] = {
    {{.type = SCHEMA_STRING}, "{\"type\":\"string\"}"},
    {{.type = SCHEMA_STRING, .format = "uuid", .flags = SCHEMA_NULLABLE},
     "{\"type\":\"string\",\"format\":\"uuid\",\"nullable\":true}"},
    {{.type = SCHEMA_STRING, .sentence = "Say \"x\".", .example = "1"},
     "{\"type\":\"string\",\"description\":\"Say \\\"x\\\".\",\"example\":\"1\"}"},
    {{.type = SCHEMA_STRING, .flags = SCHEMA_NOT_EMPTY}, "{\"minLength\":1,\"type\":\"string\"}"},
    {{.type = SCHEMA_STRING, .values = (const char *const[]){"A", "B", NULL}, .fallback = "B"},
     "{\"enum\":[\"A\",\"B\"],\"type\":\"string\",\"default\":\"B\"}"},
    {{.type = SCHEMA_INTEGER, .flags = SCHEMA_RANGE, .min = -1, .max = INT32_MAX, .fallback = "30"},
     "{\"maximum\":2147483647,\"minimum\":-1,\"type\":\"integer\",\"default\":30}"},
    {{.type = SCHEMA_BOOLEAN, .fallback = "false"}, "{\"type\":\"boolean\",\"default\":false}"},
    {{.type = SCHEMA_ARRAY, .of = &text, .flags = SCHEMA_NOT_EMPTY | SCHEMA_UNIQUE},
     "{\"minItems\":1,\"uniqueItems\":true,\"type\":\"array\",\"items\":{\"type\":\"string\"}}"},
    {{.type = SCHEMA_ARRAY, .of = &schema_dump_type}, "{\"type\":\"array\",\"items\":" REF "}"},
    {{.type = SCHEMA_MAP, .of = &text},
     "{\"type\":\"object\",\"additionalProperties\":{\"type\":\"string\"}}"},
    {{.type = SCHEMA_SAME, .of = &schema_dump_type, .sentence = "lost"}, REF},
    {{.type = SCHEMA_SAME, .of = &schema_dump_type, .flags = SCHEMA_NULLABLE},
     "{\"type\":\"object\",\"oneOf\":[" REF "],\"nullable\":true}"},
    {{.type = SCHEMA_OBJECT, .members = members},
     "{\"type\":\"object\",\"required\":[\"a\",\"c\"],\"properties\":{\"a\":{\"minLength\":1,"
     "\"type\":\"string\"},\"b\":{\"type\":\"boolean\"},\"c\":{\"type\":\"integer\",\"format\":"
     "\"int32\"}},\"additionalProperties\":false}"},
    {{.type = SCHEMA_OBJECT, .members = members + 3, .flags = SCHEMA_OPEN},
     "{\"type\":\"object\",\"properties\":{},\"additionalProperties\":{}}"},
};

static void test_uses(void)
{
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct text out = {0};
        struct json_out w = {&out, false};
        schema_json_use(&w, NULL, &rows[i].schema);
        CHECK_AT(out.data, strcmp(out.data, rows[i].json) == 0);
        text_deinit(&out);
    }
}

static void test_component(void)
{
    struct text out = {0};
    struct json_out w = {&out, false};

    schema_json_use(&w, "x", &schema_dump_type);
    CHECK(strcmp(out.data, "\"x\":" REF) == 0);
    schema_json_define(&w, "y", &schema_dump_type);
    CHECK(strstr(out.data, ",\"y\":{\"enum\":[\"Full\",\"Mini\",\"WithHeap\",\"Triage\"],") !=
          NULL);
    text_deinit(&out);
}

TEST_SUITE("api/openapi/schema_json", {"uses", test_uses}, {"component", test_component})
