#include <errno.h>
#include <stdlib.h>

#include "src/base/limits.h"
#include "src/ops/tags.h"
#include "tests/support/check.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

static const struct {
    const char *text, *want; /* joined with '|' */
} rows[] = {
    {NULL, ""},          {"", ""},      {"a", "a|"},     {"a,b", "a|b|"},     {",a,,b,", "a|b|"},
    {",", ""},           {"a,a", "a|"}, {"a,A", "a|A|"}, {" a ,b", " a |b|"}, {"a b;c", "a b;c|"},
    {"b,a,b,a", "b|a|"}, {" ", " |"},
};

static void test_split(void)
{
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const char *label = rows[i].text ? rows[i].text : "(null)";
        char **tags = (char **)&rows, got[64] = "";
        size_t count = 77;
        struct error err;
        CHECK_AT(label, tags_split(rows[i].text, &tags, &count, &err) == 0);
        for (size_t k = 0; k < count; k++)
            (void)snprintf(got + strlen(got), sizeof got - strlen(got), "%s|", tags[k]);
        CHECK_AT(label, strcmp(got, rows[i].want) == 0);
        tags_free(tags, count);
    }
}

/* LIMIT_TAGS different ones fit, doubles do not count, one more does not fit. */
static void test_limit(void)
{
    char text[LIMIT_TAGS * 8] = "", **tags = NULL;
    size_t count;
    struct error err = {0};

    for (int i = 0; i < LIMIT_TAGS; i++)
        (void)snprintf(text + strlen(text), sizeof text - strlen(text), "t%d,", i);
    (void)snprintf(text + strlen(text), sizeof text - strlen(text), "t0,t1");
    CHECK(tags_split(text, &tags, &count, &err) == 0 && count == LIMIT_TAGS);
    tags_free(tags, count);
    (void)snprintf(text + strlen(text), sizeof text - strlen(text), ",more");
    CHECK(tags_split(text, &tags, &count, &err) == -E2BIG && err.code == -E2BIG);
    CHECK(tags == NULL && count == 0);
    tags_free(NULL, 0);
}

static const struct {
    const char *have, *wanted;
    bool want;
} includes[] = {
    {"a,b,c", "b", true}, {"a,b,c", "c,a", true}, {"a,b", "a,b,c", false}, {"a", "A", false},
    {"a", NULL, true},    {NULL, "a", false},     {NULL, NULL, true},
};

static void test_include(void)
{
    for (size_t i = 0; i < COUNT_OF(includes); i++) {
        char **have, **wanted;
        size_t have_count, wanted_count;
        struct error err;
        CHECK(tags_split(includes[i].have, &have, &have_count, &err) == 0);
        CHECK(tags_split(includes[i].wanted, &wanted, &wanted_count, &err) == 0);
        CHECK_AT(includes[i].wanted ? includes[i].wanted : "(null)",
                 tags_include(have, have_count, wanted, wanted_count) == includes[i].want);
        tags_free(have, have_count);
        tags_free(wanted, wanted_count);
    }
}

TEST_SUITE("ops/tags", {"split", test_split}, {"limit", test_limit}, {"include", test_include})
