#include "src/api/body.h"
#include "src/base/limits.h"
#include "tests/support/check.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

static const struct {
    const char *type;
    bool json;
} types[] = {
    {NULL, false},
    {"", false},
    {"application/json", true},
    {"APPLICATION/JSON", true},
    {" application/json ", true},
    {"application/json; charset=utf-8", true},
    {"application/json;", true},
    {"text/json", true},
    {"application/problem+json", true},
    {"application/x+JSON; a=b", true},
    {"application/json, text/plain", false},
    {"application/*+json", true},
    {"text/plain", false},
    {"application/jsonx", false},
    {"application/*", false},
    {"*/*", false},
    {"json", false},
    {"+json", false},
    {"x+json", false},
    {"application/x; type=a/b+json", false},
};

static void test_types(void)
{
    for (size_t i = 0; i < COUNT_OF(types); i++)
        CHECK_AT(types[i].type ? types[i].type : "none",
                 body_is_json_type(types[i].type) == types[i].json);
}

static const struct {
    const char *text;
    bool ok;
} documents[] = {
    {"{}", true},
    {" \r\n{} \t\n", true},
    {"null", true},
    {"{}x", false},
    {"{} {}", false},
    {"{\"a\":1,}", false},
    {"", false},
    {"{", false},
    {"{\"a\":\"\\u0000\"}", false},
    {"{'a':1}", false},
    {"// x\n{}", false},
    {"{\"a\":\"\\u00e9\"}", true},
    {"{\"a\":01}", false},
    {"{\"a\":1.}", false},
    {"{\"a\":1.e5}", false},
    {"{\"a\":-}", false},
    {"{\"a\":\"\xef\xbf\xbd\"}", true},
    {"{\"a\":\"\xff\"}", false},
    {"{\"a\":\"\xed\xa0\x80\"}", false},
    {"{\"a\":\"\n\"}", false},
    {"{\"a\":\"\x01\"}", false},
    {"{\"a\":\"\x7f\"}", true},
    {"\v{}", false},
    {"{\"a\":1\f}", false},
    {"\xef\xbb\xbf{}", true},
    {"{}/**/", false},
    {"{\"a\":\"\\ud800\"}", false},
};

static void test_documents(void)
{
    for (size_t i = 0; i < COUNT_OF(documents); i++) {
        cJSON *json = body_parse(documents[i].text, strlen(documents[i].text));
        CHECK_AT(documents[i].text, (json != NULL) == documents[i].ok);
        cJSON_Delete(json);
    }
    CHECK_AT("NUL", body_parse("{}\0", 3) == NULL);
    CHECK_AT("cut", body_parse("{\"a\":12", 5) == NULL);
}

/* Deeper than any schema, and than the parser allows. */
static void test_deep(void)
{
    static char deep[20001];

    memset(deep, '[', sizeof deep - 1);
    CHECK(body_parse(deep, sizeof deep - 1) == NULL);
    for (size_t depth = LIMIT_JSON_DEPTH; depth <= LIMIT_JSON_DEPTH + 1; depth++) {
        memset(deep + depth, ']', depth);
        cJSON *json = body_parse(deep, 2 * depth);
        CHECK_AT("as deep as the peer", (json != NULL) == (depth == LIMIT_JSON_DEPTH));
        cJSON_Delete(json);
        deep[depth] = '[';
    }
}

#define P(text) "{\"providers\":[{\"name\":\"A\"," text "}]}"

/* All answers are the running peer's, but for numbers that no enum has, and 1e3. */
static const struct {
    const char *body;
    bool fits;
} traces[] = {
    {"{}", true},
    {"[]", false},
    {"null", false},
    {"1", false},
    {"\"x\"", false},
    {"{\"providers\":null}", true},
    {"{\"providers\":[]}", true},
    {"{\"providers\":{}}", false},
    {"{\"providers\":[{}]}", true},
    {"{\"providers\":[null]}", true},
    {"{\"providers\":[1]}", false},
    {"{\"providers\":[{\"name\":null}]}", true},
    {"{\"providers\":[{\"name\":5}]}", false},
    {"{\"PROVIDERS\":[{\"NAME\":5}]}", false},
    {"{\"PROVIDERS\":[{\"NAME\":\"A\"}]}", true},
    {"{\"extra\":{\"deep\":[1]}}", true},
    {P("\"eventLevel\":\"Zz\""), false},
    {P("\"eventLevel\":\"error\""), true},
    {P("\"eventLevel\":3"), true},
    {P("\"eventLevel\":\"3\""), true},
    {P("\"eventLevel\":6"), false},
    {P("\"eventLevel\":2.5"), false},
    {P("\"eventLevel\":null"), false},
    {P("\"eventLevel\":true"), false},
    {P("\"arguments\":{\"a\":\"b\"}"), true},
    {P("\"arguments\":{\"a\":null}"), true},
    {P("\"arguments\":{\"a\":1}"), false},
    {P("\"arguments\":[]"), false},
    {P("\"arguments\":null"), true},
    {P("\"keywords\":5"), false},
    {"{\"bufferSizeInMB\":\"5\"}", true},
    {"{\"bufferSizeInMB\":\"+5\"}", true},
    {"{\"bufferSizeInMB\":\" 5\"}", false},
    {"{\"bufferSizeInMB\":\"5 \"}", false},
    {"{\"bufferSizeInMB\":\"\\t5\"}", false},
    {"{\"bufferSizeInMB\":\"x\"}", false},
    {"{\"bufferSizeInMB\":5.5}", false},
    {"{\"bufferSizeInMB\":0}", true},
    {"{\"bufferSizeInMB\":1e3}", true},
    {"{\"bufferSizeInMB\":2147483648}", false},
    {"{\"bufferSizeInMB\":null}", false},
    {"{\"requestRundown\":false}", true},
    {"{\"requestRundown\":\"true\"}", false},
    {"{\"requestRundown\":1}", false},
};

static void test_traces(void)
{
    for (size_t i = 0; i < COUNT_OF(traces); i++) {
        cJSON *json = body_parse(traces[i].body, strlen(traces[i].body));
        CHECK_AT(traces[i].body, json != NULL);
        CHECK_AT(traces[i].body,
                 body_fits(json, &schema_event_pipe_configuration) == traces[i].fits);
        cJSON_Delete(json);
    }
}

static const struct {
    const char *label, *body;
    const struct schema *schema;
    bool fits;
} others[] = {
    {"level by name", "{\"logLevel\":\"Debug\"}", &schema_logs_configuration, true},
    {"bad level", "{\"logLevel\":\"Zz\"}", &schema_logs_configuration, false},
    {"null level", "{\"logLevel\":null}", &schema_logs_configuration, false},
    {"null level of a category", "{\"filterSpecs\":{\"A\":null}}", &schema_logs_configuration,
     true},
    {"bad level of a category", "{\"filterSpecs\":{\"A\":\"x\"}}", &schema_logs_configuration,
     false},
    {"null limit", "{\"captureLimit\":null}", &schema_capture_parameters_configuration, true},
    {"bad limit", "{\"captureLimit\":\"\"}", &schema_capture_parameters_configuration, false},
    {"texts", "{\"providers\":[{\"counterNames\":[\"a\",null]}]}",
     &schema_event_metrics_configuration, true},
    {"no texts", "{\"providers\":[{\"counterNames\":[1]}]}", &schema_event_metrics_configuration,
     false},
};

static void test_others(void)
{
    for (size_t i = 0; i < COUNT_OF(others); i++) {
        cJSON *json = body_parse(others[i].body, strlen(others[i].body));
        CHECK_AT(others[i].label, body_fits(json, others[i].schema) == others[i].fits);
        cJSON_Delete(json);
    }
}

TEST_SUITE("api/body", {"types", test_types}, {"documents", test_documents}, {"deep", test_deep},
           {"traces", test_traces}, {"others", test_others})
