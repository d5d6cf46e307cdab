#include <errno.h>

#include "src/api/body.h"
#include "src/api/trace_body.h"
#include "tests/support/check.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])
#define ALL UINT64_C(0x80020139)
#define P(text) "{\"providers\":[{\"name\":\"A\"" text "}]}"
#define K(text) P(",\"keywords\":\"" text "\"")
#define ARG(text) P(",\"arguments\":{" text "}")
#define B(text) "{\"providers\":[{\"name\":\"A\"}],\"bufferSizeInMB\":" text "}"

/* The first provider and the session. */
static const struct {
    const char *body;
    const char *name, *arguments;
    uint64_t keywords;
    uint32_t level, buffer;
    uint64_t rundown;
} good[] = {
    {P(""), "A", NULL, UINT64_MAX, 5, 256, ALL},
    {"{\"PROVIDERS\":[{\"NAME\":\"A\",\"KeyWords\":\"1\",\"EVENTLEVEL\":\"error\"}],"
     "\"requestrundown\":false,\"buffersizeinmb\":5}",
     "A", NULL, 1, 2, 5, 0},
    {"{\"providers\":[{\"name\":\"A\"}],\"requestRundown\":true,\"extra\":1}", "A", NULL,
     UINT64_MAX, 5, 256, ALL},
    {"{\"providers\":[{\"name\":\"\\u00e4;=\"},{\"name\":\"B\"}]}", "\xc3\xa4;=", NULL, UINT64_MAX,
     5, 256, ALL},
    {K("0"), "A", NULL, 0, 5, 256, ALL},
    {K("+7"), "A", NULL, 7, 5, 256, ALL},
    {K("-1"), "A", NULL, UINT64_MAX, 5, 256, ALL},
    {K("-9223372036854775808"), "A", NULL, UINT64_C(1) << 63, 5, 256, ALL},
    {K("9223372036854775807"), "A", NULL, INT64_MAX, 5, 256, ALL},
    {K("0x1F"), "A", NULL, 0x1f, 5, 256, ALL},
    {K("0Xf0"), "A", NULL, 0xf0, 5, 256, ALL},
    {K("0xFFFFFFFFFFFFFFFF"), "A", NULL, UINT64_MAX, 5, 256, ALL},
    {K("0x00000000000000000001"), "A", NULL, 1, 5, 256, ALL},
    {P(",\"eventLevel\":0"), "A", NULL, UINT64_MAX, 0, 256, ALL},
    {P(",\"eventLevel\":\"3\""), "A", NULL, UINT64_MAX, 3, 256, ALL},
    {P(",\"eventLevel\":\"LogAlways\""), "A", NULL, UINT64_MAX, 0, 256, ALL},
    {P(",\"arguments\":null"), "A", NULL, UINT64_MAX, 5, 256, ALL},
    {ARG(""), "A", NULL, UINT64_MAX, 5, 256, ALL},
    {ARG("\"a\":\"b\""), "A", "a=b", UINT64_MAX, 5, 256, ALL},
    {ARG("\"a\":\"b\",\"c\":\"d\""), "A", "a=b;c=d", UINT64_MAX, 5, 256, ALL},
    {ARG("\"a\":\"\",\"c\":null"), "A", "a=;c=", UINT64_MAX, 5, 256, ALL},
    {ARG("\"a;b\":\"c=d\""), "A", "\"a;b\"=\"c=d\"", UINT64_MAX, 5, 256, ALL},
    {ARG("\"a b\":\"c d\""), "A", "a b=c d", UINT64_MAX, 5, 256, ALL},
    {ARG("\"a\":\"%n%s\\u20ac\""), "A", "a=%n%s\xe2\x82\xac", UINT64_MAX, 5, 256, ALL},
    {ARG("\"EventCounterIntervalSec\":\"5\""), "A", "EventCounterIntervalSec=5", UINT64_MAX, 5, 256,
     ALL},
    {ARG("\"EventCounterIntervalSec\":\"5.0\""), "A", "EventCounterIntervalSec=5.0", UINT64_MAX, 5,
     256, ALL},
    {ARG("\"EventCounterIntervalSec\":\"soon\""), "A", "EventCounterIntervalSec=soon", UINT64_MAX,
     5, 256, ALL},
    {ARG("\"eventcounterintervalsec\":\"1\""), "A", "eventcounterintervalsec=1", UINT64_MAX, 5, 256,
     ALL},
    {B("1"), "A", NULL, UINT64_MAX, 5, 1, ALL},
    {B("1024"), "A", NULL, UINT64_MAX, 5, 1024, ALL},
    {B("\"64\""), "A", NULL, UINT64_MAX, 5, 64, ALL},
};

static const struct {
    const char *body, *says;
} bad[] = {
    {"{}", "providers"},
    {"{\"providers\":null}", "providers"},
    {"{\"providers\":[]}", "providers"},
    {"{\"providers\":[null]}", "name"},
    {"{\"providers\":[{}]}", "name"},
    {"{\"providers\":[{\"name\":null}]}", "name"},
    {"{\"providers\":[{\"name\":\"\"}]}", "name"},
    {"{\"providers\":[{\"name\":\"A\"},{\"keywords\":\"1\"}]}", "providers[1].name"},
    {B("0"), "bufferSizeInMB"},
    {B("-1"), "bufferSizeInMB"},
    {B("1025"), "bufferSizeInMB"},
    {B("\"1025\""), "bufferSizeInMB"},
    {B("2147483647"), "bufferSizeInMB"},
    {P(",\"keywords\":null"), "Value cannot be null, empty, or whitespace."},
    {K(""), "Value cannot be null, empty, or whitespace."},
    {K(" \\t"), "Value cannot be null, empty, or whitespace."},
    {K("zz"), "The value 'zz' is not a valid integer."},
    {K("1.0"), "The value '1.0' is not a valid integer."},
    {K(" 1"), "The value ' 1' is not a valid integer."},
    {K("1 "), "The value '1 ' is not a valid integer."},
    {K("-"), "The value '-' is not a valid integer."},
    {K("--1"), "The value '--1' is not a valid integer."},
    {K("+-1"), "The value '+-1' is not a valid integer."},
    {K("9223372036854775808"), "The value '9223372036854775808' is not a valid integer."},
    {K("-9223372036854775809"), "The value '-9223372036854775809' is not a valid integer."},
    {K("f"), "The value 'f' is not a valid integer."},
    {K("0x"), "The value '0x' is not a valid hexadecimal number."},
    {K("0xg"), "The value '0xg' is not a valid hexadecimal number."},
    {K("0x-1"), "The value '0x-1' is not a valid hexadecimal number."},
    {K("0x 1"), "The value '0x 1' is not a valid hexadecimal number."},
    {K("0x0x1"), "The value '0x0x1' is not a valid hexadecimal number."},
    {K("0x10000000000000000"), "The value '0x10000000000000000' is not a valid hexadecimal"},
    {K("%n%s"), "The value '%n%s' is not a valid integer."},
    {ARG("\"EventCounterIntervalSec\":\"1\""),
     "Custom trace metric provider 'A' must use the expected counter interval '5'."},
    {ARG("\"EventCounterIntervalSec\":\" 1 \""), "expected counter interval '5'"},
    {ARG("\"EventCounterIntervalSec\":\"-5\""), "expected counter interval '5'"},
    {"{\"providers\":[{\"name\":\"Slow\",\"arguments\":{\"EventCounterIntervalSec\":\"5\"}}]}",
     "Custom trace metric provider 'Slow' must use the expected counter interval '86399.75'."},
};

/* As routes do it: parsed, then held against the schema. */
static cJSON *parse(const char *body)
{
    cJSON *json = body_parse(body, strlen(body));

    CHECK_AT(body, json && body_fits(json, &schema_event_pipe_configuration));
    return json;
}

static void set_keys(struct config_keys *keys)
{
    struct error err;

    REQUIRE(config_keys_set(keys, "GlobalCounter:Providers:slow:IntervalSeconds", "86399.75",
                            "test", &err) == 0);
}

static bool same_text(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

static void test_good(void)
{
    struct config_keys keys = {0};

    set_keys(&keys);
    for (size_t i = 0; i < COUNT_OF(good); i++) {
        const char *label = good[i].body;
        cJSON *json = parse(label);
        struct trace_body b;
        struct error err = {0};

        CHECK_AT(label, trace_body_read(json, &keys, &b, &err) == 0);
        const struct ipc_trace_request *r = &b.config.request;
        CHECK_AT(label, r->provider_count >= 1 && r->providers == b.providers);
        if (r->provider_count >= 1) {
            CHECK_AT(label, same_text(r->providers[0].name, good[i].name));
            CHECK_AT(label, same_text(r->providers[0].arguments, good[i].arguments));
            CHECK_AT(label, r->providers[0].keywords == good[i].keywords);
            CHECK_AT(label, r->providers[0].level == good[i].level);
        }
        CHECK_AT(label, r->buffer_mb == good[i].buffer && r->rundown_keyword == good[i].rundown);
        CHECK_AT(label, b.config.rundown_fallback == good[i].rundown);
        CHECK_AT(label, r->format == IPC_TRACE_NET_TRACE && r->stackwalk && r->buffer_mode == 0);
        trace_body_deinit(&b);
        CHECK_AT(label, !b.providers && !b.arguments && b.count == 0);
        cJSON_Delete(json);
    }
    config_keys_deinit(&keys);
}

static void test_stacks(void)
{
    static const struct {
        const char *body;
        bool stacks;
    } rows[] = {
        {P(""), true},
        {"{\"providers\":[{\"name\":\"A\"}],\"requestStacks\":true}", true},
        {"{\"providers\":[{\"name\":\"A\"}],\"requestStacks\":false}", false},
        {"{\"providers\":[{\"name\":\"A\"}],\"REQUESTSTACKS\":false}", false},
    };
    struct config_keys keys = {0};

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        cJSON *json = parse(rows[i].body);
        struct trace_body b;
        struct error err;
        CHECK_AT(rows[i].body, trace_body_read(json, &keys, &b, &err) == 0);
        CHECK_AT(rows[i].body, b.config.request.stackwalk == rows[i].stacks);
        trace_body_deinit(&b);
        cJSON_Delete(json);
    }
}

static void test_bad(void)
{
    struct config_keys keys = {0};

    set_keys(&keys);
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        const char *label = bad[i].body;
        cJSON *json = parse(label);
        struct trace_body b;
        struct error err = {0};

        CHECK_AT(label, trace_body_read(json, &keys, &b, &err) == -EINVAL);
        CHECK_AT(err.text, strstr(err.text, bad[i].says) != NULL);
        CHECK_AT(label, !b.providers && b.count == 0);
        cJSON_Delete(json);
    }
    config_keys_deinit(&keys);
}

/* What the schema would have refused must do no harm either. */
static void test_unchecked(void)
{
    static const char *const bodies[] = {
        B("\"NaN\""),
        B("\"x\""),
        B("1e300"),
        B("\"-inf\""),
        "[]",
        "1",
        "\"x\"",
        "{\"providers\":{}}",
        "{\"providers\":\"x\"}",
        "{\"providers\":[1]}",
        "null",
    };
    struct config_keys keys = {0};

    for (size_t i = 0; i < COUNT_OF(bodies); i++) {
        cJSON *json = body_parse(bodies[i], strlen(bodies[i]));
        struct trace_body b;
        struct error err = {0};

        CHECK_AT(bodies[i], trace_body_read(json, &keys, &b, &err) == -EINVAL && err.text[0]);
        CHECK_AT(bodies[i], !b.providers);
        cJSON_Delete(json);
    }
}

static void test_many(void)
{
    static char body[257 * 16 + 64];
    struct config_keys keys = {0};

    for (int count = 256; count <= 257; count++) {
        struct trace_body b;
        struct error err = {0};
        size_t n = (size_t)snprintf(body, sizeof body, "{\"providers\":[");

        for (int i = 0; i < count; i++)
            n += (size_t)snprintf(body + n, sizeof body - n, "%s{\"name\":\"A\"}", i ? "," : "");
        (void)snprintf(body + n, sizeof body - n, "]}");
        cJSON *json = parse(body);
        CHECK(trace_body_read(json, &keys, &b, &err) == (count == 256 ? 0 : -EINVAL));
        CHECK(b.count == (count == 256 ? 256 : 0));
        trace_body_deinit(&b);
        cJSON_Delete(json);
    }
}

TEST_SUITE("api/trace_body", {"good", test_good}, {"stacks", test_stacks}, {"bad", test_bad},
           {"unchecked", test_unchecked}, {"many", test_many})
