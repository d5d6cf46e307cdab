#include "proto/ipc/startup_hook.h"
#include "tests/unit/proto/bytes.h"

static enum wire_status encode(struct writer *out)
{
    return ipc_startup_hook_encode(out, "/h%");
}

static enum wire_status decode(struct cursor *in)
{
    char *path = NULL;
    enum wire_status status = ipc_startup_hook_decode(in, &path);

    CHECK(status == WIRE_OK ? strcmp(path, "/h%") == 0 : path == NULL);
    free(path);
    return status;
}

static void test_round_trip(void)
{
    uint8_t buffer[64];
    struct writer w = writer_of(buffer, sizeof buffer);

    CHECK(encode(&w) == WIRE_OK);
    CHECK(
        bytes_equal_hex(buffer, w.size, HEX_MAGIC "2000 04 07 0000 04000000 2f00 6800 2500 0000"));
    check_truncation("ApplyStartupHook", buffer + IPC_HEADER_SIZE, w.size - IPC_HEADER_SIZE, 0,
                     decode);
    check_no_room("ApplyStartupHook", w.size, encode);
}

static const struct {
    const char *label, *path;
} refused[] = {
    {"empty path", ""},
    {"null path", NULL},
    {"relative path", "hook.dll"},
    {"path that is not UTF-8", "/\xff.dll"},
};

static void test_refused(void)
{
    for (size_t i = 0; i < COUNT_OF(refused); i++) {
        uint8_t buffer[64];
        struct writer w = writer_of(buffer, sizeof buffer);
        CHECK_AT(refused[i].label, ipc_startup_hook_encode(&w, refused[i].path) == WIRE_BAD);
        CHECK_AT(refused[i].label, w.size == 0 && !w.full);
    }
}

TEST_SUITE("proto/ipc/startup_hook", {"round trip", test_round_trip}, {"refused", test_refused})
