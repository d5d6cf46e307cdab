#include "proto/wire/writer.h"
#include "tests/unit/proto/bytes.h"

static uint8_t buffer[256];

static void test_little_endian(void)
{
    struct writer w = writer_of(buffer, sizeof buffer);

    writer_u8(&w, 0x01);
    writer_u16(&w, 0x0203);
    writer_u32(&w, 0x04050607);
    writer_u64(&w, 0x08090a0b0c0d0e0f);
    writer_bytes(&w, "ab", 2);
    writer_bytes(&w, NULL, 0);
    CHECK(writer_status(&w) == WIRE_OK);
    CHECK(bytes_equal_hex(w.data, w.size, "01 0302 07060504 0f0e0d0c0b0a0908 6162"));
}

static void test_full_is_sticky_and_whole(void)
{
    struct writer w = writer_of(buffer, 5);

    memset(buffer, 0xEE, sizeof buffer);
    writer_u16(&w, 0);
    writer_u32(&w, 0);
    CHECK(w.full && w.size == 2 && writer_status(&w) == WIRE_MORE);
    writer_u8(&w, 0);
    CHECK(w.size == 2);
    CHECK(bytes_equal_hex(buffer, 6, "0000eeeeeeee"));
}

static void test_patch(void)
{
    struct writer w = writer_of(buffer, 4);

    writer_u32(&w, 0);
    writer_patch_u16(&w, 2, 0x1234);
    CHECK(bytes_equal_hex(w.data, w.size, "0000 3412"));
    writer_patch_u16(&w, 3, 0xFFFF);
    writer_patch_u16(&w, SIZE_MAX, 0xFFFF);
    CHECK(bytes_equal_hex(w.data, w.size, "0000 3412"));
}

static const struct {
    const char *label, *text, *hex;
} strings[] = {
    {"null", NULL, "00000000"},
    {"empty", "", "00000000"},
    {"ascii", "con", "04000000 6300 6f00 6e00 0000"},
    {"two bytes", "\xc3\xa9", "02000000 e900 0000"},
    {"three bytes", "\xe2\x82\xac", "02000000 ac20 0000"},
    {"surrogate pair", "\xf0\x9f\x98\x80", "03000000 3dd8 00de 0000"},
    {"invalid byte",
     "a\xff"
     "b",
     "04000000 6100 fdff 6200 0000"},
};

static void test_string(void)
{
    for (size_t i = 0; i < COUNT_OF(strings); i++) {
        struct writer w = writer_of(buffer, sizeof buffer);
        writer_utf16(&w, strings[i].text);
        CHECK_AT(strings[i].label, bytes_equal_hex(w.data, w.size, strings[i].hex));
        CHECK_AT(strings[i].label, writer_utf16_size(strings[i].text) == w.size);
        for (size_t capacity = 0; capacity < w.size; capacity++) {
            struct writer small = writer_of(buffer, capacity);
            writer_utf16(&small, strings[i].text);
            CHECK_AT(strings[i].label, small.full && small.size == 0);
        }
    }
}

TEST_SUITE("proto/wire/writer", {"little endian", test_little_endian},
           {"full is sticky and whole", test_full_is_sticky_and_whole}, {"patch", test_patch},
           {"string", test_string})
