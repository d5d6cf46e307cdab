/*
 * ipc/header.h - the 20 bytes before every message in both directions.
 *
 * Layout, little-endian (ipc-protocol.md; measured on .NET 8, 9, 10): magic[14] "DOTNET_IPC_V1\0",
 * u16 size (header and payload), u8 command set, u8 command id, u16 reserved. The runtime ignores
 * the reserved field and so do we; we write 0.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "proto/wire/cursor.h"
#include "proto/wire/writer.h"

enum {
    IPC_HEADER_SIZE = 20,
    IPC_MESSAGE_MAX = UINT16_MAX, /* the size field's range */
    /* Runtimes answer requests near 64 KiB with a reply of zero bytes (measured at 65535, .NET 8
       and 10). No request we send comes near this limit of ours. */
    IPC_REQUEST_MAX = 60 * 1024,
};

enum ipc_set {
    IPC_SET_DUMP = 0x01,
    IPC_SET_EVENT_PIPE = 0x02,
    IPC_SET_PROFILER = 0x03,
    IPC_SET_PROCESS = 0x04,
    IPC_SET_SERVER = 0xFF, /* replies */
};

enum {
    IPC_SERVER_OK = 0x00,
    IPC_SERVER_ERROR = 0xFF,
};

struct ipc_header {
    uint16_t size; /* header and payload */
    uint8_t set, id;
};

/* WIRE_BAD: wrong magic (as soon as it is seen, even if later bytes miss) or size below 20. */
enum wire_status ipc_header_decode(struct cursor *in, struct ipc_header *ret_header);

/* WIRE_BAD: size below 20. */
enum wire_status ipc_header_encode(struct writer *out, const struct ipc_header *header);

/* Bytes that follow a decoded header. */
static inline size_t ipc_payload_size(const struct ipc_header *header)
{
    return header->size - (size_t)IPC_HEADER_SIZE;
}

/*
 * Frame a message: begin writes the header and returns its offset in `out`, the caller writes the
 * payload, end fills in the size. end() returns WIRE_MORE if not everything fitted, WIRE_BAD if the
 * message is above IPC_REQUEST_MAX (requests) or IPC_MESSAGE_MAX (set 0xFF: replies); on both it
 * takes the message back.
 */
size_t ipc_message_begin(struct writer *out, uint8_t set, uint8_t id);
enum wire_status ipc_message_end(struct writer *out, size_t begin);
