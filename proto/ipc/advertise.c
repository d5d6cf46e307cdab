#include "proto/ipc/advertise.h"

#include <string.h>

static const char advertise_magic[8] = "ADVR_V1";

enum wire_status ipc_advertise_decode(struct cursor *in, struct ipc_advertise *ret_advertise)
{
    struct ipc_advertise advertise;

    const uint8_t *magic = cursor_take(in, sizeof advertise_magic);
    if (magic && memcmp(magic, advertise_magic, sizeof advertise_magic) != 0)
        return WIRE_BAD;
    advertise.cookie = guid_read(in);
    advertise.pid = cursor_u64(in);
    cursor_skip(in, 2);
    if (in->bad)
        return WIRE_MORE;
    *ret_advertise = advertise;
    return WIRE_OK;
}

enum wire_status ipc_advertise_encode(struct writer *out, const struct ipc_advertise *advertise)
{
    size_t begin = out->size;

    writer_bytes(out, advertise_magic, sizeof advertise_magic);
    guid_write(out, &advertise->cookie);
    writer_u64(out, advertise->pid);
    writer_u16(out, 0);
    if (out->full)
        out->size = begin;
    return writer_status(out);
}
