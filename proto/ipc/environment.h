/*
 * ipc/environment.h - ProcessEnvironment's two-part reply and SetEnvironmentVariable.
 *
 * ProcessEnvironment answers with an OK reply of 6 bytes (u32 n, u16 0); n more bytes then follow
 * on the same connection: u32 count, then `count` strings "NAME=value". Its request is empty.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "proto/wire/arena.h"
#include "proto/wire/cursor.h"
#include "proto/wire/writer.h"

/* Payload of the reply: how many bytes follow (at least 4). The caller sets the upper limit. */
enum wire_status ipc_environment_head_decode(struct cursor *payload, uint32_t *ret_size);

struct ipc_environment {
    const char *const *entries; /* "NAME=value" */
    size_t count;
    struct arena memory; /* of the entries when decoded */
};

/* The bytes that follow, all of them. Memory is bounded by 4 times their size. */
enum wire_status ipc_environment_body_decode(struct cursor *in,
                                             struct ipc_environment *ret_environment);
void ipc_environment_deinit(struct ipc_environment *environment);

/* The whole answer: OK reply and the bytes that follow it. */
enum wire_status ipc_environment_encode(struct writer *out,
                                        const struct ipc_environment *environment);

struct ipc_environment_variable {
    const char *name, *value;
    struct arena memory; /* of both when decoded */
};

/*
 * SetEnvironmentVariable: string name, string value; answered by a status. WIRE_BAD for an empty
 * name, a name with '=', and an empty or NULL value: the protocol has no safe spelling of "delete"
 * (count 0 is an error on CoreCLR and a SIGSEGV on NativeAOT 9).
 */
enum wire_status ipc_set_environment_variable_encode(struct writer *out, const char *name,
                                                     const char *value);
enum wire_status ipc_set_environment_variable_decode(struct cursor *payload,
                                                     struct ipc_environment_variable *ret_variable);
void ipc_environment_variable_deinit(struct ipc_environment_variable *variable);
