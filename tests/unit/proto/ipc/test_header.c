#include "proto/ipc/header.h"
#include "tests/unit/proto/bytes.h"

static const struct {
    const char *label, *hex;
    enum wire_status want;
} decode_cases[] = {
    {"ok reply", HEX_MAGIC "1400 ff 00 0000", WIRE_OK},
    {"reserved is ignored", HEX_MAGIC "1400 ff 00 ffff", WIRE_OK},
    {"largest size", HEX_MAGIC "ffff 04 08 0000", WIRE_OK},
    {"size below the header", HEX_MAGIC "1300 ff 00 0000", WIRE_BAD},
    {"size zero", HEX_MAGIC "0000 ff 00 0000", WIRE_BAD},
    {"version 2", "444f544e45545f4950435f563200 1400 ff 00 0000", WIRE_BAD},
    {"magic without NUL", "444f544e45545f4950435f563101 1400 ff 00 0000", WIRE_BAD},
    {"zero bytes", "0000000000000000000000000000000000000000", WIRE_BAD},
    {"wrong magic and no more", "0000000000000000000000000000", WIRE_BAD},
    {"one byte short", HEX_MAGIC "1400 ff 00 00", WIRE_MORE},
    {"part of the magic", "444f544e", WIRE_MORE},
    {"empty", "", WIRE_MORE},
};

static void test_decode(void)
{
    for (size_t i = 0; i < COUNT_OF(decode_cases); i++) {
        struct bytes b = bytes_of_hex(decode_cases[i].hex);
        struct cursor c = bytes_cursor(&b);
        struct ipc_header h;
        CHECK_AT(decode_cases[i].label, ipc_header_decode(&c, &h) == decode_cases[i].want);
    }
}

static void test_fields(void)
{
    struct bytes b = bytes_of_hex(HEX_MAGIC "1c01 04 08 0000 99");
    struct cursor c = bytes_cursor(&b);
    struct ipc_header h;

    REQUIRE(ipc_header_decode(&c, &h) == WIRE_OK);
    CHECK(h.size == 0x11c && h.set == IPC_SET_PROCESS && h.id == 8);
    CHECK(ipc_payload_size(&h) == 0x11c - 20);
    CHECK(c.left == 1);
}

static enum wire_status probe_decode(struct cursor *in)
{
    struct ipc_header h;

    return ipc_header_decode(in, &h);
}

static enum wire_status probe_encode(struct writer *out)
{
    return ipc_header_encode(out, &(struct ipc_header){20, 2, 3});
}

static void test_encode(void)
{
    uint8_t buffer[IPC_HEADER_SIZE];
    struct writer w = writer_of(buffer, sizeof buffer);

    CHECK(probe_encode(&w) == WIRE_OK);
    CHECK(bytes_equal_hex(buffer, w.size, HEX_MAGIC "1400 02 03 0000"));
    check_truncation("header", buffer, w.size, 0, probe_decode);
    check_no_room("header", w.size, probe_encode);
    w = writer_of(buffer, sizeof buffer);
    CHECK(ipc_header_encode(&w, &(struct ipc_header){19, 2, 3}) == WIRE_BAD && w.size == 0);
}

static void test_message(void)
{
    uint8_t buffer[64];
    struct writer w = writer_of(buffer, sizeof buffer);

    writer_u8(&w, 0xAA);
    size_t begin = ipc_message_begin(&w, IPC_SET_PROCESS, 5);
    writer_u32(&w, 3);
    CHECK(begin == 1 && ipc_message_end(&w, begin) == WIRE_OK);
    CHECK(bytes_equal_hex(buffer, w.size, "aa" HEX_MAGIC "1800 04 05 0000 03000000"));
}

static const struct {
    const char *label;
    uint8_t set;
    size_t size;
    enum wire_status want;
} size_cases[] = {
    {"request at the limit", IPC_SET_PROCESS, IPC_REQUEST_MAX, WIRE_OK},
    {"request above the limit", IPC_SET_PROCESS, IPC_REQUEST_MAX + 1, WIRE_BAD},
    {"request of 65535", IPC_SET_PROCESS, 65535, WIRE_BAD},
    {"request of 65536", IPC_SET_PROCESS, 65536, WIRE_BAD},
    {"reply of 65535", IPC_SET_SERVER, 65535, WIRE_OK},
    {"reply of 65536", IPC_SET_SERVER, 65536, WIRE_BAD},
};

static void test_size_limits(void)
{
    static uint8_t buffer[70000];

    for (size_t i = 0; i < COUNT_OF(size_cases); i++) {
        struct writer w = writer_of(buffer, sizeof buffer);
        size_t begin = ipc_message_begin(&w, size_cases[i].set, 0);
        CHECK(writer_take(&w, size_cases[i].size - IPC_HEADER_SIZE) != NULL);
        bool ok = size_cases[i].want == WIRE_OK;
        CHECK_AT(size_cases[i].label, ipc_message_end(&w, begin) == size_cases[i].want);
        CHECK_AT(size_cases[i].label, w.size == (ok ? size_cases[i].size : 0));
    }
}

TEST_SUITE("proto/ipc/header", {"decode", test_decode}, {"fields", test_fields},
           {"encode", test_encode}, {"message", test_message}, {"size limits", test_size_limits})
