#include "proto/ipc/commands.h"

#include <assert.h>
#include <stddef.h>

#include "proto/ipc/header.h"

/* clang-format off */
static const struct ipc_command_info commands[] = {
    /*                                name                       set                 id    rev payload                           reply         never empty */
    [IPC_GENERATE_CORE_DUMP]       = {"GenerateCoreDump",       IPC_SET_DUMP,       0x01, 1, IPC_PAYLOAD_CORE_DUMP,            IPC_REPLY_STATUS,    true},
    [IPC_GENERATE_CORE_DUMP2]      = {"GenerateCoreDump2",      IPC_SET_DUMP,       0x02, 2, IPC_PAYLOAD_CORE_DUMP,            IPC_REPLY_STATUS,    true},
    [IPC_GENERATE_CORE_DUMP3]      = {"GenerateCoreDump3",      IPC_SET_DUMP,       0x03, 3, IPC_PAYLOAD_CORE_DUMP,            IPC_REPLY_STATUS,    true},
    [IPC_STOP_TRACING]             = {"StopTracing",            IPC_SET_EVENT_PIPE, 0x01, 1, IPC_PAYLOAD_STOP_TRACING,         IPC_REPLY_PAYLOAD,   false},
    [IPC_COLLECT_TRACING]          = {"CollectTracing",         IPC_SET_EVENT_PIPE, 0x02, 1, IPC_PAYLOAD_COLLECT_TRACING,      IPC_REPLY_STREAM,    true},
    [IPC_COLLECT_TRACING2]         = {"CollectTracing2",        IPC_SET_EVENT_PIPE, 0x03, 2, IPC_PAYLOAD_COLLECT_TRACING,      IPC_REPLY_STREAM,    true},
    [IPC_COLLECT_TRACING3]         = {"CollectTracing3",        IPC_SET_EVENT_PIPE, 0x04, 3, IPC_PAYLOAD_COLLECT_TRACING,      IPC_REPLY_STREAM,    true},
    [IPC_COLLECT_TRACING4]         = {"CollectTracing4",        IPC_SET_EVENT_PIPE, 0x05, 4, IPC_PAYLOAD_COLLECT_TRACING,      IPC_REPLY_STREAM,    true},
    [IPC_COLLECT_TRACING5]         = {"CollectTracing5",        IPC_SET_EVENT_PIPE, 0x06, 5, IPC_PAYLOAD_COLLECT_TRACING,      IPC_REPLY_STREAM,    true},
    [IPC_COLLECT_TRACING6]         = {"CollectTracing6",        IPC_SET_EVENT_PIPE, 0x07, 6, IPC_PAYLOAD_COLLECT_TRACING,      IPC_REPLY_STREAM,    true},
    [IPC_ATTACH_PROFILER]          = {"AttachProfiler",         IPC_SET_PROFILER,   0x01, 1, IPC_PAYLOAD_ATTACH_PROFILER,      IPC_REPLY_STATUS,    true},
    [IPC_STARTUP_PROFILER]         = {"StartupProfiler",        IPC_SET_PROFILER,   0x02, 1, IPC_PAYLOAD_STARTUP_PROFILER,     IPC_REPLY_STATUS,    true},
    [IPC_PROCESS_INFO]             = {"ProcessInfo",            IPC_SET_PROCESS,    0x00, 1, IPC_PAYLOAD_EMPTY,                IPC_REPLY_PAYLOAD,   false},
    [IPC_RESUME_RUNTIME]           = {"ResumeRuntime",          IPC_SET_PROCESS,    0x01, 1, IPC_PAYLOAD_EMPTY,                IPC_REPLY_STATUS,    false},
    [IPC_PROCESS_ENVIRONMENT]      = {"ProcessEnvironment",     IPC_SET_PROCESS,    0x02, 1, IPC_PAYLOAD_EMPTY,                IPC_REPLY_CONTINUED, false},
    [IPC_SET_ENVIRONMENT_VARIABLE] = {"SetEnvironmentVariable", IPC_SET_PROCESS,    0x03, 1, IPC_PAYLOAD_ENVIRONMENT_VARIABLE, IPC_REPLY_STATUS,    true},
    [IPC_PROCESS_INFO2]            = {"ProcessInfo2",           IPC_SET_PROCESS,    0x04, 2, IPC_PAYLOAD_EMPTY,                IPC_REPLY_PAYLOAD,   false},
    [IPC_ENABLE_PERF_MAP]          = {"EnablePerfMap",          IPC_SET_PROCESS,    0x05, 1, IPC_PAYLOAD_PERF_MAP,             IPC_REPLY_STATUS,    true},
    [IPC_DISABLE_PERF_MAP]         = {"DisablePerfMap",         IPC_SET_PROCESS,    0x06, 1, IPC_PAYLOAD_EMPTY,                IPC_REPLY_STATUS,    false},
    [IPC_APPLY_STARTUP_HOOK]       = {"ApplyStartupHook",       IPC_SET_PROCESS,    0x07, 1, IPC_PAYLOAD_STARTUP_HOOK,         IPC_REPLY_STATUS,    true},
    [IPC_PROCESS_INFO3]            = {"ProcessInfo3",           IPC_SET_PROCESS,    0x08, 3, IPC_PAYLOAD_EMPTY,                IPC_REPLY_PAYLOAD,   false},
};
/* clang-format on */
static_assert(sizeof commands / sizeof commands[0] == IPC_COMMAND_COUNT, "a row per command");

const struct ipc_command_info *ipc_command_info(enum ipc_command command)
{
    assert(command < IPC_COMMAND_COUNT);
    return &commands[command];
}

enum ipc_command ipc_command_find(uint8_t set, uint8_t id)
{
    for (size_t i = 0; i < IPC_COMMAND_COUNT; i++) {
        if (commands[i].set == set && commands[i].id == id)
            return (enum ipc_command)i;
    }
    return IPC_COMMAND_COUNT;
}

enum wire_status ipc_command_encode_empty(struct writer *out, enum ipc_command command)
{
    const struct ipc_command_info *info = ipc_command_info(command);

    if (info->payload != IPC_PAYLOAD_EMPTY)
        return WIRE_BAD;
    return ipc_message_end(out, ipc_message_begin(out, info->set, info->id));
}
