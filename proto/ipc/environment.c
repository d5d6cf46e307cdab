#include "proto/ipc/environment.h"

#include <stdalign.h>
#include <string.h>

#include "proto/ipc/commands.h"
#include "proto/ipc/header.h"
#include "proto/wire/utf16.h"

enum wire_status ipc_environment_head_decode(struct cursor *payload, uint32_t *ret_size)
{
    uint32_t size = cursor_u32(payload);

    cursor_skip(payload, 2);
    if (payload->bad)
        return WIRE_MORE;
    if (size < sizeof(uint32_t))
        return WIRE_BAD;
    *ret_size = size;
    return WIRE_OK;
}

static enum wire_status decode_entries(struct cursor *in, size_t count, struct arena *memory,
                                       const char ***ret_entries)
{
    const char **entries = arena_take(memory, count * sizeof *entries, alignof(const char *));
    enum wire_status status = entries ? WIRE_OK : WIRE_BAD;

    for (size_t i = 0; status == WIRE_OK && i < count; i++)
        status = utf16_decode_arena(in, memory, &entries[i]);
    *ret_entries = entries;
    return status;
}

enum wire_status ipc_environment_body_decode(struct cursor *in,
                                             struct ipc_environment *ret_environment)
{
    struct ipc_environment environment = {.count = cursor_u32(in)};
    const char **entries = NULL;

    /* Every entry has a count of 4 bytes: this bounds the array before it is allocated. */
    if (in->bad || environment.count > in->left / 4)
        return WIRE_MORE;
    if (!arena_init(&environment.memory,
                    environment.count * sizeof *entries + arena_size_of_strings(in->left)))
        return WIRE_BAD;
    enum wire_status status = decode_entries(in, environment.count, &environment.memory, &entries);
    environment.entries = entries;
    if (status == WIRE_OK)
        *ret_environment = environment;
    else
        arena_deinit(&environment.memory);
    return status;
}

void ipc_environment_deinit(struct ipc_environment *environment)
{
    arena_deinit(&environment->memory);
    *environment = (struct ipc_environment){0};
}

static size_t body_size(const struct ipc_environment *environment)
{
    size_t size = sizeof(uint32_t);

    for (size_t i = 0; i < environment->count; i++)
        size += writer_utf16_size(environment->entries[i]);
    return size;
}

enum wire_status ipc_environment_encode(struct writer *out,
                                        const struct ipc_environment *environment)
{
    size_t size = body_size(environment);

    if (size > UINT32_MAX)
        return WIRE_BAD;
    size_t begin = ipc_message_begin(out, IPC_SET_SERVER, IPC_SERVER_OK);
    writer_u32(out, (uint32_t)size);
    writer_u16(out, 0);
    enum wire_status status = ipc_message_end(out, begin);
    if (status != WIRE_OK)
        return status;
    writer_u32(out, (uint32_t)environment->count);
    for (size_t i = 0; i < environment->count; i++)
        writer_utf16(out, environment->entries[i]);
    if (out->full)
        out->size = begin;
    return writer_status(out);
}

enum wire_status ipc_set_environment_variable_encode(struct writer *out, const char *name,
                                                     const char *value)
{
    const struct ipc_command_info *info = ipc_command_info(IPC_SET_ENVIRONMENT_VARIABLE);

    if (!name || !*name || strchr(name, '=') || !value || !*value)
        return WIRE_BAD;
    size_t begin = ipc_message_begin(out, info->set, info->id);
    writer_utf16(out, name);
    writer_utf16(out, value);
    return ipc_message_end(out, begin);
}

enum wire_status ipc_set_environment_variable_decode(struct cursor *payload,
                                                     struct ipc_environment_variable *ret_variable)
{
    struct ipc_environment_variable variable = {0};

    if (!arena_init(&variable.memory, arena_size_of_strings(payload->left)))
        return WIRE_BAD;
    enum wire_status status = utf16_decode_arena(payload, &variable.memory, &variable.name);
    if (status == WIRE_OK)
        status = utf16_decode_arena(payload, &variable.memory, &variable.value);
    if (status == WIRE_OK)
        *ret_variable = variable;
    else
        arena_deinit(&variable.memory);
    return status;
}

void ipc_environment_variable_deinit(struct ipc_environment_variable *variable)
{
    arena_deinit(&variable->memory);
    *variable = (struct ipc_environment_variable){0};
}
