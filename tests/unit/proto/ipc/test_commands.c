#include "proto/ipc/commands.h"
#include "tests/unit/proto/bytes.h"

static const struct {
    const char *name;
    enum ipc_command command;
    uint8_t set, id;
    unsigned revision;
    enum ipc_reply_kind reply;
    bool never_empty;
} rows[] = {
    {"GenerateCoreDump", IPC_GENERATE_CORE_DUMP, 1, 1, 1, IPC_REPLY_STATUS, true},
    {"GenerateCoreDump2", IPC_GENERATE_CORE_DUMP2, 1, 2, 2, IPC_REPLY_STATUS, true},
    {"GenerateCoreDump3", IPC_GENERATE_CORE_DUMP3, 1, 3, 3, IPC_REPLY_STATUS, true},
    {"StopTracing", IPC_STOP_TRACING, 2, 1, 1, IPC_REPLY_PAYLOAD, false},
    {"CollectTracing", IPC_COLLECT_TRACING, 2, 2, 1, IPC_REPLY_STREAM, true},
    {"CollectTracing2", IPC_COLLECT_TRACING2, 2, 3, 2, IPC_REPLY_STREAM, true},
    {"CollectTracing3", IPC_COLLECT_TRACING3, 2, 4, 3, IPC_REPLY_STREAM, true},
    {"CollectTracing4", IPC_COLLECT_TRACING4, 2, 5, 4, IPC_REPLY_STREAM, true},
    {"CollectTracing5", IPC_COLLECT_TRACING5, 2, 6, 5, IPC_REPLY_STREAM, true},
    {"CollectTracing6", IPC_COLLECT_TRACING6, 2, 7, 6, IPC_REPLY_STREAM, true},
    {"AttachProfiler", IPC_ATTACH_PROFILER, 3, 1, 1, IPC_REPLY_STATUS, true},
    {"StartupProfiler", IPC_STARTUP_PROFILER, 3, 2, 1, IPC_REPLY_STATUS, true},
    {"ProcessInfo", IPC_PROCESS_INFO, 4, 0, 1, IPC_REPLY_PAYLOAD, false},
    {"ResumeRuntime", IPC_RESUME_RUNTIME, 4, 1, 1, IPC_REPLY_STATUS, false},
    {"ProcessEnvironment", IPC_PROCESS_ENVIRONMENT, 4, 2, 1, IPC_REPLY_CONTINUED, false},
    {"SetEnvironmentVariable", IPC_SET_ENVIRONMENT_VARIABLE, 4, 3, 1, IPC_REPLY_STATUS, true},
    {"ProcessInfo2", IPC_PROCESS_INFO2, 4, 4, 2, IPC_REPLY_PAYLOAD, false},
    {"EnablePerfMap", IPC_ENABLE_PERF_MAP, 4, 5, 1, IPC_REPLY_STATUS, true},
    {"DisablePerfMap", IPC_DISABLE_PERF_MAP, 4, 6, 1, IPC_REPLY_STATUS, false},
    {"ApplyStartupHook", IPC_APPLY_STARTUP_HOOK, 4, 7, 1, IPC_REPLY_STATUS, true},
    {"ProcessInfo3", IPC_PROCESS_INFO3, 4, 8, 3, IPC_REPLY_PAYLOAD, false},
};

static void test_rows(void)
{
    CHECK(COUNT_OF(rows) == IPC_COMMAND_COUNT);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const struct ipc_command_info *info = ipc_command_info(rows[i].command);
        CHECK_AT(rows[i].name, strcmp(info->name, rows[i].name) == 0);
        CHECK_AT(rows[i].name, info->set == rows[i].set && info->id == rows[i].id);
        CHECK_AT(rows[i].name, info->revision == rows[i].revision);
        CHECK_AT(rows[i].name, info->reply == rows[i].reply);
        CHECK_AT(rows[i].name, info->never_empty == rows[i].never_empty);
        CHECK_AT(rows[i].name, ipc_command_find(rows[i].set, rows[i].id) == rows[i].command);
    }
}

static void test_find_unknown(void)
{
    static const uint8_t unknown[][2] = {{1, 0}, {1, 4}, {2, 0}, {2, 8},    {3, 0},      {3, 3},
                                         {4, 9}, {5, 0}, {0, 0}, {0xFF, 0}, {0xFF, 0xFF}};

    for (size_t i = 0; i < COUNT_OF(unknown); i++)
        CHECK(ipc_command_find(unknown[i][0], unknown[i][1]) == IPC_COMMAND_COUNT);
}

/* A command that an empty payload kills must have no way to be sent empty. */
static void test_encode_empty(void)
{
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        uint8_t buffer[IPC_HEADER_SIZE];
        struct writer w = writer_of(buffer, sizeof buffer);
        const struct ipc_command_info *info = ipc_command_info(rows[i].command);
        bool empty = info->payload == IPC_PAYLOAD_EMPTY;
        CHECK_AT(rows[i].name, !(empty && rows[i].never_empty));
        enum wire_status status = ipc_command_encode_empty(&w, rows[i].command);
        CHECK_AT(rows[i].name, status == (empty ? WIRE_OK : WIRE_BAD));
        CHECK_AT(rows[i].name, w.size == (empty ? IPC_HEADER_SIZE : 0));
    }
}

static enum wire_status probe_encode(struct writer *out)
{
    return ipc_command_encode_empty(out, IPC_PROCESS_INFO3);
}

static void test_bytes(void)
{
    uint8_t buffer[IPC_HEADER_SIZE];
    struct writer w = writer_of(buffer, sizeof buffer);

    CHECK(probe_encode(&w) == WIRE_OK);
    CHECK(bytes_equal_hex(buffer, w.size, HEX_MAGIC "1400 04 08 0000"));
    check_no_room("ProcessInfo3", w.size, probe_encode);
}

TEST_SUITE("proto/ipc/commands", {"rows", test_rows}, {"unknown", test_find_unknown},
           {"encode empty", test_encode_empty}, {"bytes", test_bytes})
