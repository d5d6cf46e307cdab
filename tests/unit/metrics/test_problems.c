#include <stdlib.h>

#include "src/metrics/problems.h"
#include "tests/support/world.h"

static void test_once(void)
{
    struct metrics_problems p = {0};

    CHECK(problems_add(&p, METRICS_NOTICE_ERROR, "it broke"));
    CHECK(!problems_add(&p, METRICS_NOTICE_ERROR, "it broke"));
    CHECK(problems_add(&p, METRICS_NOTICE_ERROR, "again"));
    CHECK_AT("of another kind", problems_add(&p, METRICS_NOTICE_COLLISION, "it broke"));
    CHECK(p.count == 3);
    problems_clear(&p, METRICS_NOTICE_ERROR);
    CHECK(p.count == 1 && p.items[0].kind == METRICS_NOTICE_COLLISION);
    CHECK_AT("it is new again", problems_add(&p, METRICS_NOTICE_ERROR, "it broke"));
    problems_deinit(&p);
    problems_deinit(&p);
    CHECK(p.count == 0);
}

static void test_bounds(void)
{
    struct metrics_problems p = {0};
    char *large = world_text("%0*d", 2 * LIMIT_METRIC_PROBLEM_TEXT, 1);

    CHECK(problems_add(&p, METRICS_NOTICE_ERROR, large));
    CHECK(strlen(p.items[0].text) == LIMIT_METRIC_PROBLEM_TEXT);
    CHECK_AT("cut, it is the same", !problems_add(&p, METRICS_NOTICE_ERROR, large));
    for (int i = 1; i < 2 * LIMIT_METRIC_PROBLEMS; i++)
        CHECK(problems_add(&p, METRICS_NOTICE_ERROR, world_text("%d", i)) ==
              (i < LIMIT_METRIC_PROBLEMS));
    CHECK(p.count == LIMIT_METRIC_PROBLEMS);
    problems_deinit(&p);
}

static void test_names(void)
{
    for (unsigned i = 0; i < PROBLEM_KINDS; i++) {
        for (unsigned k = 0; k < i; k++)
            CHECK(strcmp(problem_kind_name(i), problem_kind_name(k)) != 0);
    }
}

WORLD_SUITE("metrics/problems", {"once", test_once}, {"bounds", test_bounds}, {"names", test_names})
