#include "proto/ipc/perf_map.h"

#include "proto/ipc/commands.h"
#include "proto/ipc/header.h"

enum wire_status ipc_enable_perf_map_encode(struct writer *out, uint32_t type)
{
    const struct ipc_command_info *info = ipc_command_info(IPC_ENABLE_PERF_MAP);

    if (type < IPC_PERF_MAP_ALL || type > IPC_PERF_MAP_PERF_MAP)
        return WIRE_BAD;
    size_t begin = ipc_message_begin(out, info->set, info->id);
    writer_u32(out, type);
    return ipc_message_end(out, begin);
}

enum wire_status ipc_enable_perf_map_decode(struct cursor *payload, uint32_t *ret_type)
{
    uint32_t type = cursor_u32(payload);

    if (payload->bad)
        return WIRE_MORE;
    *ret_type = type;
    return WIRE_OK;
}
