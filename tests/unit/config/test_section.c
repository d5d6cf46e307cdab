#include "src/config/section.h"
#include "tests/support/check.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

static void fill(struct config_keys *keys)
{
    static const char *const pairs[][2] = {{"A", "own"},   {"a:C:x", "1"}, {"A:B", "2"},
                                           {"A:b:y", "3"}, {"L:0", "4"},   {"L:1:z", "5"},
                                           {"G:0", "6"},   {"G:2", "7"},   {"AB", "8"}};
    struct error err;

    for (size_t i = 0; i < COUNT_OF(pairs); i++)
        CHECK(config_keys_set(keys, pairs[i][0], pairs[i][1], "low", &err) == 0);
    CHECK(config_keys_set(keys, "a:c:w", "9", "high", &err) == 0);
    const struct config_source *null = config_keys_add_source(keys, "null", "n", false, &err);
    REQUIRE(null != NULL);
    CHECK(config_keys_put(keys, "N", NULL, null, 0, &err) == 0);
}

/* Names in order, each spelled by the highest source, with the number of entries. */
static void test_children(void)
{
    struct config_keys keys = {0};
    char name[LIMIT_CONFIG_KEY];
    struct section child;

    fill(&keys);
    struct section section = section_find(&keys, "A");
    const struct config_entry *at = section_first(&section);
    REQUIRE(section_value(&section) != NULL);
    CHECK(strcmp(section_value(&section)->value, "own") == 0 && section_has_children(&section));
    REQUIRE(section_next(&section, &at, &child, name) != NULL);
    CHECK(strcmp(name, "B") == 0 && child.end - child.first == 2);
    CHECK(strcmp(section_value(&child)->value, "2") == 0 && section_has_children(&child));
    REQUIRE(section_next(&section, &at, &child, name) != NULL);
    CHECK_AT("the highest source spells it", strcmp(name, "c") == 0);
    CHECK(child.end - child.first == 2 && !section_value(&child));
    CHECK(section_next(&section, &at, &child, name) == NULL);
    config_keys_deinit(&keys);
}

static const struct {
    const char *key;
    bool exists, children, list;
} rows[] = {
    {"A", true, true, false},  {"A:B", true, true, false},   {"A:C:x", true, false, true},
    {"L", true, true, true},   {"G", true, true, false},     {"AB", true, false, true},
    {"N", false, false, true}, {"none", false, false, true}, {"A:", false, false, true},
};

static void test_kinds(void)
{
    struct config_keys keys = {0};

    fill(&keys);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct section s = section_find(&keys, rows[i].key);
        CHECK_AT(rows[i].key, section_exists(&s) == rows[i].exists);
        CHECK_AT(rows[i].key, section_has_children(&s) == rows[i].children);
        CHECK_AT(rows[i].key, section_is_list(&s) == rows[i].list);
    }
    config_keys_deinit(&keys);
    struct section s = section_find(&keys, "A");
    CHECK_AT("no keys at all", !section_exists(&s) && section_is_list(&s));
}

TEST_SUITE("config/section", {"children", test_children}, {"kinds", test_kinds})
