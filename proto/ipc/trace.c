#include "proto/ipc/trace.h"

#include <stdalign.h>

#include "proto/ipc/commands.h"
#include "proto/ipc/header.h"
#include "proto/wire/utf16.h"

enum {
    SESSION_STREAMING = 0,
    PROVIDER_MIN_SIZE = 20, /* keywords, level and two empty strings */
};

static const enum ipc_command collect_commands[] = {
    [1] = IPC_COLLECT_TRACING,  [2] = IPC_COLLECT_TRACING2, [3] = IPC_COLLECT_TRACING3,
    [4] = IPC_COLLECT_TRACING4, [5] = IPC_COLLECT_TRACING5, [6] = IPC_COLLECT_TRACING6,
};

static bool is_revision(unsigned revision)
{
    return revision >= 1 && revision <= IPC_TRACE_REVISION_MAX;
}

static bool has_filters(const struct ipc_trace_request *request)
{
    for (size_t i = 0; i < request->provider_count; i++) {
        if (request->providers[i].filter.enable || request->providers[i].filter.count > 0)
            return true;
    }
    return false;
}

unsigned ipc_trace_revision(const struct ipc_trace_request *request)
{
    uint64_t keyword = request->rundown_keyword;

    if (request->buffer_mode != IPC_TRACE_BUFFER_DROP)
        return 6;
    if (has_filters(request))
        return 5;
    if (keyword != 0 && keyword != IPC_TRACE_RUNDOWN_DEFAULT)
        return 4;
    if (!request->stackwalk)
        return 3;
    return keyword == 0 ? 2 : 1;
}

static bool is_sound(const struct ipc_trace_request *request)
{
    bool sound = request->buffer_mb > 0 && request->format == IPC_TRACE_NET_TRACE &&
                 request->buffer_mode <= IPC_TRACE_BUFFER_BLOCK && request->provider_count > 0;

    for (size_t i = 0; sound && i < request->provider_count; i++)
        sound = request->providers[i].name && *request->providers[i].name;
    return sound;
}

static void encode_filter(struct writer *out, const struct ipc_event_filter *filter)
{
    writer_u8(out, filter->enable);
    writer_u32(out, (uint32_t)filter->count);
    for (size_t i = 0; i < filter->count; i++)
        writer_u32(out, filter->event_ids[i]);
}

static void encode_providers(struct writer *out, unsigned revision,
                             const struct ipc_trace_request *request)
{
    writer_u32(out, (uint32_t)request->provider_count);
    for (size_t i = 0; i < request->provider_count; i++) {
        const struct ipc_trace_provider *provider = &request->providers[i];
        writer_u64(out, provider->keywords);
        writer_u32(out, provider->level);
        writer_utf16(out, provider->name);
        writer_utf16(out, provider->arguments);
        if (revision >= 5)
            encode_filter(out, &provider->filter);
    }
}

enum wire_status ipc_trace_encode(struct writer *out, unsigned revision,
                                  const struct ipc_trace_request *request)
{
    if (!is_revision(revision) || !is_sound(request) || revision < ipc_trace_revision(request))
        return WIRE_BAD;
    const struct ipc_command_info *info = ipc_command_info(collect_commands[revision]);
    size_t begin = ipc_message_begin(out, info->set, info->id);
    if (revision >= 5)
        writer_u32(out, SESSION_STREAMING);
    writer_u32(out, request->buffer_mb);
    writer_u32(out, request->format);
    if (revision == 2 || revision == 3)
        writer_u8(out, request->rundown_keyword != 0);
    if (revision >= 4)
        writer_u64(out, request->rundown_keyword);
    if (revision >= 3)
        writer_u8(out, request->stackwalk);
    encode_providers(out, revision, request);
    if (revision >= 6)
        writer_u32(out, request->buffer_mode);
    return ipc_message_end(out, begin);
}

static enum wire_status decode_filter(struct cursor *in, struct arena *memory,
                                      struct ipc_event_filter *filter)
{
    filter->enable = cursor_u8(in) != 0;
    filter->count = cursor_u32(in);
    if (in->bad || filter->count > in->left / 4)
        return WIRE_MORE;
    uint32_t *ids = arena_take(memory, filter->count * sizeof *ids, alignof(uint32_t));
    if (!ids)
        return WIRE_BAD;
    for (size_t i = 0; i < filter->count; i++)
        ids[i] = cursor_u32(in);
    filter->event_ids = ids;
    return WIRE_OK;
}

static enum wire_status decode_provider(struct cursor *in, unsigned revision, struct arena *memory,
                                        struct ipc_trace_provider *provider)
{
    provider->keywords = cursor_u64(in);
    provider->level = cursor_u32(in);
    enum wire_status status = utf16_decode_arena(in, memory, &provider->name);
    if (status == WIRE_OK)
        status = utf16_decode_arena(in, memory, &provider->arguments);
    if (status == WIRE_OK && revision >= 5)
        status = decode_filter(in, memory, &provider->filter);
    return status;
}

static enum wire_status decode_providers(struct cursor *in, unsigned revision,
                                         struct ipc_trace_request *request)
{
    size_t count = cursor_u32(in);

    if (in->bad || count > in->left / PROVIDER_MIN_SIZE)
        return WIRE_MORE;
    /* Strings may need twice their payload; 5 bytes of a filter's head pay for its alignment. */
    if (!arena_init(&request->memory,
                    count * sizeof *request->providers + arena_size_of_strings(in->left)))
        return WIRE_BAD;
    struct ipc_trace_provider *providers =
        arena_take(&request->memory, count * sizeof *providers, alignof(struct ipc_trace_provider));
    enum wire_status status = providers ? WIRE_OK : WIRE_BAD;
    for (size_t i = 0; status == WIRE_OK && i < count; i++)
        status = decode_provider(in, revision, &request->memory, &providers[i]);
    request->providers = providers;
    request->provider_count = count;
    return status;
}

/* What stands before the providers. */
static enum wire_status decode_settings(struct cursor *in, unsigned revision,
                                        struct ipc_trace_request *request)
{
    uint32_t session = revision >= 5 ? cursor_u32(in) : SESSION_STREAMING;
    bool rundown = true;

    if (!in->bad && session != SESSION_STREAMING)
        return WIRE_BAD;
    request->buffer_mb = cursor_u32(in);
    request->format = cursor_u32(in);
    if (revision == 2 || revision == 3)
        rundown = cursor_u8(in) != 0;
    request->rundown_keyword = rundown ? IPC_TRACE_RUNDOWN_DEFAULT : 0;
    if (revision >= 4)
        request->rundown_keyword = cursor_u64(in);
    request->stackwalk = revision < 3 || cursor_u8(in) != 0;
    return cursor_status(in);
}

enum wire_status ipc_trace_decode(struct cursor *payload, unsigned revision,
                                  struct ipc_trace_request *ret_request)
{
    struct ipc_trace_request request = {0};

    if (!is_revision(revision))
        return WIRE_BAD;
    enum wire_status status = decode_settings(payload, revision, &request);
    if (status == WIRE_OK)
        status = decode_providers(payload, revision, &request);
    if (status == WIRE_OK && revision >= 6) {
        request.buffer_mode = cursor_u32(payload);
        status = cursor_status(payload);
    }
    if (status == WIRE_OK)
        *ret_request = request;
    else
        arena_deinit(&request.memory);
    return status;
}

void ipc_trace_request_deinit(struct ipc_trace_request *request)
{
    arena_deinit(&request->memory);
    *request = (struct ipc_trace_request){0};
}
