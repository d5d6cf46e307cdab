#include "src/session/attempts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "proto/ipc/header.h"
#include "proto/ipc/trace.h"
#include "src/session/session.h"

static const enum ipc_command commands[] = {
    [1] = IPC_COLLECT_TRACING,  [2] = IPC_COLLECT_TRACING2, [3] = IPC_COLLECT_TRACING3,
    [4] = IPC_COLLECT_TRACING4, [5] = IPC_COLLECT_TRACING5, [6] = IPC_COLLECT_TRACING6,
};

/* The request without what `revision` cannot say. `providers` is room for as many as it has. */
static struct ipc_trace_request relaxed(const struct session_config *config, unsigned revision,
                                        struct ipc_trace_provider *providers)
{
    struct ipc_trace_request request = config->request;
    uint64_t keyword = request.rundown_keyword;

    memcpy(providers, request.providers, request.provider_count * sizeof *providers);
    request.providers = providers;
    if (revision < 6)
        request.buffer_mode = IPC_TRACE_BUFFER_DROP;
    for (size_t i = 0; revision < 5 && i < request.provider_count; i++)
        providers[i].filter = (struct ipc_event_filter){0};
    if (revision < 4 && keyword != 0 && keyword != IPC_TRACE_RUNDOWN_DEFAULT)
        request.rundown_keyword = config->rundown_fallback;
    if (revision < 3)
        request.stackwalk = true;
    if (revision < 2)
        request.rundown_keyword = IPC_TRACE_RUNDOWN_DEFAULT;
    return request;
}

static int add(struct attempts *a, unsigned revision, const struct ipc_trace_request *request,
               struct error *err)
{
    struct attempt *attempt = &a->list[a->count];

    attempt->message = malloc(IPC_MESSAGE_MAX);
    if (!attempt->message)
        return error_set(err, -ENOMEM, "event session");
    a->count++;
    struct writer out = writer_of(attempt->message, IPC_MESSAGE_MAX);
    if (ipc_trace_encode(&out, revision, request) != WIRE_OK)
        return error_set(err, -E2BIG,
                         "The providers and their arguments are too long for one request.");
    attempt->command = commands[revision];
    attempt->size = out.size;
    uint8_t *shrunk = realloc(attempt->message, out.size);
    if (shrunk)
        attempt->message = shrunk;
    return 0;
}

static bool makes_sense(const struct ipc_trace_request *request)
{
    bool sound = request->provider_count > 0 && request->buffer_mb > 0;

    for (size_t i = 0; sound && i < request->provider_count; i++)
        sound = request->providers[i].name && request->providers[i].name[0];
    return sound;
}

int attempts_init(struct attempts *a, const struct session_config *config, struct error *err)
{
    const struct ipc_trace_request *request = &config->request;
    size_t count = request->provider_count;
    int r = 0;

    *a = (struct attempts){0};
    if (!makes_sense(request))
        return error_set(err, -EINVAL,
                         "An event session needs a buffer and providers that have names.");
    struct ipc_trace_provider *providers = calloc(count, sizeof *providers);
    if (!providers)
        return error_set(err, -ENOMEM, "event session");
    for (unsigned revision = ipc_trace_revision(request); r == 0 && revision > 0; revision--) {
        struct ipc_trace_request what = relaxed(config, revision, providers);
        r = add(a, revision, &what, err);
    }
    free(providers);
    if (r < 0)
        attempts_deinit(a);
    return r;
}

void attempts_deinit(struct attempts *a)
{
    for (size_t i = 0; i < a->count; i++)
        free(a->list[i].message);
    *a = (struct attempts){0};
}

const struct attempt *attempts_current(const struct attempts *a)
{
    return &a->list[a->current];
}

bool attempts_next(struct attempts *a)
{
    return ++a->current < a->count;
}
