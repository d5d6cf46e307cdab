#include "proto/ipc/dump.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "proto/ipc/commands.h"
#include "proto/ipc/header.h"
#include "proto/ipc/path.h"
#include "proto/wire/utf16.h"

static const enum ipc_command dump_commands[] = {
    [1] = IPC_GENERATE_CORE_DUMP,
    [2] = IPC_GENERATE_CORE_DUMP2,
    [3] = IPC_GENERATE_CORE_DUMP3,
};

static bool is_revision(unsigned revision)
{
    return revision >= 1 && revision <= 3;
}

static bool is_sound(const struct ipc_dump_request *request)
{
    uint32_t flags = request->revision == 1 ? IPC_DUMP_LOG : IPC_DUMP_FLAGS;

    return is_revision(request->revision) && ipc_path_is_safe(request->path) &&
           request->type >= IPC_DUMP_MINI && request->type <= IPC_DUMP_FULL &&
           (request->flags & ~flags) == 0;
}

/* `path` with every '%' doubled. */
static void escape_path(const char *path, char escaped[static 2 * IPC_PATH_MAX + 1])
{
    for (; *path; path++) {
        *escaped++ = *path;
        if (*path == '%')
            *escaped++ = '%';
    }
    *escaped = '\0';
}

/* `escaped` with every "%%" halved, in `path`, which has as much room. */
static void unescape_path(const char *escaped, char *path)
{
    for (; *escaped; escaped++) {
        *path++ = *escaped;
        if (escaped[0] == '%' && escaped[1] == '%')
            escaped++;
    }
    *path = '\0';
}

enum wire_status ipc_dump_encode(struct writer *out, const struct ipc_dump_request *request)
{
    char path[2 * IPC_PATH_MAX + 1];

    if (!is_sound(request))
        return WIRE_BAD;
    const struct ipc_command_info *info = ipc_command_info(dump_commands[request->revision]);
    size_t begin = ipc_message_begin(out, info->set, info->id);
    escape_path(request->path, path);
    writer_utf16(out, path);
    writer_u32(out, request->type);
    writer_u32(out, request->flags);
    return ipc_message_end(out, begin);
}

enum wire_status ipc_dump_decode(struct cursor *payload, unsigned revision,
                                 struct ipc_dump_request *ret_request)
{
    struct ipc_dump_request request = {.revision = revision};
    char *escaped = NULL;

    if (!is_revision(revision))
        return WIRE_BAD;
    if (!arena_init(&request.memory, arena_size_of_strings(payload->left)))
        return WIRE_BAD;
    enum wire_status status = utf16_decode(payload, &escaped);
    char *path = escaped ? arena_take(&request.memory, strlen(escaped) + 1, 1) : NULL;
    if (path) {
        unescape_path(escaped, path);
        request.path = path;
        request.type = cursor_u32(payload);
        request.flags = cursor_u32(payload);
        status = cursor_status(payload);
    } else if (status == WIRE_OK) {
        status = WIRE_BAD;
    }
    free(escaped);
    if (status == WIRE_OK)
        *ret_request = request;
    else
        arena_deinit(&request.memory);
    return status;
}

void ipc_dump_request_deinit(struct ipc_dump_request *request)
{
    arena_deinit(&request->memory);
    *request = (struct ipc_dump_request){0};
}
