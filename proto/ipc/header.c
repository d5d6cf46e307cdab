#include "proto/ipc/header.h"

#include <string.h>

static const char ipc_magic[14] = "DOTNET_IPC_V1";

enum {
    SIZE_OFFSET = sizeof ipc_magic,
};

enum wire_status ipc_header_decode(struct cursor *in, struct ipc_header *ret_header)
{
    struct ipc_header h;

    const uint8_t *magic = cursor_take(in, sizeof ipc_magic);
    if (magic && memcmp(magic, ipc_magic, sizeof ipc_magic) != 0)
        return WIRE_BAD;
    h.size = cursor_u16(in);
    h.set = cursor_u8(in);
    h.id = cursor_u8(in);
    cursor_skip(in, 2);
    if (in->bad)
        return WIRE_MORE;
    if (h.size < IPC_HEADER_SIZE)
        return WIRE_BAD;
    *ret_header = h;
    return WIRE_OK;
}

enum wire_status ipc_header_encode(struct writer *out, const struct ipc_header *header)
{
    size_t begin = out->size;

    if (header->size < IPC_HEADER_SIZE)
        return WIRE_BAD;
    writer_bytes(out, ipc_magic, sizeof ipc_magic);
    writer_u16(out, header->size);
    writer_u8(out, header->set);
    writer_u8(out, header->id);
    writer_u16(out, 0);
    if (out->full)
        out->size = begin;
    return writer_status(out);
}

size_t ipc_message_begin(struct writer *out, uint8_t set, uint8_t id)
{
    size_t begin = out->size;

    (void)ipc_header_encode(out, &(struct ipc_header){IPC_HEADER_SIZE, set, id});
    return begin;
}

enum wire_status ipc_message_end(struct writer *out, size_t begin)
{
    size_t size = out->size - begin;

    if (out->full) {
        out->size = begin;
        return WIRE_MORE;
    }
    uint8_t set = out->data[begin + SIZE_OFFSET + 2];
    if (size > (set == IPC_SET_SERVER ? (size_t)IPC_MESSAGE_MAX : (size_t)IPC_REQUEST_MAX)) {
        out->size = begin;
        return WIRE_BAD;
    }
    writer_patch_u16(out, begin + SIZE_OFFSET, (uint16_t)size);
    return WIRE_OK;
}
