#include <errno.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "src/io/file_watch.h"
#include "tests/support/files.h"
#include "tests/support/proc.h"
#include "tests/unit/io/loop.h"

struct owner {
    struct file_watch watch;
    int calls;
    bool free_inside;
};

static int freed;

static void on_changed(void *user)
{
    struct owner *o = user;

    o->calls++;
    if (o->free_inside) {
        file_watch_stop(&o->watch);
        free(o);
        freed++;
    }
}

static void test_file(void)
{
    uv_loop_t *loop = loop_new();
    const char *path = world_text("%s/file", files_tmpdir());
    struct owner o = {0};
    struct error err;

    REQUIRE(files_write(path, "a", 1));
    REQUIRE(file_watch_start(&o.watch, loop, path, IN_MODIFY, on_changed, &o, &err) == 0);
    loop_for(loop, 20);
    CHECK_AT("quiet", o.calls == 0);
    CHECK(files_write(path, "ab", 2));
    CHECK(LOOP_UNTIL(loop, LOOP_MS, o.calls > 0));
    file_watch_stop(&o.watch);
    file_watch_stop(&o.watch);
    int calls = o.calls;
    CHECK(files_write(path, "abc", 3));
    loop_for(loop, 20);
    CHECK_AT("stopped", o.calls == calls);
    loop_end(loop);
}

/* Many events before the loop turns make one call. */
static void test_pile(void)
{
    uv_loop_t *loop = loop_new();
    const char *dir = files_tmpdir();
    struct owner o = {0};
    struct error err;

    REQUIRE(file_watch_start(&o.watch, loop, dir, IN_CREATE | IN_DELETE, on_changed, &o, &err) ==
            0);
    for (int i = 0; i < 20; i++)
        CHECK(files_write(world_text("%s/f%d", dir, i), "", 0));
    CHECK(LOOP_UNTIL(loop, LOOP_MS, o.calls > 0));
    loop_for(loop, 20);
    CHECK(o.calls == 1);
    CHECK(unlink(world_text("%s/f3", dir)) == 0);
    CHECK(LOOP_UNTIL(loop, LOOP_MS, o.calls == 2));
    file_watch_stop(&o.watch);
    loop_end(loop);
}

static void test_pause(void)
{
    uv_loop_t *loop = loop_new();
    const char *dir = files_tmpdir();
    struct owner o = {0};
    struct error err;

    file_watch_pause(&o.watch, true); /* not started: nothing to pause */
    REQUIRE(file_watch_start(&o.watch, loop, dir, IN_CREATE, on_changed, &o, &err) == 0);
    file_watch_pause(&o.watch, true);
    CHECK(files_write(world_text("%s/f", dir), "", 0));
    loop_for(loop, 20);
    CHECK_AT("paused", o.calls == 0);
    file_watch_pause(&o.watch, false);
    CHECK_AT("told on resume", LOOP_UNTIL(loop, LOOP_MS, o.calls == 1));
    file_watch_stop(&o.watch);
    loop_end(loop);
}

static void test_free_inside(void)
{
    uv_loop_t *loop = loop_new();
    const char *dir = files_tmpdir();
    struct owner *o = calloc(1, sizeof *o);
    struct error err;

    REQUIRE(o != NULL);
    freed = 0;
    o->free_inside = true;
    REQUIRE(file_watch_start(&o->watch, loop, dir, IN_CREATE, on_changed, o, &err) == 0);
    CHECK(files_write(world_text("%s/f", dir), "", 0));
    CHECK(LOOP_UNTIL(loop, LOOP_MS, freed == 1));
    loop_end(loop);
}

static void test_missing(void)
{
    uv_loop_t *loop = loop_new();
    const char *path = world_text("%s/none", files_tmpdir());
    struct owner o = {0};
    struct error err = {0};
    int before = proc_fd_count(getpid());

    CHECK(file_watch_start(&o.watch, loop, path, IN_MODIFY, on_changed, &o, &err) == -ENOENT);
    CHECK(err.code == -ENOENT && strstr(err.text, path) != NULL);
    CHECK(!o.watch.started);
    CHECK_AT("no descriptor left", proc_fd_count(getpid()) == before);
    file_watch_stop(&o.watch);
    loop_end(loop);
}

/* Started anew on another folder, and no descriptor is lost. */
static void test_restart(void)
{
    uv_loop_t *loop = loop_new();
    const char *first = files_tmpdir(), *second = files_tmpdir();
    struct owner o = {0};
    struct error err;

    REQUIRE(file_watch_start(&o.watch, loop, first, IN_CREATE, on_changed, &o, &err) == 0);
    loop_turn(loop);
    int before = proc_fd_count(getpid());
    REQUIRE(file_watch_start(&o.watch, loop, second, IN_CREATE, on_changed, &o, &err) == 0);
    CHECK(proc_fd_count(getpid()) == before);
    CHECK(files_write(world_text("%s/f", first), "", 0));
    loop_for(loop, 20);
    CHECK(o.calls == 0);
    CHECK(files_write(world_text("%s/f", second), "", 0));
    CHECK(LOOP_UNTIL(loop, LOOP_MS, o.calls == 1));
    file_watch_stop(&o.watch);
    loop_end(loop);
}

WORLD_SUITE("io/file_watch", {"file", test_file}, {"pile", test_pile}, {"pause", test_pause},
            {"free inside", test_free_inside}, {"missing", test_missing}, {"restart", test_restart})
