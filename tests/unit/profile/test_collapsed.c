#include "src/base/text.h"
#include "src/profile/writers.h"
#include "tests/support/trace_maker.h"
#include "tests/support/world.h"

static int take(void *user, const void *data, size_t size)
{
    text_add(user, data, size);
    return 0;
}

static void check(enum profile_kind kind, bool threads, const char *want)
{
    const struct format_options options = {.kind = kind, .threads = threads};
    struct text t = {0};
    struct error err;

    CHECK(format_write(format_find("collapsed"), trace_maker_example(), &options, take, &t, &err) ==
          0);
    CHECK_AT(want, t.data && strcmp(t.data, want) == 0);
    if (t.data && strcmp(t.data, want) != 0)
        (void)fprintf(stderr, "got %s\n", t.data);
    text_deinit(&t);
}

#define MAIN "My.App!My.App.Program.Main(class System.String[])"
#define WORK "My.App!My.App.Program.Work(int32)"

static void test_lines(void)
{
    check(PROFILE_CPU, false, MAIN ";" WORK " 4000\n0x9999 4000\n");
    check(PROFILE_WALL, true,
          "Thread (7);" MAIN ";" WORK " 4000\n"
          "Thread (7);" MAIN ";My.App!My.App.Wait</script>\"\\,x() 2000\n"
          "Thread (8);0x9999 4000\n");
    check(PROFILE_ALLOC, false, MAIN ";" WORK ";System.String 200000\n");
}

WORLD_SUITE("profile/collapsed", {"lines", test_lines})
