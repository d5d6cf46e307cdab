/*
 * ipc/process_info.h - the replies to ProcessInfo, ProcessInfo2 and ProcessInfo3.
 *
 * Payload: [revision 3: u32 version] u64 pid, GUID cookie, strings command line, OS, architecture;
 * from revision 2 on strings entrypoint assembly, CLR version; revision 3 string runtime
 * identifier. Versions above 1 add fields at the end, which are ignored. The requests are empty
 * (ipc_command_encode_empty()).
 */
#pragma once

#include <stdint.h>

#include "proto/wire/arena.h"
#include "proto/wire/cursor.h"
#include "proto/wire/guid.h"
#include "proto/wire/writer.h"

struct ipc_process_info {
    unsigned revision;        /* 1, 2 or 3: of the command */
    uint32_t version;         /* revision 3: of the payload, >= 1; else 0 */
    uint64_t pid;             /* in the process's own pid namespace */
    struct guid cookie;       /* runtime instance cookie: equals the one advertised */
    const char *command_line; /* while suspended: the executable alone */
    const char *os;           /* "Linux" */
    const char *arch;         /* "x64", "arm64", "x86", "arm32" */
    /* NULL below their revision: */
    const char *entrypoint_assembly; /* 2: simple name, "con" */
    const char *clr_version;         /* 2: "10.0.12", may have "-preview..." */
    const char *runtime_identifier;  /* 3: "linux-x64" */
    struct arena memory;             /* of the strings when decoded */
};

/* `revision` is 1, 2 or 3 (ipc_command_info(command)->revision). WIRE_BAD: version 0. */
enum wire_status ipc_process_info_decode(struct cursor *payload, unsigned revision,
                                         struct ipc_process_info *ret_info);
void ipc_process_info_deinit(struct ipc_process_info *info);

/* A whole OK reply, as info->revision wants it. NULL strings are written as empty. */
enum wire_status ipc_process_info_encode(struct writer *out, const struct ipc_process_info *info);
