/* The three formatters against what .NET and the peer have written (tests/data/log). */
#include <stdlib.h>

#include "src/base/log_format.h"
#include "tests/support/files.h"
#include "tests/support/json.h"
#include "tests/support/world.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

enum { FIELDS_MAX = 8, SCOPES_MAX = 8 };

static char at[] = "'at' ";

static const struct {
    const char *name;
    struct log_format format;
} kinds[] = {
    {"simple", {.include_scopes = true, .timestamp = at}},
    {"coloured", {.include_scopes = true, .timestamp = at, .coloured = true}},
    {"single", {.include_scopes = true, .timestamp = at, .single_line = true}},
    {"systemd", {.formatter = LOG_FORMATTER_SYSTEMD, .include_scopes = true, .timestamp = at}},
    {"json", {.formatter = LOG_FORMATTER_JSON, .include_scopes = true, .timestamp = at}},
    {"indented",
     {.formatter = LOG_FORMATTER_JSON, .include_scopes = true, .timestamp = at, .indented = true}},
    {"noscopes", {0}},
};

static void add(struct text *out, const struct log_format *format, const struct log_event *event,
                const struct log_scope *scope, const char *exception, struct log_field *fields,
                size_t count)
{
    static const struct log_time now;
    const struct log_record record = {event, fields, count, scope, exception};

    log_format(out, format, &record, &now);
}

/* The ten lines of the recording program. */
static void add_lines(struct text *out, const struct log_format *format)
{
    struct log_field one = {"one", "1"}, two[] = {{"two", "2"}, {"three", "<"}};
    struct log_field only = {"only", "x"}, x = {"#x", "5"}, a = {"#a", "1"};
    struct log_field values[] = {
        {"s", "\xC3\xA9\t\"'`+&<>/\\\xF0\x9F\x98\x80"}, {"n", NULL}, {"#f", "100000000000"}};
    struct log_scope outer = {NULL, "one:{one}", &one, 1};
    struct log_scope inner = {&outer, "two:{two} {three}", two, 2};
    struct log_scope single = {NULL, "only", &only, 1};

    for (int level = LOG_LEVEL_TRACE; level < LOG_LEVEL_NONE; level++)
        add(out, format, &(struct log_event){(enum log_level)level, "A.B", 7, "hello {x}"}, NULL,
            NULL, &x, 1);
    add(out, format, &(struct log_event){LOG_LEVEL_ERROR, "A.B", 9, "multi\nline {s} {n} {f}"},
        &inner, "System.ArgumentException: bad\nthing", values, 3);
    add(out, format, &(struct log_event){LOG_LEVEL_INFORMATION, "A.B", 0, "in scopes"}, &inner,
        NULL, NULL, 0);
    add(out, format, &(struct log_event){LOG_LEVEL_CRITICAL, "A.B", 0, "m\n"}, &single, NULL, NULL,
        0);
    add(out, format, &(struct log_event){LOG_LEVEL_INFORMATION, "A.B", 0, ""}, NULL, NULL, NULL, 0);
    add(out, format, &(struct log_event){LOG_LEVEL_INFORMATION, "A.B", 0, "{{brace}} {a} }}"}, NULL,
        NULL, &a, 1);
}

/* The part of the recording behind "@name". */
static char *recorded(const char *name)
{
    char *all = files_read("tests/data/log/formatters.txt", NULL);
    REQUIRE(all != NULL);
    char *begin = strstr(all, world_text("@%s\n", name));
    REQUIRE(begin != NULL);
    begin = strchr(begin, '\n') + 1;
    char *end = strstr(begin, "\n@");
    if (end)
        end[1] = '\0';
    return begin;
}

static void test_recorded(void)
{
    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        struct text out = {0};
        add_lines(&out, &kinds[i].format);
        const char *want = recorded(kinds[i].name);
        REQUIRE(out.data && !out.failed);
        CHECK_AT(world_text("%s:\n%s\nnot\n%s", kinds[i].name, out.data, want),
                 strcmp(out.data, want) == 0);
        text_deinit(&out);
    }
}

static size_t fields_of(const cJSON *object, const char *without, struct log_field fields[])
{
    const cJSON *it;
    size_t n = 0;

    cJSON_ArrayForEach(it, object)
    {
        REQUIRE(n < FIELDS_MAX && cJSON_IsString(it));
        if (strcmp(it->string, without) != 0)
            fields[n++] = (struct log_field){it->string, it->valuestring};
    }
    return n;
}

/* A recorded line, read as JSON and written again. */
static void write_again(struct text *out, const cJSON *line)
{
    struct log_field fields[FIELDS_MAX], scope_fields[SCOPES_MAX][FIELDS_MAX];
    struct log_scope scopes[SCOPES_MAX];
    const struct log_scope *scope = NULL;
    const cJSON *state = json_at(line, "State"), *it;
    const cJSON *exception = json_at(line, "Exception");
    enum log_level level = LOG_LEVEL_NONE;
    size_t n = 0;

    CHECK(log_level_parse(json_text(line, "LogLevel"), &level));
    cJSON_ArrayForEach(it, json_at(line, "Scopes"))
    {
        REQUIRE(n < SCOPES_MAX);
        size_t count = fields_of(it, "Message", scope_fields[n]);
        scopes[n] = (struct log_scope){scope, json_text(it, "Message"), scope_fields[n], count};
        scope = &scopes[n++];
    }
    struct log_event event = {level, json_text(line, "Category"), (int)json_number(line, "EventId"),
                              cJSON_GetObjectItem(state, "{OriginalFormat}")->valuestring};
    struct log_format format = {.formatter = LOG_FORMATTER_JSON,
                                .include_scopes = true,
                                .timestamp = world_text("'%s'", json_text(line, "Timestamp"))};
    add(out, &format, &event, scope, exception ? exception->valuestring : NULL, fields,
        fields_of(state, "{OriginalFormat}", fields));
}

static void test_log_of_the_peer(void)
{
    char *rest = files_read("tests/data/log/startup.json.txt", NULL), *line;
    int n = 0;

    REQUIRE(rest != NULL);
    for (; (line = strsep(&rest, "\n")) != NULL && *line; n++) {
        struct text out = {0};
        const cJSON *doc = json_parse(line);
        REQUIRE(doc != NULL);
        write_again(&out, doc);
        REQUIRE(out.data != NULL);
        CHECK_AT(out.data, strcmp(out.data, world_text("%s\n", line)) == 0);
        text_deinit(&out);
    }
    CHECK(n == 12);
}

static const struct {
    const char *label, *value, *plain, *json;
} hostile[] = {
    {"escape sequence", "\x1b]0;t\x07", "?]0;t?", "\\u001B]0;t\\u0007"},
    {"lines", "a\nfail: X[1]\r\nb", "a fail: X[1]? b", "a\\nfail: X[1]\\r\\nb"},
    {"no UTF-8", "\xff\xc3(", "\xEF\xBF\xBD\xEF\xBF\xBD(", "\\uFFFD\\uFFFD("},
    {"cut UTF-8", "\xE2\x82", "\xEF\xBF\xBD", "\\uFFFD"},
    {"C1 control", "\xC2\x9B[2J", "?[2J", "\\u009B[2J"},
    {"delete", "\x7f", "?", "\\u007F"},
    {"braces", "{v} {}", "{v} {}", "{v} {}"},
    {"quotes", "\",\"x\":\"", "\",\"x\":\"", "\\u0022,\\u0022x\\u0022:\\u0022"},
    {"nothing", "", "", ""},
};

/* One line, whatever the value is. */
static void test_hostile(void)
{
    static const struct log_event event = {LOG_LEVEL_ERROR, "A", 1, "v={v}"};

    for (size_t i = 0; i < COUNT_OF(hostile); i++) {
        struct log_field field = {"v", hostile[i].value};
        struct text json = {0}, plain = {0};
        add(&json, &(struct log_format){.formatter = LOG_FORMATTER_JSON}, &event, NULL, NULL,
            &field, 1);
        add(&plain, &(struct log_format){.formatter = LOG_FORMATTER_SYSTEMD}, &event, NULL, NULL,
            &field, 1);
        CHECK_AT(hostile[i].label,
                 strcmp(plain.data, world_text("<3>A[1] v=%s\n", hostile[i].plain)) == 0);
        CHECK_AT(hostile[i].label, strstr(json.data, world_text("\"State\":{\"v\":\"%s\",",
                                                                hostile[i].json)) != NULL);
        CHECK_AT(hostile[i].label, strchr(json.data, '\n') == json.data + json.size - 1);
        CHECK_AT(hostile[i].label, json_parse(json.data) != NULL);
        text_deinit(&json);
        text_deinit(&plain);
    }
}

static const struct {
    const char *value, *want;
} numbers[] = {
    {"0", "0"},         {"-5", "-5"},       {"1.25", "1.25"}, {"007", "\"007\""}, {"1.", "\"1.\""},
    {"1e5", "\"1e5\""}, {"NaN", "\"NaN\""}, {"", "\"\""},     {"-", "\"-\""},     {NULL, "null"},
    {".5", "\".5\""},   {"1 ", "\"1 \""},   {"0.5", "0.5"},
};

/* What is no number of JSON is written as a text. */
static void test_numbers(void)
{
    static const struct log_event event = {LOG_LEVEL_ERROR, "A", 1, "{n}"};

    for (size_t i = 0; i < COUNT_OF(numbers); i++) {
        struct log_field field = {"#n", numbers[i].value};
        struct text json = {0};
        add(&json, &(struct log_format){.formatter = LOG_FORMATTER_JSON}, &event, NULL, NULL,
            &field, 1);
        CHECK_AT(json.data,
                 strstr(json.data, world_text("\"State\":{\"n\":%s,", numbers[i].want)) != NULL);
        text_deinit(&json);
    }
}

/* Marks before a name are not part of it. */
static void test_null_as_dash(void)
{
    static const struct log_event event = {LOG_LEVEL_ERROR, "A", 1, "{a} {b} {c}"};
    struct log_field fields[] = {{"-a", NULL}, {"-#b", NULL}, {"c", NULL}};
    struct text json = {0};

    add(&json, &(struct log_format){.formatter = LOG_FORMATTER_JSON}, &event, NULL, NULL, fields,
        3);
    CHECK(strstr(json.data, "\"Message\":\"- - (null)\"") != NULL);
    CHECK(strstr(json.data, "\"State\":{\"a\":null,\"b\":null,\"c\":null,") != NULL);
    text_deinit(&json);
}

WORLD_SUITE("base/log_format", {"recorded", test_recorded},
            {"log of the peer", test_log_of_the_peer}, {"hostile", test_hostile},
            {"numbers", test_numbers}, {"null as dash", test_null_as_dash})
