#include <stdlib.h>

#include "src/base/text.h"
#include "tests/support/check.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

static void test_grow(void)
{
    struct text t = {0};
    char want[1001] = "";

    for (size_t i = 0; i < 100; i++) {
        text_add_fmt(&t, "%03zu", i);
        text_add(&t, "abcdefg", 3);
        text_add_str(&t, "wxyz");
        (void)snprintf(want + i * 10, 11, "%03zuabcwxyz", i);
        CHECK(t.size == (i + 1) * 10 && strcmp(t.data, want) == 0);
        CHECK(t.capacity > t.size);
    }
    CHECK(!t.failed);
    text_deinit(&t);
    CHECK(t.data == NULL && t.size == 0 && t.capacity == 0);
}

/* One piece much longer than what is there. */
static void test_long_piece(void)
{
    static char piece[5000];
    struct text t = {0};

    memset(piece, 'p', sizeof piece - 1);
    text_add_str(&t, "x");
    text_add_fmt(&t, "%s", piece);
    CHECK(t.size == sizeof piece && t.data[0] == 'x' && strcmp(t.data + 1, piece) == 0);
    text_deinit(&t);
}

static void test_bytes(void)
{
    struct text t = {0};

    text_add(&t, "a\0b", 3);
    CHECK(t.size == 3 && memcmp(t.data, "a\0b", 4) == 0);
    text_add(&t, "", 0);
    CHECK(t.size == 3);
    text_deinit(&t);
}

static void test_take(void)
{
    struct text t = {0};
    char *empty = text_take(&t);

    CHECK(empty && empty[0] == '\0');
    free(empty);
    text_add_str(&t, "taken");
    char *taken = text_take(&t);
    CHECK(taken && strcmp(taken, "taken") == 0);
    CHECK(t.data == NULL && t.size == 0);
    free(taken);
    text_add_str(&t, "lost");
    t.failed = true;
    text_add_str(&t, "more");
    CHECK(t.size == 4);
    CHECK(text_take(&t) == NULL);
    CHECK(!t.failed && t.data == NULL);
}

static const struct {
    const char *text;
    int64_t min, max;
    bool ok;
    int64_t want;
} numbers[] = {
    {"0", 0, 9, true, 0},
    {"9", 0, 9, true, 9},
    {"10", 0, 9, false, 0},
    {"-1", 0, 9, false, 0},
    {"-1", -1, 9, true, -1},
    {"-2", -1, 9, false, 0},
    {"+5", 0, 9, true, 5},
    {"007", 0, 9, true, 7},
    {"", INT64_MIN, INT64_MAX, false, 0},
    {"-", INT64_MIN, INT64_MAX, false, 0},
    {"+", INT64_MIN, INT64_MAX, false, 0},
    {"+-1", INT64_MIN, INT64_MAX, false, 0},
    {" 1", INT64_MIN, INT64_MAX, false, 0},
    {"1 ", INT64_MIN, INT64_MAX, false, 0},
    {"1\n", INT64_MIN, INT64_MAX, false, 0},
    {"0x1", INT64_MIN, INT64_MAX, false, 0},
    {"1e3", INT64_MIN, INT64_MAX, false, 0},
    {"1.0", INT64_MIN, INT64_MAX, false, 0},
    {"1,000", INT64_MIN, INT64_MAX, false, 0},
    {"9223372036854775807", INT64_MIN, INT64_MAX, true, INT64_MAX},
    {"9223372036854775808", INT64_MIN, INT64_MAX, false, 0},
    {"-9223372036854775808", INT64_MIN, INT64_MAX, true, INT64_MIN},
    {"-9223372036854775809", INT64_MIN, INT64_MAX, false, 0},
    {"99999999999999999999999999", INT64_MIN, INT64_MAX, false, 0},
};

static void test_numbers(void)
{
    for (size_t i = 0; i < COUNT_OF(numbers); i++) {
        int64_t got = 4711;
        bool ok = text_to_i64(numbers[i].text, numbers[i].min, numbers[i].max, &got);
        CHECK_AT(numbers[i].text, ok == numbers[i].ok);
        CHECK_AT(numbers[i].text, got == (ok ? numbers[i].want : 4711));
    }
}

static const struct {
    const char *text;
    int want; /* -1: none */
} booleans[] = {
    {"true", 1},    {"True", 1},     {"TRUE", 1},   {"false", 0},      {"False", 0},  {" true", 1},
    {"true \t", 1}, {"\tfalse ", 0}, {"", -1},      {" ", -1},         {"1", -1},     {"0", -1},
    {"yes", -1},    {"tru", -1},     {"truee", -1}, {"falsetrue", -1}, {"t rue", -1},
};

static void test_booleans(void)
{
    for (size_t i = 0; i < COUNT_OF(booleans); i++) {
        for (int before = 0; before < 2; before++) {
            bool got = before;
            bool ok = text_to_bool(booleans[i].text, &got);
            CHECK_AT(booleans[i].text, ok == (booleans[i].want >= 0));
            CHECK_AT(booleans[i].text, got == (ok ? booleans[i].want : before));
        }
    }
}

static void test_equal(void)
{
    CHECK(text_equal_nocase("DotNet", "dOTnET"));
    CHECK(text_equal_nocase("", ""));
    CHECK(!text_equal_nocase("dotnet", "dotnet "));
    CHECK(!text_equal_nocase("a", ""));
}

TEST_SUITE("base/text", {"grow", test_grow}, {"long piece", test_long_piece}, {"bytes", test_bytes},
           {"take", test_take}, {"numbers", test_numbers}, {"booleans", test_booleans},
           {"equal", test_equal})
