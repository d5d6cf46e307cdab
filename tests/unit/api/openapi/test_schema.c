#include "src/api/openapi/schema.h"
#include "tests/support/check.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

static const struct {
    const char *text;
    bool ok;
    int32_t number;
} integers[] = {
    {"0", true, 0},
    {"-0", true, 0},
    {"+5", true, 5},
    {"  5  ", true, 5},
    {"- 5", false, 0},
    {"00000000000000000000000005", true, 5},
    {"2147483647", true, INT32_MAX},
    {"2147483648", false, 0},
    {"-2147483648", true, INT32_MIN},
    {"-2147483649", false, 0},
    {"99999999999999999999999999", false, 0},
    {"", false, 0},
    {" ", false, 0},
    {"-", false, 0},
    {"5 5", false, 0},
    {"5x", false, 0},
    {"5.0", false, 0},
    {"1e1", false, 0},
    {"0x5", false, 0},
    {"1,000", false, 0},
    {"(5)", false, 0},
    {"\xd9\xa1", false, 0}, /* an Arabic digit */
};

static void test_integers(void)
{
    for (size_t i = 0; i < COUNT_OF(integers); i++) {
        int32_t got = 77;
        CHECK_AT(integers[i].text, schema_read_integer(integers[i].text, &got) == integers[i].ok);
        CHECK_AT(integers[i].text, got == (integers[i].ok ? integers[i].number : 77));
    }
}

static const struct {
    const char *text;
    bool ok;
    int64_t number;
} longs[] = {
    {"0", true, 0},
    {" 2147483648 ", true, INT64_C(2147483648)},
    {"-5", true, -5},
    {"9223372036854775807", true, INT64_MAX},
    {"9223372036854775808", false, 0},
    {"-9223372036854775808", true, INT64_MIN},
    {"-9223372036854775809", false, 0},
    {"18446744073709551616", false, 0},
    {"99999999999999999999999999", false, 0},
    {"", false, 0},
    {"1e3", false, 0},
};

static void test_longs(void)
{
    for (size_t i = 0; i < COUNT_OF(longs); i++) {
        int64_t got = 77;
        CHECK_AT(longs[i].text, schema_read_long(longs[i].text, &got) == longs[i].ok);
        CHECK_AT(longs[i].text, got == (longs[i].ok ? longs[i].number : 77));
    }
}

static const struct {
    const struct schema *schema;
    const char *text;
    bool ok;
    int32_t number;
} enums[] = {
    {&schema_dump_type, "Full", true, 1},
    {&schema_dump_type, "tRIAGE", true, 4},
    {&schema_dump_type, " Mini ", true, 2},
    {&schema_dump_type, "Mini,Full", true, 3},
    {&schema_dump_type, "Mini, full ", true, 3},
    {&schema_dump_type, "Triage,Full", false, 0}, /* 5 */
    {&schema_dump_type, "1", true, 1},
    {&schema_dump_type, " +4 ", true, 4},
    {&schema_dump_type, "0", false, 0},
    {&schema_dump_type, "5", false, 0},
    {&schema_dump_type, "-1", false, 0},
    {&schema_dump_type, "", false, 0},
    {&schema_dump_type, ",", false, 0},
    {&schema_dump_type, "Full,", false, 0},
    {&schema_dump_type, ",Full", false, 0},
    {&schema_dump_type, "Ful", false, 0},
    {&schema_dump_type, "Fulll", false, 0},
    {&schema_dump_type, "Full|Mini", false, 0},
    {&schema_dump_type, "0x1", false, 0},
    {&schema_trace_profile, "cpu,http", true, 3},
    {&schema_trace_profile, "cpu, http, cpu", true, 3},
    {&schema_trace_profile, "GcCollect", true, 16},
    {&schema_trace_profile, "dotnet-common", true, 0x20},
    {&schema_trace_profile, "dotnet-sampled-thread-time", true, 0x40},
    {&schema_trace_profile, "cpu-sampling", true, 0x80},
    {&schema_trace_profile, "gc-verbose", true, 0x100},
    {&schema_trace_profile, "database", true, 0x200},
    {&schema_trace_profile, "gc-collect", true, 0x400},
    {&schema_trace_profile, "GC-Verbose, cpu", true, 0x101},
    {&schema_trace_profile, "thread-time", false, 0},
    {&schema_trace_profile, "gc_verbose", false, 0},
    {&schema_trace_profile, "gc", false, 0},
    {&schema_trace_profile, "31", true, 31},
    {&schema_trace_profile, "3", true, 3},
    {&schema_trace_profile, "0", false, 0},
    {&schema_trace_profile, "32", false, 0},
    {&schema_trace_profile, "-1", false, 0},
    {&schema_trace_profile, "1,2", false, 0},
    {&schema_trace_profile, "cpu,2", false, 0},
    {&schema_trace_profile, "cpu,,http", false, 0},
    {&schema_trace_profile, "cpu http", false, 0},
    {&schema_log_level, "Trace", true, 0},
    {&schema_log_level, "none", true, 6},
    {&schema_log_level, "7", false, 0},
};

static void test_enums(void)
{
    for (size_t i = 0; i < COUNT_OF(enums); i++) {
        int32_t got = 77;
        CHECK_AT(enums[i].text,
                 schema_read_enum(enums[i].schema, enums[i].text, &got) == enums[i].ok);
        CHECK_AT(enums[i].text, got == (enums[i].ok ? enums[i].number : 77));
    }
}

TEST_SUITE("api/openapi/schema", {"integers", test_integers}, {"longs", test_longs},
           {"enums", test_enums})
