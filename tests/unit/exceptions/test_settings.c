#include <string.h>

#include "src/exceptions/settings.h"
#include "tests/support/check.h"

#define E "InProcessFeatures:Exceptions:"
#define F E "CollectionFilters:"

static const struct {
    const char *label, *keys[4][2];
    bool on, at_start;
    size_t limit, includes, excludes;
} rows[] = {
    {"nothing", {{0}}, true, true, 20, 0, 0},
    {"off", {{E "Enabled", "false"}}, false, true, 20, 0, 0},
    {"all off",
     {{"InProcessFeatures:Enabled", "False"}, {E "Enabled", "true"}},
     false,
     true,
     20,
     0,
     0},
    {"only stacks off", {{"InProcessFeatures:CallStacks:Enabled", "false"}}, true, true, 20, 0, 0},
    {"limit", {{E "TopLevelLimit", "7"}}, true, true, 7, 0, 0},
    {"no limit", {{E "TopLevelLimit", "0"}}, true, true, 20, 0, 0},
    {"half a limit", {{E "TopLevelLimit", "7x"}}, true, true, 20, 0, 0},
    {"later", {{E "CollectOnStartup", "false"}}, true, false, 20, 0, 0},
    {"filters",
     {{F "Include:0:ExceptionType", "A"},
      {F "Include:3:ModuleName", "m"},
      {F "Exclude:0:TypeName", "t"},
      {F "Exclude:0:MethodName", "x"}},
     true,
     true,
     20,
     2,
     1},
};

static void test_rows(void)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct config_keys keys = {0};
        struct exception_settings s;
        struct error err;

        for (int k = 0; k < 4 && rows[i].keys[k][0]; k++)
            CHECK(config_keys_set(&keys, rows[i].keys[k][0], rows[i].keys[k][1], "test", &err) ==
                  0);
        REQUIRE(exception_settings_load(&keys, &s, &err) == 0);
        CHECK_AT(rows[i].label, s.on == rows[i].on && s.at_start == rows[i].at_start);
        CHECK_AT(rows[i].label, s.limit == rows[i].limit);
        CHECK_AT(rows[i].label, s.filters.include.count == rows[i].includes &&
                                    s.filters.exclude.count == rows[i].excludes);
        if (rows[i].includes) {
            CHECK(strcmp(s.filters.include.items[1].fields[EXCEPTION_FIELD_MODULE], "m") == 0);
            CHECK(strcmp(s.filters.exclude.items[0].fields[EXCEPTION_FIELD_METHOD], "x") == 0);
            CHECK(!s.filters.exclude.items[0].fields[EXCEPTION_FIELD_TYPE]);
        }
        exception_filters_deinit(&s.filters);
        config_keys_deinit(&keys);
    }
}

TEST_SUITE("exceptions/settings", {"rows", test_rows})
