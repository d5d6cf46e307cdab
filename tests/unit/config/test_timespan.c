#include <stdint.h>

#include "src/config/timespan.h"
#include "tests/support/check.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

enum outcome { REFUSED, READ };

/* Each row is an answer of TimeSpan.TryParse (.NET 10, invariant culture). */
static const struct {
    const char *text;
    enum outcome want;
    int64_t ticks;
} rows[] = {
    {"0", READ, INT64_C(0)},
    {"1", READ, INT64_C(864000000000)},
    {"10", READ, INT64_C(8640000000000)},
    {"10675199", READ, INT64_C(9223371936000000000)},
    {"10675200", REFUSED, 0},
    {"-1", READ, INT64_C(-864000000000)},
    {" 1 ", READ, INT64_C(864000000000)},
    {"1.", REFUSED, 0},
    {"1:2", READ, INT64_C(37200000000)},
    {"01:02", READ, INT64_C(37200000000)},
    {"1:2:3", READ, INT64_C(37230000000)},
    {"00:00:30", READ, INT64_C(300000000)},
    {"1.00:00:00", READ, INT64_C(864000000000)},
    {"1.2:3", READ, INT64_C(937800000000)},
    {"1.2:3:4", READ, INT64_C(937840000000)},
    {"1.02:03:04.5", READ, INT64_C(937845000000)},
    {"1:2:3:4", READ, INT64_C(937840000000)},
    {"1:2:3:4.5", READ, INT64_C(937845000000)},
    {"1:2:3.4", READ, INT64_C(37234000000)},
    {"00:00:00.1234567", READ, INT64_C(1234567)},
    {"00:00:00.12345678", REFUSED, 0},
    {"00:00:00.01234567", READ, INT64_C(123457)},
    {"00:00:00.00000004", READ, INT64_C(0)},
    {"00:00:00.00000005", READ, INT64_C(1)},
    {"00:00:00.0000000", READ, INT64_C(0)},
    {"24:00", REFUSED, 0},
    {"23:59", READ, INT64_C(863400000000)},
    {"24:00:00", READ, INT64_C(20736000000000)},
    {"23:60", REFUSED, 0},
    {"23:59:60", REFUSED, 0},
    {"00:60:00", REFUSED, 0},
    {"-00:00:01", READ, INT64_C(-10000000)},
    {"- 00:00:01", REFUSED, 0},
    {"+00:00:01", REFUSED, 0},
    {"1:00:00", READ, INT64_C(36000000000)},
    {"1.24:00:00", REFUSED, 0},
    {"365.00:00:00", READ, INT64_C(315360000000000)},
    {"10675199.02:48:05.4775807", READ, INT64_C(9223372036854775807)},
    {"10675199.02:48:05.4775808", REFUSED, 0},
    {"-10675199.02:48:05.4775808", READ, INT64_MIN},
    {"-10675199.02:48:05.4775809", REFUSED, 0},
    {"", REFUSED, 0},
    {"  ", REFUSED, 0},
    {":", REFUSED, 0},
    {"1:", REFUSED, 0},
    {"1::2", REFUSED, 0},
    {"00:00:", REFUSED, 0},
    {"a", REFUSED, 0},
    {"1d", REFUSED, 0},
    {"PT1S", REFUSED, 0},
    {"00:00:01\t", READ, INT64_C(10000000)},
    {"\t00:00:01", READ, INT64_C(10000000)},
    {"\n1", READ, INT64_C(864000000000)},
    {"1 .2:3", REFUSED, 0},
    {"00 :00:01", REFUSED, 0},
    {"00:00:01.", REFUSED, 0},
    {"00:00:1.5", READ, INT64_C(15000000)},
    {"000:00:01", READ, INT64_C(10000000)},
    {"0000000001", READ, INT64_C(864000000000)},
    {"00000000001", READ, INT64_C(864000000000)},
    {"00:000:01", READ, INT64_C(10000000)},
    {"1.2.3", REFUSED, 0},
    {"1,2", REFUSED, 0},
    {"12:34:56:78", REFUSED, 0},
    {"1:2:3:4:5", REFUSED, 0},
    {"--1", REFUSED, 0},
    {"1-", REFUSED, 0},
    {"00:00:01,5", REFUSED, 0},
    {"0:0", READ, INT64_C(0)},
    {"0:0:0.0", READ, INT64_C(0)},
    {"1:2:3:4.1234567", READ, INT64_C(937841234567)},
    {"1.1:1:1.1", READ, INT64_C(900611000000)},
    {"100:00", REFUSED, 0},
    {"25:1:1:1", READ, INT64_C(21636610000000)},
    {"0:24:0:0", REFUSED, 0},
    {"0:23:59:59", READ, INT64_C(863990000000)},
    {"99999999:0:0:0", REFUSED, 0},
    {"99:00:00", READ, INT64_C(85536000000000)},
    {"10675199:02:48:05", READ, INT64_C(9223372036850000000)},
    {"٣", REFUSED, 0},
    {"00:00:00.99999995", REFUSED, 0},
    {"00:00:59.09999999", READ, INT64_C(591000000)},
    {"1.2", REFUSED, 0},
    {"1:2.3", REFUSED, 0},
    {"0.0:0", READ, INT64_C(0)},
    {"00:00:00.000000000000001", READ, INT64_C(0)},
    {"00.00:00:01", READ, INT64_C(10000000)},
    {"0x1", REFUSED, 0},
};

static void test_parse(void)
{
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        int64_t ticks = 4711;
        bool read = timespan_parse(rows[i].text, &ticks);
        CHECK_AT(rows[i].text, read == (rows[i].want == READ));
        CHECK_AT(rows[i].text, ticks == (read ? rows[i].ticks : 4711));
    }
}

static const struct {
    int64_t ticks;
    const char *want;
} printed[] = {
    {0, "00:00:00"},
    {1, "00:00:00.0000001"},
    {TICKS_PER_SECOND, "00:00:01"},
    {-TICKS_PER_SECOND, "-00:00:01"},
    {TICKS_PER_DAY, "1.00:00:00"},
    {365 * TICKS_PER_DAY + 3661 * TICKS_PER_SECOND, "365.01:01:01"},
    {INT64_MAX, "10675199.02:48:05.4775807"},
    {INT64_MIN, "-10675199.02:48:05.4775808"},
};

static void test_print(void)
{
    for (size_t i = 0; i < COUNT_OF(printed); i++) {
        char text[TIMESPAN_SIZE];
        int64_t again = 0;
        CHECK_AT(printed[i].want,
                 strcmp(timespan_print(printed[i].ticks, text), printed[i].want) == 0);
        CHECK_AT(printed[i].want, timespan_parse(text, &again) && again == printed[i].ticks);
    }
}

TEST_SUITE("config/timespan", {"parse", test_parse}, {"print", test_print})
