#include <errno.h>

#include "src/api/body.h"
#include "src/api/logs_body.h"
#include "tests/support/check.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

static const struct {
    const char *body;
    int r;
    enum app_log_level level;
    const char *specs;
} rows[] = {
    {"{}", 0, APP_LOG_WARNING, "UseAppFilters"},
    {"{\"logLevel\":\"debug\",\"useAppFilters\":false}", 0, APP_LOG_DEBUG, ""},
    {"{\"LOGLEVEL\":\"Trace\",\"USEAPPFILTERS\":true}", 0, APP_LOG_TRACE, "UseAppFilters"},
    {"{\"logLevel\":5}", 0, APP_LOG_CRITICAL, "UseAppFilters"},
    {"{\"logLevel\":\"2\"}", 0, APP_LOG_INFORMATION, "UseAppFilters"},
    {"{\"filterSpecs\":null}", 0, APP_LOG_WARNING, "UseAppFilters"},
    {"{\"filterSpecs\":{}}", 0, APP_LOG_WARNING, "UseAppFilters"},
    {"{\"filterSpecs\":{\"A.B\":\"Error\",\"C\":null,\"\":\"Error\"}}", 0, APP_LOG_WARNING,
     "UseAppFilters;A.B:Error;C"},
    {"{\"filterSpecs\":{\"A\":\"information\",\"B\":0,\"C\":\"None\"},\"useAppFilters\":false}", 0,
     APP_LOG_WARNING, "A:Information;B:Trace;C:None"},
    {"{\"filterSpecs\":{\"a=b*\":1},\"useAppFilters\":false}", 0, APP_LOG_WARNING, "a=b*:Debug"},
    {"{\"logLevel\":\"None\"}", -EINVAL, 0, NULL},
    {"{\"logLevel\":6}", -EINVAL, 0, NULL},
    {"{\"filterSpecs\":{\"A\\\"B\":null}}", -EINVAL, 0, NULL},
    {"{\"filterSpecs\":{\"A;B\":null}}", -EINVAL, 0, NULL},
};

static void test_body(void)
{
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        cJSON *json = body_parse(rows[i].body, strlen(rows[i].body));
        struct logs_filter f;
        struct error err;

        CHECK_AT(rows[i].body, json && body_fits(json, &schema_logs_configuration));
        int r = logs_filter_of_body(json, &f, &err);
        CHECK_AT(rows[i].body, r == rows[i].r);
        CHECK_AT(rows[i].body, r < 0 || f.level == rows[i].level);
        CHECK_AT(f.specs ? f.specs : rows[i].body, r < 0 || strcmp(f.specs, rows[i].specs) == 0);
        logs_filter_deinit(&f);
        cJSON_Delete(json);
    }
}

static void test_query(void)
{
    struct call c = {0};
    struct logs_filter f;
    struct error err;

    CHECK(logs_filter_of_query(&c, &f, &err) == 0);
    CHECK(f.level == APP_LOG_TRACE && strcmp(f.specs, "UseAppFilters") == 0);
    logs_filter_deinit(&f);
    c.at[PARAM_LEVEL] = (struct call_value){.given = true, .number = APP_LOG_ERROR};
    CHECK(logs_filter_of_query(&c, &f, &err) == 0);
    CHECK(f.level == APP_LOG_ERROR && f.specs[0] == '\0');
    logs_filter_deinit(&f);
    c.at[PARAM_LEVEL].number = 6;
    CHECK(logs_filter_of_query(&c, &f, &err) == -EINVAL);
    CHECK(strcmp(err.text, "LogLevel None is not supported as the default log level.") == 0);
    logs_filter_deinit(&f);
}

TEST_SUITE("api/logs_body", {"body", test_body}, {"query", test_query})
