#include <math.h>

#include "src/metrics/value_text.h"
#include "tests/support/check.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

static const struct {
    const char *text;
    bool is_number;
    double want;
} numbers[] = {
    {"0", true, 0},
    {"-1.5", true, -1.5},
    {"+2", true, 2},
    {"1E+20", true, 1e20},
    {"1e-05", true, 1e-5},
    {"9223372036854775807", true, 9223372036854775807.0},
    {"Infinity", true, (double)INFINITY},
    {"-Infinity", true, -(double)INFINITY},
    {"", false, 0},
    {" 1", false, 0},
    {"1 ", false, 0},
    {"1.5.2", false, 0},
    {"0x10", false, 0},
    {"inf", false, 0},
    {"nan", false, 0},
    {"1,000", false, 0},
    {"E", false, 0},
    {"--1", false, 0},
    {"1111111111111111111111111111111111111111111111111111111111111111111111111", false, 0},
};

static void test_numbers(void)
{
    double value;

    for (size_t i = 0; i < COUNT_OF(numbers); i++) {
        bool is = value_text_number(numbers[i].text, &value);
        CHECK_AT(numbers[i].text, is == numbers[i].is_number);
        CHECK_AT(numbers[i].text, !is || value == numbers[i].want);
    }
    CHECK(value_text_number("NaN", &value) && isnan(value));
}

static const struct {
    const char *text;
    size_t count;
    struct measurement_quantile want[3];
} quantiles[] = {
    {"", 0, {{0, 0}}},
    {"0.5=1;0.95=2.5;0.99=3", 3, {{0.5, 1}, {0.95, 2.5}, {0.99, 3}}},
    {"0.5=1;", 1, {{0.5, 1}}},
    {";;0.5=1", 1, {{0.5, 1}}},
    {"0.5;0.9=2", 1, {{0.9, 2}}},
    {"0.5=;=1;=;0.9=2", 1, {{0.9, 2}}},
    {"0.5=1=2;x=1;0.9=y", 0, {{0, 0}}},
    {"0.1=1;0.2=2;0.3=3;0.4=4", 3, {{0.1, 1}, {0.2, 2}, {0.3, 3}}},
};

static void test_quantiles(void)
{
    for (size_t i = 0; i < COUNT_OF(quantiles); i++) {
        struct measurement_quantile got[3];
        size_t count = value_text_quantiles(quantiles[i].text, got, COUNT_OF(got));
        CHECK_AT(quantiles[i].text, count == quantiles[i].count);
        for (size_t n = 0; n < count; n++) {
            CHECK_AT(quantiles[i].text, got[n].quantile == quantiles[i].want[n].quantile);
            CHECK_AT(quantiles[i].text, got[n].value == quantiles[i].want[n].value);
        }
    }
}

TEST_SUITE("metrics/value_text", {"numbers", test_numbers}, {"quantiles", test_quantiles})
