#include "proto/ipc/dump.h"
#include "proto/ipc/path.h"
#include "tests/unit/proto/bytes.h"

static uint8_t buffer[65536];
static char longest[IPC_PATH_MAX + 1], too_long[IPC_PATH_MAX + 2];

static const struct {
    const char *label;
    struct ipc_dump_request request;
    const char *hex; /* of the whole message */
} messages[] = {
    {"GenerateCoreDump, no log",
     {1, "/d", IPC_DUMP_FULL, 0, {0}},
     HEX_MAGIC "2600 01 01 0000 03000000 2f00 6400 0000 04000000 00000000"},
    {"GenerateCoreDump, log",
     {1, "/d", IPC_DUMP_MINI, IPC_DUMP_LOG, {0}},
     HEX_MAGIC "2600 01 01 0000 03000000 2f00 6400 0000 01000000 01000000"},
    {"GenerateCoreDump2",
     {2, "/d", IPC_DUMP_HEAP, IPC_DUMP_CRASH_REPORT_ONLY, {0}},
     HEX_MAGIC "2600 01 02 0000 03000000 2f00 6400 0000 02000000 08000000"},
    {"GenerateCoreDump3",
     {3, "/d", IPC_DUMP_TRIAGE, IPC_DUMP_FLAGS, {0}},
     HEX_MAGIC "2600 01 03 0000 03000000 2f00 6400 0000 03000000 0f000000"},
    {"percent signs are doubled",
     {3, "/%p%%", IPC_DUMP_MINI, 0, {0}},
     HEX_MAGIC "3200 01 03 0000 09000000 2f00 2500 2500 7000 2500 2500 2500 2500 0000"
               "01000000 00000000"},
};

static void test_round_trip(void)
{
    for (size_t i = 0; i < COUNT_OF(messages); i++) {
        const struct ipc_dump_request *want = &messages[i].request;
        struct writer w = writer_of(buffer, sizeof buffer);
        struct ipc_dump_request got;
        CHECK_AT(messages[i].label, ipc_dump_encode(&w, want) == WIRE_OK);
        CHECK_AT(messages[i].label, bytes_equal_hex(buffer, w.size, messages[i].hex));
        struct cursor payload = payload_of(&w, 1, (uint8_t)want->revision);
        REQUIRE(ipc_dump_decode(&payload, want->revision, &got) == WIRE_OK);
        CHECK_AT(messages[i].label, strcmp(got.path, want->path) == 0);
        CHECK_AT(messages[i].label, got.type == want->type && got.flags == want->flags);
        CHECK_AT(messages[i].label, got.revision == want->revision && payload.left == 0);
        ipc_dump_request_deinit(&got);
    }
}

static const struct {
    const char *label;
    struct ipc_dump_request request;
} refused[] = {
    {"empty path", {3, "", 1, 0, {0}}},
    {"null path", {3, NULL, 1, 0, {0}}},
    {"relative path", {3, "core", 1, 0, {0}}},
    {"relative path, dump 1", {1, "core", 1, 0, {0}}},
    {"path that is not UTF-8", {3, "/\xff", 1, 0, {0}}},
    {"path too long", {3, too_long, 1, 0, {0}}},
    {"type 0", {3, "/d", 0, 0, {0}}},
    {"type 5", {3, "/d", 5, 0, {0}}},
    {"unknown flag", {3, "/d", 1, 16, {0}}},
    {"flag that dump 1 cannot say", {1, "/d", 1, IPC_DUMP_VERBOSE, {0}}},
    {"revision 0", {0, "/d", 1, 0, {0}}},
    {"revision 4", {4, "/d", 1, 0, {0}}},
};

static void test_refused(void)
{
    memset(too_long, '/', sizeof too_long - 1);
    for (size_t i = 0; i < COUNT_OF(refused); i++) {
        struct writer w = writer_of(buffer, sizeof buffer);
        CHECK_AT(refused[i].label, ipc_dump_encode(&w, &refused[i].request) == WIRE_BAD);
        CHECK_AT(refused[i].label, w.size == 0 && !w.full);
    }
}

/* Doubling must not run over what the encoder sets aside. */
static void test_longest_path(void)
{
    struct ipc_dump_request request = {3, longest, IPC_DUMP_FULL, 0, {0}}, got;
    struct writer w = writer_of(buffer, sizeof buffer);

    memset(longest, '%', sizeof longest - 1);
    longest[0] = '/';
    CHECK(ipc_dump_encode(&w, &request) == WIRE_OK);
    struct cursor payload = payload_of(&w, 1, 3);
    REQUIRE(ipc_dump_decode(&payload, 3, &got) == WIRE_OK);
    CHECK(strcmp(got.path, longest) == 0);
    ipc_dump_request_deinit(&got);
}

static enum wire_status probe(struct cursor *in)
{
    struct ipc_dump_request request = {0};
    enum wire_status status = ipc_dump_decode(in, 3, &request);

    ipc_dump_request_deinit(&request);
    return status;
}

static enum wire_status encode(struct writer *out)
{
    return ipc_dump_encode(out, &messages[3].request);
}

static void test_truncation(void)
{
    struct bytes b = bytes_of_hex(messages[3].hex);
    struct ipc_dump_request request;
    struct cursor c = cursor_of(b.data + IPC_HEADER_SIZE, b.size - IPC_HEADER_SIZE);

    check_truncation("dump", c.at, c.left, 0, probe);
    check_no_room("dump", b.size, encode);
    CHECK(ipc_dump_decode(&c, 0, &request) == WIRE_BAD);
    CHECK(ipc_dump_decode(&c, 4, &request) == WIRE_BAD);
}

TEST_SUITE("proto/ipc/dump", {"round trip", test_round_trip}, {"refused", test_refused},
           {"longest path", test_longest_path}, {"truncation", test_truncation})
