#include "proto/ipc/process_info.h"
#include "tests/unit/proto/bytes.h"

/* Starts as a recorded reply of .NET 10.0.12 does. */
#define HEX_HEAD "4754000000000000 78f0a1a587c67547bab9ed23d23a740f"
#define HEX_STRINGS                                                                                \
    "05000000 2f00 7400 6d00 7000 0000 06000000 4c00 6900 6e00 7500 7800 0000"                     \
    "04000000 7800 3600 3400 0000"
#define HEX_STRINGS2                                                                               \
    "04000000 6300 6f00 6e00 0000"                                                                 \
    "08000000 3100 3000 2e00 3000 2e00 3100 3200 0000"
#define HEX_STRINGS3 "0a000000 6c00 6900 6e00 7500 7800 2d00 7800 3600 3400 0000"

static uint8_t buffer[1024];

static const struct {
    const char *label;
    unsigned revision;
    const char *hex;
} replies[] = {
    {"ProcessInfo", 1, HEX_HEAD HEX_STRINGS},
    {"ProcessInfo2", 2, HEX_HEAD HEX_STRINGS HEX_STRINGS2},
    {"ProcessInfo3", 3, "01000000" HEX_HEAD HEX_STRINGS HEX_STRINGS2 HEX_STRINGS3},
};

static bool same(const char *text, const char *want)
{
    return text && strcmp(text, want) == 0;
}

static void check_info(const char *label, const struct ipc_process_info *info)
{
    char cookie[GUID_TEXT_SIZE];

    CHECK_AT(label, info->pid == 0x5447);
    CHECK_AT(label, same(guid_format(&info->cookie, cookie), "a5a1f078-c687-4775-bab9-"
                                                             "ed23d23a740f"));
    CHECK_AT(label, same(info->command_line, "/tmp"));
    CHECK_AT(label, same(info->os, "Linux") && same(info->arch, "x64"));
    CHECK_AT(label, info->revision >= 2 ? same(info->entrypoint_assembly, "con")
                                        : info->entrypoint_assembly == NULL);
    CHECK_AT(label,
             info->revision >= 2 ? same(info->clr_version, "10.0.12") : info->clr_version == NULL);
    CHECK_AT(label, info->revision >= 3 ? same(info->runtime_identifier, "linux-x64")
                                        : info->runtime_identifier == NULL);
    CHECK_AT(label, info->version == (info->revision >= 3 ? 1 : 0));
}

static void test_round_trip(void)
{
    for (size_t i = 0; i < COUNT_OF(replies); i++) {
        struct bytes b = bytes_of_hex(replies[i].hex);
        struct cursor c = bytes_cursor(&b);
        struct ipc_process_info info;
        REQUIRE(ipc_process_info_decode(&c, replies[i].revision, &info) == WIRE_OK);
        CHECK_AT(replies[i].label, c.left == 0 && info.revision == replies[i].revision);
        check_info(replies[i].label, &info);
        struct writer w = writer_of(buffer, sizeof buffer);
        CHECK_AT(replies[i].label, ipc_process_info_encode(&w, &info) == WIRE_OK);
        struct cursor payload = payload_of(&w, 0xFF, 0x00);
        CHECK_AT(replies[i].label,
                 payload.left == b.size && memcmp(payload.at, b.data, b.size) == 0);
        ipc_process_info_deinit(&info);
        CHECK_AT(replies[i].label, info.command_line == NULL && info.memory.data == NULL);
    }
}

static enum wire_status probe(struct cursor *in, unsigned revision)
{
    struct ipc_process_info info = {0};
    enum wire_status status = ipc_process_info_decode(in, revision, &info);

    ipc_process_info_deinit(&info);
    return status;
}

static enum wire_status probe1(struct cursor *in)
{
    return probe(in, 1);
}

static enum wire_status probe2(struct cursor *in)
{
    return probe(in, 2);
}

static enum wire_status probe3(struct cursor *in)
{
    return probe(in, 3);
}

static void test_truncation(void)
{
    static const decode_probe probes[] = {probe1, probe2, probe3};

    for (size_t i = 0; i < COUNT_OF(replies); i++) {
        struct bytes b = bytes_of_hex(replies[i].hex);
        check_truncation(replies[i].label, b.data, b.size, 0, probes[i]);
    }
}

static const struct {
    const char *label;
    unsigned revision;
    const char *hex;
    enum wire_status want;
} odd[] = {
    {"version 2 with a new field", 3,
     "02000000" HEX_HEAD HEX_STRINGS HEX_STRINGS2 HEX_STRINGS3 "01000000", WIRE_OK},
    {"version 0", 3, "00000000" HEX_HEAD HEX_STRINGS HEX_STRINGS2 HEX_STRINGS3, WIRE_BAD},
    {"all strings empty", 1, HEX_HEAD "000000000000000000000000", WIRE_OK},
    {"revision 0", 0, HEX_HEAD HEX_STRINGS, WIRE_BAD},
    {"revision 4", 4, HEX_HEAD HEX_STRINGS, WIRE_BAD},
    {"string count beyond the payload", 1, HEX_HEAD "ffffffff 2f00", WIRE_MORE},
};

static void test_odd_replies(void)
{
    for (size_t i = 0; i < COUNT_OF(odd); i++) {
        struct bytes b = bytes_of_hex(odd[i].hex);
        struct cursor c = bytes_cursor(&b);
        CHECK_AT(odd[i].label, probe(&c, odd[i].revision) == odd[i].want);
    }
}

static enum wire_status encode(struct writer *out)
{
    return ipc_process_info_encode(
        out, &(struct ipc_process_info){.revision = 3, .version = 1, .command_line = "/tmp"});
}

static void test_encode(void)
{
    struct writer w = writer_of(buffer, sizeof buffer);
    struct ipc_process_info info = {.revision = 4, .version = 1};

    CHECK(encode(&w) == WIRE_OK);
    check_no_room("info", w.size, encode);
    w = writer_of(buffer, sizeof buffer);
    CHECK(ipc_process_info_encode(&w, &info) == WIRE_BAD && w.size == 0);
    info = (struct ipc_process_info){.revision = 3};
    CHECK(ipc_process_info_encode(&w, &info) == WIRE_BAD && w.size == 0);
}

TEST_SUITE("proto/ipc/process_info", {"round trip", test_round_trip},
           {"truncation", test_truncation}, {"odd replies", test_odd_replies},
           {"encode", test_encode})
