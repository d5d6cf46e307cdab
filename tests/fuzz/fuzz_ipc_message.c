/*
 * fuzz/fuzz_ipc_message.c - every decoder of proto/ipc. The first byte picks the row, the rest is
 * the payload. What decodes is encoded; unless the encoder refuses it, decoding and encoding that
 * again must give the same bytes.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "proto/ipc/advertise.h"
#include "proto/ipc/dump.h"
#include "proto/ipc/environment.h"
#include "proto/ipc/header.h"
#include "proto/ipc/perf_map.h"
#include "proto/ipc/process_info.h"
#include "proto/ipc/profiler.h"
#include "proto/ipc/reply.h"
#include "proto/ipc/startup_hook.h"
#include "proto/ipc/trace.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Decodes and encodes again. WIRE_BAD also when only the encoder refuses. */
typedef enum wire_status (*recode)(struct cursor *in, unsigned revision, struct writer *out);

static enum wire_status recode_header(struct cursor *in, unsigned revision, struct writer *out)
{
    struct ipc_header h;
    enum wire_status status = ipc_header_decode(in, &h);

    (void)revision;
    return status == WIRE_OK ? ipc_header_encode(out, &h) : status;
}

static enum wire_status recode_reply_header(struct cursor *in, unsigned revision,
                                            struct writer *out)
{
    struct ipc_reply_header h;
    enum wire_status status = ipc_reply_header_decode(in, &h);

    (void)revision;
    if (status != WIRE_OK)
        return status;
    struct ipc_header again = {(uint16_t)(IPC_HEADER_SIZE + h.payload_size), IPC_SET_SERVER,
                               h.ok ? IPC_SERVER_OK : IPC_SERVER_ERROR};
    return ipc_header_encode(out, &again);
}

static enum wire_status recode_status(struct cursor *in, unsigned revision, struct writer *out)
{
    uint32_t hresult;
    enum wire_status status = ipc_status_decode(in, &hresult);

    (void)revision;
    return status == WIRE_OK ? ipc_status_encode(out, hresult) : status;
}

static enum wire_status recode_error(struct cursor *in, unsigned revision, struct writer *out)
{
    struct ipc_error error;
    enum wire_status status = ipc_error_decode(in, &error);

    (void)revision;
    if (status != WIRE_OK)
        return status;
    status = ipc_error_encode(out, error.hresult, error.text);
    ipc_error_deinit(&error);
    return status;
}

static enum wire_status recode_process_info(struct cursor *in, unsigned revision,
                                            struct writer *out)
{
    struct ipc_process_info info;
    enum wire_status status = ipc_process_info_decode(in, revision, &info);

    if (status != WIRE_OK)
        return status;
    status = ipc_process_info_encode(out, &info);
    ipc_process_info_deinit(&info);
    return status;
}

static enum wire_status recode_environment_head(struct cursor *in, unsigned revision,
                                                struct writer *out)
{
    uint32_t size;
    enum wire_status status = ipc_environment_head_decode(in, &size);

    (void)revision;
    if (status == WIRE_OK) {
        writer_u32(out, size);
        writer_u16(out, 0);
    }
    return status;
}

static enum wire_status recode_environment(struct cursor *in, unsigned revision, struct writer *out)
{
    struct ipc_environment environment;
    enum wire_status status = ipc_environment_body_decode(in, &environment);

    (void)revision;
    if (status != WIRE_OK)
        return status;
    status = ipc_environment_encode(out, &environment);
    ipc_environment_deinit(&environment);
    return status;
}

static enum wire_status recode_set_variable(struct cursor *in, unsigned revision,
                                            struct writer *out)
{
    struct ipc_environment_variable variable;
    enum wire_status status = ipc_set_environment_variable_decode(in, &variable);

    (void)revision;
    if (status != WIRE_OK)
        return status;
    status = ipc_set_environment_variable_encode(out, variable.name, variable.value);
    ipc_environment_variable_deinit(&variable);
    return status;
}

static enum wire_status recode_dump(struct cursor *in, unsigned revision, struct writer *out)
{
    struct ipc_dump_request request;
    enum wire_status status = ipc_dump_decode(in, revision, &request);

    if (status != WIRE_OK)
        return status;
    status = ipc_dump_encode(out, &request);
    ipc_dump_request_deinit(&request);
    return status;
}

static enum wire_status recode_trace(struct cursor *in, unsigned revision, struct writer *out)
{
    struct ipc_trace_request request;
    enum wire_status status = ipc_trace_decode(in, revision, &request);

    if (status != WIRE_OK)
        return status;
    if (request.buffer_mode <= IPC_TRACE_BUFFER_BLOCK && ipc_trace_revision(&request) > revision)
        abort(); /* a revision must be able to say whatever it can carry */
    status = ipc_trace_encode(out, revision, &request);
    ipc_trace_request_deinit(&request);
    return status;
}

static enum wire_status recode_stop(struct cursor *in, unsigned revision, struct writer *out)
{
    uint64_t id;
    enum wire_status status = ipc_stop_tracing_decode(in, &id);

    (void)revision;
    return status == WIRE_OK ? ipc_stop_tracing_encode(out, id) : status;
}

static enum wire_status recode_session(struct cursor *in, unsigned revision, struct writer *out)
{
    uint64_t id;
    enum wire_status status = ipc_session_reply_decode(in, &id);

    (void)revision;
    return status == WIRE_OK ? ipc_session_reply_encode(out, id) : status;
}

static enum wire_status recode_attach(struct cursor *in, unsigned revision, struct writer *out)
{
    struct ipc_attach_profiler request;
    enum wire_status status = ipc_attach_profiler_decode(in, &request);

    (void)revision;
    if (status != WIRE_OK)
        return status;
    status = ipc_attach_profiler_encode(out, &request);
    ipc_attach_profiler_deinit(&request);
    return status;
}

static enum wire_status recode_startup(struct cursor *in, unsigned revision, struct writer *out)
{
    struct ipc_startup_profiler request;
    enum wire_status status = ipc_startup_profiler_decode(in, &request);

    (void)revision;
    if (status != WIRE_OK)
        return status;
    status = ipc_startup_profiler_encode(out, &request);
    ipc_startup_profiler_deinit(&request);
    return status;
}

static enum wire_status recode_perf_map(struct cursor *in, unsigned revision, struct writer *out)
{
    uint32_t type;
    enum wire_status status = ipc_enable_perf_map_decode(in, &type);

    (void)revision;
    return status == WIRE_OK ? ipc_enable_perf_map_encode(out, type) : status;
}

static enum wire_status recode_hook(struct cursor *in, unsigned revision, struct writer *out)
{
    char *path;
    enum wire_status status = ipc_startup_hook_decode(in, &path);

    (void)revision;
    if (status != WIRE_OK)
        return status;
    status = ipc_startup_hook_encode(out, path);
    free(path);
    return status;
}

static enum wire_status recode_advertise(struct cursor *in, unsigned revision, struct writer *out)
{
    struct ipc_advertise advertise;
    enum wire_status status = ipc_advertise_decode(in, &advertise);

    (void)revision;
    return status == WIRE_OK ? ipc_advertise_encode(out, &advertise) : status;
}

/* `skip`: bytes the encoder writes before what the decoder takes. New rows go to the end, because
 * the corpus holds row numbers. */
static const struct {
    recode run;
    unsigned revision;
    size_t skip;
} rows[] = {
    {recode_header, 0, 0},
    {recode_reply_header, 0, 0},
    {recode_status, 0, IPC_HEADER_SIZE},
    {recode_error, 0, IPC_HEADER_SIZE},
    {recode_process_info, 1, IPC_HEADER_SIZE},
    {recode_process_info, 2, IPC_HEADER_SIZE},
    {recode_process_info, 3, IPC_HEADER_SIZE},
    {recode_environment_head, 0, 0},
    {recode_environment, 0, IPC_HEADER_SIZE + 6},
    {recode_set_variable, 0, IPC_HEADER_SIZE},
    {recode_dump, 1, IPC_HEADER_SIZE},
    {recode_dump, 2, IPC_HEADER_SIZE},
    {recode_dump, 3, IPC_HEADER_SIZE},
    {recode_trace, 1, IPC_HEADER_SIZE},
    {recode_trace, 2, IPC_HEADER_SIZE},
    {recode_trace, 3, IPC_HEADER_SIZE},
    {recode_trace, 4, IPC_HEADER_SIZE},
    {recode_trace, 5, IPC_HEADER_SIZE},
    {recode_trace, 6, IPC_HEADER_SIZE},
    {recode_stop, 0, IPC_HEADER_SIZE},
    {recode_session, 0, IPC_HEADER_SIZE},
    {recode_attach, 0, IPC_HEADER_SIZE},
    {recode_startup, 0, IPC_HEADER_SIZE},
    {recode_perf_map, 0, IPC_HEADER_SIZE},
    {recode_hook, 0, IPC_HEADER_SIZE},
    {recode_advertise, 0, 0},
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t first[1 << 22], second[1 << 22];
    struct writer one = writer_of(first, sizeof first), two = writer_of(second, sizeof second);

    if (size == 0)
        return 0;
    size_t row = data[0] % (sizeof rows / sizeof rows[0]);
    struct cursor in = cursor_of(data + 1, size - 1);
    if (rows[row].run(&in, rows[row].revision, &one) != WIRE_OK) {
        if (one.size != 0)
            abort(); /* a failed encoder must take its bytes back */
        return 0;
    }
    struct cursor again = cursor_of(first + rows[row].skip, one.size - rows[row].skip);
    if (rows[row].run(&again, rows[row].revision, &two) != WIRE_OK || again.left != 0)
        abort();
    if (two.size != one.size || memcmp(first, second, one.size) != 0)
        abort();
    return 0;
}
