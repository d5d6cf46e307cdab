#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include "src/base/number_text.h"
#include "tests/support/check.h"

/* What .NET 10 writes. */
static const struct {
    uint64_t bits;
    const char *text;
} rows[] = {
    {0x0000000000000000, "0"},
    {0x8000000000000000, "-0"},
    {0x3FF0000000000000, "1"},
    {0xBFF0000000000000, "-1"},
    {0x3FB999999999999A, "0.1"},
    {0x3F1A36E2EB1C432D, "0.0001"},
    {0x3EE4F8B588E368F1, "1E-05"},
    {0x3F19F3C70C996B76, "9.9E-05"},
    {0x42DC12218377DE40, "123456789012345"},
    {0x430C6BF526340000, "1000000000000000"},
    {0x43118B54F22AEB00, "1234567890123456"},
    {0x4341C37937E08000, "10000000000000000"},
    {0x4360000000000000, "36028797018963970"},
    {0x437B69B4BA630F35, "1.2345678901234568E+17"},
    {0x4480F0CF064DD592, "1E+22"},
    {0x0000000000000001, "5E-324"},
    {0x0010000000000000, "2.2250738585072014E-308"},
    {0x7FEFFFFFFFFFFFFF, "1.7976931348623157E+308"},
    {0x0060000000000000, "7.120236347223045E-307"}, /* a power of two: not the nearest digits */
    {0x3D30000000000000, "5.684341886080802E-14"},
    {0x3FB8F977E1E078A6, "0.09755658402034104"},
    {0x4014D1EB851EB853, "5.205000000000001"},
    {0x40A2017AC710CB2A, "2304.7398000000003"},
    {0x3FD5555555555555, "0.3333333333333333"},
    {0x408EE5C98AD84B94, "988.7234093568863"}, /* near the middle of two */
    {0x40F86A0800000000, "100000.5"},
    {0xBE90C6F7A0B5ED8D, "-2.5E-07"},
    {0x430C6BF52633FFFF, "999999999999999.9"},
    {0x3F202E85BE180B74, "0.00012345678901234567"},
    {0x7FF8000000000000, "NaN"},
    {0x7FF0000000000000, "Infinity"},
    {0xFFF0000000000000, "-Infinity"},
};

static void test_rows(void)
{
    char text[NUMBER_TEXT];
    double value;

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        memcpy(&value, &rows[i].bits, sizeof value);
        CHECK_AT(rows[i].text, number_text(value, text) == strlen(rows[i].text));
        CHECK_AT(rows[i].text, strcmp(text, rows[i].text) == 0);
    }
}

/* Any bits read back as what they were, in no more than 17 digits. */
static void test_round_trip(void)
{
    uint64_t bits = 1;
    char text[NUMBER_TEXT];
    double value, read;

    for (int i = 0; i < 200000; i++) {
        bits = bits * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        uint64_t mixed = bits ^ bits >> 31;
        memcpy(&value, &mixed, sizeof value);
        size_t size = number_text(value, text);
        read = strtod(text, NULL);
        if (size >= NUMBER_TEXT || (!isnan(value) && read != value))
            CHECK_AT(text, false);
    }
}

TEST_SUITE("base/number_text", {"as .NET", test_rows}, {"round trip", test_round_trip})
