#include "src/config/pattern.h"
#include "tests/support/check.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

static const struct {
    const char *patterns, *name;
    bool want;
} rows[] = {
    {"", "A", false},
    {";; ", "A", false},
    {"*", "", true},
    {"*", "A", true},
    {"abc", "ABC", true},
    {"abc", "ABCD", false},
    {"abc", "AB", false},
    {"*password*", "DB_PassWord_FILE", true},
    {"*password*", "PASSWORD", true},
    {"*password*", "PASSWOR", false},
    {"a*b*c", "aXbYc", true},
    {"a*b*c", "abc", true},
    {"a*b*c", "acb", false},
    {"*ab", "aab", true},
    {"*aab", "aaab", true},
    {"x; *token ;y", "MY_TOKEN", true},
    {"x; *token ;y", "Y", true},
    {"x; *token ;y", "Z", false},
    {"**a**", "xax", true},
};

static void test_rows(void)
{
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        CHECK_AT(rows[i].patterns, pattern_matches_any(rows[i].patterns, rows[i].name,
                                                       strlen(rows[i].name)) == rows[i].want);
}

/* Only `size` bytes are the name: behind it comes "=value". */
static void test_size(void)
{
    CHECK(pattern_matches_any("NAME", "NAME=secret", 4));
    CHECK(!pattern_matches_any("*secret*", "NAME=secret", 4));
}

/* Many stars cost no more than the product of both lengths. */
static void test_stars(void)
{
    static char name[100001];

    memset(name, 'a', sizeof name - 1);
    CHECK(!pattern_matches_any("*a*a*a*a*a*a*a*a*a*a*a*a*b", name, sizeof name - 1));
}

TEST_SUITE("config/pattern", {"rows", test_rows}, {"size", test_size}, {"stars", test_stars})
