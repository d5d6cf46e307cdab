/*
 * Happy path: checks that need no word with the app -> file made -> ping -> GenerateCoreDump3 ->
 * pieces of the growing file (dump_stream) -> the runtime's OK -> the ELF headers agree with the
 * size -> last piece -> done.
 *
 * Beside it: the ping is not answered -> the target's own createdump is run from here; the runtime
 * does not know revision 3 -> 2 -> 1; its error, its end, or a file that is too short -> on_done
 * with cause and cure. On every path dump_free() removes the file.
 */
#include "src/collect/dump.h"

#include <errno.h>
#include <stdlib.h>

#include "proto/ipc/dump.h"
#include "proto/ipc/reply.h"
#include "src/collect/createdump.h"
#include "src/collect/dump_cure.h"
#include "src/collect/dump_folder.h"
#include "src/collect/dump_space.h"
#include "src/collect/dump_stream.h"
#include "src/collect/port_keeper.h"
#include "src/target/attach.h"
#include "src/target/requests.h"

enum {
    PING_MS = 2000,
    EARLIER_DUMP_MS =
        30 * 1000, /* patience with a dump of the same process whose client has left */
    MESSAGE_MAX = 16 * 1024,
};

struct dump {
    struct collection base;
    const struct collect_context *context;
    struct collection_events events;
    struct target *target;
    enum dump_type type;
    bool pipe, early;
    struct dump_place place;
    struct dump_stream stream;
    struct port_keeper keeper;
    struct target_request *request;
    unsigned revision; /* of GenerateCoreDump */
    struct child *child;
};

/* createdump's numbers, by the peer's. */
static const uint32_t ipc_types[] = {
    [DUMP_FULL] = IPC_DUMP_FULL,
    [DUMP_MINI] = IPC_DUMP_MINI,
    [DUMP_WITH_HEAP] = IPC_DUMP_HEAP,
    [DUMP_TRIAGE] = IPC_DUMP_TRIAGE,
};

static void dump_free(struct dump *d)
{
    if (d->request)
        target_request_cancel(d->request);
    if (d->child)
        child_abandon(d->child);
    dump_stream_stop(&d->stream);
    port_keeper_end(&d->keeper);
    dump_place_release(&d->place, d->context->loop);
    target_unref(d->target);
    free(d);
}

static void finish(struct dump *d, const struct error *err)
{
    struct collection_events events = d->events;
    struct error copy;

    if (err) {
        copy = *err;
        dump_cure_append(&copy, dump_folder_path(d->context->dump_folder), d->target->peer.uid);
    }
    dump_free(d);
    events.on_done(events.user, err ? &copy : NULL);
}

static void on_stream_data(void *user, const void *data, size_t size)
{
    struct dump *d = user;

    d->events.on_data(d->events.user, data, size);
}

static void on_stream_file(void *user, int fd, uint64_t offset, uint64_t size)
{
    struct dump *d = user;

    d->events.on_file(d->events.user, fd, offset, size);
}

static void on_stream_end(void *user, const struct error *err)
{
    finish(user, err);
}

static void dump_proceed(struct collection *c)
{
    dump_stream_proceed(&container_of(c, struct dump, base)->stream);
}

static void request_dump(struct dump *d);

static void on_reply(void *user, const struct ipc_outcome *outcome)
{
    struct dump *d = user;
    struct error err;

    d->request = NULL;
    if (outcome->code == 0) {
        dump_stream_writer_done(&d->stream);
        return;
    }
    if (outcome->code == -EREMOTEIO && outcome->hresult == IPC_E_UNKNOWN_COMMAND &&
        d->revision > 1) {
        d->revision--;
        request_dump(d);
        return;
    }
    (void)error_set(&err, outcome->code, "%s", outcome->text);
    finish(d, &err);
}

static void request_dump(struct dump *d)
{
    static const enum ipc_command commands[] = {
        [1] = IPC_GENERATE_CORE_DUMP,
        [2] = IPC_GENERATE_CORE_DUMP2,
        [3] = IPC_GENERATE_CORE_DUMP3,
    };
    uint8_t message[MESSAGE_MAX];
    struct writer out = writer_of(message, sizeof message);
    struct ipc_dump_request request = {
        .revision = d->revision, .path = d->place.target_path, .type = ipc_types[d->type]};
    struct error err;

    /* No deadline: how long createdump takes depends on the size; dump_stream gives up when nothing
     * grows. */
    int r = ipc_dump_encode(&out, &request) != WIRE_OK
                ? error_set(&err, -EINVAL, "the dump path %s cannot be sent", d->place.target_path)
                : target_request_start(d->target, commands[d->revision], message, out.size,
                                       REQUEST_FIRST, 0, on_reply, d, &d->request, &err);
    if (r < 0)
        finish(d, &err);
}

/* The writer is about to begin. False when the dump is over. */
static bool follow_output(struct dump *d)
{
    const struct dump_stream_events events = {d, on_stream_data, on_stream_file, on_stream_end};
    struct error err;

    d->events.on_started(d->events.user);
    if (dump_stream_start(&d->stream, d->context->loop, &d->place, d->pipe, d->early, &events,
                          &err) == 0)
        return true;
    finish(d, &err);
    return false;
}

static void on_child_exit(void *user, const struct child_result *result)
{
    struct dump *d = user;
    struct error err;

    d->child = NULL;
    if (result->exit_status == 0 && result->signal == 0) {
        dump_stream_writer_done(&d->stream);
        return;
    }
    createdump_explain(result, &err);
    finish(d, &err);
}

static void dump_from_outside(struct dump *d, const struct ipc_outcome *why)
{
    struct error err;

    if (!follow_output(d))
        return;
    int r = createdump_run(d->context->loop, d->target, d->type, &d->place, on_child_exit, d,
                           &d->child, &err);
    if (r < 0) {
        (void)error_prefix(&err, "%s It cannot be dumped from outside either", why->text);
        finish(d, &err);
    }
}

static void on_ping(void *user, const struct ipc_outcome *outcome)
{
    struct dump *d = user;
    struct error err;

    d->request = NULL;
    if (outcome->code == -ETIMEDOUT && target_is_dumping(d->target)) {
        (void)error_set(&err, -ETIMEDOUT,
                        "An earlier dump of this process is still being written. Try again later.");
        finish(d, &err);
    } else if (outcome->code == -ETIMEDOUT) {
        dump_from_outside(d, outcome);
    } else if (outcome->code != 0 && outcome->code != -EREMOTEIO) {
        (void)error_set(&err, outcome->code, "%s", outcome->text);
        finish(d, &err);
    } else if (follow_output(d)) {
        request_dump(d);
    }
}

static int prepare(struct dump *d, struct error *err)
{
    struct target *t = d->target;
    int r = createdump_check(t, err);

    if (r == 0 && !d->pipe)
        r = dump_space_check(d->context, t, d->type, &d->early, err);
    if (r == 0)
        r = dump_place_make(d->context->dump_folder, t->root, t->peer.uid, d->pipe, &d->place, err);
    if (r < 0)
        return r;
    port_keeper_start(&d->keeper, t->root[0] ? NULL : t->socket_path);
    return target_ping(t, target_is_dumping(t) ? EARLIER_DUMP_MS : PING_MS, on_ping, d, &d->request,
                       err);
}

static int dump_start(const struct collect_context *context, struct target *target,
                      const void *params, const struct collection_events *events,
                      struct collection **ret, struct error *err)
{
    const struct dump_params *p = params;
    struct dump *d = calloc(1, sizeof *d);

    if (!d)
        return error_set(err, -ENOMEM, "dump");
    d->base.type = &collection_dump;
    d->context = context;
    d->events = *events;
    d->target = target_ref(target);
    d->type = p->type;
    d->pipe = context->options->dump_transport == DUMP_TRANSPORT_PIPE;
    d->early = true;
    d->revision = 3;
    d->place = DUMP_PLACE_NONE;
    int r = prepare(d, err);
    if (r < 0) {
        dump_free(d);
        return r;
    }
    *ret = &d->base;
    return 0;
}

static void dump_abandon(struct collection *c)
{
    dump_free(container_of(c, struct dump, base));
}

const struct collection_type collection_dump = {
    .name = "dump",
    .limit = 1,
    .stoppable = false,
    .content_type = "application/octet-stream",
    .start = dump_start,
    .proceed = dump_proceed,
    .abandon = dump_abandon,
};
