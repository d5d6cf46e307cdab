#include "proto/wire/cursor.h"
#include "tests/unit/proto/bytes.h"

static void test_little_endian(void)
{
    struct bytes b = bytes_of_hex("01 0302 07060504 0f0e0d0c0b0a0908 ff");
    struct cursor c = bytes_cursor(&b);

    CHECK(cursor_u8(&c) == 0x01);
    CHECK(cursor_u16(&c) == 0x0203);
    CHECK(cursor_u32(&c) == 0x04050607);
    CHECK(cursor_u64(&c) == 0x08090a0b0c0d0e0f);
    CHECK(c.left == 1 && !c.bad && cursor_status(&c) == WIRE_OK);
}

static void test_high_bits(void)
{
    struct bytes b = bytes_of_hex("ffff ffffffff ffffffffffffffff");
    struct cursor c = bytes_cursor(&b);

    CHECK(cursor_u16(&c) == UINT16_MAX);
    CHECK(cursor_u32(&c) == UINT32_MAX);
    CHECK(cursor_u64(&c) == UINT64_MAX);
}

static void read_u8(struct cursor *c)
{
    CHECK(cursor_u8(c) == 0);
}

static void read_u16(struct cursor *c)
{
    CHECK(cursor_u16(c) == 0);
}

static void read_u32(struct cursor *c)
{
    CHECK(cursor_u32(c) == 0);
}

static void read_u64(struct cursor *c)
{
    CHECK(cursor_u64(c) == 0);
}

static void read_bytes(struct cursor *c)
{
    CHECK(cursor_take(c, SIZE_MAX) == NULL);
}

static void read_sub(struct cursor *c)
{
    struct cursor sub = cursor_sub(c, 9);

    CHECK(sub.bad && sub.left == 0);
}

static const struct {
    const char *label;
    size_t left;
    void (*read)(struct cursor *c);
} short_reads[] = {
    {"u8 of 0", 0, read_u8},          {"u16 of 1", 1, read_u16},   {"u32 of 3", 3, read_u32},
    {"u64 of 7", 7, read_u64},        {"u64 of 4", 4, read_u64},   {"u64 of 3", 3, read_u64},
    {"SIZE_MAX of 8", 8, read_bytes}, {"sub 9 of 8", 8, read_sub},
};

static void test_short_read_is_sticky(void)
{
    static const uint8_t ones[8] = {1, 1, 1, 1, 1, 1, 1, 1};

    for (size_t i = 0; i < COUNT_OF(short_reads); i++) {
        struct cursor c = cursor_of(ones, short_reads[i].left);
        short_reads[i].read(&c);
        CHECK_AT(short_reads[i].label, c.bad && c.left == short_reads[i].left);
        CHECK_AT(short_reads[i].label, cursor_status(&c) == WIRE_MORE);
        CHECK_AT(short_reads[i].label, cursor_u8(&c) == 0 && cursor_take(&c, 0) == NULL);
    }
}

static void test_sub(void)
{
    struct bytes b = bytes_of_hex("0102030405");
    struct cursor c = bytes_cursor(&b);

    cursor_skip(&c, 1);
    struct cursor sub = cursor_sub(&c, 2);
    CHECK(cursor_u16(&sub) == 0x0302 && sub.left == 0);
    CHECK(cursor_u8(&sub) == 0 && sub.bad);
    CHECK(cursor_u8(&c) == 4 && !c.bad);
    CHECK(!cursor_sub(&c, 0).bad);
}

TEST_SUITE("proto/wire/cursor", {"little endian", test_little_endian},
           {"high bits", test_high_bits}, {"short read is sticky", test_short_read_is_sticky},
           {"sub-cursor", test_sub})
