#include "proto/gcdump/node.h"
#include "tests/support/check.h"

/* As Graphs.Node.WriteCompressedInt of PerfView writes them. */
static const struct {
    const char *label;
    int32_t value;
    size_t size;
    uint8_t bytes[5];
} numbers[] = {
    {"zero", 0, 1, {0x00}},
    {"one byte, the largest", 63, 1, {0x3F}},
    {"two bytes, the smallest", 64, 2, {0x80, 0x40}},
    {"minus one", -1, 1, {0x7F}},
    {"one byte, the lowest", -64, 1, {0x40}},
    {"two bytes below zero", -65, 2, {0xFF, 0x3F}},
    {"two bytes, the largest", 8191, 2, {0xBF, 0x7F}},
    {"three bytes", 8192, 3, {0x80, 0xC0, 0x00}},
    {"the largest", INT32_MAX, 5, {0x87, 0xFF, 0xFF, 0xFF, 0x7F}},
    {"the lowest", INT32_MIN, 5, {0xF8, 0x80, 0x80, 0x80, 0x00}},
};

static void test_numbers(void)
{
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        uint8_t bytes[GCDUMP_INT_MAX];
        struct cursor in = cursor_of(numbers[i].bytes, numbers[i].size);
        CHECK_AT(numbers[i].label, gcdump_int_size(numbers[i].value) == numbers[i].size);
        CHECK_AT(numbers[i].label, gcdump_int_put(bytes, numbers[i].value) == numbers[i].size);
        CHECK_AT(numbers[i].label, memcmp(bytes, numbers[i].bytes, numbers[i].size) == 0);
        CHECK_AT(numbers[i].label, gcdump_int_take(&in) == numbers[i].value);
        CHECK_AT(numbers[i].label, !in.bad && in.left == 0);
    }
}

static void test_bad(void)
{
    static const uint8_t cut[] = {0x80, 0x80}, endless[] = {0x80, 0x80, 0x80, 0x80, 0x80, 0x00};
    struct cursor a = cursor_of(cut, sizeof cut), b = cursor_of(endless, sizeof endless);
    struct cursor none = cursor_of(cut, 0);

    CHECK(gcdump_int_take(&a) == 0 && a.bad);
    CHECK(gcdump_int_take(&b) == 0 && b.bad);
    CHECK(gcdump_int_take(&none) == 0 && none.bad);
}

TEST_SUITE("proto/gcdump/node", {"numbers", test_numbers}, {"bad", test_bad})
