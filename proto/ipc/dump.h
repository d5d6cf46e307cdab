/*
 * ipc/dump.h - GenerateCoreDump, 2 and 3.
 *
 * Payload: string path, u32 type, u32 flags (in GenerateCoreDump: u32 diagnostics, 0 or 1).
 * Answered by a status when createdump has ended; only GenerateCoreDump3's error carries
 * createdump's text. An OK is no proof of a complete file.
 *
 * createdump must exist and be executable for the target's uid, or the target loses its default
 * socket: that is for the caller to check before it sends this.
 */
#pragma once

#include <stdint.h>

#include "proto/wire/arena.h"
#include "proto/wire/cursor.h"
#include "proto/wire/writer.h"

enum ipc_dump_type {
    IPC_DUMP_MINI = 1,
    IPC_DUMP_HEAP = 2,
    IPC_DUMP_TRIAGE = 3,
    IPC_DUMP_FULL = 4,
};

enum {
    IPC_DUMP_LOG = 1, /* GenerateCoreDump's `diagnostics` */
    IPC_DUMP_VERBOSE = 2,
    IPC_DUMP_CRASH_REPORT = 4,      /* also PATH.crashreport.json */
    IPC_DUMP_CRASH_REPORT_ONLY = 8, /* no dump */
    IPC_DUMP_FLAGS = 15,
};

struct ipc_dump_request {
    unsigned revision; /* 1, 2 or 3: of the command */
    const char *path;  /* absolute, in the target's mount namespace; taken literally */
    uint32_t type;     /* enum ipc_dump_type */
    uint32_t flags;    /* IPC_DUMP_*; revision 1 can only say IPC_DUMP_LOG */
    struct arena memory;
};

/*
 * createdump expands %p, %e, %h, %t in the path and reads %% as %: the encoder doubles every '%',
 * so `path` means itself. WIRE_BAD: an empty path (SIGSEGV of the target), a relative one
 * (createdump's folder is the target's), one too long or not UTF-8, an unknown type or flag, a
 * revision not 1..3.
 */
enum wire_status ipc_dump_encode(struct writer *out, const struct ipc_dump_request *request);

/* Halves every "%%" again. WIRE_BAD: an unknown revision. Types and flags are given as they are. */
enum wire_status ipc_dump_decode(struct cursor *payload, unsigned revision,
                                 struct ipc_dump_request *ret_request);
void ipc_dump_request_deinit(struct ipc_dump_request *request);
