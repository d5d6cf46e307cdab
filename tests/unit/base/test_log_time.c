#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "src/base/cleanup.h"
#include "src/base/limits.h"
#include "src/base/log_time.h"
#include "tests/support/files.h"
#include "tests/support/json.h"
#include "tests/support/world.h"

enum { POINTS = 3, FORMATS_AT_LEAST = 60 };

/* The points in time of tests/data/log/timestamps.tsv. */
static const struct log_time points[POINTS] = {
    {17728365091203400, 330},  /* 2026-03-07 04:05:09.1203400 +05:30 */
    {17953779400000007, -210}, /* 2026-11-22 16:35:40.0000007 -03:30 */
    {17986752000000000, 0},    /* 2026-12-31 00:00:00 +00:00 */
};

/* "[text]", or "ERR". */
static const char *formatted(const char *format, const struct log_time *t)
{
    struct text out = {0};
    bool good = log_time_format(&out, format, t);
    const char *got = good ? world_text("[%s]", out.data ? out.data : "") : "ERR";

    text_deinit(&out);
    return got;
}

/* What .NET has made of each format. */
static void test_recorded(void)
{
    char *rest = files_read("tests/data/log/timestamps.tsv", NULL), *line;
    int n = 0;

    REQUIRE(rest != NULL);
    for (; (line = strsep(&rest, "\n")) != NULL && *line; n++) {
        char *want = strchr(line, '\t');
        REQUIRE(want != NULL);
        *want++ = '\0';
        const cJSON *format = json_parse(line);
        REQUIRE(cJSON_IsString(format));
        const char *got = formatted(format->valuestring, &points[n % POINTS]);
        CHECK_AT(world_text("%s: %s, not %s", line, want, got), strcmp(got, want) == 0);
        CHECK_AT(line, log_time_check(format->valuestring) == (strcmp(want, "ERR") != 0));
    }
    CHECK(n >= POINTS * FORMATS_AT_LEAST);
}

static void test_before_1970(void)
{
    const struct log_time t = {-1, 0};

    CHECK(strcmp(formatted("o", &t), "[1969-12-31T23:59:59.9999999+00:00]") == 0);
}

static void test_length(void)
{
    char format[LIMIT_LOG_TIMESTAMP + 2];

    memset(format, 'x', sizeof format);
    format[LIMIT_LOG_TIMESTAMP] = '\0';
    CHECK(log_time_check(format));
    format[LIMIT_LOG_TIMESTAMP] = 'x';
    format[LIMIT_LOG_TIMESTAMP + 1] = '\0';
    CHECK(!log_time_check(format));
}

/* A zone of its own: local time is ahead, UTC is not. */
static void test_now(void)
{
    (void)setenv("TZ", "TEST-05:45", 1);
    tzset();
    struct log_time local = log_time_now(false), utc = log_time_now(true);
    (void)unsetenv("TZ");
    tzset();

    CHECK(local.offset == 345 && utc.offset == 0);
    CHECK(utc.ticks >= local.ticks && utc.ticks - local.ticks < 10000000 * 60LL);
}

WORLD_SUITE("base/log_time", {"recorded", test_recorded}, {"before 1970", test_before_1970},
            {"length", test_length}, {"now", test_now})
