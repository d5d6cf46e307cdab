#include "proto/ipc/path.h"

#include <string.h>

#include "proto/wire/utf16.h"

bool ipc_path_is_safe(const char *path)
{
    return path && path[0] == '/' && strnlen(path, IPC_PATH_MAX + 1) <= IPC_PATH_MAX &&
           utf8_is_valid(path);
}
