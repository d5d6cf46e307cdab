#include "proto/ipc/reply.h"
#include "tests/unit/proto/bytes.h"

static uint8_t buffer[1024];

static const struct {
    const char *label, *hex;
    enum wire_status want;
    bool ok;
    size_t payload_size;
} header_cases[] = {
    {"ok without payload", HEX_MAGIC "1400 ff 00 0000", WIRE_OK, true, 0},
    {"ok with a session id", HEX_MAGIC "1c00 ff 00 0000", WIRE_OK, true, 8},
    {"ok of the largest size", HEX_MAGIC "ffff ff 00 0000", WIRE_OK, true, 65515},
    {"error", HEX_MAGIC "1800 ff ff 0000", WIRE_OK, false, 4},
    {"65535 zero bytes", "0000000000000000000000000000000000000000", WIRE_BAD, false, 0},
    {"right size behind another magic", "0000000000000000000000000000 1400 ff 00 0000", WIRE_BAD,
     false, 0},
    {"server id 1", HEX_MAGIC "1400 ff 01 0000", WIRE_BAD, false, 0},
    {"a command", HEX_MAGIC "1400 04 00 0000", WIRE_BAD, false, 0},
    {"size 19", HEX_MAGIC "1300 ff 00 0000", WIRE_BAD, false, 0},
    {"cut", HEX_MAGIC "1400 ff 00 00", WIRE_MORE, false, 0},
};

static void test_header(void)
{
    for (size_t i = 0; i < COUNT_OF(header_cases); i++) {
        struct bytes b = bytes_of_hex(header_cases[i].hex);
        struct cursor c = bytes_cursor(&b);
        struct ipc_reply_header h = {0};
        CHECK_AT(header_cases[i].label, ipc_reply_header_decode(&c, &h) == header_cases[i].want);
        CHECK_AT(header_cases[i].label, h.ok == header_cases[i].ok);
        CHECK_AT(header_cases[i].label, h.payload_size == header_cases[i].payload_size);
    }
}

static const struct {
    const char *label, *hex;
    enum wire_status want;
    uint32_t hresult;
} status_cases[] = {
    {"success", "00000000", WIRE_OK, IPC_S_OK},
    {"no payload", "", WIRE_OK, IPC_S_OK},
    {"a failure inside an OK", "57000780", WIRE_OK, IPC_E_INVALID_ARGUMENT},
    {"more fields", "00000000 01", WIRE_OK, IPC_S_OK},
    {"one byte", "00", WIRE_MORE, 0},
    {"three bytes", "000000", WIRE_MORE, 0},
};

static void test_status_decode(void)
{
    for (size_t i = 0; i < COUNT_OF(status_cases); i++) {
        struct bytes b = bytes_of_hex(status_cases[i].hex);
        struct cursor c = bytes_cursor(&b);
        uint32_t hresult = 0;
        CHECK_AT(status_cases[i].label, ipc_status_decode(&c, &hresult) == status_cases[i].want);
        CHECK_AT(status_cases[i].label, hresult == status_cases[i].hresult);
    }
}

static enum wire_status encode_status(struct writer *out)
{
    return ipc_status_encode(out, IPC_S_OK);
}

static void test_status_encode(void)
{
    struct writer w = writer_of(buffer, sizeof buffer);

    CHECK(encode_status(&w) == WIRE_OK);
    CHECK(bytes_equal_hex(buffer, w.size, HEX_MAGIC "1800 ff 00 0000 00000000"));
    check_no_room("status", w.size, encode_status);
}

static const struct {
    const char *label;
    uint32_t hresult;
    const char *text, *hex;
} errors[] = {
    {"unknown command", IPC_E_UNKNOWN_COMMAND, NULL, HEX_MAGIC "1800 ff ff 0000 85131380"},
    {"dump, no text", IPC_E_FAIL, "", HEX_MAGIC "1c00 ff ff 0000 05400080 00000000"},
    {"dump with text", IPC_E_FAIL, "no",
     HEX_MAGIC "2200 ff ff 0000 05400080 03000000 6e00 6f00 0000"},
};

static void test_error(void)
{
    for (size_t i = 0; i < COUNT_OF(errors); i++) {
        struct writer w = writer_of(buffer, sizeof buffer);
        struct ipc_error error;
        CHECK_AT(errors[i].label,
                 ipc_error_encode(&w, errors[i].hresult, errors[i].text) == WIRE_OK);
        CHECK_AT(errors[i].label, bytes_equal_hex(buffer, w.size, errors[i].hex));
        struct cursor payload = payload_of(&w, IPC_SET_SERVER, IPC_SERVER_ERROR);
        REQUIRE(ipc_error_decode(&payload, &error) == WIRE_OK);
        CHECK_AT(errors[i].label, error.hresult == errors[i].hresult);
        CHECK_AT(errors[i].label, strcmp(error.text, errors[i].text ? errors[i].text : "") == 0);
        ipc_error_deinit(&error);
        CHECK_AT(errors[i].label, error.text == NULL);
    }
}

static enum wire_status probe_error(struct cursor *in)
{
    struct ipc_error error = {0};
    enum wire_status status = ipc_error_decode(in, &error);

    ipc_error_deinit(&error);
    return status;
}

static enum wire_status encode_error(struct writer *out)
{
    return ipc_error_encode(out, IPC_E_FAIL, "no");
}

static void test_error_truncation(void)
{
    struct bytes bare = bytes_of_hex("85131380");
    struct bytes b = bytes_of_hex("05400080 03000000 6e00 6f00 0000");

    check_truncation("hresult alone", bare.data, bare.size, 0, probe_error);
    check_truncation("with text", b.data, b.size, 5, probe_error);
    check_no_room("with text", IPC_HEADER_SIZE + b.size, encode_error);
}

static const struct {
    uint32_t hresult;
    const char *name;
} names[] = {
    {0x00000000, "OK"},
    {0x80131384, "BAD_ENCODING"},
    {0x80131385, "UNKNOWN_COMMAND"},
    {0x80131386, "UNKNOWN_MAGIC"},
    {0x80131515, "NOT_SUPPORTED"},
    {0x80004005, "FAIL"},
    {0x8013135b, "NOT_YET_AVAILABLE"},
    {0x80131371, "RUNTIME_UNINITIALIZED"},
    {0x80070057, "INVALID_ARGUMENT"},
    {0x8007007a, "INSUFFICIENT_BUFFER"},
    {0x800000cb, "ENVVAR_NOT_FOUND"},
    {0x800700cb, "ENVVAR_NOT_FOUND"},
    {0x8013136a, "PROFILER_ALREADY_ACTIVE"},
    {0x8007007e, "MODULE_NOT_FOUND"},
};

static void test_names(void)
{
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        const char *name = ipc_hresult_name(names[i].hresult);
        CHECK_AT(names[i].name, name && strcmp(name, names[i].name) == 0);
        CHECK_AT(names[i].name,
                 strcmp(ipc_hresult_meaning(names[i].hresult), "unknown error") != 0);
    }
    CHECK(ipc_hresult_name(0xffffffff) == NULL);
    CHECK(strcmp(ipc_hresult_meaning(0xffffffff), "unknown error") == 0);
}

TEST_SUITE("proto/ipc/reply", {"header", test_header}, {"status decode", test_status_decode},
           {"status encode", test_status_encode}, {"error", test_error},
           {"error truncation", test_error_truncation}, {"names", test_names})
