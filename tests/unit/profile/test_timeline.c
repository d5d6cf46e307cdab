#include "src/profile/limits.h"
#include "src/profile/timeline.h"
#include "tests/support/check.h"

static void add(struct timeline *t, int64_t time, uint32_t thread, uint32_t stack, bool managed)
{
    timeline_add(t, &(struct timeline_point){
                        .time = time, .thread = thread, .stack = stack, .managed = managed});
}

static void test_until_the_next_sample(void)
{
    struct timeline t = {0};

    add(&t, 10, 0, 1, true);
    add(&t, 11, 1, 1, true); /* another thread in between */
    add(&t, 14, 0, 1, true);
    add(&t, 20, 0, 2, false);
    add(&t, 25, 0, 1, true);
    timeline_finish(&t);
    REQUIRE(t.run_count == 2);
    CHECK(t.runs[0].start == 10 && t.runs[0].duration == 10 && t.runs[0].samples == 2);
    CHECK(t.runs[1].start == 20 && t.runs[1].duration == 5 && !t.runs[1].managed);
    uint64_t wall = 0, cpu = 0, samples = 0;
    for (size_t i = 0; i < t.wall.count; i++) {
        wall += t.wall.list[i].value;
        samples += t.wall.list[i].count;
    }
    for (size_t i = 0; i < t.cpu.count; i++)
        cpu += t.cpu.list[i].value;
    CHECK(wall == 15 && cpu == 10 && samples == 5);
    timeline_deinit(&t);
}

/* The same stack, managed or not, are two things. */
static void test_state_ends_a_run(void)
{
    struct timeline t = {0};

    add(&t, 0, 0, 1, true);
    add(&t, 5, 0, 1, false);
    add(&t, 9, 0, 1, true);
    timeline_finish(&t);
    REQUIRE(t.run_count == 2);
    CHECK(t.runs[0].managed && !t.runs[1].managed && t.runs[1].duration == 4);
    timeline_deinit(&t);
}

static void test_out_of_order(void)
{
    struct timeline t = {0};

    add(&t, 30, 0, 3, true);
    add(&t, 10, 0, 1, true);
    add(&t, 20, 0, 2, true);
    timeline_finish(&t);
    REQUIRE(t.run_count == 2);
    CHECK(t.runs[0].stack == 1 && t.runs[0].duration == 10);
    CHECK(t.runs[1].stack == 2 && t.runs[1].duration == 10);
    timeline_deinit(&t);
}

/* What is older than what has been taken counts from there: time never goes back. */
static void test_too_late(void)
{
    struct timeline t = {0};

    add(&t, 10, 0, 1, true);
    add(&t, 50, 0, 2, true);
    timeline_flush(&t);
    add(&t, 20, 0, 3, true);
    add(&t, 60, 0, 1, true);
    timeline_finish(&t);
    int64_t sum = 0;
    for (size_t i = 0; i < t.run_count; i++) {
        sum += t.runs[i].duration;
        CHECK(t.runs[i].duration > 0);
    }
    CHECK(sum == 50);
    timeline_deinit(&t);
}

static void test_a_million_samples(void)
{
    struct timeline t = {0};

    for (int64_t i = 0; i < 1000000; i++)
        add(&t, i * 10, (uint32_t)(i % 4), 5, true);
    timeline_finish(&t);
    CHECK(t.run_count == 4);
    CHECK(t.wall.count == 4 && t.wall.list[0].count == 250000);
    CHECK(t.dropped == 0);
    timeline_deinit(&t);
}

/* Beyond the limit of runs the totals stay right. */
static void test_limit_of_runs(void)
{
    struct timeline t = {0};
    uint64_t sum = 0;

    for (int64_t i = 0; i <= PROFILE_RUNS + 1000; i++)
        add(&t, i, 0, (uint32_t)(i % 2), true);
    timeline_finish(&t);
    CHECK(t.run_count <= PROFILE_RUNS);
    CHECK(t.dropped > 0);
    for (size_t i = 0; i < t.wall.count; i++)
        sum += t.wall.list[i].value;
    CHECK(sum == PROFILE_RUNS + 1000);
    timeline_deinit(&t);
}

static void sample(struct timeline *t, int64_t time, uint32_t thread, uint32_t stack)
{
    timeline_add(
        t, &(struct timeline_point){
               .time = time, .thread = thread, .stack = stack, .managed = true, .sampled = true});
}

/* Thread 1 is in the first turn only, thread 0 in all; an event of thread 2 is no part of one. */
static void test_leaving(void)
{
    for (int leave = 0; leave < 2; leave++) {
        struct timeline t = {.may_leave = leave};

        sample(&t, 10, 0, 1);
        sample(&t, 11, 1, 5);
        add(&t, 15, 2, 6, true);
        for (int64_t time = 20; time <= 100; time += 10)
            sample(&t, time, 0, 1);
        sample(&t, 101, 1, 7);
        sample(&t, 110, 0, 1);
        add(&t, 112, 2, 6, true);
        timeline_finish(&t);
        uint64_t of_thread[3] = {0};
        for (size_t i = 0; i < t.cpu.count; i++)
            of_thread[t.cpu.list[i].thread] += t.cpu.list[i].value;
        CHECK(of_thread[0] == 100 && of_thread[2] == 97);
        CHECK(of_thread[1] == (leave ? 9 : 90));
        timeline_deinit(&t);
    }
}

TEST_SUITE("profile/timeline", {"leaving", test_leaving},
           {"until the next sample", test_until_the_next_sample},
           {"state ends a run", test_state_ends_a_run}, {"out of order", test_out_of_order},
           {"too late", test_too_late}, {"a million samples", test_a_million_samples},
           {"limit of runs", test_limit_of_runs})
