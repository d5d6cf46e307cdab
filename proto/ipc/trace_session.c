/* ipc/trace_session.c - the messages that are one session id: StopTracing and the OK replies. */
#include "proto/ipc/commands.h"
#include "proto/ipc/header.h"
#include "proto/ipc/trace.h"

static enum wire_status encode_id(struct writer *out, uint8_t set, uint8_t id, uint64_t session_id)
{
    size_t begin = ipc_message_begin(out, set, id);

    writer_u64(out, session_id);
    return ipc_message_end(out, begin);
}

static enum wire_status decode_id(struct cursor *payload, uint64_t *ret_session_id)
{
    uint64_t session_id = cursor_u64(payload);

    if (payload->bad)
        return WIRE_MORE;
    *ret_session_id = session_id;
    return WIRE_OK;
}

enum wire_status ipc_stop_tracing_encode(struct writer *out, uint64_t session_id)
{
    const struct ipc_command_info *info = ipc_command_info(IPC_STOP_TRACING);

    return encode_id(out, info->set, info->id, session_id);
}

enum wire_status ipc_stop_tracing_decode(struct cursor *payload, uint64_t *ret_session_id)
{
    return decode_id(payload, ret_session_id);
}

enum wire_status ipc_session_reply_decode(struct cursor *payload, uint64_t *ret_session_id)
{
    return decode_id(payload, ret_session_id);
}

enum wire_status ipc_session_reply_encode(struct writer *out, uint64_t session_id)
{
    return encode_id(out, IPC_SET_SERVER, IPC_SERVER_OK, session_id);
}
