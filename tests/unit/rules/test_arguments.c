#include <errno.h>
#include <string.h>

#include "src/rules/arguments.h"
#include "tests/support/world.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

/* What Process.Start of .NET 10 hands to a program on Linux, asked with /usr/bin/printf. Arguments
 * with '|' between; "-": none. */
static const struct {
    const char *text, *want;
} rows[] = {
    {"", "-"},
    {" \t ", "-"},
    {"a", "a"},
    {"a b", "a|b"},
    {"  a\t\tb  ", "a|b"},
    {"\"a b\"", "a b"},
    {"\"a b", "a b"},
    {"a\"b c\"d", "ab cd"},
    {"\"\"", ""},
    {"a \"\" b", "a||b"},
    {"\"a\"\"b\"", "a\"b"},
    {"\"a\"\"\"", "a\""},
    {"a\"\"b", "ab"},
    {"\\\"", "\""},
    {"\\\\\"a b\\\\\"", "\\a b\\"},
    {"\\\\\\\"a", "\\\"a"},
    {"a\\b", "a\\b"},
    {"a\\\\b", "a\\\\b"},
    {"c:\\x\\", "c:\\x\\"},
    {"'a b'", "'a|b'"},
    {"a\nb", "a\nb"},
    {"$HOME `x` *", "$HOME|`x`|*"},
};

static const char *joined(char **argv)
{
    const char *text = argv[1] ? argv[1] : "-";

    for (size_t i = 2; argv[1] && argv[i]; i++)
        text = world_text("%s|%s", text, argv[i]);
    return text;
}

static void test_table(void)
{
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct error err;
        char **argv;
        REQUIRE(arguments_split("prog", rows[i].text, NULL, &argv, &err) == 0);
        CHECK_AT(rows[i].text, strcmp(argv[0], "prog") == 0);
        CHECK_AT(world_text("%s: %s", rows[i].text, joined(argv)),
                 strcmp(joined(argv), rows[i].want) == 0);
        arguments_free(argv);
    }
}

/* Where a mark is, characters are only themselves. */
static const struct {
    const char *text, *marks, *want;
} marked[] = {
    {"a b c", "01110", "a b c"},  {"\"x\" y", "11111", "\"x\" y"},  {"\"x\" y", "01110", "x\" y"},
    {"p \\\"", "0011", "p|\\\""}, {"p \\\"q\"", "001000", "p|\\q"}, {"\"a\" b", "00110", "a\" b"},
};

static void test_marks(void)
{
    for (size_t i = 0; i < COUNT_OF(marked); i++) {
        struct error err;
        char **argv;
        REQUIRE(arguments_split("prog", marked[i].text, marked[i].marks, &argv, &err) == 0);
        CHECK_AT(world_text("%s %s: %s", marked[i].text, marked[i].marks, joined(argv)),
                 strcmp(joined(argv), marked[i].want) == 0);
        arguments_free(argv);
    }
}

static void test_too_many(void)
{
    char *text = world_alloc(2 * ARGUMENTS_MAX + 1);
    struct error err;
    char **argv;

    for (size_t i = 0; i < 2 * ARGUMENTS_MAX; i++)
        text[i] = i % 2 ? ' ' : 'x';
    CHECK(arguments_split("prog", text, NULL, &argv, &err) == -E2BIG);
    text[2 * (ARGUMENTS_MAX - 1)] = '\0'; /* the program is one of them */
    REQUIRE(arguments_split("prog", text, NULL, &argv, &err) == 0);
    CHECK(strcmp(argv[ARGUMENTS_MAX - 1], "x") == 0 && !argv[ARGUMENTS_MAX]);
    arguments_free(argv);
}

WORLD_SUITE("rules/arguments", {"table", test_table}, {"marks", test_marks},
            {"too many", test_too_many})
