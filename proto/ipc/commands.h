/*
 * ipc/commands.h - the table of all diagnostic IPC commands, up to .NET 11's CollectTracing6.
 *
 * Never probe for a command's existence with an empty payload: where `never_empty` is set that
 * kills the runtime (SIGSEGV, measured on .NET 8, 9, 10 and NativeAOT 9). Send a valid request
 * and look for UNKNOWN_COMMAND instead.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "proto/wire/writer.h"

enum ipc_command {
    IPC_GENERATE_CORE_DUMP,
    IPC_GENERATE_CORE_DUMP2,
    IPC_GENERATE_CORE_DUMP3,
    IPC_STOP_TRACING,
    IPC_COLLECT_TRACING,
    IPC_COLLECT_TRACING2,
    IPC_COLLECT_TRACING3,
    IPC_COLLECT_TRACING4,
    IPC_COLLECT_TRACING5,
    IPC_COLLECT_TRACING6,
    IPC_ATTACH_PROFILER,
    IPC_STARTUP_PROFILER,
    IPC_PROCESS_INFO,
    IPC_RESUME_RUNTIME,
    IPC_PROCESS_ENVIRONMENT,
    IPC_SET_ENVIRONMENT_VARIABLE,
    IPC_PROCESS_INFO2,
    IPC_ENABLE_PERF_MAP,
    IPC_DISABLE_PERF_MAP,
    IPC_APPLY_STARTUP_HOOK,
    IPC_PROCESS_INFO3,
    IPC_COMMAND_COUNT,
};

/* Which codec makes and reads the request's payload. */
enum ipc_payload {
    IPC_PAYLOAD_EMPTY,                /* ipc_command_encode_empty() */
    IPC_PAYLOAD_CORE_DUMP,            /* dump.h */
    IPC_PAYLOAD_STOP_TRACING,         /* trace.h */
    IPC_PAYLOAD_COLLECT_TRACING,      /* trace.h */
    IPC_PAYLOAD_ATTACH_PROFILER,      /* profiler.h */
    IPC_PAYLOAD_STARTUP_PROFILER,     /* profiler.h */
    IPC_PAYLOAD_ENVIRONMENT_VARIABLE, /* environment.h */
    IPC_PAYLOAD_PERF_MAP,             /* perf_map.h */
    IPC_PAYLOAD_STARTUP_HOOK,         /* startup_hook.h */
};

/* What comes back when the command succeeds. Every command can answer with an error (reply.h). */
enum ipc_reply_kind {
    IPC_REPLY_STATUS,    /* u32 HRESULT 0, or nothing: ipc_status_decode() */
    IPC_REPLY_PAYLOAD,   /* the command's own payload */
    IPC_REPLY_CONTINUED, /* a payload that tells how many more bytes follow on the connection */
    IPC_REPLY_STREAM,    /* session id, then the EventPipe stream until it ends */
};

struct ipc_command_info {
    const char *name;
    uint8_t set, id;
    unsigned revision; /* the n of CollectTracing<n>, ProcessInfo<n>, GenerateCoreDump<n>; else 1 */
    enum ipc_payload payload;
    enum ipc_reply_kind reply;
    bool never_empty; /* an empty payload kills the runtime */
};

/* The command's row. `command` is below IPC_COMMAND_COUNT. */
const struct ipc_command_info *ipc_command_info(enum ipc_command command);

/* The command with this set and id; IPC_COMMAND_COUNT if there is none. */
enum ipc_command ipc_command_find(uint8_t set, uint8_t id);

/* The whole request of a command without payload. WIRE_BAD for the other commands. */
enum wire_status ipc_command_encode_empty(struct writer *out, enum ipc_command command);
