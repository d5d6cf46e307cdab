#include <errno.h>

#include "src/base/limits.h"
#include "src/base/log_levels.h"
#include "tests/support/check.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

enum { RULES = 5 };

static const struct {
    const char *label;
    struct {
        const char *pattern;
        enum log_level level;
        bool console;
    } rules[RULES];
    const char *category;
    enum log_level want;
} rows[] = {
    {"no rule", {{0}}, "A", LOG_LEVEL_INFORMATION},
    {"default", {{"Default", LOG_LEVEL_ERROR, false}}, "A", LOG_LEVEL_ERROR},
    {"default in any case", {{"deFAULT", LOG_LEVEL_ERROR, false}}, "A", LOG_LEVEL_ERROR},
    {"longest",
     {{"Microsoft.Hosting", LOG_LEVEL_DEBUG, false}, {"Microsoft", LOG_LEVEL_ERROR, false}},
     "Microsoft.Hosting.Lifetime",
     LOG_LEVEL_DEBUG},
    {"shorter for others",
     {{"Microsoft.Hosting", LOG_LEVEL_DEBUG, false}, {"Microsoft", LOG_LEVEL_ERROR, false}},
     "Microsoft.AspNetCore",
     LOG_LEVEL_ERROR},
    {"no dot needed", {{"Micro", LOG_LEVEL_ERROR, false}}, "Microsoft", LOG_LEVEL_ERROR},
    {"case", {{"mICRO", LOG_LEVEL_ERROR, false}}, "Microsoft", LOG_LEVEL_ERROR},
    {"not its tail", {{"soft", LOG_LEVEL_ERROR, false}}, "Microsoft", LOG_LEVEL_INFORMATION},
    {"longer than the category", {{"AB", LOG_LEVEL_ERROR, false}}, "A", LOG_LEVEL_INFORMATION},
    {"the later of two",
     {{"A", LOG_LEVEL_ERROR, false}, {"A", LOG_LEVEL_DEBUG, false}},
     "A",
     LOG_LEVEL_DEBUG},
    {"console before longer",
     {{"A.B", LOG_LEVEL_ERROR, false}, {"Default", LOG_LEVEL_DEBUG, true}},
     "A.B",
     LOG_LEVEL_DEBUG},
    {"console stays first",
     {{"Default", LOG_LEVEL_DEBUG, true}, {"A.B", LOG_LEVEL_ERROR, false}},
     "A.B",
     LOG_LEVEL_DEBUG},
    {"star in the middle", {{"A*Z", LOG_LEVEL_TRACE, false}}, "A.B.Z", LOG_LEVEL_TRACE},
    {"star, other tail", {{"A*Z", LOG_LEVEL_TRACE, false}}, "A.B.C", LOG_LEVEL_INFORMATION},
    {"star first", {{"*Lifetime", LOG_LEVEL_TRACE, false}}, "X.Lifetime", LOG_LEVEL_TRACE},
    {"none", {{"A", LOG_LEVEL_NONE, false}}, "A", LOG_LEVEL_NONE},
    {"the peer's defaults",
     {{"Default", LOG_LEVEL_INFORMATION, false},
      {"Microsoft", LOG_LEVEL_WARNING, false},
      {"Microsoft.Diagnostics", LOG_LEVEL_INFORMATION, false},
      {"Microsoft.Hosting.Lifetime", LOG_LEVEL_INFORMATION, false}},
     "Microsoft.AspNetCore.Hosting.Diagnostics",
     LOG_LEVEL_WARNING},
};

static void test_rows(void)
{
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct log_levels levels = {0};
        struct error err;
        for (size_t k = 0; k < RULES && rows[i].rules[k].pattern; k++)
            CHECK(log_levels_add(&levels, rows[i].rules[k].pattern, rows[i].rules[k].level,
                                 rows[i].rules[k].console, &err) == 0);
        CHECK_AT(rows[i].label, log_levels_find(&levels, rows[i].category) == rows[i].want);
        log_levels_deinit(&levels);
        CHECK(levels.count == 0);
    }
}

static void test_refused(void)
{
    struct log_levels levels = {0};
    struct error err;

    CHECK(log_levels_add(&levels, "a*b*", LOG_LEVEL_ERROR, false, &err) == -EINVAL);
    CHECK(strstr(err.text, "a*b*") != NULL);
    for (int i = 0; i < LIMIT_LOG_RULES; i++)
        CHECK(log_levels_add(&levels, "A", LOG_LEVEL_ERROR, false, &err) == 0);
    CHECK(log_levels_add(&levels, "A", LOG_LEVEL_ERROR, false, &err) == -ENOBUFS);
    log_levels_deinit(&levels);
}

static void test_names(void)
{
    enum log_level level = LOG_LEVEL_NONE;

    for (int i = LOG_LEVEL_TRACE; i <= LOG_LEVEL_NONE; i++)
        CHECK(log_level_parse(log_level_name((enum log_level)i), &level) && (int)level == i);
    CHECK(log_level_parse("WARNING", &level) && level == LOG_LEVEL_WARNING);
    CHECK(log_level_parse("1", &level) && level == LOG_LEVEL_DEBUG);
    CHECK(!log_level_parse("7", &level) && !log_level_parse("-1", &level) &&
          !log_level_parse("Loud", &level) && !log_level_parse("", &level));
    CHECK(level == LOG_LEVEL_DEBUG);
}

TEST_SUITE("base/log_levels", {"rows", test_rows}, {"refused", test_refused}, {"names", test_names})
