#include "proto/ipc/perf_map.h"
#include "tests/unit/proto/bytes.h"

static enum wire_status encode(struct writer *out)
{
    return ipc_enable_perf_map_encode(out, IPC_PERF_MAP_JIT_DUMP);
}

static enum wire_status decode(struct cursor *in)
{
    uint32_t type = 0;
    enum wire_status status = ipc_enable_perf_map_decode(in, &type);

    CHECK(type == (status == WIRE_OK ? IPC_PERF_MAP_JIT_DUMP : 0));
    return status;
}

static void test_round_trip(void)
{
    uint8_t buffer[64];
    struct writer w = writer_of(buffer, sizeof buffer);

    CHECK(encode(&w) == WIRE_OK);
    CHECK(bytes_equal_hex(buffer, w.size, HEX_MAGIC "1800 04 05 0000 02000000"));
    check_truncation("EnablePerfMap", buffer + IPC_HEADER_SIZE, 4, 0, decode);
    check_no_room("EnablePerfMap", w.size, encode);
}

static const struct {
    const char *label;
    uint32_t type;
    enum wire_status want;
} types[] = {
    {"type 0", 0, WIRE_BAD},  {"all", 1, WIRE_OK},     {"jit dump", 2, WIRE_OK},
    {"perf map", 3, WIRE_OK}, {"type 4", 4, WIRE_BAD}, {"type 4294967295", UINT32_MAX, WIRE_BAD},
};

static void test_types(void)
{
    for (size_t i = 0; i < COUNT_OF(types); i++) {
        uint8_t buffer[64];
        struct writer w = writer_of(buffer, sizeof buffer);
        CHECK_AT(types[i].label, ipc_enable_perf_map_encode(&w, types[i].type) == types[i].want);
        CHECK_AT(types[i].label, w.size == (types[i].want == WIRE_OK ? 24 : 0));
    }
}

TEST_SUITE("proto/ipc/perf_map", {"round trip", test_round_trip}, {"types", test_types})
