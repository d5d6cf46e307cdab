#include <errno.h>

#include "src/cli/arguments.h"
#include "tests/support/check.h"

static const char *value, *words[2];
static bool flag;
static size_t count;

static int parse(const char *const given[7])
{
    char *argv[7];
    const struct argument table[] = {{"--value", "-v", &value, NULL},
                                     {"--flag", NULL, NULL, &flag}};
    struct error err;
    int argc = 0;

    memcpy(argv, given, sizeof argv);
    while (argv[argc])
        argc++;
    value = words[0] = words[1] = NULL;
    flag = false;
    return arguments_parse(argc, argv, table, 2, words, 2, &count, &err);
}

static void test_rows(void)
{
    static const struct {
        const char *name;
        const char *argv[7];
        int want;
        const char *value;
        bool flag;
        size_t count;
    } rows[] = {
        {"none", {NULL}, 0, NULL, false, 0},
        {"word and value", {"a", "--value", "x", "b", NULL}, 0, "x", false, 2},
        {"equals", {"--value=x=y", "--flag", NULL}, 0, "x=y", true, 0},
        {"empty value", {"--value=", NULL}, 0, "", false, 0},
        {"short", {"-v", "-1", NULL}, 0, "-1", false, 0},
        {"dash is a word", {"-", NULL}, 0, NULL, false, 1},
        {"behind --", {"--", "--flag", NULL}, 0, NULL, false, 1},
        {"no value", {"--value", NULL}, -EINVAL, NULL, false, 0},
        {"flag with value", {"--flag=1", NULL}, -EINVAL, NULL, true, 0},
        {"unknown", {"--valu", "x", NULL}, -EINVAL, NULL, false, 0},
        {"too many words", {"a", "b", "c", NULL}, -EINVAL, NULL, false, 2},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        CHECK_AT(rows[i].name, parse(rows[i].argv) == rows[i].want);
        CHECK_AT(rows[i].name, flag == rows[i].flag && count == rows[i].count);
        CHECK_AT(rows[i].name, (value == NULL) == (rows[i].value == NULL));
        CHECK_AT(rows[i].name, !value || !rows[i].value || strcmp(value, rows[i].value) == 0);
    }
}

TEST_SUITE("cli/arguments", {"rows", test_rows})
