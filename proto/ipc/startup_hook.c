#include "proto/ipc/startup_hook.h"

#include "proto/ipc/commands.h"
#include "proto/ipc/header.h"
#include "proto/ipc/path.h"
#include "proto/wire/utf16.h"

enum wire_status ipc_startup_hook_encode(struct writer *out, const char *path)
{
    const struct ipc_command_info *info = ipc_command_info(IPC_APPLY_STARTUP_HOOK);

    if (!ipc_path_is_safe(path))
        return WIRE_BAD;
    size_t begin = ipc_message_begin(out, info->set, info->id);
    writer_utf16(out, path);
    return ipc_message_end(out, begin);
}

enum wire_status ipc_startup_hook_decode(struct cursor *payload, char **ret_path)
{
    return utf16_decode(payload, ret_path);
}
