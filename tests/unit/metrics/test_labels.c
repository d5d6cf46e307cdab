#include <stdlib.h>

#include "src/base/limits.h"
#include "src/base/text.h"
#include "src/metrics/labels.h"
#include "tests/support/check.h"
#include "tests/support/measure.h"

static const struct {
    enum measurement_kind kind;
    const char *meter, *instrument, *tags, *want; /* NAME|VALUE; of each */
} rows[] = {
    {MEASUREMENT_GAUGE, NULL, NULL, "", ""},
    {MEASUREMENT_GAUGE, NULL, NULL, "a=1", "a|1;"},
    {MEASUREMENT_GAUGE, NULL, NULL, "a=1,b=", "a|1;b|;"},
    {MEASUREMENT_GAUGE, "m=1", "i=2", "t=3", "m|1;i|2;t|3;"},
    {MEASUREMENT_GAUGE, "m=1", NULL, "", "m|1;"},
    {MEASUREMENT_GAUGE, "x=1", "x=2,y=3", "x=4", "x|4;y|3;"},
    {MEASUREMENT_GAUGE, NULL, NULL, "u=a=b", "u|a=b;"},
    {MEASUREMENT_GAUGE, NULL, NULL, "a:1", ""},
    {MEASUREMENT_MEAN, NULL, NULL, "a:1,b:c:d", "a|1;b|c:d;"},
    {MEASUREMENT_MEAN, NULL, NULL, "a=1", ""},
    {MEASUREMENT_INCREMENT, NULL, NULL, "color:blue", "color|blue;"},
    {MEASUREMENT_GAUGE, NULL, NULL, "=v", "|v;"},
    {MEASUREMENT_GAUGE, NULL, NULL, "r=/a,b,c=1", "r|/a,b;c|1;"},
    {MEASUREMENT_GAUGE, NULL, NULL, "r=1,2,3", "r|1,2,3;"},
    {MEASUREMENT_GAUGE, NULL, NULL, "broken,a=1", ""},
    {MEASUREMENT_GAUGE, "broken", NULL, "a=1", ""},
    {MEASUREMENT_GAUGE, "m=1", NULL, "broken", ""},
    {MEASUREMENT_GAUGE, NULL, NULL, "a=1,a=2,x", "a|2,x;"},
    {MEASUREMENT_GAUGE, NULL, NULL, "a=1,,", "a|1,;"},
};

static void test_rows(void)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct measurement m = measure(rows[i].kind, "p", "n", rows[i].tags, 1);
        struct text got = {0};
        size_t count, size;
        m.meter_tags = rows[i].meter;
        m.instrument_tags = rows[i].instrument;
        struct metric_label *labels = labels_parse(&m, &count, &size);
        for (size_t n = 0; n < count; n++)
            text_add_fmt(&got, "%s|%s;", labels[n].name, labels[n].value);
        CHECK_AT(rows[i].tags, strcmp(got.data ? got.data : "", rows[i].want) == 0);
        text_deinit(&got);
        free(labels);
    }
}

static void test_bounds(void)
{
    struct text tags = {0};
    size_t count, size;

    for (int i = 0; i < 3 * LIMIT_METRIC_LABELS; i++)
        text_add_fmt(&tags, "%sk%d=v,w", i ? "," : "", i);
    struct measurement m = measure(MEASUREMENT_GAUGE, "p", "n", tags.data, 1);
    struct metric_label *labels = labels_parse(&m, &count, &size);
    CHECK(count == LIMIT_METRIC_LABELS);
    CHECK(strcmp(labels[LIMIT_METRIC_LABELS - 1].value, "v,w") == 0);
    free(labels);

    tags.size = 0;
    text_add_str(&tags, "k=");
    for (int i = 0; i < 2 * LIMIT_METRIC_TAGS; i++)
        text_add(&tags, "x", 1);
    m.tags = tags.data;
    labels = labels_parse(&m, &count, &size);
    REQUIRE(count == 1);
    CHECK(strlen(labels[0].value) == LIMIT_METRIC_TAGS - 2);
    free(labels);

    tags.size = 0;
    text_add_str(&tags, "k=");
    for (int i = 0; i < LIMIT_METRIC_TAGS; i++)
        text_add_str(&tags, "\xE2\x82\xAC"); /* no character is cut */
    m.tags = tags.data;
    labels = labels_parse(&m, &count, &size);
    REQUIRE(count == 1);
    CHECK(strlen(labels[0].value) == (LIMIT_METRIC_TAGS - 2) / 3 * 3);
    free(labels);
    text_deinit(&tags);
}

TEST_SUITE("metrics/labels", {"rows", test_rows}, {"bounds", test_bounds})
