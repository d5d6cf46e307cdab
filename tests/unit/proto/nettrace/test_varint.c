#include "proto/nettrace/bytes.h"
#include "proto/nettrace/varint.h"
#include "tests/support/check.h"

static const uint64_t numbers[] = {0,     1,          127,        128,        16383,
                                   16384, UINT32_MAX, 1ULL << 35, 1ULL << 62, UINT64_MAX};

static void test_round_trip(void)
{
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        struct bytes b = {0};
        uint64_t value = 0;
        uint32_t narrow = 0;

        bytes_varint(&b, numbers[i]);
        size_t size = b.size;
        bytes_zeros(&b, 16);
        struct cursor in = cursor_of(b.data, size);
        CHECK(cursor_varint64(&in) == numbers[i] && !in.bad && in.left == 0);
        CHECK(varint_take64(b.data, &value) == b.data + size && value == numbers[i]);
        const uint8_t *end = varint_take32(b.data, &narrow);
        CHECK(size > VARINT32_MAX ? end == NULL : end == b.data + size);
        CHECK(!end || narrow == (uint32_t)numbers[i]);
        in = cursor_of(b.data, size - 1);
        CHECK(cursor_varint64(&in) == 0 && in.bad);
        bytes_deinit(&b);
    }
}

static void test_signed(void)
{
    static const int64_t values[] = {0, -1, 1, -64, 64, INT64_MAX, INT64_MIN};

    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        struct bytes b = {0};

        bytes_zigzag(&b, values[i]);
        struct cursor in = cursor_of(b.data, b.size);
        CHECK(cursor_zigzag(&in) == values[i] && !in.bad);
        bytes_deinit(&b);
    }
}

static void test_too_long(void)
{
    static const uint8_t endless[16] = {[0 ... 15] = 0xFF};
    struct cursor in = cursor_of(endless, sizeof endless);
    uint64_t value;
    uint32_t narrow;

    CHECK(varint_take64(endless, &value) == NULL && varint_take32(endless, &narrow) == NULL);
    CHECK(cursor_varint64(&in) == 0 && in.bad);
}

TEST_SUITE("proto/nettrace/varint", {"round trip", test_round_trip}, {"signed", test_signed},
           {"too long", test_too_long})
