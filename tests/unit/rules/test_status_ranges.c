#include <errno.h>

#include "src/rules/status_ranges.h"
#include "tests/support/check.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

static const struct {
    const char *text;
    int code;
    int64_t first, last; /* in the set; those beside are not */
} rows[] = {
    {"404", 0, 404, 404},         {"100", 0, 100, 100},       {"599", 0, 599, 599},
    {"500-599", 0, 500, 599},     {"200-200", 0, 200, 200},   {"100-599", 0, 100, 599},
    {"127-128", 0, 127, 128},     {"600", -EINVAL, 0, 0},     {"099", -EINVAL, 0, 0},
    {"40", -EINVAL, 0, 0},        {"4040", -EINVAL, 0, 0},    {"", -EINVAL, 0, 0},
    {"abc", -EINVAL, 0, 0},       {"5xx", -EINVAL, 0, 0},     {"500-", -EINVAL, 0, 0},
    {"-500", -EINVAL, 0, 0},      {"500-600", -EINVAL, 0, 0}, {"500-4999", -EINVAL, 0, 0},
    {"500 - 599", -EINVAL, 0, 0}, {"500,501", -EINVAL, 0, 0}, {"599-500", -EINVAL, 0, 0},
};

static void test_rows(void)
{
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct status_ranges s = {0};
        struct error err;
        CHECK_AT(rows[i].text, status_ranges_add(&s, rows[i].text, &err) == rows[i].code);
        for (int64_t status = -1; status < 700; status++)
            CHECK_AT(rows[i].text,
                     status_ranges_has(&s, status) ==
                         (rows[i].code == 0 && status >= rows[i].first && status <= rows[i].last));
        CHECK(!status_ranges_has(&s, INT64_MAX) && !status_ranges_has(&s, INT64_MIN));
    }
}

static void test_several(void)
{
    struct status_ranges s = {0};
    struct error err;

    CHECK(status_ranges_add(&s, "404", &err) == 0 && status_ranges_add(&s, "500-501", &err) == 0);
    CHECK(status_ranges_has(&s, 404) && status_ranges_has(&s, 500) && status_ranges_has(&s, 501));
    CHECK(!status_ranges_has(&s, 200) && !status_ranges_has(&s, 502));
}

TEST_SUITE("rules/status_ranges", {"rows", test_rows}, {"several", test_several})
