#include "proto/ipc/environment.h"
#include "tests/unit/proto/bytes.h"

/* Two entries: "A=1" and "B=". */
#define HEX_BODY "02000000 04000000 4100 3d00 3100 0000 03000000 4200 3d00 0000"

static uint8_t buffer[65536];

static const struct {
    const char *label, *hex;
    enum wire_status want;
    uint32_t size;
} heads[] = {
    {"30 bytes follow", "1e000000 0000", WIRE_OK, 30},
    {"no variables", "04000000 0000", WIRE_OK, 4},
    {"future is ignored", "04000000 ffff", WIRE_OK, 4},
    {"too few for the count", "03000000 0000", WIRE_BAD, 0},
    {"future missing", "04000000 00", WIRE_MORE, 0},
    {"empty", "", WIRE_MORE, 0},
};

static void test_head(void)
{
    for (size_t i = 0; i < COUNT_OF(heads); i++) {
        struct bytes b = bytes_of_hex(heads[i].hex);
        struct cursor c = bytes_cursor(&b);
        uint32_t size = 0;
        CHECK_AT(heads[i].label, ipc_environment_head_decode(&c, &size) == heads[i].want);
        CHECK_AT(heads[i].label, size == heads[i].size);
    }
}

static void test_body(void)
{
    struct bytes b = bytes_of_hex(HEX_BODY);
    struct cursor c = bytes_cursor(&b);
    struct ipc_environment environment;

    REQUIRE(ipc_environment_body_decode(&c, &environment) == WIRE_OK);
    REQUIRE(environment.count == 2);
    CHECK(c.left == 0);
    CHECK(strcmp(environment.entries[0], "A=1") == 0);
    CHECK(strcmp(environment.entries[1], "B=") == 0);

    struct writer w = writer_of(buffer, sizeof buffer);
    CHECK(ipc_environment_encode(&w, &environment) == WIRE_OK);
    CHECK(bytes_equal_hex(buffer, w.size, HEX_MAGIC "1a00 ff 00 0000 1a000000 0000" HEX_BODY));
    ipc_environment_deinit(&environment);
    CHECK(environment.entries == NULL && environment.count == 0);
}

static enum wire_status probe_body(struct cursor *in)
{
    struct ipc_environment environment = {0};
    enum wire_status status = ipc_environment_body_decode(in, &environment);

    ipc_environment_deinit(&environment);
    return status;
}

static enum wire_status encode_body(struct writer *out)
{
    static const char *const entries[] = {"A=1", "B="};

    return ipc_environment_encode(out, &(struct ipc_environment){.entries = entries, .count = 2});
}

static void test_body_limits(void)
{
    static const char *const lies[] = {"ffffffff", "ffffffff 00000000", "02000000 00000000",
                                       "01000000 ffffffff 4100"};
    struct bytes b = bytes_of_hex(HEX_BODY), none = bytes_of_hex("00000000");
    struct cursor c = bytes_cursor(&none);

    check_truncation("body", b.data, b.size, 0, probe_body);
    check_no_room("body", IPC_HEADER_SIZE + 6 + b.size, encode_body);
    CHECK(probe_body(&c) == WIRE_OK);
    for (size_t i = 0; i < COUNT_OF(lies); i++) {
        b = bytes_of_hex(lies[i]);
        c = bytes_cursor(&b);
        CHECK_AT(lies[i], probe_body(&c) == WIRE_MORE);
    }
}

static char long_text[IPC_REQUEST_MAX];

static const struct {
    const char *label, *name, *value;
} refused[] = {
    {"empty name", "", "1"},
    {"null name", NULL, "1"},
    {"empty value", "A", ""},
    {"null value", "A", NULL},
    {"name with '='", "A=B", "1"},
    {"name of only '='", "=", "1"},
    {"value too long", "A", long_text},
};

static void test_set_refused(void)
{
    memset(long_text, 'a', sizeof long_text - 1);
    for (size_t i = 0; i < COUNT_OF(refused); i++) {
        static uint8_t large[4 * IPC_REQUEST_MAX];
        struct writer w = writer_of(large, sizeof large);
        CHECK_AT(refused[i].label, ipc_set_environment_variable_encode(
                                       &w, refused[i].name, refused[i].value) == WIRE_BAD);
        CHECK_AT(refused[i].label, w.size == 0);
    }
}

static enum wire_status probe_set(struct cursor *in)
{
    struct ipc_environment_variable variable = {0};
    enum wire_status status = ipc_set_environment_variable_decode(in, &variable);

    ipc_environment_variable_deinit(&variable);
    return status;
}

static enum wire_status encode_set(struct writer *out)
{
    return ipc_set_environment_variable_encode(out, "A", "x=y");
}

static void test_set(void)
{
    struct writer w = writer_of(buffer, sizeof buffer);
    struct ipc_environment_variable variable;

    CHECK(encode_set(&w) == WIRE_OK);
    CHECK(bytes_equal_hex(buffer, w.size,
                          HEX_MAGIC "2800 04 03 0000 02000000 4100 0000 04000000 7800 3d00 7900 "
                                    "0000"));
    struct cursor payload = payload_of(&w, 4, 3), again = payload;
    REQUIRE(ipc_set_environment_variable_decode(&payload, &variable) == WIRE_OK);
    CHECK(strcmp(variable.name, "A") == 0 && strcmp(variable.value, "x=y") == 0);
    ipc_environment_variable_deinit(&variable);
    check_truncation("set", again.at, again.left, 0, probe_set);
    check_no_room("set", w.size, encode_set);
}

TEST_SUITE("proto/ipc/environment", {"head", test_head}, {"body", test_body},
           {"body limits", test_body_limits}, {"set refused", test_set_refused}, {"set", test_set})
