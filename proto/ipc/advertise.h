/*
 * ipc/advertise.h - what a runtime sends first on each connection to a reverse port.
 *
 * 34 bytes: "ADVR_V1\0", GUID cookie, u64 pid, u16 0 (ignored). No answer is expected.
 */
#pragma once

#include <stdint.h>

#include "proto/wire/cursor.h"
#include "proto/wire/guid.h"
#include "proto/wire/writer.h"

enum {
    IPC_ADVERTISE_SIZE = 34,
};

struct ipc_advertise {
    struct guid cookie; /* runtime instance cookie: equals ProcessInfo's */
    uint64_t pid;       /* in the process's own pid namespace: 1 is usual in a container */
};

/* WIRE_BAD: wrong magic, as soon as it is seen. */
enum wire_status ipc_advertise_decode(struct cursor *in, struct ipc_advertise *ret_advertise);
enum wire_status ipc_advertise_encode(struct writer *out, const struct ipc_advertise *advertise);
