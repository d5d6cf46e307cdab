#include <errno.h>

#include "src/base/limits.h"
#include "src/config/json_source.h"
#include "tests/support/check.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

static int load(struct config_keys *keys, const char *data, struct error *err)
{
    const struct config_source *source =
        config_keys_add_source(keys, "/x/settings.json", "Json", false, err);

    REQUIRE(source != NULL);
    return json_source_add(keys, source, data, strlen(data), err);
}

/* `value` NULL: taken away; "-": no such key. As dotnet-monitor showed them. */
static const struct {
    const char *data, *key, *value;
    unsigned line;
} rows[] = {
    {"{\"A\":\"x\"}", "A", "x", 1},
    {"{\n\"A\":\n{\"B\":\n1.50e3}}", "A:B", "1.50e3", 3},
    {"{\"A\":[\n\"x\",\n{\"C\":true}]}", "A:0", "x", 2},
    {"{\"A\":[\n\"x\",\n{\"C\":true}]}", "A:1:C", "True", 3},
    {"{\"A\":false}", "A", "False", 1},
    {"{\"A\":null}", "A", NULL, 1},
    {"{\"A\":{}}", "A", NULL, 1},
    {"{\"A\":[]}", "A", "", 1},
    {"{\"A\":\"\"}", "A", "", 1},
    {"{\"A\":[null,{},[]]}", "A:0", NULL, 1},
    {"{\"A\":[null,{},[]]}", "A:1", NULL, 1},
    {"{\"A\":[null,{},[]]}", "A:2", "", 1},
    {"{\"A\":[null,{},[]]}", "A", "-", 0},
    {"{\"A\":[[1,2],[3]]}", "A:1:0", "3", 1},
    {"{\"A:B\":{\"C:D\":1}}", "A:B:C:D", "1", 1},
    {"{\"A\":{\"\":1}}", "A:", "1", 1},
    {"{\"\":1}", "", "-", 0},
    {"{}", "A", "-", 0},
    {"{\"A\":{\"B\":1},\"a\":{\"C\":2}}", "A:B", "1", 1},
    {"{\"A\":{\"B\":1},\"a\":{\"C\":2}}", "A:C", "2", 1},
    {"{\"A\":{},\"A\":{}}", "A", NULL, 1},
    {"{\"$schema\":\"https://x\"}", "$schema", "https://x", 1},
    {"// c\n{\"A\":1,/* d */}", "A", "1", 2},
};

static void test_values(void)
{
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct config_keys keys = {0};
        struct error err;
        CHECK_AT(rows[i].data, load(&keys, rows[i].data, &err) == 0);
        const struct config_entry *e = config_keys_entry(&keys, rows[i].key);
        bool is_there = !rows[i].value || strcmp(rows[i].value, "-") != 0;
        CHECK_AT(rows[i].data, (e != NULL) == is_there);
        if (e) {
            CHECK_AT(rows[i].data, e->is_null == !rows[i].value);
            CHECK_AT(rows[i].data, strcmp(e->value, rows[i].value ? rows[i].value : "") == 0);
            CHECK_AT(rows[i].data, e->line == rows[i].line);
        }
        config_keys_deinit(&keys);
    }
}

static const struct {
    const char *data, *text;
} faults[] = {
    {"{bad", "/x/settings.json:1:2: 'b' stands where a member's name"},
    {"", "/x/settings.json:1:1: the end of the file"},
    {"[1]", "/x/settings.json:1:1: a settings file is an object"},
    {"\"x\"", "is an object"},
    {"null", "is an object"},
    {"{} {}", "/x/settings.json:1:4: "},
    {"{\"A\":1,\n \"a\":2}",
     "/x/settings.json:2:6: a stands here for the second time, after line 1"},
    {"{\"A:B\":1,\"a\":{\"b\":2}}", "a:b stands here for the second time"},
    {"{\"A\":null,\"A\":1}", "second time"},
    {"{\"A\":{},\"A\":1}", "second time"},
    {"{\"A::::::::::::::::::::::::::::::::::::::::::::::::::::::::::::::::B\":1}",
     ": the names down to here"},
};

static void test_faults(void)
{
    for (size_t i = 0; i < COUNT_OF(faults); i++) {
        struct config_keys keys = {0};
        struct error err = {0};
        CHECK_AT(faults[i].data, load(&keys, faults[i].data, &err) == -EINVAL);
        CHECK_AT(faults[i].data, strstr(err.text, faults[i].text) != NULL);
        config_keys_deinit(&keys);
    }
}

/* Another file may say it again; that overrides. */
static void test_two_files(void)
{
    struct config_keys keys = {0};
    struct error err;

    CHECK(load(&keys, "{\"A\":{\"B\":1,\"C\":2}}", &err) == 0);
    CHECK(load(&keys, "{\"a\":{\"b\":null}}", &err) == 0);
    CHECK(config_keys_find(&keys, "A:B") == NULL);
    CHECK(config_keys_find(&keys, "A:C") != NULL);
    config_keys_deinit(&keys);
}

static void test_long_names(void)
{
    for (size_t size = LIMIT_CONFIG_KEY - 4; size < LIMIT_CONFIG_KEY + 4; size++) {
        char data[LIMIT_CONFIG_KEY + 32];
        struct config_keys keys = {0};
        struct error err;
        (void)snprintf(data, sizeof data, "{\"%0*d\":1}", (int)size, 7);
        CHECK(load(&keys, data, &err) == (size < LIMIT_CONFIG_KEY ? 0 : -EINVAL));
        config_keys_deinit(&keys);
    }
}

TEST_SUITE("config/json_source", {"values", test_values}, {"faults", test_faults},
           {"two files", test_two_files}, {"long names", test_long_names})
