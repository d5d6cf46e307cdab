/* The test itself is the process that is looked at. */
#include <fcntl.h>
#include <math.h>
#include <sys/resource.h>
#include <unistd.h>

#include "src/base/cleanup.h"
#include "src/collect/kernel_facts.h"
#include "tests/support/json.h"
#include "tests/support/world.h"

static void test_own(void)
{
    struct kernel_facts before, f;
    struct rlimit limit;

    kernel_facts_read(getpid(), &before);
    cleanup(close_fd) int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    REQUIRE(fd >= 0 && getrlimit(RLIMIT_NOFILE, &limit) == 0);
    kernel_facts_read(getpid(), &f);
    CHECK(f.state == 'R' && f.thread_count >= 1);
    CHECK(f.resident_bytes > 4096 && f.resident_bytes < CGROUP_UNLIMITED);
    CHECK_AT("one more", f.open_files == before.open_files + 1);
    CHECK(f.open_files_limit == limit.rlim_cur ||
          (limit.rlim_cur == RLIM_INFINITY && f.open_files_limit == CGROUP_UNLIMITED));
    CHECK_AT("a group's memory has room for ours, where it is told",
             f.memory_bytes == CGROUP_UNKNOWN || f.memory_bytes > 4096);
}

static void test_out_of_sight(void)
{
    struct kernel_facts f;
    struct text t = {0};

    kernel_facts_read(1 << 30, &f);
    CHECK(f.state == 0 && f.thread_count == 0 && f.open_files == CGROUP_UNKNOWN);
    CHECK(isnan(f.cpu_limit) && isnan(f.memory.some10));
    kernel_facts_add_text(&t, &f, "# ");
    CHECK_AT(t.data, strstr(t.data, "# Files: unknown open, limit unknown\n") != NULL);
    text_deinit(&t);
}

static void test_words(void)
{
    const struct kernel_facts f = {.state = 'T',
                                   .thread_count = 9,
                                   .cpu_ticks = 4,
                                   .resident_bytes = 31400000,
                                   .open_files = 39,
                                   .open_files_limit = CGROUP_UNLIMITED,
                                   .memory_bytes = 40000000,
                                   .memory_limit = 64000000,
                                   .cpu_limit = 0.5,
                                   .cpu_periods = 10,
                                   .cpu_throttled = 3,
                                   .cpu_throttled_us = CGROUP_UNKNOWN,
                                   .memory = {1.5, 2, 0, 0},
                                   .cpu = {(double)NAN, (double)NAN, (double)NAN, (double)NAN},
                                   .io = {0, 0, 0, 0}};
    struct text t = {0};

    kernel_facts_add_text(&t, &f, "");
    CHECK_AT(t.data,
             strcmp(t.data, "State: T, 9 threads, 4 CPU ticks\n"
                            "Files: 39 open, limit none\n"
                            "Memory: 31.4 MB; of its group 40.0 MB, limit 64.0 MB, pressure "
                            "1.5 % of 10 s\n"
                            "CPU: limit of its group 0.50, throttled in 3 of 10 periods\n") == 0);
    t.size = 0;
    text_add_str(&t, "{");
    kernel_facts_add_json(&t, &f);
    text_add_str(&t, "}");
    const cJSON *json = json_parse(t.data);
    CHECK_AT(t.data, strcmp(json_text(json, "files.limit"), "max") == 0);
    CHECK_AT(t.data, json_number(json, "memory.groupLimit") == 64000000);
    CHECK_AT(t.data, fabs(json_at(json, "memory.pressure.some10")->valuedouble - 1.5) < 1e-9);
    CHECK_AT(t.data, cJSON_IsNull(json_at(json, "cpu.pressure")));
    CHECK_AT(t.data, cJSON_IsNull(json_at(json, "cpu.throttledMicroseconds")));
    text_deinit(&t);
}

WORLD_SUITE("collect/kernel_facts", {"own", test_own}, {"out of sight", test_out_of_sight},
            {"words", test_words})
