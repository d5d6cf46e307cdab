#include <errno.h>
#include <string.h>

#include "src/config/group_option.h"
#include "tests/support/check.h"

static const struct {
    const char *text;
    int code;
    gid_t group;
} rows[] = {
    {"", 0, (gid_t)-1},         {"0", 0, 0},
    {"1654", 0, 1654},          {"root", 0, 0},
    {"4294967295", -EINVAL, 0}, /* that is "no group" to the kernel */
    {"-1", -EINVAL, 0},         {"no-such-group", -EINVAL, 0},
};

static void test_read(void)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct error err = {0};
        gid_t group = 77;
        int r = group_option_read("A:Group", rows[i].text, &group, &err);
        CHECK_AT(rows[i].text, r == rows[i].code);
        CHECK_AT(rows[i].text, r < 0 || group == rows[i].group);
        CHECK_AT(rows[i].text, r == 0 || strncmp(err.text, "A:Group: ", 9) == 0);
    }
}

TEST_SUITE("config/group_option", {"read", test_read})
