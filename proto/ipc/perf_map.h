/*
 * ipc/perf_map.h - EnablePerfMap: u32 type; answered by a status. DisablePerfMap is empty
 * (ipc_command_encode_empty()).
 *
 * The runtime writes /tmp/perf-PID.map (0644) and /tmp/jit-PID.dump (0600).
 */
#pragma once

#include <stdint.h>

#include "proto/wire/cursor.h"
#include "proto/wire/writer.h"

enum ipc_perf_map_type {
    IPC_PERF_MAP_ALL = 1,
    IPC_PERF_MAP_JIT_DUMP = 2,
    IPC_PERF_MAP_PERF_MAP = 3,
};

/* WIRE_BAD: a type out of 1..3, which the runtime refuses too. */
enum wire_status ipc_enable_perf_map_encode(struct writer *out, uint32_t type);
enum wire_status ipc_enable_perf_map_decode(struct cursor *payload, uint32_t *ret_type);
