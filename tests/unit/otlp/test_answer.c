#include <stdlib.h>

#include "src/otlp/answer.h"
#include "tests/support/world.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

static const struct {
    const char *body;
    int64_t rejected;
    const char *message;
} rows[] = {
    {"", 0, ""},
    {"{}", 0, ""},
    {"{\"partialSuccess\":{}}", 0, ""},
    {"{\"partialSuccess\":{\"rejectedDataPoints\":\"3\",\"errorMessage\":\"too old\"}}", 3,
     "too old"},
    {"{\"partialSuccess\":{\"rejectedLogRecords\":4}}", 4, ""},
    {"{\"partialSuccess\":{\"errorMessage\":\"only a warning\"}}", 0, "only a warning"},
    {"{\"partialSuccess\":{\"errorMessage\":\"\\u00e9\"},\"other\":{\"errorMessage\":\"no\"}}", 0,
     "\xc3\xa9"},
    {"{\"other\":{\"rejectedDataPoints\":\"3\"}}", 0, ""},
    {"{\"rejectedDataPoints\":\"3\"}", 0, ""},
    {"{\"partialSuccess\":{\"x\":{\"rejectedDataPoints\":\"3\"}}}", 0, ""},
    {"{\"partialSuccess\":{\"rejectedDataPoints\":\"-3\"}}", 0, ""},
    {"{\"partialSuccess\":{\"rejectedDataPoints\":\"99999999999999999999\"}}", 0, ""},
    {"{\"partialSuccess\":{\"rejectedDataPoints\":true}}", 0, ""},
    {"{\"partialSuccess\":{\"rejectedDataPoints\":\"3\"}", 0, ""},
    {"{\"partialSuccess\":null}", 0, ""},
    {"[{\"partialSuccess\":{\"rejectedDataPoints\":\"3\"}}]", 0, ""},
    {"\"partialSuccess\"", 0, ""},
    {"not JSON", 0, ""},
    {"\x1f\x8b\xff", 0, ""},
};

static void test_rows(void)
{
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct answer a;
        answer_parse(rows[i].body, strlen(rows[i].body), &a);
        CHECK_AT(rows[i].body, a.rejected == rows[i].rejected);
        CHECK_AT(world_text("%s: %s", rows[i].body, a.message),
                 strcmp(a.message, rows[i].message) == 0);
    }
}

static void test_long(void)
{
    char *message = world_alloc(10001);
    struct answer a;

    memset(message, 'x', 10000);
    const char *body = world_text("{\"partialSuccess\":{\"errorMessage\":\"%s\"}}", message);
    answer_parse(body, strlen(body), &a);
    CHECK(strlen(a.message) == ANSWER_MESSAGE - 1);
}

WORLD_SUITE("otlp/answer", {"rows", test_rows}, {"long", test_long})
