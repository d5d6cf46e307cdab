#include "proto/ipc/trace.h"
#include "tests/unit/proto/bytes.h"

static enum wire_status encode_stop(struct writer *out)
{
    return ipc_stop_tracing_encode(out, 0x0807060504030201);
}

static enum wire_status encode_reply(struct writer *out)
{
    return ipc_session_reply_encode(out, 0x0807060504030201);
}

static enum wire_status decode_stop(struct cursor *in)
{
    uint64_t id = 0;
    enum wire_status status = ipc_stop_tracing_decode(in, &id);

    CHECK(id == (status == WIRE_OK ? 0x0807060504030201 : 0));
    return status;
}

static enum wire_status decode_reply(struct cursor *in)
{
    uint64_t id = 0;
    enum wire_status status = ipc_session_reply_decode(in, &id);

    CHECK(id == (status == WIRE_OK ? 0x0807060504030201 : 0));
    return status;
}

static const struct {
    const char *label;
    encode_probe encode;
    decode_probe decode;
    const char *hex;
} rows[] = {
    {"StopTracing", encode_stop, decode_stop, HEX_MAGIC "1c00 02 01 0000 0102030405060708"},
    {"session reply", encode_reply, decode_reply, HEX_MAGIC "1c00 ff 00 0000 0102030405060708"},
};

static void test_rows(void)
{
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        uint8_t buffer[64];
        struct writer w = writer_of(buffer, sizeof buffer);
        CHECK_AT(rows[i].label, rows[i].encode(&w) == WIRE_OK);
        CHECK_AT(rows[i].label, bytes_equal_hex(buffer, w.size, rows[i].hex));
        check_truncation(rows[i].label, buffer + IPC_HEADER_SIZE, 8, 0, rows[i].decode);
        check_no_room(rows[i].label, w.size, rows[i].encode);
    }
}

TEST_SUITE("proto/ipc/trace_session", {"rows", test_rows})
