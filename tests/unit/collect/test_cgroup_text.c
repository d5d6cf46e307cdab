/* What the kernel writes, and what is not what it writes. */
#include <math.h>
#include <string.h>

#include "src/collect/cgroup_text.h"
#include "tests/support/world.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

static const struct {
    const char *text, *unified, *memory, *cpu;
} paths[] = {
    {"0::/kubepods/pod1/c2\n", "/kubepods/pod1/c2", "", ""},
    {"0::/\n", "/", "", ""},
    {"9:name=systemd:/\n4:memory:/a/b\n2:cpuacct:/c\n1:cpu:/d\n0::/u\n", "/u", "/a/b", "/d"},
    {"5:cpu,cpuacct:/docker/1\n3:memory:/docker/1", "", "/docker/1", "/docker/1"},
    {"3:memory2:/x\n4:xcpu:/y\n", "", "", ""},
    {"10::/no\n", "", "", ""},
    {"0::no slash\n", "", "", ""},
    {"", "", "", ""},
    {"\n\n:\n::\n0:\n", "", "", ""},
    {"4:memory:/with:colon\n", "", "/with:colon", ""},
};

static void test_paths(void)
{
    struct cgroup_paths got;

    for (size_t i = 0; i < COUNT_OF(paths); i++) {
        cgroup_paths_read(paths[i].text, &got);
        CHECK_AT(paths[i].text, strcmp(got.unified, paths[i].unified) == 0);
        CHECK_AT(paths[i].text, strcmp(got.memory, paths[i].memory) == 0);
        CHECK_AT(paths[i].text, strcmp(got.cpu, paths[i].cpu) == 0);
    }
    char longest[CGROUP_PATH + 8] = "0::/";
    memset(longest + 4, 'a', CGROUP_PATH - 2);
    cgroup_paths_read(longest, &got);
    CHECK_AT("one that fits", strlen(got.unified) == CGROUP_PATH - 1);
    longest[CGROUP_PATH + 2] = 'a';
    cgroup_paths_read(longest, &got);
    CHECK_AT("and one that does not", got.unified[0] == '\0');
}

static const struct {
    const char *text;
    uint64_t amount;
    double cpu; /* -1: unknown */
} amounts[] = {
    {"max\n", CGROUP_UNLIMITED, -1},
    {"268435456\n", 268435456, -1},
    {"0", 0, -1},
    {"-1\n", CGROUP_UNLIMITED, -1},
    {"9223372036854771712\n", CGROUP_UNLIMITED, -1},
    {"99999999999999999999999\n", CGROUP_UNLIMITED, -1},
    {"", CGROUP_UNKNOWN, -1},
    {"many", CGROUP_UNKNOWN, -1},
    {"50000 100000\n", 50000, 0.5},
    {"250000 100000\n", 250000, 2.5},
    {"max 100000\n", CGROUP_UNLIMITED, 0},
    {"50000 0\n", 50000, -1},
    {"50000 x\n", 50000, -1},
};

static void test_amounts(void)
{
    for (size_t i = 0; i < COUNT_OF(amounts); i++) {
        double cpu = cgroup_cpu_max_read(amounts[i].text);
        CHECK_AT(amounts[i].text, cgroup_amount_read(amounts[i].text) == amounts[i].amount);
        CHECK_AT(amounts[i].text,
                 amounts[i].cpu < 0 ? isnan(cpu) : fabs(cpu - amounts[i].cpu) < 1e-9);
    }
}

static void test_values(void)
{
    static const char stat[] = "usage_usec 5\nnr_periods 10\nnr_throttled 3\nthrottled_usec 9";

    CHECK(cgroup_value_read(stat, "nr_periods") == 10);
    CHECK(cgroup_value_read(stat, "throttled_usec") == 9);
    CHECK(cgroup_value_read(stat, "nr_thr") == CGROUP_UNKNOWN);
    CHECK(cgroup_value_read(stat, "usage") == CGROUP_UNKNOWN);
    CHECK(cgroup_value_read("", "usage") == CGROUP_UNKNOWN);
    CHECK(cgroup_value_read("usage -", "usage") == CGROUP_UNKNOWN);
}

static void test_pressure(void)
{
    struct cgroup_pressure p;

    cgroup_pressure_read("some avg10=1.50 avg60=2.25 avg300=0.00 total=7\n"
                         "full avg10=0.25 avg60=0.00 avg300=0.00 total=1\n",
                         &p);
    CHECK(fabs(p.some10 - 1.5) < 1e-9 && fabs(p.some60 - 2.25) < 1e-9);
    CHECK(fabs(p.full10 - 0.25) < 1e-9 && p.full60 < 1e-9);
    cgroup_pressure_read("some avg10=1.50 avg60=2.25 avg300=0.00 total=7\n", &p);
    CHECK_AT("older kernels: CPU has no full", fabs(p.some10 - 1.5) < 1e-9 && isnan(p.full10));
    cgroup_pressure_read("", &p);
    CHECK(isnan(p.some10) && isnan(p.full60));
    cgroup_pressure_read("some avg10=nan avg60=inf\nfull avg10=\n", &p);
    CHECK(isnan(p.some10) && isnan(p.full10));
}

static void test_limits(void)
{
    CHECK(limits_open_files_read("Limit                     Soft Limit           Hard Limit\n"
                                 "Max open files            1024                 524288\n") ==
          1024);
    CHECK(limits_open_files_read("Max open files            unlimited   unlimited files\n") ==
          CGROUP_UNLIMITED);
    CHECK(limits_open_files_read("Max open filesystems      12\n") == CGROUP_UNKNOWN);
    CHECK(limits_open_files_read("") == CGROUP_UNKNOWN);
}

WORLD_SUITE("collect/cgroup_text", {"paths", test_paths}, {"amounts", test_amounts},
            {"values", test_values}, {"pressure", test_pressure}, {"limits", test_limits})
