#include "proto/ipc/reply.h"

#include <stdlib.h>

#include "proto/ipc/header.h"
#include "proto/wire/utf16.h"

static const struct hresult {
    uint32_t value;
    const char *name, *meaning;
} hresults[] = {
    {IPC_S_OK, "OK", "success"},
    {IPC_E_BAD_ENCODING, "BAD_ENCODING", "the runtime could not read the request"},
    {IPC_E_UNKNOWN_COMMAND, "UNKNOWN_COMMAND", "the runtime's version has no such command"},
    {IPC_E_UNKNOWN_MAGIC, "UNKNOWN_MAGIC", "the runtime speaks another version of the protocol"},
    {IPC_E_NOT_SUPPORTED, "NOT_SUPPORTED", "the runtime does not support this command"},
    {IPC_E_FAIL, "FAIL", "the command failed in the runtime"},
    {IPC_E_NOT_YET_AVAILABLE, "NOT_YET_AVAILABLE", "the runtime has not started up so far yet"},
    {IPC_E_RUNTIME_UNINITIALIZED, "RUNTIME_UNINITIALIZED", "the runtime is not initialized yet"},
    {IPC_E_INVALID_ARGUMENT, "INVALID_ARGUMENT", "the runtime refused an argument"},
    {IPC_E_INSUFFICIENT_BUFFER, "INSUFFICIENT_BUFFER", "the runtime's buffer is too small"},
    {IPC_E_ENVVAR_NOT_FOUND, "ENVVAR_NOT_FOUND", "there is no such environment variable"},
    {IPC_E_ENVVAR_NOT_FOUND_2, "ENVVAR_NOT_FOUND", "there is no such environment variable"},
    {IPC_E_PROFILER_ALREADY_ACTIVE, "PROFILER_ALREADY_ACTIVE", "another profiler is active"},
    {IPC_E_MODULE_NOT_FOUND, "MODULE_NOT_FOUND", "the runtime could not load the library"},
    {IPC_E_ACCESS_DENIED, "ACCESS_DENIED", "the runtime was denied access"},
    {IPC_E_OUT_OF_MEMORY, "OUT_OF_MEMORY", "the runtime ran out of memory"},
    {IPC_E_NOT_IMPLEMENTED, "NOT_IMPLEMENTED", "the runtime does not implement this command"},
};

enum wire_status ipc_reply_header_decode(struct cursor *in, struct ipc_reply_header *ret_header)
{
    struct ipc_header h;
    enum wire_status status = ipc_header_decode(in, &h);

    if (status != WIRE_OK)
        return status;
    if (h.set != IPC_SET_SERVER || (h.id != IPC_SERVER_OK && h.id != IPC_SERVER_ERROR))
        return WIRE_BAD;
    ret_header->ok = h.id == IPC_SERVER_OK;
    ret_header->payload_size = ipc_payload_size(&h);
    return WIRE_OK;
}

enum wire_status ipc_status_decode(struct cursor *payload, uint32_t *ret_hresult)
{
    uint32_t hresult = payload->left == 0 ? IPC_S_OK : cursor_u32(payload);

    if (payload->bad)
        return WIRE_MORE;
    *ret_hresult = hresult;
    return WIRE_OK;
}

enum wire_status ipc_status_encode(struct writer *out, uint32_t hresult)
{
    size_t begin = ipc_message_begin(out, IPC_SET_SERVER, IPC_SERVER_OK);

    writer_u32(out, hresult);
    return ipc_message_end(out, begin);
}

enum wire_status ipc_error_decode(struct cursor *payload, struct ipc_error *ret_error)
{
    static const uint8_t no_text[4] = {0};
    struct ipc_error error = {.hresult = cursor_u32(payload)};

    if (payload->bad)
        return WIRE_MORE;
    struct cursor none = cursor_of(no_text, sizeof no_text);
    enum wire_status status = utf16_decode(payload->left == 0 ? &none : payload, &error.text);
    if (status == WIRE_OK)
        *ret_error = error;
    return status;
}

void ipc_error_deinit(struct ipc_error *error)
{
    free(error->text);
    error->text = NULL;
}

enum wire_status ipc_error_encode(struct writer *out, uint32_t hresult, const char *text)
{
    size_t begin = ipc_message_begin(out, IPC_SET_SERVER, IPC_SERVER_ERROR);

    writer_u32(out, hresult);
    if (text)
        writer_utf16(out, text);
    return ipc_message_end(out, begin);
}

static const struct hresult *find_hresult(uint32_t value)
{
    for (size_t i = 0; i < sizeof hresults / sizeof hresults[0]; i++) {
        if (hresults[i].value == value)
            return &hresults[i];
    }
    return NULL;
}

const char *ipc_hresult_name(uint32_t hresult)
{
    const struct hresult *row = find_hresult(hresult);

    return row ? row->name : NULL;
}

const char *ipc_hresult_meaning(uint32_t hresult)
{
    const struct hresult *row = find_hresult(hresult);

    return row ? row->meaning : "unknown error";
}
