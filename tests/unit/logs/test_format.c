#include <time.h>

#include "src/base/json_escape.h"
#include "src/logs/format.h"
#include "src/logs/message.h"
#include "tests/support/golden.h"
#include "tests/support/json.h"
#include "tests/support/world.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])
#define T(key, text)                                                                               \
    {                                                                                              \
        key, APP_LOG_TEXT, text                                                                    \
    }

static const struct app_log_pair arguments[] = {
    T("Item", "<\xc3\xa9>"), {"None", APP_LOG_NULL, NULL}, T(APP_LOG_TEMPLATE, "Got {Item}")};
static const struct app_log_pair plain_state[] = {{"None", APP_LOG_NULL, NULL},
                                                  {"Number", APP_LOG_INTEGER, "-5"},
                                                  {"Flag", APP_LOG_BOOLEAN, "true"}};
static const struct app_log_scope scopes[] = {
    {plain_state, COUNT_OF(plain_state)}, {NULL, 0}, {arguments, 1}};

static const struct app_log_entry full = {
    .unix_ns = INT64_C(1795321480999999999),
    .level = APP_LOG_ERROR,
    .event_id = 7,
    .event_name = "Named",
    .category = "A.B",
    .message = "Got <\xc3\xa9>\nmore",
    .formatted = "",
    .exception = "X: y\n   at z\n",
    .arguments = arguments,
    .argument_count = COUNT_OF(arguments),
    .scopes = scopes,
    .scope_count = COUNT_OF(scopes),
};
static const struct app_log_entry bare = {
    .unix_ns = -1,
    .level = APP_LOG_TRACE,
    .event_id = -1,
    .event_name = "",
    .category = "",
    .message = "",
    .formatted = "",
    .arguments = plain_state,
    .argument_count = COUNT_OF(plain_state),
};

#define FULL_JSON                                                                                  \
    "{\"Timestamp\":\"2026-11-22 04:24:40Z\",\"LogLevel\":\"Error\",\"EventId\":7,"                \
    "\"EventName\":\"Named\",\"Category\":\"A.B\",\"Message\":\"Got \\u003C\\u00E9\\u003E\\nmore"  \
    "\",\"Exception\":\"X: y\\n   at z\\n\",\"State\":{\"Message\":\"Got \\u003C\\u00E9\\u003E\\n" \
    "more\",\"Item\":\"\\u003C\\u00E9\\u003E\",\"None\":\"(null)\",\"{OriginalFormat}\":\"Got {It" \
    "em}\"},\"Scopes\":[{\"None\":null,\"Number\":-5,\"Flag\":true},{},{\"Item\":\"\\u003C\\u00E9" \
    "\\u003E\"}]}\n"
#define BARE_JSON                                                                                  \
    "{\"Timestamp\":\"1969-12-31 23:59:59Z\",\"LogLevel\":\"Trace\",\"EventId\":-1,\"EventName\":" \
    "\"\",\"Category\":\"\",\"Message\":\"\",\"State\":{\"Message\":\"\",\"None\":null,\"Number\"" \
    ":-5,\"Flag\":true}}\n"

static const struct {
    int format;
    const struct app_log_entry *entry;
    const char *want;
} rows[] = {
    {APP_LOG_PLAIN, &full,
     "2026-11-22 04:24:40Z fail: A.B[7][Named]\n"
     "      => None:, Number:-5, Flag:True =>  => Item:<\xc3\xa9>\n"
     "      Got <\xc3\xa9>\nmore\n"
     "      X: y\n         at z\n      \n"},
    {APP_LOG_PLAIN, &bare, "1969-12-31 23:59:59Z trce: [-1]\n      \n"},
    {APP_LOG_NDJSON, &full, FULL_JSON},
    {APP_LOG_NDJSON, &bare, BARE_JSON},
    {APP_LOG_JSON_SEQ, &full, "\x1E" FULL_JSON},
    {APP_LOG_JSON_SEQ, &bare, "\x1E" BARE_JSON},
};

static void test_table(void)
{
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct text out = {0};
        app_log_formats[rows[i].format].write(&out, rows[i].entry);
        CHECK_AT(out.data, strcmp(out.data, rows[i].want) == 0);
        text_deinit(&out);
    }
    for (int i = 0; i < APP_LOG_FORMATS; i++)
        CHECK(strcmp(app_log_formats[i].media_type, app_log_media_types[i]) == 0);
}

/* Members of an object, without the first `skip`. */
static size_t pairs_of(const cJSON *object, size_t skip, struct app_log_pair *ret)
{
    size_t count = 0;
    const cJSON *item;

    cJSON_ArrayForEach(item, object)
    {
        if (skip) {
            skip--;
            continue;
        }
        REQUIRE(cJSON_IsString(item) && count < 32);
        ret[count++] = (struct app_log_pair){item->string, APP_LOG_TEXT, item->valuestring};
    }
    return count;
}

static enum app_log_level level_of(const char *name)
{
    for (int i = APP_LOG_TRACE; i <= APP_LOG_CRITICAL; i++) {
        if (strcmp(app_log_level_name((enum app_log_level)i), name) == 0)
            return (enum app_log_level)i;
    }
    REQUIRE(false);
    return APP_LOG_TRACE;
}

/* What an application logs so that the peer writes `line`; false: not the same in our hands. */
static bool is_ours(const char *line)
{
    static struct app_log_pair pairs[32], order[32], inside[8][32];
    struct app_log_scope around[8];
    struct text message = {0}, out = {0};
    const cJSON *json = json_parse(line), *scope, *list = json_at(json, "Scopes");
    struct tm tm = {0};
    struct app_log_entry e = {.category = json_text(json, "Category"),
                              .event_name = json_text(json, "EventName"),
                              .event_id = (int32_t)json_number(json, "EventId"),
                              .level = level_of(json_text(json, "LogLevel")),
                              .arguments = order,
                              .scopes = around};

    REQUIRE(strptime(json_text(json, "Timestamp"), "%Y-%m-%d %H:%M:%SZ", &tm) != NULL);
    e.unix_ns = timegm(&tm) * INT64_C(1000000000);
    if (json_at(json, "Exception"))
        e.exception = json_text(json, "Exception");
    e.argument_count = pairs_of(json_at(json, "State"), 1, pairs);
    log_message_fill(&message, pairs[e.argument_count - 1].text, pairs, e.argument_count, order);
    e.message = message.data;
    cJSON_ArrayForEach(scope, list)
    {
        REQUIRE(e.scope_count < COUNT_OF(around));
        around[e.scope_count] = (struct app_log_scope){inside[e.scope_count],
                                                       pairs_of(scope, 0, inside[e.scope_count])};
        e.scope_count++;
    }
    app_log_formats[APP_LOG_NDJSON].write(&out, &e);
    bool same = strncmp(out.data, line, strlen(line)) == 0 && out.size == strlen(line) + 1;
    text_deinit(&message);
    text_deinit(&out);
    return same;
}

static void test_recorded_lines(void)
{
    struct golden golden;
    unsigned lines = 0;

    REQUIRE(golden_load("B-logs-get-application-x-ndjson", &golden));
    for (const char *at = golden.body, *end; (end = strchr(at, '\n')) != NULL; at = end + 1) {
        const char *line = world_text("%.*s", (int)(end - at), at);
        CHECK_AT(line, is_ours(line));
        lines++;
    }
    CHECK(lines > 10);
}

/* The first two of one recorded second, as text. */
static void test_recorded_text(void)
{
    const struct app_log_pair request[] = {T("RequestId", "0HNQ89VTATNSR:00000001"),
                                           T("RequestPath", "/log")};
    const struct app_log_pair order[] = {T("OrderId", "42"),
                                         T(APP_LOG_TEMPLATE, "Outer scope {OrderId}")};
    const struct app_log_scope around[] = {{request, 2}, {order, 2}, {NULL, 0}};
    const struct app_log_entry e = {.unix_ns = INT64_C(1795321382000000000),
                                    .level = APP_LOG_ERROR,
                                    .event_id = 8,
                                    .event_name = "SampleError",
                                    .category = "SampleApp.Logging",
                                    .message = "Failed gadget",
                                    .exception =
                                        "System.InvalidOperationException: boom\n ---> "
                                        "System.ArgumentException: inner\n   --- End of inner "
                                        "exception stack trace ---",
                                    .scopes = around,
                                    .scope_count = 3};
    struct text out = {0};
    struct golden golden;

    REQUIRE(golden_load("B-logs-post-text-plain", &golden));
    app_log_formats[APP_LOG_PLAIN].write(&out, &e);
    const char *body = golden.body;
    CHECK_AT(out.data, strstr(body, strchr(out.data, ' ') + 10) != NULL);
    text_deinit(&out);
}

WORLD_SUITE("logs/format", {"table", test_table}, {"recorded lines", test_recorded_lines},
            {"recorded text", test_recorded_text})
