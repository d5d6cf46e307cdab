/*
 * ipc/profiler.h - AttachProfiler (a running runtime) and StartupProfiler (a suspended one).
 *
 * AttachProfiler: u32 timeout ms, GUID CLSID, string path, u32 size, client data. StartupProfiler:
 * GUID CLSID, string path. Both are answered by a status. Attaching to a suspended runtime gives
 * NOT_YET_AVAILABLE, a startup profiler for a running one INVALID_ARGUMENT. A startup profiler
 * whose file does not exist is accepted all the same.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "proto/wire/arena.h"
#include "proto/wire/cursor.h"
#include "proto/wire/guid.h"
#include "proto/wire/writer.h"

struct ipc_attach_profiler {
    uint32_t timeout_ms;
    struct guid clsid;
    const char *path;    /* absolute, in the target's mount namespace */
    const uint8_t *data; /* given to the profiler; NULL if data_size is 0 */
    size_t data_size;
    struct arena memory;
};

struct ipc_startup_profiler {
    struct guid clsid;
    const char *path; /* absolute, in the target's mount namespace */
    struct arena memory;
};

/* WIRE_BAD: a path that is empty, relative or not UTF-8. */
enum wire_status ipc_attach_profiler_encode(struct writer *out,
                                            const struct ipc_attach_profiler *request);
enum wire_status ipc_attach_profiler_decode(struct cursor *payload,
                                            struct ipc_attach_profiler *ret_request);
void ipc_attach_profiler_deinit(struct ipc_attach_profiler *request);

/* WIRE_BAD: a path that is empty, relative or not UTF-8. */
enum wire_status ipc_startup_profiler_encode(struct writer *out,
                                             const struct ipc_startup_profiler *request);
enum wire_status ipc_startup_profiler_decode(struct cursor *payload,
                                             struct ipc_startup_profiler *ret_request);
void ipc_startup_profiler_deinit(struct ipc_startup_profiler *request);
