/*
 * support/world.h - what one test makes in the world (processes, threads, folders, buffers) ends
 * with it.
 *
 * Every helper of tests/support hands its objects to the world; the world ends them in reverse
 * order after each test, also after a failed REQUIRE. When a test failed, the notes registered by
 * world_show_on_failure() are printed first. One thread (the test's own) calls these functions.
 *
 *     WORLD_SUITE("component/dump", {"first byte early", test_first_byte_early})
 *
 * PORTSIDE_TEST=text in the environment runs only the tests whose name contains the text.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/base/clock.h"
#include "tests/support/check.h"

/* `end(arg)` runs when the present test has ended, the newest first. */
void world_at_end(void (*end)(void *arg), void *arg);

/* The file's last lines are printed if the present test fails. The path is copied. */
void world_show_on_failure(const char *path);

/* Memory that lives until the present test has ended; zeroed; never NULL. */
void *world_alloc(size_t size);
__attribute__((format(printf, 1, 2))) char *world_text(const char *fmt, ...);

/*
 * The present test cannot run here. Prints "SKIP test: reason" and counts it; with
 * PORTSIDE_REQUIRE_ALL=1 in the environment it is a failure instead. The caller returns after it.
 */
__attribute__((format(printf, 1, 2))) void world_skip(const char *fmt, ...);

void world_pause_ms(int ms);

int world_run(const char *suite, const struct test_case *tests, size_t count);

/* Times to wait for what must happen are those of an idle machine. A test beside others on two
 * cores, with a sanitizer, waits so many times as long before it fails. */
enum { WORLD_PATIENCE = 8 };

/* Polls `cond` until it holds or WORLD_PATIENCE times `ms` have passed; the value is whether it
 * held. For what must not happen: world_pause_ms(), then a look. */
#define WAIT_UNTIL(ms, cond)                                                                       \
    ({                                                                                             \
        int64_t wait_end_ = clock_monotonic_ms() + (int64_t)WORLD_PATIENCE * (ms);                 \
        bool wait_ok_ = (cond);                                                                    \
        while (!wait_ok_ && clock_monotonic_ms() < wait_end_) {                                    \
            world_pause_ms(5);                                                                     \
            wait_ok_ = (cond);                                                                     \
        }                                                                                          \
        wait_ok_;                                                                                  \
    })

#define WORLD_SUITE(name, ...)                                                                     \
    int main(void)                                                                                 \
    {                                                                                              \
        static const struct test_case tests[] = {__VA_ARGS__};                                     \
        (void)setvbuf(stdout, NULL, _IOLBF, 0);                                                    \
        return world_run(name, tests, sizeof tests / sizeof tests[0]);                             \
    }
