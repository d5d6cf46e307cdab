#include "proto/wire/guid.h"
#include "tests/unit/proto/bytes.h"

/* The cookie of a recorded ProcessInfo and its text. */
#define WIRE_HEX "78f0a1a587c67547bab9ed23d23a740f"
#define TEXT "a5a1f078-c687-4775-bab9-ed23d23a740f"

static struct guid guid_of_hex(const char *hex)
{
    struct bytes b = bytes_of_hex(hex);
    struct cursor c = bytes_cursor(&b);

    return guid_read(&c);
}

static void test_wire_and_text(void)
{
    struct guid guid = guid_of_hex(WIRE_HEX);
    char text[GUID_TEXT_SIZE];
    uint8_t buffer[GUID_SIZE];
    struct writer w = writer_of(buffer, sizeof buffer);

    CHECK(strcmp(guid_format(&guid, text), TEXT) == 0);
    guid_write(&w, &guid);
    CHECK(!w.full && bytes_equal_hex(buffer, w.size, WIRE_HEX));
}

static void test_short_read(void)
{
    struct bytes b = bytes_of_hex("78f0a1a587c67547bab9ed23d23a74");
    struct cursor c = bytes_cursor(&b);
    struct guid guid = guid_read(&c);

    CHECK(c.bad && guid_is_zero(&guid));
}

static const struct {
    const char *label, *text, *hex;
} good[] = {
    {"D", TEXT, WIRE_HEX},
    {"D upper case", "A5A1F078-C687-4775-BAB9-ED23D23A740F", WIRE_HEX},
    {"N", "a5a1f078c6874775bab9ed23d23a740f", WIRE_HEX},
    {"B", "{" TEXT "}", WIRE_HEX},
    {"P", "(" TEXT ")", WIRE_HEX},
    {"X", "{0xa5a1f078,0xc687,0x4775,{0xba,0xb9,0xed,0x23,0xd2,0x3a,0x74,0x0f}}", WIRE_HEX},
    {"X upper case", "{0XA5A1F078,0XC687,0X4775,{0XBA,0XB9,0XED,0X23,0XD2,0X3A,0X74,0XF}}",
     WIRE_HEX},
    {"X with blanks",
     " { 0xa5a1f078 , 0xc687, 0x4775 ,{ 0xba,0xb9, 0xed,0x23,0xd2,0x3a,0x74,0x 0 f } } ", WIRE_HEX},
    {"X short numbers", "{0x1,0x2,0x3,{0x4,0x5,0x6,0x7,0x8,0x9,0xa,0xb}}",
     "01000000 0200 0300 0405060708090a0b"},
    {"X leading zeros", "{0x000000001,0x00002,0x3,{0x004,0x5,0x6,0x7,0x8,0x9,0xa,0xb}}",
     "01000000 0200 0300 0405060708090a0b"},
    {"blanks around", " \t\r\n\v\f" TEXT " \n", WIRE_HEX},
    {"blanks around N", " a5a1f078c6874775bab9ed23d23a740f ", WIRE_HEX},
    {"zero", "00000000-0000-0000-0000-000000000000", "00000000000000000000000000000000"},
    {"ones", "ffffffff-ffff-ffff-ffff-ffffffffffff", "ffffffffffffffffffffffffffffffff"},
};

static const char *const bad[] = {
    "",
    " ",
    "-",
    "{",
    "(",
    "{0x",
    "a5a1f078-c687-4775-bab9-ed23d23a740",
    TEXT "0",
    TEXT " 0",
    "a5a1f07-8c687-4775-bab9-ed23d23a740f",
    "a5a1f078-c687-4775-bab9ed23d23a740f",
    "a5a1f078c687-4775-bab9-ed23d23a740f",
    "a5a1f078-c687-4775-bab9-ed23d23a740g",
    "a5a1f078-c687 4775-bab9-ed23d23a740f",
    "a5a1f078c6874775bab9ed23d23a740",
    "a5a1f078c6874775bab9ed23d23a740f0",
    "{" TEXT,
    "{" TEXT ")",
    "(" TEXT "}",
    "(" TEXT,
    TEXT "}",
    "{a5a1f078c6874775bab9ed23d23a740f}",
    "{ " TEXT "}",
    "{0xa5a1f078,0xc687,0x4775,{0xba,0xb9,0xed,0x23,0xd2,0x3a,0x74,0x0f}",
    "{0xa5a1f078,0xc687,0x4775,{0xba,0xb9,0xed,0x23,0xd2,0x3a,0x74,0x0f}}}",
    "{0xa5a1f078,0xc687,0x4775,{0xba,0xb9,0xed,0x23,0xd2,0x3a,0x74}}",
    "{0xa5a1f078,0xc687,0x4775,0xba,0xb9,0xed,0x23,0xd2,0x3a,0x74,0x0f}",
    "{0x1a5a1f078,0xc687,0x4775,{0xba,0xb9,0xed,0x23,0xd2,0x3a,0x74,0x0f}}",
    "{0xa5a1f078,0x1c687,0x4775,{0xba,0xb9,0xed,0x23,0xd2,0x3a,0x74,0x0f}}",
    "{0xa5a1f078,0xc687,0x4775,{0x1ba,0xb9,0xed,0x23,0xd2,0x3a,0x74,0x0f}}",
    "{0x,0xc687,0x4775,{0xba,0xb9,0xed,0x23,0xd2,0x3a,0x74,0x0f}}",
    "{a5a1f078,0xc687,0x4775,{0xba,0xb9,0xed,0x23,0xd2,0x3a,0x74,0x0f}}",
};

static void test_parse(void)
{
    for (size_t i = 0; i < COUNT_OF(good); i++) {
        struct guid guid = {{0x55}}, want = guid_of_hex(good[i].hex);
        CHECK_AT(good[i].label, guid_parse(good[i].text, &guid));
        CHECK_AT(good[i].label, guid_equal(&guid, &want));
    }
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        struct guid guid = {{0x55}}, before = guid;
        CHECK_AT(bad[i], !guid_parse(bad[i], &guid));
        CHECK_AT(bad[i], guid_equal(&guid, &before));
    }
}

/* No prefix of a good text is good, and none is read past its end. */
static void test_parse_truncation(void)
{
    for (size_t i = 0; i < COUNT_OF(good); i++) {
        size_t size = strlen(good[i].text);
        while (size > 0 && strchr(" \n", good[i].text[size - 1]))
            size--;
        for (size_t cut = 0; cut < size; cut++) {
            char *text = strndup(good[i].text, cut);
            struct guid guid;
            REQUIRE(text != NULL);
            CHECK_AT(good[i].label, !guid_parse(text, &guid));
            free(text);
        }
    }
}

static void test_compare(void)
{
    struct guid zero = {{0}}, last = {{0}};

    last.bytes[15] = 1;
    CHECK(guid_is_zero(&zero) && !guid_is_zero(&last));
    CHECK(guid_equal(&zero, &(struct guid){{0}}) && !guid_equal(&zero, &last));
}

TEST_SUITE("proto/wire/guid", {"wire and text", test_wire_and_text},
           {"short read", test_short_read}, {"parse", test_parse},
           {"parse truncation", test_parse_truncation}, {"compare", test_compare})
