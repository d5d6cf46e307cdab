#include "src/base/limits.h"
#include "src/config/counter_interval.h"
#include "tests/support/check.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])
#define GENERAL "GlobalCounter:IntervalSeconds"
#define OWN "GlobalCounter:Providers:System.Runtime:IntervalSeconds"

static const struct {
    const char *label, *key, *general, *own; /* NULL: not set */
    double want;
} rows[] = {
    {"nothing is set", NULL, NULL, NULL, 5},
    {"for all", NULL, "7", NULL, 7},
    {"for this one", NULL, "7", "2", 2},
    {"only for this one", NULL, NULL, "2", 2},
    {"name without case", "globalCOUNTER:providers:SYSTEM.runtime:intervalseconds", "7", "3", 3},
    {"another provider", "GlobalCounter:Providers:Other:IntervalSeconds", "7", "3", 7},
    {"a fraction", NULL, "1.5", NULL, 1.5},
    {"least", NULL, "1", NULL, 1},
    {"most", NULL, "86400", NULL, 86400},
    {"too small", NULL, "0.99", NULL, 5},
    {"zero", NULL, "0", NULL, 5},
    {"negative", NULL, "-3", NULL, 5},
    {"too large", NULL, "86400.5", NULL, 5},
    {"empty", NULL, "", NULL, 5},
    {"no number", NULL, "soon", NULL, 5},
    {"half a number", NULL, "5s", NULL, 5},
    {"infinite", NULL, "inf", NULL, 5},
    {"NaN", NULL, "nan", NULL, 5},
    {"too long for a number", NULL, "1e999", NULL, 5},
    {"bad for this one: that for all", NULL, "7", "0", 7},
    {"both bad", NULL, "x", "y", 5},
};

static void test_rows(void)
{
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct config_keys keys = {0};
        struct error err;

        if (rows[i].general)
            REQUIRE(config_keys_set(&keys, GENERAL, rows[i].general, "test", &err) == 0);
        if (rows[i].own)
            REQUIRE(config_keys_set(&keys, rows[i].key ? rows[i].key : OWN, rows[i].own, "test",
                                    &err) == 0);
        double got = counter_interval_of(&keys, "System.Runtime");
        CHECK_AT(rows[i].label, got > rows[i].want - 1e-9 && got < rows[i].want + 1e-9);
        config_keys_deinit(&keys);
    }
}

static void test_hostile_names(void)
{
    struct config_keys keys = {0};
    struct error err;
    char name[2 * LIMIT_CONFIG_KEY];

    REQUIRE(config_keys_set(&keys, GENERAL, "7", "test", &err) == 0);
    memset(name, 'n', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    CHECK(counter_interval_of(&keys, name) > 6.9 && counter_interval_of(&keys, name) < 7.1);
    CHECK(counter_interval_of(&keys, "") > 6.9);
    CHECK(counter_interval_of(&keys, "::%n%s") > 6.9);
    config_keys_deinit(&keys);
}

TEST_SUITE("config/counter_interval", {"rows", test_rows}, {"hostile names", test_hostile_names})
