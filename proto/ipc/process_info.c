#include "proto/ipc/process_info.h"

#include <stddef.h>

#include "proto/ipc/header.h"
#include "proto/wire/utf16.h"

/* The strings in wire order, and the first revision that has each. */
static const struct {
    size_t offset;
    unsigned revision;
} strings[] = {
    {offsetof(struct ipc_process_info, command_line), 1},
    {offsetof(struct ipc_process_info, os), 1},
    {offsetof(struct ipc_process_info, arch), 1},
    {offsetof(struct ipc_process_info, entrypoint_assembly), 2},
    {offsetof(struct ipc_process_info, clr_version), 2},
    {offsetof(struct ipc_process_info, runtime_identifier), 3},
};

enum {
    STRING_COUNT = sizeof strings / sizeof strings[0],
};

static enum wire_status decode_strings(struct cursor *payload, struct ipc_process_info *info)
{
    enum wire_status status = WIRE_OK;

    for (size_t i = 0; status == WIRE_OK && i < STRING_COUNT; i++) {
        if (strings[i].revision <= info->revision)
            status = utf16_decode_arena(payload, &info->memory,
                                        (const char **)(void *)((char *)info + strings[i].offset));
    }
    return status;
}

enum wire_status ipc_process_info_decode(struct cursor *payload, unsigned revision,
                                         struct ipc_process_info *ret_info)
{
    struct ipc_process_info info = {.revision = revision};

    if (revision < 1 || revision > 3)
        return WIRE_BAD;
    info.version = revision == 3 ? cursor_u32(payload) : 0;
    info.pid = cursor_u64(payload);
    info.cookie = guid_read(payload);
    if (payload->bad)
        return WIRE_MORE;
    if (revision == 3 && info.version == 0)
        return WIRE_BAD;
    if (!arena_init(&info.memory, arena_size_of_strings(payload->left)))
        return WIRE_BAD;

    enum wire_status status = decode_strings(payload, &info);
    if (status == WIRE_OK)
        *ret_info = info;
    else
        arena_deinit(&info.memory);
    return status;
}

void ipc_process_info_deinit(struct ipc_process_info *info)
{
    arena_deinit(&info->memory);
    *info = (struct ipc_process_info){0};
}

enum wire_status ipc_process_info_encode(struct writer *out, const struct ipc_process_info *info)
{
    if (info->revision < 1 || info->revision > 3 || (info->revision == 3 && info->version == 0))
        return WIRE_BAD;
    size_t begin = ipc_message_begin(out, IPC_SET_SERVER, IPC_SERVER_OK);
    if (info->revision == 3)
        writer_u32(out, info->version);
    writer_u64(out, info->pid);
    guid_write(out, &info->cookie);
    for (size_t i = 0; i < STRING_COUNT; i++) {
        if (strings[i].revision <= info->revision)
            writer_utf16(
                out, *(const char *const *)(const void *)((const char *)info + strings[i].offset));
    }
    return ipc_message_end(out, begin);
}
