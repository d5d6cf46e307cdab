/*
 * ipc/startup_hook.h - ApplyStartupHook: string path of a managed assembly; answered by a status.
 *
 * A file that is not there ends the target (.NET 10: unhandled exception; suspended: at resume):
 * the caller checks, in the target's mount namespace, before it sends this.
 */
#pragma once

#include "proto/wire/cursor.h"
#include "proto/wire/writer.h"

/* WIRE_BAD: a path that is empty, relative or not UTF-8. */
enum wire_status ipc_startup_hook_encode(struct writer *out, const char *path);

/* `ret_path` is malloc'ed. */
enum wire_status ipc_startup_hook_decode(struct cursor *payload, char **ret_path);
