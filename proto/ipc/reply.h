/*
 * ipc/reply.h - the runtime's answers: OK (set 0xFF id 0x00), error (set 0xFF id 0xFF), HRESULTs.
 *
 * Read IPC_HEADER_SIZE bytes, decode the header, read `payload_size` bytes, then decode them with
 * the command's own decoder, ipc_status_decode() or, if not `ok`, ipc_error_decode(). The command's
 * own reply codecs are in its header file.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/wire/cursor.h"
#include "proto/wire/writer.h"

enum {
    IPC_S_OK = 0,
};

/* HRESULTs do not fit an enum of ints; these are uint32_t constants. */
#define IPC_E_BAD_ENCODING 0x80131384u
#define IPC_E_UNKNOWN_COMMAND 0x80131385u
#define IPC_E_UNKNOWN_MAGIC 0x80131386u
#define IPC_E_NOT_SUPPORTED 0x80131515u
#define IPC_E_FAIL 0x80004005u
#define IPC_E_NOT_YET_AVAILABLE 0x8013135Bu
#define IPC_E_RUNTIME_UNINITIALIZED 0x80131371u
#define IPC_E_INVALID_ARGUMENT 0x80070057u
#define IPC_E_INSUFFICIENT_BUFFER 0x8007007Au
#define IPC_E_ENVVAR_NOT_FOUND 0x800000CBu   /* as specified */
#define IPC_E_ENVVAR_NOT_FOUND_2 0x800700CBu /* as sent by .NET 8 to 10 */
#define IPC_E_PROFILER_ALREADY_ACTIVE 0x8013136Au
#define IPC_E_MODULE_NOT_FOUND 0x8007007Eu
#define IPC_E_ACCESS_DENIED 0x80070005u
#define IPC_E_OUT_OF_MEMORY 0x8007000Eu
#define IPC_E_NOT_IMPLEMENTED 0x80004001u

struct ipc_reply_header {
    bool ok;
    size_t payload_size;
};

/*
 * WIRE_BAD: not a reply: other magic (a runtime can answer with zero bytes only), size below 20, a
 * set other than 0xFF or an id other than 0x00 and 0xFF.
 */
enum wire_status ipc_reply_header_decode(struct cursor *in, struct ipc_reply_header *ret_header);

/* Payload of a STATUS reply: u32 HRESULT; none at all counts as IPC_S_OK. */
enum wire_status ipc_status_decode(struct cursor *payload, uint32_t *ret_hresult);

/* A whole OK reply with that payload. */
enum wire_status ipc_status_encode(struct writer *out, uint32_t hresult);

struct ipc_error {
    uint32_t hresult;
    char *text; /* malloc'ed; never NULL; "" unless GenerateCoreDump3 told createdump's messages */
};

/* Payload of an error reply: u32 HRESULT; only GenerateCoreDump3's goes on with a string. */
enum wire_status ipc_error_decode(struct cursor *payload, struct ipc_error *ret_error);
void ipc_error_deinit(struct ipc_error *error);

/* A whole error reply. `text` NULL: the HRESULT alone; "": with an empty string behind it. */
enum wire_status ipc_error_encode(struct writer *out, uint32_t hresult, const char *text);

/* "BAD_ENCODING"; NULL for a value that is not in the table. */
const char *ipc_hresult_name(uint32_t hresult);

/* One short sentence for a human, without full stop; never NULL ("unknown error"). */
const char *ipc_hresult_meaning(uint32_t hresult);
