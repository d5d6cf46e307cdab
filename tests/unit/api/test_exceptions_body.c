#include <errno.h>
#include <string.h>

#include "src/api/body.h"
#include "src/api/exceptions_body.h"
#include "src/base/text.h"
#include "tests/support/check.h"

/* Filters as "type/module/class/method": those of include, a bar, those of exclude. */
static const struct {
    const char *body, *want;
} rows[] = {
    {"{}", "|"},
    {"{\"include\":null,\"exclude\":[]}", "|"},
    {"{\"include\":[{\"exceptionType\":\"A.E\"}]}", " A.E/-/-/-|"},
    {"{\"INCLUDE\":[{\"ExceptionTYPE\":\"A\",\"modulename\":\"m\",\"typeName\":\"t\","
     "\"methodName\":\"x\"}]}",
     " A/m/t/x|"},
    {"{\"include\":[{}],\"exclude\":[{\"methodName\":null},{\"typeName\":\"\"}]}",
     " -/-/-/-| -/-/-/- -/-/-/-"},
    {"{\"exclude\":[{\"moduleName\":\"m\"},{\"typeName\":\"t\"}]}", "| -/m/-/- -/-/t/-"},
};

static void add_list(struct text *out, const struct exception_filter_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        for (int k = 0; k < EXCEPTION_FIELDS; k++) {
            const char *field = list->items[i].fields[k];
            text_add_str(out, k ? "/" : " ");
            text_add_str(out, field ? field : "-");
        }
    }
}

static void test_body(void)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        cJSON *json = body_parse(rows[i].body, strlen(rows[i].body));
        struct exception_filters f;
        struct text found = {0};
        struct error err;

        CHECK_AT(rows[i].body, json && body_fits(json, &schema_exceptions_configuration));
        CHECK_AT(rows[i].body, exception_filters_of_body(json, &f, &err) == 0);
        add_list(&found, &f.include);
        text_add_str(&found, "|");
        add_list(&found, &f.exclude);
        CHECK_AT(found.data, strcmp(found.data, rows[i].want) == 0);
        text_deinit(&found);
        exception_filters_deinit(&f);
        cJSON_Delete(json);
    }
}

static void test_too_many(void)
{
    cJSON *json = cJSON_CreateObject(), *list = cJSON_AddArrayToObject(json, "include");
    struct exception_filters f;
    struct error err;

    for (int i = 0; i < 1000; i++)
        (void)cJSON_AddItemToArray(list, cJSON_CreateObject());
    CHECK(exception_filters_of_body(json, &f, &err) == -E2BIG);
    exception_filters_deinit(&f);
    cJSON_Delete(json);
}

TEST_SUITE("api/exceptions_body", {"body", test_body}, {"too many", test_too_many})
