#include "proto/ipc/profiler.h"

#include "proto/ipc/commands.h"
#include "proto/ipc/header.h"
#include "proto/ipc/path.h"
#include "proto/wire/utf16.h"

enum wire_status ipc_attach_profiler_encode(struct writer *out,
                                            const struct ipc_attach_profiler *request)
{
    const struct ipc_command_info *info = ipc_command_info(IPC_ATTACH_PROFILER);

    if (!ipc_path_is_safe(request->path) || request->data_size > IPC_REQUEST_MAX)
        return WIRE_BAD;
    size_t begin = ipc_message_begin(out, info->set, info->id);
    writer_u32(out, request->timeout_ms);
    guid_write(out, &request->clsid);
    writer_utf16(out, request->path);
    writer_u32(out, (uint32_t)request->data_size);
    writer_bytes(out, request->data, request->data_size);
    return ipc_message_end(out, begin);
}

static enum wire_status decode_data(struct cursor *payload, struct ipc_attach_profiler *request)
{
    request->data_size = cursor_u32(payload);
    const uint8_t *from = cursor_take(payload, request->data_size);
    if (payload->bad)
        return WIRE_MORE;
    if (request->data_size == 0)
        return WIRE_OK;
    uint8_t *data = arena_take(&request->memory, request->data_size, 1);
    if (!data)
        return WIRE_BAD;
    for (size_t i = 0; i < request->data_size; i++)
        data[i] = from[i];
    request->data = data;
    return WIRE_OK;
}

enum wire_status ipc_attach_profiler_decode(struct cursor *payload,
                                            struct ipc_attach_profiler *ret_request)
{
    struct ipc_attach_profiler request = {.timeout_ms = cursor_u32(payload)};

    request.clsid = guid_read(payload);
    if (payload->bad)
        return WIRE_MORE;
    if (!arena_init(&request.memory, arena_size_of_strings(payload->left)))
        return WIRE_BAD;
    enum wire_status status = utf16_decode_arena(payload, &request.memory, &request.path);
    if (status == WIRE_OK)
        status = decode_data(payload, &request);
    if (status == WIRE_OK)
        *ret_request = request;
    else
        arena_deinit(&request.memory);
    return status;
}

void ipc_attach_profiler_deinit(struct ipc_attach_profiler *request)
{
    arena_deinit(&request->memory);
    *request = (struct ipc_attach_profiler){0};
}

enum wire_status ipc_startup_profiler_encode(struct writer *out,
                                             const struct ipc_startup_profiler *request)
{
    const struct ipc_command_info *info = ipc_command_info(IPC_STARTUP_PROFILER);

    if (!ipc_path_is_safe(request->path))
        return WIRE_BAD;
    size_t begin = ipc_message_begin(out, info->set, info->id);
    guid_write(out, &request->clsid);
    writer_utf16(out, request->path);
    return ipc_message_end(out, begin);
}

enum wire_status ipc_startup_profiler_decode(struct cursor *payload,
                                             struct ipc_startup_profiler *ret_request)
{
    struct ipc_startup_profiler request = {.clsid = guid_read(payload)};

    if (payload->bad)
        return WIRE_MORE;
    if (!arena_init(&request.memory, arena_size_of_strings(payload->left)))
        return WIRE_BAD;
    enum wire_status status = utf16_decode_arena(payload, &request.memory, &request.path);
    if (status == WIRE_OK)
        *ret_request = request;
    else
        arena_deinit(&request.memory);
    return status;
}

void ipc_startup_profiler_deinit(struct ipc_startup_profiler *request)
{
    arena_deinit(&request->memory);
    *request = (struct ipc_startup_profiler){0};
}
