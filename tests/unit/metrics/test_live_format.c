#include <math.h>
#include <stdlib.h>
#include <time.h>

#include "src/base/cleanup.h"
#include "src/metrics/live_format.h"
#include "tests/support/world.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])
#define SECOND INT64_C(1795320306) /* 2026-11-22T04:05:06Z */

static struct measurement gauge(double value)
{
    return (struct measurement){.kind = MEASUREMENT_GAUGE,
                                .unix_ns = SECOND * 1000000000,
                                .interval = 5,
                                .provider = "p",
                                .name = "n",
                                .display_name = "",
                                .tags = "",
                                .meter_version = "",
                                .value = value,
                                .total = (double)NAN};
}

/* What a format writes; lives until the test has ended. */
static const char *written(const char *format, const struct measurement *m)
{
    struct text out = {0};

    text_add_str(&out, "");
    live_format_find(format)->write(&out, m);
    REQUIRE(!out.failed);
    const char *copy = world_text("%s", out.data);
    text_deinit(&out);
    return copy;
}

static const struct {
    const char *zone;
    int64_t ns;
    const char *json, *csv;
} times[] = {
    {"UTC", 0, "2026-11-22T04:05:06+00:00", "11/22/2026 04:05:06"},
    {"UTC", 155764699, "2026-11-22T04:05:06.1557646+00:00", "11/22/2026 04:05:06"},
    {"UTC", 155900000, "2026-11-22T04:05:06.1559+00:00", "11/22/2026 04:05:06"},
    {"UTC", 100, "2026-11-22T04:05:06.0000001+00:00", "11/22/2026 04:05:06"},
    {"America/St_Johns", 0, "2026-11-22T00:35:06-03:30", "11/22/2026 00:35:06"},
    {"Asia/Kolkata", 0, "2026-11-22T09:35:06+05:30", "11/22/2026 09:35:06"},
};

static void set_zone(const char *zone)
{
    REQUIRE(setenv("TZ", zone, 1) == 0);
    tzset();
}

static void test_times(void)
{
    for (size_t i = 0; i < COUNT_OF(times); i++) {
        struct measurement m = gauge(1);

        set_zone(times[i].zone);
        m.unix_ns += times[i].ns;
        CHECK_AT(times[i].json, strstr(written("json", &m), world_text("{\"timestamp\":\"%s\",",
                                                                       times[i].json)) != NULL);
        CHECK_AT(times[i].csv,
                 strcmp(written("csv", &m), world_text("%s,p,n,Metric,1\n", times[i].csv)) == 0);
    }
    set_zone("UTC");
}

/* Null where nothing was told, "" where it was told that there is nothing; JSON's escapes. */
static void test_texts(void)
{
    struct measurement m = gauge(0.1);

    CHECK(strstr(written("json", &m),
                 "\"displayName\":\"n\",\"unit\":null,\"counterType\":\"Metric\",\"tags\":\"\","
                 "\"value\":0.1,\"meterTags\":null,\"instrumentTags\":null}\n") != NULL);
    m.unit = m.meter_tags = "";
    m.instrument_tags = "a=\"<\n";
    m.name = "a,\"b\"";
    CHECK(strstr(written("json", &m), "\"name\":\"a,\\u0022b\\u0022\"") != NULL);
    CHECK(strstr(written("json", &m), "\"unit\":\"\"") != NULL);
    CHECK(strstr(written("json", &m),
                 "\"meterTags\":\"\",\"instrumentTags\":\"a=\\u0022\\u003C\\n\"") != NULL);
    CHECK(strcmp(written("csv", &m),
                 "11/22/2026 04:05:06,p,\"a,\"\"b\"\"[a=\"\"<\n]\",Metric,0.1\n") == 0);
}

static const struct {
    double quantile;
    const char *json, *csv;
} quantiles[] = {
    {0.5, "Percentile=50\"", "Percentile=50]"},
    {0.999, "Percentile=99\"", "Percentile=99.9]"},
    {0.57, "Percentile=56\"", "Percentile=56.99999999999999]"}, /* 100 * 0.57, as in the peer */
    {1e300, "Percentile=0\"", "Percentile=1E+302]"},
    {-5, "Percentile=0\"", "Percentile=-500]"},
};

static void test_quantiles(void)
{
    for (size_t i = 0; i < COUNT_OF(quantiles); i++) {
        const struct measurement_quantile q = {quantiles[i].quantile, 7};
        struct measurement m = gauge(0);

        m.kind = MEASUREMENT_HISTOGRAM;
        m.quantiles = &q;
        m.quantile_count = 1;
        CHECK_AT(quantiles[i].json, strstr(written("json", &m), quantiles[i].json) != NULL);
        CHECK_AT(quantiles[i].csv, strstr(written("csv", &m), quantiles[i].csv) != NULL);
    }
}

static void test_nothing(void)
{
    struct measurement m = gauge(1);

    CHECK(!live_format_find("") && !live_format_find("jso") && live_format_find("JSON"));
    m.kind = MEASUREMENT_HISTOGRAM; /* an interval without observations */
    CHECK(written("json", &m)[0] == '\0' && written("csv", &m)[0] == '\0');
    m.kind = MEASUREMENT_ENDED;
    m.tags = NULL;
    CHECK(written("json", &m)[0] == '\0' && written("csv", &m)[0] == '\0');
}

WORLD_SUITE("metrics/live_format", {"times", test_times}, {"texts", test_texts},
            {"quantiles", test_quantiles}, {"nothing", test_nothing})
