#include "proto/ipc/profiler.h"
#include "tests/unit/proto/bytes.h"

static uint8_t buffer[65536];
static uint8_t client_data[IPC_REQUEST_MAX + 1] = {0xde, 0xad};
static const struct guid clsid = {{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}};

#define HEX_CLSID "0102030405060708090a0b0c0d0e0f10"

static enum wire_status encode_attach(struct writer *out)
{
    return ipc_attach_profiler_encode(
        out,
        &(struct ipc_attach_profiler){
            .timeout_ms = 5000, .clsid = clsid, .path = "/p", .data = client_data, .data_size = 2});
}

static enum wire_status probe_attach(struct cursor *in)
{
    struct ipc_attach_profiler request = {0};
    enum wire_status status = ipc_attach_profiler_decode(in, &request);

    ipc_attach_profiler_deinit(&request);
    return status;
}

static void test_attach(void)
{
    struct writer w = writer_of(buffer, sizeof buffer);
    struct ipc_attach_profiler got;

    CHECK(encode_attach(&w) == WIRE_OK);
    CHECK(bytes_equal_hex(buffer, w.size,
                          HEX_MAGIC "3800 03 01 0000 88130000" HEX_CLSID
                                    "03000000 2f00 7000 0000 02000000 dead"));
    struct cursor payload = payload_of(&w, 3, 1), again = payload;
    REQUIRE(ipc_attach_profiler_decode(&payload, &got) == WIRE_OK);
    CHECK(got.timeout_ms == 5000 && guid_equal(&got.clsid, &clsid) && payload.left == 0);
    CHECK(strcmp(got.path, "/p") == 0);
    CHECK(got.data_size == 2 && memcmp(got.data, client_data, 2) == 0);
    ipc_attach_profiler_deinit(&got);
    check_truncation("attach", again.at, again.left, 0, probe_attach);
    check_no_room("attach", w.size, encode_attach);
}

static void test_attach_without_data(void)
{
    struct writer w = writer_of(buffer, sizeof buffer);
    struct ipc_attach_profiler request = {.clsid = clsid, .path = "/p"}, got;

    CHECK(ipc_attach_profiler_encode(&w, &request) == WIRE_OK);
    struct cursor payload = payload_of(&w, 3, 1);
    REQUIRE(ipc_attach_profiler_decode(&payload, &got) == WIRE_OK);
    CHECK(got.data == NULL && got.data_size == 0 && payload.left == 0);
    ipc_attach_profiler_deinit(&got);
}

static void test_data_size_is_bounded(void)
{
    struct bytes b = bytes_of_hex("00000000" HEX_CLSID "00000000 ffffffff 00");
    struct cursor c = bytes_cursor(&b);

    CHECK(probe_attach(&c) == WIRE_MORE);
}

static enum wire_status encode_startup(struct writer *out)
{
    return ipc_startup_profiler_encode(
        out, &(struct ipc_startup_profiler){.clsid = clsid, .path = "/p"});
}

static enum wire_status probe_startup(struct cursor *in)
{
    struct ipc_startup_profiler request = {0};
    enum wire_status status = ipc_startup_profiler_decode(in, &request);

    ipc_startup_profiler_deinit(&request);
    return status;
}

static void test_startup(void)
{
    struct writer w = writer_of(buffer, sizeof buffer);
    struct ipc_startup_profiler got;

    CHECK(encode_startup(&w) == WIRE_OK);
    CHECK(bytes_equal_hex(buffer, w.size,
                          HEX_MAGIC "2e00 03 02 0000" HEX_CLSID "03000000 2f00 7000 0000"));
    struct cursor payload = payload_of(&w, 3, 2), again = payload;
    REQUIRE(ipc_startup_profiler_decode(&payload, &got) == WIRE_OK);
    CHECK(guid_equal(&got.clsid, &clsid) && strcmp(got.path, "/p") == 0 && payload.left == 0);
    ipc_startup_profiler_deinit(&got);
    check_truncation("startup", again.at, again.left, 0, probe_startup);
    check_no_room("startup", w.size, encode_startup);
}

static const struct {
    const char *label, *path;
} refused_paths[] = {
    {"empty path", ""},
    {"null path", NULL},
    {"relative path", "p.so"},
    {"path that is not UTF-8", "/\xff"},
};

static void test_refused(void)
{
    struct writer w = writer_of(buffer, sizeof buffer);

    for (size_t i = 0; i < COUNT_OF(refused_paths); i++) {
        struct ipc_attach_profiler attach = {.path = refused_paths[i].path};
        struct ipc_startup_profiler startup = {.path = refused_paths[i].path};
        CHECK_AT(refused_paths[i].label, ipc_attach_profiler_encode(&w, &attach) == WIRE_BAD);
        CHECK_AT(refused_paths[i].label, ipc_startup_profiler_encode(&w, &startup) == WIRE_BAD);
    }
    static const size_t too_large[] = {IPC_REQUEST_MAX - 40, IPC_REQUEST_MAX + 1};
    for (size_t i = 0; i < COUNT_OF(too_large); i++) {
        struct ipc_attach_profiler attach = {
            .path = "/p", .data = client_data, .data_size = too_large[i]};
        CHECK_AT("message too large", ipc_attach_profiler_encode(&w, &attach) == WIRE_BAD);
    }
    CHECK(w.size == 0 && !w.full);
}

TEST_SUITE("proto/ipc/profiler", {"attach", test_attach},
           {"attach without data", test_attach_without_data},
           {"data size is bounded", test_data_size_is_bounded}, {"startup", test_startup},
           {"refused", test_refused})
