#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "src/config/timespan.h"
#include "src/config/types.h"
#include "tests/support/check.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

static double number_of(const struct value_type *type, const struct value *v)
{
    switch (type->form) {
    case VALUE_BOOLEAN:
        return v->boolean;
    case VALUE_INTEGER:
    case VALUE_DURATION:
        return (double)v->integer;
    case VALUE_REAL:
        return v->real;
    case VALUE_CHOICE:
        return v->choice;
    case VALUE_GUID:
        return 1;
    case VALUE_TEXT:
    default:
        return 0;
    }
}

/* Whole numbers, reals, booleans and GUIDs: the answers of Int32Converter, DoubleConverter (NaN and
 * the infinite apart, which are refused), bool.Parse and Guid.Parse of .NET 10. */
static const struct {
    const struct value_type *type;
    const char *text;
    bool want;
    double value;
} rows[] = {
    {&type_number, "0", true, 0},
    {&type_number, "1", true, 1},
    {&type_number, "-1", true, -1},
    {&type_number, "+1", true, 1},
    {&type_number, " 7 ", true, 7},
    {&type_number, "\t7\n", true, 7},
    {&type_number, "2147483647", true, 2147483647},
    {&type_number, "2147483648", false, 0},
    {&type_number, "-2147483648", true, -2147483648},
    {&type_number, "-2147483649", false, 0},
    {&type_number, "0x10", true, 16},
    {&type_number, "0X10", true, 16},
    {&type_number, "#10", true, 16},
    {&type_number, "&h10", true, 16},
    {&type_number, "&H10", true, 16},
    {&type_number, "0xFFFFFFFF", true, -1},
    {&type_number, "0x1FFFFFFFF", false, 0},
    {&type_number, "0x", false, 0},
    {&type_number, "# 10", false, 0},
    {&type_number, "-0x1", false, 0},
    {&type_number, "1e3", false, 0},
    {&type_number, "1,000", false, 0},
    {&type_number, "1.0", false, 0},
    {&type_number, "", false, 0},
    {&type_number, "  ", false, 0},
    {&type_number, "0x-1", false, 0},
    {&type_number, "00012", true, 12},
    {&type_number, "0x0000000000001", true, 1},
    {&type_number, "- 1", false, 0},
    {&type_number, "1-", false, 0},
    {&type_number, "(1)", false, 0},
    {&type_number, "#", false, 0},
    {&type_number, "0xg", false, 0},
    {&type_number, " 0x10 ", true, 16},
    {&type_number, "+-1", false, 0},
    {&type_real, "0", true, 0},
    {&type_real, "1.5", true, 1.5},
    {&type_real, "-1.5", true, -1.5},
    {&type_real, "+1.5", true, 1.5},
    {&type_real, ".5", true, 0.5},
    {&type_real, "5.", true, 5},
    {&type_real, "1e3", true, 1000},
    {&type_real, "1E+3", true, 1000},
    {&type_real, "1e-3", true, 0.001},
    {&type_real, " 1.5 ", true, 1.5},
    {&type_real, "1,5", false, 0},
    {&type_real, "1,000.5", false, 0},
    {&type_real, "", false, 0},
    {&type_real, "NaN", false, 0},
    {&type_real, "Infinity", false, 0},
    {&type_real, "-Infinity", false, 0},
    {&type_real, "inf", false, 0},
    {&type_real, "0x10", false, 0},
    {&type_real, "1e", false, 0},
    {&type_real, "1e+", false, 0},
    {&type_real, "e3", false, 0},
    {&type_real, ".", false, 0},
    {&type_real, "-.5", true, -0.5},
    {&type_real, "--1", false, 0},
    {&type_real, "1.5.5", false, 0},
    {&type_real, "1e400", false, 0},
    {&type_real, "1e-400", true, 0},
    {&type_real, "(1)", false, 0},
    {&type_real, "1.5f", false, 0},
    {&type_real, "+", false, 0},
    {&type_real, "1 5", false, 0},
    {&type_real, "\t1\n", true, 1},
    {&type_real, "infinity", false, 0},
    {&type_real, "∞", false, 0},
    {&type_real, "1e5.5", false, 0},
    {&type_real, "nan", false, 0},
    {&type_guid, "55b9554d-6115-45a2-be1e-c80f7fa35369", true, 1},
    {&type_guid, "55B9554D-6115-45A2-BE1E-C80F7FA35369", true, 1},
    {&type_guid, "55b9554d611545a2be1ec80f7fa35369", true, 1},
    {&type_guid, "{55b9554d-6115-45a2-be1e-c80f7fa35369}", true, 1},
    {&type_guid, "(55b9554d-6115-45a2-be1e-c80f7fa35369)", true, 1},
    {&type_guid, " 55b9554d-6115-45a2-be1e-c80f7fa35369 ", true, 1},
    {&type_guid, "{0x55b9554d,0x6115,0x45a2,{0xbe,0x1e,0xc8,0x0f,0x7f,0xa3,0x53,0x69}}", true, 1},
    {&type_guid, "{0x55b9554d, 0x6115, 0x45a2, {0xbe,0x1e,0xc8,0x0f,0x7f,0xa3,0x53,0x69}}", true,
     1},
    {&type_guid, "{0x1,0x2,0x3,{0x4,0x5,0x6,0x7,0x8,0x9,0xa,0xb}}", true, 1},
    {&type_guid, "55b9554d-6115-45a2-be1e-c80f7fa3536", false, 0},
    {&type_guid, "55b9554d-6115-45a2-be1e-c80f7fa353699", false, 0},
    {&type_guid, "{55b9554d-6115-45a2-be1e-c80f7fa35369)", false, 0},
    {&type_guid, "{55b9554d-6115-45a2-be1e-c80f7fa35369", false, 0},
    {&type_guid, "55b9554d-6115-45a2-be1e-c80f7fa3536g", false, 0},
    {&type_guid, "{55b9554d611545a2be1ec80f7fa35369}", false, 0},
    {&type_guid, "", false, 0},
    {&type_guid, "00000000-0000-0000-0000-000000000000", true, 1},
    {&type_guid, "{0x155b9554d,0x6115,0x45a2,{0xbe,0x1e,0xc8,0x0f,0x7f,0xa3,0x53,0x69}}", false, 0},
    {&type_guid, "{0x1,0x2,0x3,{0x4,0x5,0x6,0x7,0x8,0x9,0xa,0x1bb}}", false, 0},
    {&type_guid, "{0X1,0X2,0x3,{0x4,0x5,0x6,0x7,0x8,0x9,0xa,0xb}}", true, 1},
    {&type_guid, "{0x1,0x2,0x3,{0x4,0x5,0x6,0x7,0x8,0x9,0xa,0xb}", false, 0},
    {&type_guid, "{1,0x2,0x3,{0x4,0x5,0x6,0x7,0x8,0x9,0xa,0xb}}", false, 0},
    {&type_guid, "{0x1,0x2,0x3,{0x4,0x5,0x6,0x7,0x8,0x9,0xa}}", false, 0},
    {&type_guid, "{0x1,0x2,0x3,{0x4,0x5,0x6,0x7,0x8,0x9,0xa,0xb,0xc}}", false, 0},
    {&type_boolean, "true", true, 1},
    {&type_boolean, "TRUE", true, 1},
    {&type_boolean, " tRuE ", true, 1},
    {&type_boolean, "\ttrue\n", true, 1},
    {&type_boolean, "false", true, 0},
    {&type_boolean, "False", true, 0},
    {&type_boolean, "1", false, 0},
    {&type_boolean, "0", false, 0},
    {&type_boolean, "yes", false, 0},
    {&type_boolean, "", false, 0},
    {&type_boolean, "  ", false, 0},
    {&type_boolean, "true false", false, 0},
    {&type_boolean, "true", true, 1},
    {&type_port_mode, "Listen", true, 1},
    {&type_port_mode, " liSTEN\t", true, 1},
    {&type_port_mode, "0", true, 0},
    {&type_port_mode, "+1", true, 1},
    {&type_port_mode, "2", false, 0},
    {&type_port_mode, "-1", false, 0},
    {&type_port_mode, "Listen,Connect", false, 0},
    {&type_port_mode, "List", false, 0},
    {&type_port_mode, "", false, 0},
    {&type_level, "None", true, 6},
    {&type_level, "information", true, 2},
    {&type_level, "Info", false, 0},
    {&type_trace_profile, "Cpu", true, 1},
    {&type_trace_profile, "cpu, HTTP", true, 3},
    {&type_trace_profile, "GcCollect,GcCollect", true, 16},
    {&type_trace_profile, "31", true, 31},
    {&type_trace_profile, "32", false, 0},
    {&type_trace_profile, "0", false, 0},
    {&type_trace_profile, "Cpu;Http", false, 0},
    {&type_trace_profile, "Cpu,Gpu", false, 0},
    {&type_trace_profile, ",", false, 0},
    {&type_scopes, "metrics", true, 1},
    {&type_scopes, "metrics; read,dump", true, 1 + 2 + 16},
    {&type_scopes, "3", false, 0},
    {&type_scopes, "all", false, 0},
    {&type_scopes, "", false, 0},
    {&type_octal, "0660", true, 0660},
    {&type_octal, "8", false, 0},
    {&type_octal, "0o7", false, 0},
    {&type_octal, " 7", false, 0},
    {&type_octal, "777777777777777777777777777", false, 0},
    {&type_uri, "https://x", true, 0},
    {&type_uri, " https://x ", true, 0},
    {&type_uri, "api://abc", true, 0},
    {&type_uri, "urn:a:b", true, 0},
    {&type_uri, "http://[::1]:80", true, 0},
    {&type_uri, "http://", false, 0},
    {&type_uri, "http:", false, 0},
    {&type_uri, "http://x y", false, 0},
    {&type_uri, "http://x\ny", false, 0},
    {&type_uri, "1http://x", false, 0},
    {&type_uri, "x", false, 0},
    {&type_uri, "", false, 0},
    {&type_base64url, "eyJ_-09", true, 0},
    {&type_base64url, "eyJ=", false, 0},
    {&type_base64url, "a b", false, 0},
    {&type_base64url, "a+b", false, 0},
    {&type_base64url, "", false, 0},
    {&type_status_codes, "200", true, 0},
    {&type_status_codes, "400-599", true, 0},
    {&type_status_codes, "600", false, 0},
    {&type_status_codes, "099", false, 0},
    {&type_status_codes, "40", false, 0},
    {&type_status_codes, "4000", false, 0},
    {&type_status_codes, "400-", false, 0},
    {&type_status_codes, "400-5", false, 0},
    {&type_status_codes, "400-5000", false, 0},
    {&type_status_codes, "400 - 500", false, 0},
    {&type_status_codes, "", false, 0},
    {&type_keywords, "0xC", true, 12},
    {&type_keywords, "0XFFFFFFFFFFFFFFFF", true, -1},
    {&type_keywords, "0x1FFFFFFFFFFFFFFFF", false, 0},
    {&type_keywords, "-1", true, -1},
    {&type_keywords, "9223372036854775808", false, 0},
    {&type_keywords, "0x", false, 0},
    {&type_keywords, "0x-1", false, 0},
    {&type_keywords, "C", false, 0},
    {&type_timespan, "00:00:30", true, 30.0 * 1e7},
    {&type_timespan, "30s", false, 0},
    {&type_names, "a", true, 0},
    {&type_names, " ; ,", false, 0},
    {&type_names, "", false, 0},
    {&type_text, "", true, 0},
};

static bool is_near(double a, double b)
{
    return fabs(a - b) <= 1e-9 * (1 + fabs(b));
}

static void test_parse(void)
{
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct value v = {0};
        char label[120];
        (void)snprintf(label, sizeof label, "%s '%s'", rows[i].type->name, rows[i].text);
        bool read = value_read(rows[i].type, 0, 0, rows[i].text, &v);
        CHECK_AT(label, read == rows[i].want);
        if (read && rows[i].want)
            CHECK_AT(label, is_near(number_of(rows[i].type, &v), rows[i].value));
    }
}

static const struct {
    const struct value_type *type;
    int64_t min, max;
    const char *text;
    bool want;
} ranges[] = {
    {&type_number, 1, 5, "0", false},
    {&type_number, 1, 5, "1", true},
    {&type_number, 1, 5, "5", true},
    {&type_number, 1, 5, "6", false},
    {&type_number, -1, 5, "-1", true},
    {&type_number, 0, 0, "-7", true},
    {&type_number, 1, INT32_MAX, "0x7fffffff", true},
    {&type_real, 1, 86400, "0.999", false},
    {&type_real, 1, 86400, "1", true},
    {&type_real, 1, 86400, "86400", true},
    {&type_real, 1, 86400, "86400.001", false},
    {&type_real, 0, INT64_MAX, "1e300", true},
    {&type_real, 0, INT64_MAX, "-1e-300", false},
    {&type_timespan, TICKS_PER_SECOND, TICKS_PER_DAY, "00:00:00.9999999", false},
    {&type_timespan, TICKS_PER_SECOND, TICKS_PER_DAY, "00:00:01", true},
    {&type_timespan, TICKS_PER_SECOND, TICKS_PER_DAY, "1.00:00:00", true},
    {&type_timespan, TICKS_PER_SECOND, TICKS_PER_DAY, "1.00:00:00.0000001", false},
    {&type_timespan, TICKS_PER_SECOND, TICKS_PER_DAY, "-00:00:01", false},
    {&type_octal, 0, 0777, "1000", false},
    {&type_octal, 0, 0777, "777", true},
};

static void test_ranges(void)
{
    for (size_t i = 0; i < COUNT_OF(ranges); i++) {
        struct value v;
        CHECK_AT(ranges[i].text, value_read(ranges[i].type, ranges[i].min, ranges[i].max,
                                            ranges[i].text, &v) == ranges[i].want);
    }
}

static const struct {
    const struct value_type *type;
    int64_t min, max;
    const char *want, *range;
} expectations[] = {
    {&type_boolean, 0, 0, "true or false", ""},
    {&type_number, 0, 0, "a whole number", ""},
    {&type_number, 1, 5, "a whole number from 1 to 5", "1 to 5"},
    {&type_number, 1, INT32_MAX, "a whole number of at least 1", "at least 1"},
    {&type_real, 0, INT64_MAX, "a number of at least 0", "at least 0"},
    {&type_timespan, TICKS_PER_SECOND, TICKS_PER_DAY,
     "a duration ([d.]hh:mm:ss) from 00:00:01 to 1.00:00:00", "00:00:01 to 1.00:00:00"},
    {&type_octal, 0, 0777, "an octal mode of at most three digits, as 0660", "0000 to 0777"},
    {&type_port_mode, 0, 0, "one of Connect, Listen", ""},
    {&type_trace_profile, 0, 0, "made of Cpu, Http, Logs, Metrics, GcCollect", ""},
};

static void test_expectations(void)
{
    for (size_t i = 0; i < COUNT_OF(expectations); i++) {
        char text[EXPECTATION_SIZE];
        (void)value_expectation(expectations[i].type, expectations[i].min, expectations[i].max,
                                text);
        CHECK_AT(text, strcmp(text, expectations[i].want) == 0);
        (void)value_range(expectations[i].type, expectations[i].min, expectations[i].max, text);
        CHECK_AT(text, strcmp(text, expectations[i].range) == 0);
    }
}

/* A text that is far too long is refused by every kind but text, not cut. */
static void test_long(void)
{
    static const struct value_type *const types[] = {
        &type_boolean,  &type_number,       &type_real,     &type_timespan,
        &type_guid,     &type_octal,        &type_level,    &type_uri,
        &type_keywords, &type_status_codes, &type_port_mode};
    enum { SIZE = 100000 };
    char *text = malloc(SIZE + 1);
    struct value v;

    REQUIRE(text != NULL);
    for (const char *c = "1 a0\t:{"; *c; c++) {
        memset(text, *c, SIZE);
        text[SIZE] = '\0';
        for (size_t i = 0; i < COUNT_OF(types); i++)
            CHECK_AT(types[i]->name, !value_read(types[i], 1, 100, text, &v));
        CHECK(value_read(&type_text, 0, 0, text, &v));
    }
    free(text);
}

static void test_items(void)
{
    const char *at = " a ;b,, c d ;", *item;
    size_t size;

    CHECK(value_next_item(&at, &item, &size) && size == 1 && *item == 'a');
    CHECK(value_next_item(&at, &item, &size) && size == 1 && *item == 'b');
    CHECK(value_next_item(&at, &item, &size) && size == 3 && memcmp(item, "c d", 3) == 0);
    CHECK(!value_next_item(&at, &item, &size));
}

TEST_SUITE("config/types", {"parse", test_parse}, {"ranges", test_ranges},
           {"expectations", test_expectations}, {"long", test_long}, {"items", test_items})
