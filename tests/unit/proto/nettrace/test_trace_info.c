#include "proto/nettrace/thread.h"
#include "proto/nettrace/trace_info.h"
#include "tests/support/check.h"

static const struct {
    const char *label;
    struct nettrace_system_time start;
    uint64_t per_second, ticks, want; /* the clock starts at 1000 ticks */
} times[] = {
    {"first day", {.year = 1601, .month = 1, .day = 1}, 10000000, 1000, 0},
    {"unix epoch", {.year = 1970, .month = 1, .day = 1}, 10000000, 1000, 116444736000000000},
    {"leap day", {.year = 2024, .month = 2, .day = 29}, 10000000, 1000, 133536384000000000},
    {"day after", {.year = 2024, .month = 3, .day = 1}, 10000000, 1000, 133537248000000000},
    {"no leap year", {.year = 2100, .month = 3, .day = 1}, 10000000, 1000, 157520160000000000},
    {"time of day",
     {.year = 1970, .month = 1, .day = 1, .hour = 1, .minute = 2, .second = 3, .millisecond = 4},
     10000000,
     1000,
     116444736000000000 + 37230040000},
    {"other clock", {.year = 1970, .month = 1, .day = 1}, 1000000000, 1500, 116444736000000005},
    {"before the start", {.year = 1970, .month = 1, .day = 1}, 1000000000, 0, 116444735999999990},
    {"month 13", {.year = 1970, .month = 13, .day = 1}, 10000000, 1000, 0},
    {"year 1600", {.year = 1600, .month = 1, .day = 1}, 10000000, 1000, 0},
};

static void test_file_time(void)
{
    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
        struct nettrace_trace trace = {
            .start = times[i].start,
            .start_ticks = 1000,
            .ticks_per_second = times[i].per_second,
        };
        CHECK_AT(times[i].label, nettrace_trace_file_time(&trace, times[i].ticks) == times[i].want);
    }
}

#define COMMON "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0\2\0\0\0\0\0\0\0\x04\0\0\0"

static const struct {
    const char *label, *bytes;
    size_t size;
    enum wire_status status;
    uint64_t process_id;
    uint32_t processors;
} v6_cases[] = {
    {"no pairs", COMMON "\0\0\0\0", 40, WIRE_OK, NETTRACE_UNKNOWN_ID, 0},
    {"known keys",
     COMMON "\3\0\0\0\x09ProcessId\x04"
            "4711\x13HardwareThreadCount\x01"
            "8\x03key\x05value",
     40 + 15 + 22 + 10, WIRE_OK, 4711, 8},
    {"no number",
     COMMON "\1\0\0\0\x09ProcessId\x03"
            "4x1",
     40 + 14, WIRE_OK, NETTRACE_UNKNOWN_ID, 0},
    {"cut pair", COMMON "\1\0\0\0\x09Proc", 45, WIRE_MORE, 0, 0},
    {"many claimed", COMMON "\xFF\xFF\xFF\x7F", 40, WIRE_BAD, 0, 0},
    {"cut", COMMON, 36, WIRE_MORE, 0, 0},
};

static void test_v6(void)
{
    for (size_t i = 0; i < sizeof v6_cases / sizeof v6_cases[0]; i++) {
        struct cursor in = cursor_of(v6_cases[i].bytes, v6_cases[i].size);
        struct nettrace_trace trace = {0};

        CHECK_AT(v6_cases[i].label, nettrace_trace_decode_v6(&in, &trace) == v6_cases[i].status);
        CHECK_AT(v6_cases[i].label, trace.process_id == v6_cases[i].process_id);
        CHECK_AT(v6_cases[i].label, trace.processors == v6_cases[i].processors);
    }
}

TEST_SUITE("proto/nettrace/trace_info", {"file time", test_file_time}, {"v6", test_v6})
