#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/limits.h"
#include "src/rules/path_glob.h"
#include "tests/support/world.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

static const struct {
    const char *pattern, *path;
    bool want;
} rows[] = {
    {"/", "/", true},
    {"/", "", false},
    {"/", "/a", false},
    {"/a", "/a", true},
    {"/a", "/A", true},
    {"/API/Orders", "/api/orders", true},
    {"/a", "/a/", false},
    {"/a", "/ab", false},
    {"/a", "a", false},
    {"/*", "/", true},
    {"/*", "/anything", true},
    {"/*", "/a/b", false},
    {"/*/", "/a/", true},
    {"/*/b", "/a/b", true},
    {"/*/b", "//b", true},
    {"/*/b", "/a/c/b", false},
    {"/a*", "/a", true},
    {"/a*", "/abc", true},
    {"/a*c", "/abbbc", true},
    {"/a*c", "/abcbc", true},
    {"/a*c", "/ab/c", false},
    {"/*a*b*", "/xaybz", true},
    {"/*a*b*", "/xbya", false},
    {"*", "", true},
    {"*", "a", true},
    {"*", "/a", false},
    {"*/*", "/a", true},
    {"**/", "", true},
    {"**/", "/", true},
    {"**/", "/a/", true},
    {"**/", "/a", false},
    {"**/*", "/a/b/c", true},
    {"**/*", "/", true},
    {"**/b", "b", true},
    {"**/b", "/b", true},
    {"**/b", "/a/b", true},
    {"**/b", "/a/bb", false},
    {"/**/b", "/b", true},
    {"/**/b", "/a/c/b", true},
    {"/**/b", "/a/c/b/", false},
    {"/**/b/**/d", "/a/b/c/d", true},
    {"/**/b/**/d", "/b/d", true},
    {"/**/b/**/d", "/b/d/e", false},
    {"/api/**/*.html", "/api/x/y/index.html", true},
    {"/api/**/*.html", "/api/index.html", true},
    {"/api/**/*.html", "/apix/index.html", false},
    {"/api/**", "/api/", true},
    {"/api/**", "/api/x", true},
    {"/api/**", "/api/x/y", false}, /* not before a slash: one star */
    {"/**a", "/ba", true},
    {"/a**b", "/axxb", true},
    {"/a**b", "/ax/xb", false},
    {"/foo**/bar", "/foo/bar", true},
    {"/foo**/bar", "/foobar", true},
    {"/foo**/bar", "/foox/y/bar", true},
    {"**/foo**/bar", "foox/foobar", true}, /* the first match of foo leads nowhere */
    {"/a.b", "/a.b", true},
    {"/a.b", "/axb", false},
    {"/a+", "/a+", true},
    {"/a+", "/aa", false},
    {"/(a|b)", "/a", false},
    {"/[a]", "/a", false},
    {"/a?", "/a", false},
    {"/%C3%A9", "/%c3%a9", true},
    {"/\xc3\xa9", "/\xc3\xa9", true},
    {"/a$", "/a", false},
    {"", "", true},
    {"", "/", false},
    {"**/**/b", "/a/b", true},
    {"/*/*/c", "/a/b/c", true},
    {"/*/*/c", "/a/c", false},
};

static bool matches(const char *pattern, const char *path)
{
    struct path_globs g = {0};
    struct error err;

    REQUIRE(path_globs_include(&g, pattern, &err) == 0);
    bool match = path_globs_match(&g, path);
    path_globs_deinit(&g);
    return match;
}

static void test_table(void)
{
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        CHECK_AT(world_text("%s of %s", rows[i].path, rows[i].pattern),
                 matches(rows[i].pattern, rows[i].path) == rows[i].want);
}

/* What is to be matched, by both lists with ' ' between. */
static const struct {
    const char *label, *include, *exclude, *path;
    bool want;
} lists[] = {
    {"no lists", "", "", "/any/thing", true},
    {"no lists, no path", "", "", "", true},
    {"one of several", "/a /b", "", "/b", true},
    {"none of several", "/a /b", "", "/c", false},
    {"excluded", "", "/health", "/health", false},
    {"not excluded", "", "/health", "/work", true},
    {"excludes beat includes", "**/*", "/health", "/health", false},
    {"the same in both", "/a", "/a", "/a", false},
    {"included beside an exclude", "/api/**/*", "/api/health /api/live", "/api/work", true},
};

static void add_all(struct path_globs *g, const char *list,
                    int (*add)(struct path_globs *g, const char *pattern, struct error *err))
{
    char *rest = world_text("%s", list), *part;
    struct error err;

    while ((part = strsep(&rest, " ")) != NULL) {
        if (*part)
            CHECK(add(g, part, &err) == 0);
    }
}

static void test_lists(void)
{
    for (size_t i = 0; i < COUNT_OF(lists); i++) {
        struct path_globs g = {0};
        add_all(&g, lists[i].include, path_globs_include);
        add_all(&g, lists[i].exclude, path_globs_exclude);
        CHECK_AT(lists[i].label, path_globs_match(&g, lists[i].path) == lists[i].want);
        CHECK_AT(lists[i].label,
                 path_globs_is_all(&g) == (!lists[i].include[0] && !lists[i].exclude[0]));
        path_globs_deinit(&g);
    }
}

static void test_refused(void)
{
    static const char *const three[] = {"***", "/a/***", "/a***/b", "****"};
    struct path_globs g = {0};
    struct error err;
    char *longest = world_alloc(LIMIT_RULE_GLOB + 2);

    for (size_t i = 0; i < COUNT_OF(three); i++) {
        CHECK_AT(three[i], path_globs_include(&g, three[i], &err) == -EINVAL);
        CHECK_AT(three[i], strstr(err.text, three[i]) && strstr(err.text, "three stars"));
        CHECK_AT(three[i], path_globs_exclude(&g, three[i], &err) == -EINVAL);
    }
    memset(longest, 'a', LIMIT_RULE_GLOB);
    CHECK(path_globs_include(&g, longest, &err) == 0 && path_globs_match(&g, longest));
    longest[LIMIT_RULE_GLOB] = 'a';
    CHECK(path_globs_include(&g, longest, &err) == -E2BIG);
    for (size_t i = 1; i < LIMIT_RULE_GLOBS; i++)
        REQUIRE(path_globs_include(&g, "/a", &err) == 0);
    CHECK(path_globs_include(&g, "/a", &err) == -E2BIG);
    path_globs_deinit(&g);
}

/* What takes other matchers for ever. */
static void test_hostile(void)
{
    enum { SIZE = 8000, STARS = 100 };
    char *path = world_alloc(SIZE + 1), *pattern = world_alloc(5 * STARS + 2);

    memset(path, 'a', SIZE);
    for (size_t i = 0; i < STARS; i++)
        (void)strcat(pattern, i % 2 ? "**/a" : "*a");
    (void)strcat(pattern, "b");
    int64_t start = clock_monotonic_ms();
    CHECK(!matches(pattern, path));
    CHECK_AT("polynomial", clock_monotonic_ms() - start < 20000);
}

WORLD_SUITE("rules/path_glob", {"table", test_table}, {"lists", test_lists},
            {"refused", test_refused}, {"hostile", test_hostile})
