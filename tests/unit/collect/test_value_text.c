/* Texts as .NET 10 printed them: Convert.ToString(value, CultureInfo.InvariantCulture). */
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "src/collect/value_text.h"
#include "tests/support/check.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

static void check_text(const char *want, const struct nettrace_value *value)
{
    char text[64];
    size_t length = 0;

    CHECK_AT(want, value_text(value, text, sizeof text, &length));
    CHECK_AT(want, length == strlen(want) && strcmp(text, want) == 0);
}

static const struct {
    double value;
    const char *want;
} doubles[] = {
    {0.0, "0"},
    {-0.0, "-0"},
    {1.0, "1"},
    {0.1, "0.1"},
    {1e14, "100000000000000"},
    {1e16, "10000000000000000"},
    {1e17, "1E+17"},
    {123456789012345, "123456789012345"},
    {1.5e300, "1.5E+300"},
    {1e-4, "0.0001"},
    {-1e-5, "-1E-05"},
    {1.25e-5, "1.25E-05"},
    {0.00012345, "0.00012345"},
    {5e-324, "5E-324"},
    {DBL_MAX, "1.7976931348623157E+308"},
    {1234.5678, "1234.5678"},
    {2.0 / 3, "0.6666666666666666"},
    {123456789.123456789, "123456789.12345679"},
    {INFINITY, "Infinity"},
    {-INFINITY, "-Infinity"},
    {NAN, "NaN"},
    {-NAN, "NaN"},
};

static const struct {
    float value;
    const char *want;
} singles[] = {
    {0.1F, "0.1"},
    {1e8F, "100000000"},
    {1e9F, "1E+09"},
    {16777216.0F, "16777216"},
    {1e-4F, "0.0001"},
    {1e-5F, "1E-05"},
    {3.4F, "3.4"},
    {123456.789F, "123456.79"},
    {FLT_MAX, "3.4028235E+38"},
    {FLT_TRUE_MIN, "1E-45"},
};

static void test_floating(void)
{
    const struct nettrace_type of_double = {.code = NETTRACE_DOUBLE};
    const struct nettrace_type of_single = {.code = NETTRACE_SINGLE};

    for (size_t i = 0; i < COUNT_OF(doubles); i++)
        check_text(doubles[i].want,
                   &(struct nettrace_value){.type = &of_double, .f = doubles[i].value});
    for (size_t i = 0; i < COUNT_OF(singles); i++)
        check_text(singles[i].want,
                   &(struct nettrace_value){.type = &of_single, .f = (double)singles[i].value});
}

static const struct {
    uint8_t code;
    uint64_t value;
    const char *want;
} numbers[] = {
    {NETTRACE_BOOLEAN32, 1, "True"},
    {NETTRACE_BOOLEAN8, 0, "False"},
    {NETTRACE_UTF16_UNIT, 'x', "x"},
    {NETTRACE_UTF16_UNIT, 0x20AC, "\xE2\x82\xAC"},
    {NETTRACE_INT8, (uint64_t)-3, "-3"},
    {NETTRACE_UINT8, 200, "200"},
    {NETTRACE_INT32, (uint64_t)-5, "-5"},
    {NETTRACE_INT64, UINT64_C(1) << 63, "-9223372036854775808"},
    {NETTRACE_UINT64, UINT64_MAX, "18446744073709551615"},
    {NETTRACE_POINTER, 4096, "4096"},
    {NETTRACE_VARINT, (uint64_t)-1000, "-1000"},
    {NETTRACE_VARUINT, 1000, "1000"},
};

static void test_numbers(void)
{
    for (size_t i = 0; i < COUNT_OF(numbers); i++) {
        const struct nettrace_type type = {.code = numbers[i].code};
        check_text(numbers[i].want, &(struct nettrace_value){.type = &type, .u = numbers[i].value});
    }
}

static void test_others(void)
{
    static const uint8_t guid[] = {0x33, 0x22, 0x11, 0x00, 0x55, 0x44, 0x77, 0x66,
                                   0x88, 0x99, 0xAA, 0xBB, 0xCC, 0xDD, 0xEE, 0xFF};
    static const uint8_t time[] = {0xEA, 0x07, 11, 0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 0xA6, 2};
    const struct nettrace_type of_guid = {.code = NETTRACE_GUID},
                               of_time = {.code = NETTRACE_DATE_TIME},
                               of_text = {.code = NETTRACE_UTF16_STRING},
                               of_system_time = {.code = NETTRACE_SYSTEM_TIME};
    const char *zone = getenv("TZ");

    check_text("00112233-4455-6677-8899-aabbccddeeff",
               &(struct nettrace_value){.type = &of_guid, .bytes = guid, .size = 16});
    check_text("11/02/2026 03:04:05",
               &(struct nettrace_value){.type = &of_time, .bytes = time, .size = 16});
    check_text("11/02/2026 03:04:05",
               &(struct nettrace_value){.type = &of_system_time, .bytes = time, .size = 16});
    check_text("hi", &(struct nettrace_value){
                         .type = &of_text, .bytes = (const uint8_t *)"h\0i\0", .size = 4});
    REQUIRE(!zone && setenv("TZ", "XYZ-2", 1) == 0);
    tzset();
    check_text(
        "01/01/1970 02:00:01",
        &(struct nettrace_value){.type = &of_time, .u = UINT64_C(116444736010000000), .size = 8});
    (void)unsetenv("TZ");
    tzset();
}

/* What has no text, and what does not fit. */
static void test_limits(void)
{
    static const uint8_t without[] = {NETTRACE_OBJECT, NETTRACE_ARRAY, NETTRACE_DECIMAL,
                                      NETTRACE_COUNTED_BY};
    const struct nettrace_type number = {.code = NETTRACE_UINT32};
    char text[4];
    size_t length;

    for (size_t i = 0; i < COUNT_OF(without); i++) {
        const struct nettrace_type type = {.code = without[i]};
        CHECK(!value_text(&(struct nettrace_value){.type = &type}, text, sizeof text, &length));
    }
    CHECK(value_text(&(struct nettrace_value){.type = &number, .u = 12345}, text, sizeof text,
                     &length));
    CHECK(length == 5 && strcmp(text, "123") == 0);
    CHECK(value_text(&(struct nettrace_value){.type = &number, .u = 12}, NULL, 0, &length));
    CHECK(length == 2);
}

TEST_SUITE("collect/value_text", {"floating", test_floating}, {"numbers", test_numbers},
           {"others", test_others}, {"limits", test_limits});
