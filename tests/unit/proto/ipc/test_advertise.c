#include "proto/ipc/advertise.h"
#include "tests/unit/proto/bytes.h"

/* As a runtime sent it. */
#define RECORDED "414456525f563100 b31a5798e9cede4e8db3a75a9af4b386 d132000000000000 0000"

static const struct {
    const char *label, *hex;
    enum wire_status want;
} rows[] = {
    {"recorded", RECORDED, WIRE_OK},
    {"future is ignored", "414456525f563100 b31a5798e9cede4e8db3a75a9af4b386 d132000000000000 ffff",
     WIRE_OK},
    {"version 2", "414456525f563200 b31a5798e9cede4e8db3a75a9af4b386 d132000000000000 0000",
     WIRE_BAD},
    {"wrong magic and no more", "474554202f204854", WIRE_BAD},
    {"part of the magic", "41445652", WIRE_MORE},
    {"empty", "", WIRE_MORE},
};

static enum wire_status decode(struct cursor *in)
{
    struct ipc_advertise advertise;

    return ipc_advertise_decode(in, &advertise);
}

static void test_decode(void)
{
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct bytes b = bytes_of_hex(rows[i].hex);
        struct cursor c = bytes_cursor(&b);
        CHECK_AT(rows[i].label, decode(&c) == rows[i].want);
    }
}

static enum wire_status encode_recorded(struct writer *out)
{
    struct bytes b = bytes_of_hex(RECORDED);
    struct cursor c = bytes_cursor(&b);
    struct ipc_advertise advertise = {0};

    CHECK(ipc_advertise_decode(&c, &advertise) == WIRE_OK && c.left == 0);
    CHECK(advertise.pid == 0x32d1);
    return ipc_advertise_encode(out, &advertise);
}

static void test_round_trip(void)
{
    uint8_t buffer[IPC_ADVERTISE_SIZE];
    struct writer w = writer_of(buffer, sizeof buffer);
    struct bytes b = bytes_of_hex(RECORDED);

    CHECK(encode_recorded(&w) == WIRE_OK && w.size == IPC_ADVERTISE_SIZE);
    CHECK(bytes_equal_hex(buffer, w.size, RECORDED));
    check_truncation("advertise", b.data, b.size, 0, decode);
    check_no_room("advertise", w.size, encode_recorded);
}

static void test_cookie(void)
{
    struct bytes b = bytes_of_hex(RECORDED);
    struct cursor c = bytes_cursor(&b);
    struct ipc_advertise advertise = {0};
    char text[GUID_TEXT_SIZE];

    REQUIRE(ipc_advertise_decode(&c, &advertise) == WIRE_OK);
    CHECK(strcmp(guid_format(&advertise.cookie, text), "98571ab3-cee9-4ede-8db3-a75a9af4b386") ==
          0);
}

TEST_SUITE("proto/ipc/advertise", {"decode", test_decode}, {"round trip", test_round_trip},
           {"cookie", test_cookie})
