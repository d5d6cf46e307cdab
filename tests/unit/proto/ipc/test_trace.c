#include "proto/ipc/trace.h"
#include "tests/unit/proto/bytes.h"

#define HEX_PROVIDERS                                                                              \
    "02000000"                                                                                     \
    "3901028000000000 04000000 02000000 4100 0000 00000000"                                        \
    "ffffffffffffffff 05000000 02000000 4200 0000 04000000 6b00 3d00 7600 0000"
#define HEX_FILTERED                                                                               \
    "02000000"                                                                                     \
    "3901028000000000 04000000 02000000 4100 0000 00000000 00 00000000"                            \
    "ffffffffffffffff 05000000 02000000 4200 0000 04000000 6b00 3d00 7600 0000"                    \
    "01 02000000 07000000 00010000"

static uint8_t buffer[65536];
static const uint32_t ids[] = {7, 256};
static const struct ipc_trace_provider plain[] = {
    {"A", 0x80020139, 4, NULL, {false, NULL, 0}},
    {"B", UINT64_MAX, 5, "k=v", {false, NULL, 0}},
};
static const struct ipc_trace_provider filtered[] = {
    {"A", 0x80020139, 4, NULL, {false, NULL, 0}},
    {"B", UINT64_MAX, 5, "k=v", {true, ids, 2}},
};

#define REQUEST(keyword, stacks, mode, list)                                                       \
    {                                                                                              \
        256, IPC_TRACE_NET_TRACE, keyword, stacks, mode, list, 2,                                  \
        {                                                                                          \
            0                                                                                      \
        }                                                                                          \
    }

static const struct {
    const char *label;
    unsigned revision, lowest;
    struct ipc_trace_request request;
    const char *hex; /* of the payload */
} messages[] = {
    {"CollectTracing", 1, 1, REQUEST(IPC_TRACE_RUNDOWN_DEFAULT, true, 0, plain),
     "00010000 01000000" HEX_PROVIDERS},
    {"2 with rundown", 2, 1, REQUEST(IPC_TRACE_RUNDOWN_DEFAULT, true, 0, plain),
     "00010000 01000000 01" HEX_PROVIDERS},
    {"2 without rundown", 2, 2, REQUEST(0, true, 0, plain), "00010000 01000000 00" HEX_PROVIDERS},
    {"3 without stacks", 3, 3, REQUEST(0, false, 0, plain),
     "00010000 01000000 00 00" HEX_PROVIDERS},
    {"3 with everything", 3, 1, REQUEST(IPC_TRACE_RUNDOWN_DEFAULT, true, 0, plain),
     "00010000 01000000 01 01" HEX_PROVIDERS},
    {"4 with a keyword", 4, 4, REQUEST(0x10, false, 0, plain),
     "00010000 01000000 1000000000000000 00" HEX_PROVIDERS},
    {"5 with a filter", 5, 5, REQUEST(0, true, 0, filtered),
     "00000000 00010000 01000000 0000000000000000 01" HEX_FILTERED},
    {"6 blocking", 6, 6, REQUEST(0, true, IPC_TRACE_BUFFER_BLOCK, filtered),
     "00000000 00010000 01000000 0000000000000000 01" HEX_FILTERED "01000000"},
};

static void test_encode(void)
{
    for (size_t i = 0; i < COUNT_OF(messages); i++) {
        struct writer w = writer_of(buffer, sizeof buffer);
        CHECK_AT(messages[i].label, ipc_trace_revision(&messages[i].request) == messages[i].lowest);
        CHECK_AT(messages[i].label,
                 ipc_trace_encode(&w, messages[i].revision, &messages[i].request) == WIRE_OK);
        struct cursor payload = payload_of(&w, 2, (uint8_t)(messages[i].revision + 1));
        CHECK_AT(messages[i].label, bytes_equal_hex(payload.at, payload.left, messages[i].hex));
    }
}

static void check_provider(const char *label, const struct ipc_trace_provider *got,
                           const struct ipc_trace_provider *want)
{
    CHECK_AT(label, strcmp(got->name, want->name) == 0);
    CHECK_AT(label, strcmp(got->arguments, want->arguments ? want->arguments : "") == 0);
    CHECK_AT(label, got->keywords == want->keywords && got->level == want->level);
    CHECK_AT(label, got->filter.enable == want->filter.enable);
    CHECK_AT(label, got->filter.count == want->filter.count);
    for (size_t i = 0; i < want->filter.count; i++)
        CHECK_AT(label, got->filter.event_ids[i] == want->filter.event_ids[i]);
}

static void test_decode(void)
{
    for (size_t i = 0; i < COUNT_OF(messages); i++) {
        const struct ipc_trace_request *want = &messages[i].request;
        struct bytes b = bytes_of_hex(messages[i].hex);
        struct cursor c = bytes_cursor(&b);
        struct ipc_trace_request got;
        REQUIRE(ipc_trace_decode(&c, messages[i].revision, &got) == WIRE_OK);
        CHECK_AT(messages[i].label, c.left == 0);
        CHECK_AT(messages[i].label, got.buffer_mb == 256 && got.format == IPC_TRACE_NET_TRACE);
        CHECK_AT(messages[i].label, got.rundown_keyword == want->rundown_keyword);
        CHECK_AT(messages[i].label, got.stackwalk == want->stackwalk);
        CHECK_AT(messages[i].label, got.buffer_mode == want->buffer_mode);
        REQUIRE(got.provider_count == 2);
        for (size_t k = 0; k < 2; k++)
            check_provider(messages[i].label, &got.providers[k], &want->providers[k]);
        ipc_trace_request_deinit(&got);
    }
}

static unsigned probe_revision;
static enum wire_status probe(struct cursor *in)
{
    struct ipc_trace_request request = {0};
    enum wire_status status = ipc_trace_decode(in, probe_revision, &request);

    ipc_trace_request_deinit(&request);
    return status;
}

static void test_truncation(void)
{
    for (size_t i = 0; i < COUNT_OF(messages); i++) {
        struct bytes b = bytes_of_hex(messages[i].hex);
        probe_revision = messages[i].revision;
        check_truncation(messages[i].label, b.data, b.size, 0, probe);
    }
}

static enum wire_status encode_largest(struct writer *out)
{
    return ipc_trace_encode(out, 6, &messages[7].request);
}

static void test_no_room(void)
{
    struct bytes b = bytes_of_hex(messages[7].hex);

    check_no_room("CollectTracing6", IPC_HEADER_SIZE + b.size, encode_largest);
}

static const struct {
    const char *label;
    unsigned revision;
    const char *hex;
    enum wire_status want;
} odd[] = {
    {"revision 0", 0, "00010000 01000000 00000000", WIRE_BAD},
    {"revision 7", 7, "00010000 01000000 00000000", WIRE_BAD},
    {"user_events session", 5, "01000000 0000000000000000 00000000", WIRE_BAD},
    {"a billion providers", 1, "00010000 01000000 00ca9a3b", WIRE_MORE},
    {"no providers", 1, "00010000 01000000 00000000", WIRE_OK},
    {"event id count beyond the payload", 5,
     "00000000 00010000 01000000 0000000000000000 01 01000000"
     "0000000000000000 04000000 02000000 4100 0000 00000000 01 ffffffff 01000000",
     WIRE_MORE},
};

static void test_odd_requests(void)
{
    for (size_t i = 0; i < COUNT_OF(odd); i++) {
        struct bytes b = bytes_of_hex(odd[i].hex);
        struct cursor c = bytes_cursor(&b);
        probe_revision = odd[i].revision;
        CHECK_AT(odd[i].label, probe(&c) == odd[i].want);
    }
}

static const struct ipc_trace_provider nameless[] = {{"A", 0, 4, NULL, {0}}, {"", 0, 4, NULL, {0}}};
static const struct ipc_trace_provider null_name[] = {{NULL, 0, 4, NULL, {0}}};
static char long_name[IPC_REQUEST_MAX];
static const struct ipc_trace_provider large[] = {{long_name, 0, 4, NULL, {0}}};

static const struct {
    const char *label;
    unsigned revision;
    struct ipc_trace_request request;
} refused[] = {
    {"buffer 0 MB", 4, {0, 1, 0, true, 0, plain, 2, {0}}},
    {"format 0 (NetPerf)", 4, {1, 0, 0, true, 0, plain, 2, {0}}},
    {"format 2", 4, {1, 2, 0, true, 0, plain, 2, {0}}},
    {"format 7", 4, {1, 7, 0, true, 0, plain, 2, {0}}},
    {"no providers", 4, {1, 1, 0, true, 0, NULL, 0, {0}}},
    {"a provider without name", 4, {1, 1, 0, true, 0, nameless, 2, {0}}},
    {"a provider with a null name", 4, {1, 1, 0, true, 0, null_name, 1, {0}}},
    {"message too large", 4, {1, 1, 0, true, 0, large, 1, {0}}},
    {"buffer mode 2", 6, {1, 1, 0, true, 2, plain, 2, {0}}},
    {"revision 0", 0, {1, 1, IPC_TRACE_RUNDOWN_DEFAULT, true, 0, plain, 2, {0}}},
    {"revision 7", 7, {1, 1, 0, true, 0, plain, 2, {0}}},
    {"1 without rundown", 1, {1, 1, 0, true, 0, plain, 2, {0}}},
    {"2 without stacks", 2, {1, 1, 0, false, 0, plain, 2, {0}}},
    {"3 with a keyword", 3, {1, 1, 0x10, true, 0, plain, 2, {0}}},
    {"4 with a filter", 4, {1, 1, 0, true, 0, filtered, 2, {0}}},
    {"5 with a blocking buffer", 5, {1, 1, 0, true, IPC_TRACE_BUFFER_BLOCK, plain, 2, {0}}},
};

static void test_refused(void)
{
    static uint8_t room[4 * IPC_REQUEST_MAX];

    memset(long_name, 'a', sizeof long_name - 1);
    for (size_t i = 0; i < COUNT_OF(refused); i++) {
        struct writer w = writer_of(room, sizeof room);
        CHECK_AT(refused[i].label,
                 ipc_trace_encode(&w, refused[i].revision, &refused[i].request) == WIRE_BAD);
        CHECK_AT(refused[i].label, w.size == 0 && !w.full);
    }
}

TEST_SUITE("proto/ipc/trace", {"encode", test_encode}, {"decode", test_decode},
           {"truncation", test_truncation}, {"no room", test_no_room},
           {"odd requests", test_odd_requests}, {"refused", test_refused})
