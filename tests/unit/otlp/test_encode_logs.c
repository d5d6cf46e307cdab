/* Requests written by hand from opentelemetry-proto (logs.proto) and its JSON mapping. */
#include <stdlib.h>

#include "src/otlp/encode_logs.h"
#include "tests/support/otlp_shape.h"
#include "tests/support/world.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])
#define T INT64_C(1700000000000000000)

static const struct resource nothing;
static const struct resource_process app = {7, "app", "u-1"};

#define RESOURCE                                                                                   \
    "{\"resourceLogs\":[{\"resource\":{\"attributes\":["                                           \
    "{\"key\":\"service.name\",\"value\":{\"stringValue\":\"app\"}},"                              \
    "{\"key\":\"service.instance.id\",\"value\":{\"stringValue\":\"u-1\"}},"                       \
    "{\"key\":\"process.pid\",\"value\":{\"intValue\":\"7\"}}]},\"scopeLogs\":["
#define SCOPE(name) "{\"scope\":{\"name\":\"" name "\"},\"logRecords\":["
#define TIMES                                                                                      \
    "\"timeUnixNano\":\"1700000000000000000\",\"observedTimeUnixNano\":\"1700000000000000000\","
#define BODY(text) "\"body\":{\"stringValue\":\"" text "\"},\"attributes\":["
#define TEXT(key, value) "{\"key\":\"" key "\",\"value\":{\"stringValue\":\"" value "\"}}"
#define END "]}]}]}"

static struct app_log_entry entry_of(const char *message)
{
    return (struct app_log_entry){.unix_ns = T,
                                  .level = APP_LOG_INFORMATION,
                                  .event_name = "",
                                  .category = "C",
                                  .message = message,
                                  .formatted = "",
                                  .trace_id = "",
                                  .span_id = ""};
}

static const char *take(struct log_batch *b)
{
    struct text body = {0};

    REQUIRE(log_batch_take(b, &body));
    CHECK(b->records == 0 && log_batch_size(b) == 0);
    const char *copy = world_text("%s", body.data);
    text_deinit(&body);
    cJSON *doc = cJSON_Parse(copy);
    char *fault = otlp_shape_fault("/v1/logs", doc);
    CHECK_AT(world_text("%s in %s", fault ? fault : "", copy), !fault);
    free(fault);
    cJSON_Delete(doc);
    return copy;
}

static const char *encode(const struct app_log_entry *e)
{
    struct log_batch b = {0};

    log_batch_add(&b, &nothing, &app, e);
    CHECK(b.records == 1);
    return take(&b);
}

static void check_equal(const char *label, const char *want, const char *got)
{
    CHECK_AT(world_text("%s:\nwant %s\ngot  %s", label, want, got), strcmp(want, got) == 0);
}

static void test_plain(void)
{
    struct app_log_entry e = entry_of("hello");

    check_equal("plain",
                RESOURCE SCOPE("C") "{" TIMES
                                    "\"severityNumber\":9,\"severityText\":\"Information\"," BODY(
                                        "hello") "]}" END,
                encode(&e));
    e.formatted = "hello 1.00";
    CHECK(strstr(encode(&e), BODY("hello 1.00")) != NULL);
}

static void test_severity(void)
{
    static const struct {
        enum app_log_level level;
        const char *want;
    } rows[] = {
        {APP_LOG_TRACE, "\"severityNumber\":1,\"severityText\":\"Trace\""},
        {APP_LOG_DEBUG, "\"severityNumber\":5,\"severityText\":\"Debug\""},
        {APP_LOG_INFORMATION, "\"severityNumber\":9,\"severityText\":\"Information\""},
        {APP_LOG_WARNING, "\"severityNumber\":13,\"severityText\":\"Warning\""},
        {APP_LOG_ERROR, "\"severityNumber\":17,\"severityText\":\"Error\""},
        {APP_LOG_CRITICAL, "\"severityNumber\":21,\"severityText\":\"Critical\""},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct app_log_entry e = entry_of("m");
        e.level = rows[i].level;
        CHECK_AT(rows[i].want, strstr(encode(&e), rows[i].want) != NULL);
    }
}

/* Arguments go before scopes, inner scopes before outer ones; a key comes once. */
static void test_attributes(void)
{
    static const struct app_log_pair arguments[] = {
        {"Item", APP_LOG_TEXT, "widget"}, {"Count", APP_LOG_INTEGER, "-9007199254740993"},
        {"Ok", APP_LOG_BOOLEAN, "true"},  {"None", APP_LOG_NULL, NULL},
        {"Item", APP_LOG_TEXT, "gadget"}, {APP_LOG_TEMPLATE, APP_LOG_TEXT, "{Item}"},
    };
    static const struct app_log_pair outer[] = {{"Item", APP_LOG_TEXT, "hidden"},
                                                {"A", APP_LOG_TEXT, "outer"},
                                                {"B", APP_LOG_TEXT, "outer"},
                                                {APP_LOG_TEMPLATE, APP_LOG_TEXT, "{A}"}};
    static const struct app_log_pair inner[] = {{"A", APP_LOG_TEXT, "inner"}};
    const struct app_log_scope scopes[] = {{outer, COUNT_OF(outer)}, {inner, COUNT_OF(inner)}};
    struct app_log_entry e = entry_of("m");

    e.event_id = -3;
    e.event_name = "Done";
    e.arguments = arguments;
    e.argument_count = COUNT_OF(arguments);
    e.scopes = scopes;
    e.scope_count = COUNT_OF(scopes);
    check_equal(
        "attributes",
        RESOURCE SCOPE(
            "C") "{" TIMES "\"severityNumber\":9,\"severityText\":\"Information\",\"eventName\":"
                 "\"Done\"," BODY(
                     "m") "{\"key\":\"logrecord.event.id\",\"value\":{\"intValue\":\"-3\"}},"
                          "{\"key\":\"Count\",\"value\":{\"intValue\":\"-9007199254740993\"}},"
                          "{\"key\":\"Ok\",\"value\":{\"boolValue\":true}},"
                          "{\"key\":\"None\",\"value\":{}}," TEXT("Item", "gadget") "," TEXT(
                              "{OriginalFormat}",
                              "{Item}") "," TEXT("A", "inner") "," TEXT("B", "outer") "]}" END,
        encode(&e));
}

#define TRACE "0123456789ABCDEF0123456789abcdef"
#define SPAN "0123456789abcdef"

static void test_ids(void)
{
    static const struct app_log_pair in_scope[] = {{"TraceId", APP_LOG_TEXT, TRACE},
                                                   {"SpanId", APP_LOG_TEXT, SPAN},
                                                   {"ParentId", APP_LOG_TEXT, "p"}};
    static const struct app_log_pair odd[] = {{"TraceId", APP_LOG_TEXT, "x"},
                                              {"SpanId", APP_LOG_TEXT, "0000000000000000"}};
    struct app_log_scope scope = {in_scope, COUNT_OF(in_scope)};
    struct app_log_entry e = entry_of("m");
    static const char ids[] =
        ",\"traceId\":\"0123456789abcdef0123456789abcdef\",\"spanId\":\"" SPAN "\"}";

    e.trace_id = TRACE;
    e.span_id = SPAN;
    CHECK(strstr(encode(&e), ids) != NULL);
    e.trace_id = e.span_id = "";
    e.scopes = &scope;
    e.scope_count = 1;
    const char *got = encode(&e);
    CHECK_AT(got, strstr(got, ids) && !strstr(got, "\"TraceId\"") && strstr(got, "\"ParentId\""));
    scope = (struct app_log_scope){odd, COUNT_OF(odd)};
    got = encode(&e);
    CHECK_AT(got, !strstr(got, "traceId") && !strstr(got, "spanId") && strstr(got, "\"TraceId\""));
    e.trace_id = "no id";
    CHECK(strstr(encode(&e), "traceId") == NULL);
}

static void test_exception(void)
{
    struct app_log_entry e = entry_of("m");

    e.exception = "System.InvalidOperationException: boom\r\n   at A.B()\r\n";
    const char *got = encode(&e);
    CHECK_AT(
        got,
        strstr(got,
               TEXT("exception.type", "System.InvalidOperationException") "," TEXT(
                   "exception.message",
                   "boom") ","
                           "{\"key\":\"exception.stacktrace\",\"value\":{\"stringValue\":\"System."
                           "InvalidOperationException: boom\\r\\n   at A.B()\\r\\n\"}}"));
}

static void test_hostile(void)
{
    static const struct app_log_pair bad[] = {{"\xff\x01", APP_LOG_TEXT, "\xed\xa0\x80"},
                                              {"N", APP_LOG_INTEGER, "99999999999999999999"},
                                              {"", APP_LOG_BOOLEAN, ""}};
    struct app_log_entry e = entry_of("\"\\\x7f\xf0\x9f\x98\x80\xc3");

    e.category = "\xfe";
    e.unix_ns = -5;
    e.level = (enum app_log_level)77;
    e.arguments = bad;
    e.argument_count = COUNT_OF(bad);
    const char *got = encode(&e);
    CHECK_AT(got,
             strstr(got, "\"stringValue\":\"\\u0022\\\\\\u007F\\uD83D\\uDE00\\uFFFD\"") != NULL);
    CHECK_AT(got, strstr(got, "\"timeUnixNano\":\"0\"") && strstr(got, "{\"name\":\"\\uFFFD\"}"));
    CHECK_AT(got, strstr(got, "\"intValue\":\"9223372036854775807\"") != NULL);
    CHECK_AT(got, strstr(got, "\"severityNumber\":21") != NULL);
}

/* Lines of one category share a scope; a batch goes on after it was taken. */
static void test_batch(void)
{
    static const char *const categories[] = {"A", "A", "B", "A"};
    struct log_batch b = {0};

    for (int round = 0; round < 2; round++) {
        for (size_t i = 0; i < COUNT_OF(categories); i++) {
            struct app_log_entry e = entry_of("m");
            e.category = categories[i];
            log_batch_add(&b, &nothing, &app, &e);
        }
        CHECK(b.records == 4);
        const char *got = take(&b);
        size_t scopes = 0;
        for (const char *at = got; (at = strstr(at, "\"scope\"")); at++)
            scopes++;
        CHECK_AT(got, scopes == 3 && strstr(got, "u-1"));
    }
    log_batch_deinit(&b);
}

WORLD_SUITE("otlp/encode_logs", {"plain", test_plain}, {"severity", test_severity},
            {"attributes", test_attributes}, {"ids", test_ids}, {"exception", test_exception},
            {"hostile", test_hostile}, {"batch", test_batch})
