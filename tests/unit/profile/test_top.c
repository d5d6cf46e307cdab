#include <stdlib.h>

#include "src/profile/top.h"
#include "tests/support/trace_maker.h"
#include "tests/support/world.h"

static void test_order(void)
{
    const struct profile *p = trace_maker_example();
    struct top_method *list;
    size_t count;
    static const struct {
        const char *name;
        uint64_t exclusive, inclusive;
    } rows[] = {
        {"0x9999", 4000000, 4000000},
        {"My.App!My.App.Program.Work(int32)", 4000000, 4000000},
        {"My.App!My.App.Wait</script>\"\\;x()", 2000000, 2000000},
        {"My.App!My.App.Program.Main(class System.String[])", 0, 6000000},
    };

    REQUIRE(top_methods(p, PROFILE_WALL, false, &list, &count));
    REQUIRE(count == 4);
    for (size_t i = 0; i < 4; i++) {
        CHECK_AT(rows[i].name, strcmp(profile_frame_name(p, list[i].frame), rows[i].name) == 0);
        CHECK_AT(rows[i].name, list[i].exclusive == rows[i].exclusive);
        CHECK_AT(rows[i].name, list[i].inclusive == rows[i].inclusive);
    }
    free(list);
    REQUIRE(top_methods(p, PROFILE_WALL, true, &list, &count));
    CHECK(list[0].inclusive == 6000000);
    free(list);
}

static void test_recursion_counts_once(void)
{
    struct trace_maker *m = trace_maker_new();
    static const uint64_t frames[] = {0x10, 0x20, 0x10, 0x10};
    struct top_method *list;
    size_t count;

    trace_maker_stack(m, 1, frames, 4);
    trace_maker_sample(m, 1, 0, 1, 2);
    trace_maker_sample(m, 1, 100, 1, 2);
    REQUIRE(top_methods(trace_maker_profile(m), PROFILE_WALL, false, &list, &count));
    REQUIRE(count == 2);
    CHECK(list[0].inclusive == 100 && list[0].exclusive == 100 && list[1].inclusive == 100);
    free(list);
}

WORLD_SUITE("profile/top", {"order", test_order},
            {"recursion counts once", test_recursion_counts_once})
