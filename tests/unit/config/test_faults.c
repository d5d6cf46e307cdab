#include <errno.h>
#include <stdlib.h>

#include "src/base/limits.h"
#include "src/config/faults.h"
#include "tests/support/check.h"

static void test_print(void)
{
    struct config_faults f = {0};
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);

    REQUIRE(out != NULL);
    config_faults_add(&f, FAULT_ERROR, "A:B", "f.json:3", "'%s' is wrong", "x");
    config_faults_add(&f, FAULT_WARNING, "C", "environment", "odd");
    config_faults_add(&f, FAULT_UNKNOWN, "D", "environment", "unknown");
    config_faults_add(&f, FAULT_LATER, "E", "environment", "later");
    config_faults_print(&f, out);
    (void)fclose(out);
    CHECK(strcmp(text, "error: A:B (f.json:3): 'x' is wrong\n"
                       "warning: C (environment): odd\n"
                       "warning: D (environment): unknown\n"
                       "note: E (environment): later\n") == 0);
    free(text);
    char *keys = config_faults_keys(&f, FAULT_UNKNOWN);
    CHECK(keys && strcmp(keys, "D") == 0);
    free(keys);
    config_faults_deinit(&f);
    CHECK(f.count == 0 && config_faults_keys(&f, FAULT_LATER) == NULL);
}

static void test_summary(void)
{
    struct config_faults f = {0};
    struct error err = {.text = "untouched"};

    config_faults_add(&f, FAULT_WARNING, "W", "s", "odd");
    CHECK(config_faults_summary(&f, &err) == 0 && strcmp(err.text, "untouched") == 0);
    config_faults_add(&f, FAULT_ERROR, "A", "s", "one");
    config_faults_add(&f, FAULT_ERROR, "B", "s", "two");
    CHECK(config_faults_summary(&f, &err) == -EINVAL && err.code == -EINVAL);
    CHECK(strcmp(err.text, "A (s): one\nB (s): two") == 0);
    config_faults_deinit(&f);
}

/* More than an error text holds, and more than the list: the numbers stay right. */
static void test_many(void)
{
    struct config_faults f = {0};
    struct error err;

    for (int i = 0; i < LIMIT_CONFIG_FAULTS + 50; i++)
        config_faults_add(&f, FAULT_ERROR, "Some:Key", "somewhere", "fault %d", i);
    CHECK(f.count == LIMIT_CONFIG_FAULTS && f.dropped == 50);
    CHECK(f.kinds[FAULT_ERROR] == LIMIT_CONFIG_FAULTS + 50);
    CHECK(config_faults_summary(&f, &err) == -EINVAL);
    const char *rest = strstr(err.text, "\n... and ");
    REQUIRE(rest != NULL);
    size_t told = 0;
    for (const char *c = err.text; c < rest; c++)
        told += *c == '(';
    CHECK(told > 5 && strtoul(rest + 9, NULL, 10) == LIMIT_CONFIG_FAULTS + 50 - told);
    config_faults_deinit(&f);
}

static void test_long_text(void)
{
    struct config_faults f = {0};
    struct error err;
    char value[3000];

    memset(value, 'v', sizeof value - 1);
    value[sizeof value - 1] = '\0';
    config_faults_add(&f, FAULT_ERROR, "A", "s", "%s", value);
    config_faults_add(&f, FAULT_ERROR, "B", "s", "short");
    CHECK(config_faults_summary(&f, &err) == -EINVAL);
    CHECK(strlen(err.text) == sizeof err.text - 1 && strncmp(err.text, "A (s): vvv", 10) == 0);
    config_faults_deinit(&f);
}

TEST_SUITE("config/faults", {"print", test_print}, {"summary", test_summary}, {"many", test_many},
           {"long text", test_long_text})
