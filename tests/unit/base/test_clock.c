#include <time.h>

#include "src/base/clock.h"
#include "tests/support/check.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])
#define TICKS(seconds, fraction) ((seconds)*10000000ll + (fraction))

static const struct {
    int64_t ticks;
    const char *iso, *stamp;
} rows[] = {
    {TICKS(1795322045, 5399768), "2026-11-22T04:34:05.5399768Z", "20261122_043405_539"},
    {TICKS(1795322045, 0), "2026-11-22T04:34:05Z", "20261122_043405_000"},
    {TICKS(1795322045, 5000000), "2026-11-22T04:34:05.5Z", "20261122_043405_500"},
    {TICKS(1795322045, 1), "2026-11-22T04:34:05.0000001Z", "20261122_043405_000"},
    {TICKS(1795322045, 9999999), "2026-11-22T04:34:05.9999999Z", "20261122_043405_999"},
    {TICKS(1795322045, 100000), "2026-11-22T04:34:05.01Z", "20261122_043405_010"},
    {TICKS(951868799, 10000), "2000-02-29T23:59:59.001Z", "20000229_235959_001"},
    {0, "1970-01-01T00:00:00Z", "19700101_000000_000"},
};

static void test_texts(void)
{
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        char iso[CLOCK_ISO_SIZE], stamp[CLOCK_STAMP_SIZE];
        CHECK_AT(rows[i].iso, clock_iso(rows[i].ticks, iso) == iso);
        CHECK_AT(rows[i].iso, strcmp(iso, rows[i].iso) == 0);
        CHECK_AT(rows[i].stamp, clock_stamp(rows[i].ticks, stamp) == stamp);
        CHECK_AT(rows[i].stamp, strcmp(stamp, rows[i].stamp) == 0);
    }
}

static void test_now(void)
{
    int64_t before = (int64_t)time(NULL) - 1, now = clock_now_ticks() / 10000000;
    int64_t after = (int64_t)time(NULL) + 1;

    CHECK(now >= before && now <= after);
}

static void test_monotonic(void)
{
    struct timespec t;
    int64_t first = clock_monotonic_ms();

    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    int64_t kernel = (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
    CHECK(kernel >= first && clock_monotonic_ms() >= kernel);
}

TEST_SUITE("base/clock", {"texts", test_texts}, {"now", test_now}, {"monotonic", test_monotonic})
