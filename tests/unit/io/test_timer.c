#include <stdlib.h>

#include "src/io/timer.h"
#include "tests/unit/io/loop.h"

struct owner {
    uv_loop_t *loop;
    struct timer timer;
    int fired;
    bool active_inside;
};

static void on_count(void *user)
{
    struct owner *o = user;

    o->fired++;
    o->active_inside = timer_active(&o->timer);
}

static void test_once(void)
{
    struct owner o = {.loop = loop_new()};
    int64_t before = clock_monotonic_ms();

    CHECK(!timer_active(&o.timer));
    REQUIRE(timer_start(&o.timer, o.loop, 30, 0, on_count, &o) == 0);
    CHECK(timer_active(&o.timer) && o.fired == 0);
    CHECK(LOOP_UNTIL(o.loop, LOOP_MS, o.fired > 0));
    CHECK(clock_monotonic_ms() - before >= 29);
    CHECK(!o.active_inside && !timer_active(&o.timer));
    loop_for(o.loop, 60);
    CHECK(o.fired == 1);
    loop_end(o.loop);
}

static void test_at_once(void)
{
    struct owner o = {.loop = loop_new()};

    REQUIRE(timer_start(&o.timer, o.loop, 0, 0, on_count, &o) == 0);
    CHECK_AT("never inside start", o.fired == 0);
    CHECK(LOOP_UNTIL(o.loop, LOOP_MS, o.fired == 1));
    loop_end(o.loop);
}

static void test_repeat(void)
{
    struct owner o = {.loop = loop_new()};

    REQUIRE(timer_start(&o.timer, o.loop, 0, 1, on_count, &o) == 0);
    CHECK(LOOP_UNTIL(o.loop, LOOP_MS, o.fired >= 5));
    CHECK(o.active_inside && timer_active(&o.timer));
    timer_stop(&o.timer);
    int fired = o.fired;
    CHECK(!timer_active(&o.timer));
    loop_for(o.loop, 20);
    CHECK(o.fired == fired);
    loop_end(o.loop);
}

static void on_stop_inside(void *user)
{
    struct owner *o = user;

    o->fired++;
    timer_stop(&o->timer);
    timer_stop(&o->timer);
}

static void test_stop_inside(void)
{
    for (uint64_t repeat = 0; repeat < 2; repeat++) {
        struct owner o = {.loop = loop_new()};
        REQUIRE(timer_start(&o.timer, o.loop, 0, repeat, on_stop_inside, &o) == 0);
        CHECK(LOOP_UNTIL(o.loop, LOOP_MS, o.fired > 0));
        loop_for(o.loop, 20);
        CHECK(o.fired == 1 && !timer_active(&o.timer));
        loop_end(o.loop);
    }
}

static int freed;

static void on_free_inside(void *user)
{
    struct owner *o = user;

    timer_stop(&o->timer);
    free(o);
    freed++;
}

static void test_free_inside(void)
{
    uv_loop_t *loop = loop_new();

    freed = 0;
    for (uint64_t repeat = 0; repeat < 2; repeat++) {
        struct owner *o = calloc(1, sizeof *o);
        REQUIRE(o != NULL);
        REQUIRE(timer_start(&o->timer, loop, 0, repeat, on_free_inside, o) == 0);
    }
    CHECK(LOOP_UNTIL(loop, LOOP_MS, freed == 2));
    loop_for(loop, 20);
    CHECK(freed == 2);
    loop_end(loop);
}

static void on_restart_inside(void *user)
{
    struct owner *o = user;

    if (++o->fired < 3)
        (void)timer_start(&o->timer, o->loop, 1, 0, on_restart_inside, o);
}

static void test_restart_inside(void)
{
    struct owner o = {.loop = loop_new()};

    REQUIRE(timer_start(&o.timer, o.loop, 0, 1, on_restart_inside, &o) == 0);
    CHECK(LOOP_UNTIL(o.loop, LOOP_MS, o.fired == 3));
    loop_for(o.loop, 20);
    CHECK(o.fired == 3 && !timer_active(&o.timer));
    loop_end(o.loop);
}

/* A running timer is started anew: the first start never fires. */
static void test_restart(void)
{
    struct owner first = {.loop = loop_new()}, second = {.loop = first.loop};

    REQUIRE(timer_start(&first.timer, first.loop, 0, 1, on_count, &first) == 0);
    REQUIRE(timer_start(&first.timer, first.loop, 0, 0, on_count, &second) == 0);
    CHECK(LOOP_UNTIL(first.loop, LOOP_MS, second.fired > 0));
    loop_for(first.loop, 20);
    CHECK(first.fired == 0 && second.fired == 1);
    loop_end(first.loop);
}

/* The owner is freed right after stop, while the handle still closes. */
static void test_free_after_stop(void)
{
    uv_loop_t *loop = loop_new();
    struct owner *o = calloc(1, sizeof *o);

    REQUIRE(o != NULL);
    REQUIRE(timer_start(&o->timer, loop, 0, 0, on_count, o) == 0);
    timer_stop(&o->timer);
    free(o);
    loop_end(loop);
}

WORLD_SUITE("io/timer", {"once", test_once}, {"at once", test_at_once}, {"repeat", test_repeat},
            {"stop inside", test_stop_inside}, {"free inside", test_free_inside},
            {"restart inside", test_restart_inside}, {"restart", test_restart},
            {"free after stop", test_free_after_stop})
