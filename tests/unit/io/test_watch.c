#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "src/base/cleanup.h"
#include "src/io/watch.h"
#include "tests/unit/io/loop.h"

struct owner {
    struct watch watch;
    int fd, calls, events;
    bool free_inside, stop_inside;
};

static int freed;

static void on_ready(void *user, int events)
{
    struct owner *o = user;
    char byte;

    o->calls++;
    o->events = events;
    if (events & UV_READABLE)
        (void)!read(o->fd, &byte, 1);
    if (o->stop_inside || o->free_inside)
        watch_stop(&o->watch);
    if (o->free_inside) {
        free(o);
        freed++;
    }
}

static void make_pair(int ends[2])
{
    REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) == 0);
}

static void test_readable(void)
{
    uv_loop_t *loop = loop_new();
    struct error err;
    int ends[2];

    make_pair(ends);
    struct owner o = {.fd = ends[0]};
    REQUIRE(watch_start(&o.watch, loop, ends[0], UV_READABLE, on_ready, &o, &err) == 0);
    loop_for(loop, 20);
    CHECK_AT("quiet", o.calls == 0);
    for (int i = 1; i <= 3; i++) {
        CHECK(write(ends[1], "x", 1) == 1);
        CHECK(LOOP_UNTIL(loop, LOOP_MS, o.calls == i));
        CHECK(o.events == UV_READABLE);
    }
    watch_stop(&o.watch);
    watch_stop(&o.watch);
    CHECK(write(ends[1], "x", 1) == 1);
    loop_for(loop, 20);
    CHECK_AT("stopped", o.calls == 3);
    (void)close(ends[0]);
    (void)close(ends[1]);
    loop_end(loop);
}

static void test_pause(void)
{
    uv_loop_t *loop = loop_new();
    struct error err;
    int ends[2];

    make_pair(ends);
    struct owner o = {.fd = ends[0]};
    REQUIRE(watch_start(&o.watch, loop, ends[0], 0, on_ready, &o, &err) == 0);
    CHECK(write(ends[1], "xy", 2) == 2);
    loop_for(loop, 20);
    CHECK_AT("started paused", o.calls == 0);
    watch_for(&o.watch, UV_READABLE);
    CHECK(LOOP_UNTIL(loop, LOOP_MS, o.calls == 2));
    watch_for(&o.watch, 0);
    CHECK(write(ends[1], "z", 1) == 1);
    loop_for(loop, 20);
    CHECK_AT("paused", o.calls == 2);
    o.stop_inside = true;
    watch_for(&o.watch, UV_WRITABLE);
    CHECK(LOOP_UNTIL(loop, LOOP_MS, o.calls == 3 && o.events & UV_WRITABLE));
    loop_for(loop, 20);
    CHECK_AT("stopped inside", o.calls == 3);
    (void)close(ends[0]);
    (void)close(ends[1]);
    loop_end(loop);
}

static void test_free_inside(void)
{
    uv_loop_t *loop = loop_new();
    struct owner *o = calloc(1, sizeof *o);
    struct error err;
    int ends[2];

    make_pair(ends);
    REQUIRE(o != NULL);
    o->fd = ends[0];
    o->free_inside = true;
    freed = 0;
    REQUIRE(watch_start(&o->watch, loop, ends[0], UV_READABLE | UV_WRITABLE, on_ready, o, &err) ==
            0);
    CHECK(write(ends[1], "x", 1) == 1);
    CHECK(LOOP_UNTIL(loop, LOOP_MS, freed == 1));
    (void)close(ends[0]);
    (void)close(ends[1]);
    loop_end(loop);
}

static void test_disconnect(void)
{
    uv_loop_t *loop = loop_new();
    struct error err;
    int ends[2];

    make_pair(ends);
    struct owner o = {.fd = ends[0], .stop_inside = true};
    REQUIRE(watch_start(&o.watch, loop, ends[0], UV_READABLE | UV_DISCONNECT, on_ready, &o, &err) ==
            0);
    (void)close(ends[1]);
    CHECK(LOOP_UNTIL(loop, LOOP_MS, o.calls > 0));
    CHECK(o.events & (UV_READABLE | UV_DISCONNECT));
    (void)close(ends[0]);
    loop_end(loop);
}

/* Started again on another descriptor: the first one is let go. */
static void test_restart(void)
{
    uv_loop_t *loop = loop_new();
    struct error err;
    int first[2], second[2];

    make_pair(first);
    make_pair(second);
    struct owner o = {.fd = second[0]};
    REQUIRE(watch_start(&o.watch, loop, first[0], UV_READABLE, on_ready, &o, &err) == 0);
    REQUIRE(watch_start(&o.watch, loop, second[0], UV_READABLE, on_ready, &o, &err) == 0);
    CHECK(write(first[1], "x", 1) == 1);
    loop_for(loop, 20);
    CHECK(o.calls == 0);
    CHECK(write(second[1], "x", 1) == 1);
    CHECK(LOOP_UNTIL(loop, LOOP_MS, o.calls == 1));
    watch_stop(&o.watch);
    for (int i = 0; i < 2; i++) {
        (void)close(first[i]);
        (void)close(second[i]);
    }
    loop_end(loop);
}

/* A regular file cannot be polled. */
static void test_bad_descriptor(void)
{
    uv_loop_t *loop = loop_new();
    struct owner o = {.fd = -1};
    struct error err = {0};
    cleanup(close_fd) int file = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);

    CHECK(watch_start(&o.watch, loop, file, UV_READABLE, on_ready, &o, &err) < 0);
    CHECK(err.code < 0 && err.text[0] != '\0' && !o.watch.handle);
    watch_stop(&o.watch);
    loop_end(loop);
}

WORLD_SUITE("io/watch", {"readable", test_readable}, {"pause", test_pause},
            {"free inside", test_free_inside}, {"disconnect", test_disconnect},
            {"restart", test_restart}, {"bad descriptor", test_bad_descriptor})
