/* JSON that anybody may have written. */
#include "src/auth/json_object.h"
#include "src/base/limits.h"
#include "tests/support/check.h"

static const struct row {
    const char *json, *name;
    bool any_case;
    const char *value;  /* NULL: none */
    const char *reason; /* of the refusal */
} rows[] = {
    {"{\"a\":\"x\"}", "a", false, "x", NULL},
    {"{\"a\":\"x\",\"a\":\"y\"}", "a", false, "y", NULL},
    {"{\"A\":\"x\"}", "a", false, NULL, NULL},
    {"{\"A\":\"x\"}", "a", true, "x", NULL},
    {"{\"A\":\"x\",\"a\":\"y\"}", "a", true, "y", NULL},
    {"{\"a\":1}", "a", false, NULL, NULL},
    {"{\"a\":\"x\\u0000y\"}", "a", false, NULL, NULL},
    {"[]", "a", false, NULL, "not a JSON object"},
    {"\"a\"", "a", false, NULL, "not JSON"},
    {"{} x", "a", false, NULL, "not JSON"},
    {"{\"a\":\"\xff\"}", "a", false, NULL, "not JSON"},
    {"{\"a\":1e999}", "a", false, NULL, "not JSON"},
};

static void test_rows(void)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct row *row = &rows[i];
        struct error err = {0};
        json_t *object = NULL;
        int r = json_object_read(row->json, strlen(row->json), &object, &err);
        CHECK_AT(row->json, (r < 0) == (row->reason != NULL));
        CHECK_AT(row->json, !row->reason || strstr(err.text, row->reason));
        const char *text = r < 0 ? NULL : json_object_text(object, row->name, row->any_case);
        CHECK_AT(row->json, row->value ? text && strcmp(text, row->value) == 0 : text == NULL);
        json_decref(object);
    }
}

/* At, below and above the limit; brackets in texts do not count. */
static void test_depth(void)
{
    char json[4 * LIMIT_JSON_DEPTH];

    for (int depth = LIMIT_JSON_DEPTH - 1; depth <= LIMIT_JSON_DEPTH + 1; depth++) {
        struct error err;
        json_t *object = NULL;
        int n = snprintf(json, sizeof json, "{\"a[[\\\"[\":");
        for (int i = 1; i < depth; i++)
            json[n++] = '[';
        for (int i = 1; i < depth; i++)
            json[n++] = ']';
        json[n++] = '}';
        int r = json_object_read(json, (size_t)n, &object, &err);
        CHECK((r == 0) == (depth <= LIMIT_JSON_DEPTH));
        json_decref(object);
    }
}

TEST_SUITE("auth/json_object", {"rows", test_rows}, {"depth", test_depth})
