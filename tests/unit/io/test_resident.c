#include <unistd.h>

#include "src/io/resident.h"
#include "tests/support/proc.h"
#include "tests/support/world.h"

/* Code pages leave when nothing has happened for a while, and come back when they are needed: the
 * rest of this program runs. */
static void test_rest(void)
{
    uv_loop_t loop;
    struct resident r = {.loop = &loop};

    REQUIRE(uv_loop_init(&loop) == 0);
    long before = proc_status_number(getpid(), "RssFile");
    resident_touch(&r);
    resident_touch(&r); /* active: not at the first end of the timer, but at the second */
    (void)uv_run(&loop, UV_RUN_DEFAULT);
    long after = proc_status_number(getpid(), "RssFile");
    CHECK_AT(world_text("%ld -> %ld KiB", before, after), before > 0 && after < before);
    resident_touch(&r);
    resident_stop(&r);
    (void)uv_run(&loop, UV_RUN_DEFAULT);
    CHECK(uv_loop_close(&loop) == 0);
}

WORLD_SUITE("io/resident", {"rest", test_rest})
