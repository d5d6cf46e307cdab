#include <stdio.h>

#include "src/profile/names.h"
#include "tests/support/check.h"

static void test_once(void)
{
    struct names n;

    names_init(&n, 0);
    uint32_t a = names_add(&n, "one", 3), b = names_add(&n, "two", 3);
    CHECK(a != b);
    CHECK(names_add(&n, "one and more", 3) == a);
    CHECK(names_add(&n, "", 0) == names_add(&n, "", 0));
    CHECK(strcmp(names_get(&n, a), "one") == 0);
    CHECK(strcmp(names_get(&n, b), "two") == 0);
    names_deinit(&n);
}

static void test_prefixes_differ(void)
{
    struct names n;

    names_init(&n, 0);
    CHECK(names_add(&n, "abc", 3) != names_add(&n, "ab", 2));
    names_deinit(&n);
}

static void test_limit(void)
{
    struct names n;
    char text[16];
    unsigned added = 0;

    names_init(&n, 100);
    for (int i = 0; i < 100; i++) {
        int size = snprintf(text, sizeof text, "name%03d", i);
        added += names_add(&n, text, (size_t)size) != NAMES_NONE;
    }
    CHECK(added == 12); /* of 8 bytes each */
    CHECK(strcmp(names_get(&n, names_add(&n, "name011", 7)), "name011") == 0);
    names_deinit(&n);
}

TEST_SUITE("profile/names", {"once", test_once}, {"prefixes differ", test_prefixes_differ},
           {"limit", test_limit})
