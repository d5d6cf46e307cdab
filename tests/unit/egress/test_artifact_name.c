#include <errno.h>
#include <limits.h>
#include <string.h>

#include "src/egress/artifact_name.h"
#include "tests/support/world.h"

static const struct {
    const char *name;
    int want;
} names[] = {
    {"core_20261122_043405_541", 0},
    {"sub/name", 0},
    {"a/b/c", 0},
    {"..name", 0},
    {"...", 0},
    {".hidden", 0},
    {"with blank and \xC3\xA4", 0},
    {"back\\slash", 0},
    {"", -EINVAL},
    {".", -EINVAL},
    {"..", -EINVAL},
    {"/", -EINVAL},
    {"/etc/passwd", -EINVAL},
    {"../name", -EINVAL},
    {"sub/../../name", -EINVAL},
    {"sub/..", -EINVAL},
    {"sub/./name", -EINVAL},
    {"sub/", -EINVAL},
    {"sub//name", -EINVAL},
    {"line\nfeed", -EINVAL},
    {"\x1b[2J", -EINVAL},
    {"del\x7f", -EINVAL},
};

static void test_names(void)
{
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct error err = {0};
        CHECK_AT(names[i].name, artifact_name_check(names[i].name, &err) == names[i].want);
        CHECK_AT(names[i].name, !names[i].want == !err.text[0]);
    }
}

static void test_long(void)
{
    char *name = world_alloc(PATH_MAX + 1);
    struct error err;

    memset(name, 'x', PATH_MAX);
    CHECK(artifact_name_check(name, &err) == -ENAMETOOLONG);
    name[PATH_MAX - 1] = '\0';
    CHECK(artifact_name_check(name, &err) == 0);
}

WORLD_SUITE("egress/artifact_name", {"names", test_names}, {"long", test_long})
