#include "src/profile/profile.h"
#include "tests/support/check.h"

static void test_kinds(void)
{
    enum profile_kind kind;

    for (int i = 0; i < PROFILE_KINDS; i++) {
        CHECK(profile_kind_parse(profile_kinds[i].name, &kind) && kind == (enum profile_kind)i);
        CHECK_AT(profile_kinds[i].name,
                 profile_kinds[i].unit && profile_kinds[i].title && profile_kinds[i].needs);
    }
    CHECK(profile_kind_parse("Cpu", &kind) && kind == PROFILE_CPU);
    CHECK(!profile_kind_parse("", &kind) && !profile_kind_parse("memory", &kind));
}

static void test_zeroed(void)
{
    struct profile p = {0};

    CHECK(profile_first_kind(&p) == PROFILE_KINDS && profile_sum(&p, PROFILE_CPU) == 0);
    profile_deinit(&p);
}

TEST_SUITE("profile/profile", {"kinds", test_kinds}, {"zeroed", test_zeroed})
