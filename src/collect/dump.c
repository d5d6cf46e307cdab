/*
 * Happy path: checks that need no word with the app -> file made -> ping -> GenerateCoreDump3 ->
 * pieces of the growing file -> the runtime's OK -> the ELF headers agree with the size -> last
 * piece -> done.
 *
 * Beside it: the ping is not answered -> the target's own createdump is run from here; the runtime
 * does not know revision 3 -> 2 -> 1; its error, its end, or a file that is too short -> on_done
 * with cause and cure. On every path dump_free() removes the file.
 */
#include "src/collect/dump.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proto/elf/core_extent.h"
#include "proto/ipc/dump.h"
#include "proto/ipc/header.h"
#include "proto/ipc/reply.h"
#include "src/collect/createdump.h"
#include "src/collect/dump_cure.h"
#include "src/collect/dump_folder.h"
#include "src/collect/dump_space.h"
#include "src/io/file_watch.h"
#include "src/target/attach.h"
#include "src/target/requests.h"

enum {
    PING_MS = 2000,
    PIECE_MAX = 16 * 1024 * 1024,
    PIECE_WORTHWHILE = 256 * 1024, /* less than this waits TICK_MS for more */
    TICK_MS = 2,
    SLOW_TICK_MS = 250, /* for file systems without inotify */
    PIPE_BUFFER = 64 * 1024,
    MESSAGE_MAX = 16 * 1024,
};

struct dump {
    struct collection base;
    const struct collect_context *context;
    struct collection_events events;
    struct target *target;
    enum dump_type type;
    bool pipe;
    bool early; /* bytes may go out before the writer is done */
    struct dump_place place;
    struct target_request *request;
    unsigned revision; /* of GenerateCoreDump */
    struct child *child;
    struct file_watch growth;
    struct watch pipe_watch;
    struct timer tick;
    bool writer_done, piece_out;
    uint64_t sent;
    struct core_extent extent; /* Pipe: fed as bytes pass */
    uint8_t *buffer;           /* Pipe */
};

/* createdump's numbers, by the peer's. */
static const uint32_t ipc_types[] = {
    [DUMP_FULL] = IPC_DUMP_FULL,
    [DUMP_MINI] = IPC_DUMP_MINI,
    [DUMP_WITH_HEAP] = IPC_DUMP_HEAP,
    [DUMP_TRIAGE] = IPC_DUMP_TRIAGE,
};

static void advance(struct dump *d);
static void wait_for_growth(struct dump *d);

static void dump_free(struct dump *d)
{
    if (d->request)
        target_request_cancel(d->request);
    if (d->child)
        child_abandon(d->child);
    file_watch_stop(&d->growth);
    watch_stop(&d->pipe_watch);
    timer_stop(&d->tick);
    dump_place_remove(&d->place);
    target_unref(d->target);
    free(d->buffer);
    free(d);
}

static void finish(struct dump *d, const struct error *err)
{
    struct collection_events events = d->events;

    dump_free(d);
    events.on_done(events.user, err);
}

static void fail(struct dump *d, struct error *err)
{
    dump_cure_append(err, dump_folder_path(d->context->dump_folder), d->target->peer.uid);
    finish(d, err);
}

/* The whole file is there: is it as long as its own headers say? */
static int verify(struct dump *d, uint64_t size, struct error *err)
{
    uint8_t block[4096];
    enum wire_status status = d->pipe ? core_extent_feed(&d->extent, NULL, 0) : WIRE_MORE;
    uint64_t at = 0;

    while (status == WIRE_MORE && !d->pipe) {
        ssize_t n = pread(d->place.fd, block, sizeof block, (off_t)at);
        if (n <= 0)
            break;
        status = core_extent_feed(&d->extent, block, (size_t)n);
        at += (uint64_t)n;
    }
    if (status == WIRE_BAD)
        return error_set(err, -EBADMSG,
                         "the runtime said OK, but what was written is no core file");
    if (status != WIRE_OK || size < d->extent.extent)
        return error_set(err, -EBADMSG,
                         "the runtime said OK, but the dump is cut short: %llu of %llu bytes "
                         "(createdump was killed, perhaps for its memory)",
                         (unsigned long long)size, (unsigned long long)d->extent.extent);
    return 0;
}

static void on_tick(void *user)
{
    advance(user);
}

static void on_growth(void *user)
{
    struct dump *d = user;

    file_watch_pause(&d->growth, true);
    (void)timer_start(&d->tick, d->context->loop, TICK_MS, 0, on_tick, d);
}

static void wait_for_growth(struct dump *d)
{
    file_watch_pause(&d->growth, false);
    (void)timer_start(&d->tick, d->context->loop, SLOW_TICK_MS, 0, on_tick, d);
}

static void give_piece(struct dump *d, uint64_t available)
{
    uint64_t size = available < PIECE_MAX ? available : PIECE_MAX;
    uint64_t offset = d->sent;

    timer_stop(&d->tick);
    d->piece_out = true;
    d->sent += size;
    d->events.on_file(d->events.user, d->place.fd, offset, size);
}

static void advance_file(struct dump *d)
{
    struct stat st;
    struct error err;

    if (fstat(d->place.fd, &st) < 0) {
        (void)error_set(&err, -errno, "dump file %s: %s", d->place.path, strerror(errno));
        fail(d, &err);
        return;
    }
    uint64_t available = (uint64_t)st.st_size > d->sent ? (uint64_t)st.st_size - d->sent : 0;
    if (available && (d->writer_done || d->early))
        give_piece(d, available);
    else if (d->writer_done)
        finish(d, NULL);
    else
        wait_for_growth(d);
}

static void on_pipe_ready(void *user, int events)
{
    (void)events;
    advance(user);
}

/* Reads one buffer from the pipe. End of file before the runtime's word is not the end yet. */
static void advance_pipe(struct dump *d)
{
    struct error err;

    watch_for(&d->pipe_watch, 0);
    ssize_t n = read(d->place.fd, d->buffer, PIPE_BUFFER);
    if (n > 0) {
        (void)core_extent_feed(&d->extent, d->buffer, (size_t)n);
        d->sent += (uint64_t)n;
        d->piece_out = true;
        d->events.on_data(d->events.user, d->buffer, (size_t)n);
    } else if (n == 0 && d->writer_done) {
        if (verify(d, d->sent, &err) < 0)
            fail(d, &err);
        else
            finish(d, NULL);
    } else if (n < 0 && errno == EAGAIN) {
        watch_for(&d->pipe_watch, UV_READABLE);
    }
}

static void advance(struct dump *d)
{
    if (d->piece_out)
        return;
    if (d->pipe)
        advance_pipe(d);
    else
        advance_file(d);
}

static void dump_proceed(struct collection *c)
{
    struct dump *d = container_of(c, struct dump, base);
    struct stat st;

    d->piece_out = false;
    bool little = !d->pipe && !d->writer_done && fstat(d->place.fd, &st) == 0 &&
                  (uint64_t)st.st_size < d->sent + PIECE_WORTHWHILE;
    if (little)
        on_growth(d);
    else
        advance(d);
}

/* The writer says that all is written. */
static void writer_ended(struct dump *d)
{
    struct error err;
    struct stat st = {0};

    d->writer_done = true;
    if (!d->pipe) {
        file_watch_stop(&d->growth);
        if (fstat(d->place.fd, &st) < 0 || verify(d, (uint64_t)st.st_size, &err) < 0) {
            fail(d, &err);
            return;
        }
    }
    advance(d);
}

static void request_dump(struct dump *d);

static void on_reply(void *user, const struct ipc_outcome *outcome)
{
    struct dump *d = user;
    struct error err;

    d->request = NULL;
    if (outcome->code == 0) {
        writer_ended(d);
        return;
    }
    if (outcome->code == -EREMOTEIO && outcome->hresult == IPC_E_UNKNOWN_COMMAND &&
        d->revision > 1) {
        d->revision--;
        request_dump(d);
        return;
    }
    (void)error_set(&err, outcome->code, "%s", outcome->text);
    fail(d, &err);
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

    /* No deadline: how long createdump takes depends on the size, and the client can always give
     * up. */
    int r = ipc_dump_encode(&out, &request) != WIRE_OK
                ? error_set(&err, -EINVAL, "the dump path %s cannot be sent", d->place.target_path)
                : target_request_start(d->target, commands[d->revision], message, out.size,
                                       REQUEST_FIRST, 0, on_reply, d, &d->request, &err);
    if (r < 0)
        fail(d, &err);
}

/* Starts looking at the file or pipe; the writer is about to begin. */
static int watch_output(struct dump *d, struct error *err)
{
    struct error ignored;

    d->events.on_started(d->events.user);
    if (d->pipe)
        return watch_start(&d->pipe_watch, d->context->loop, d->place.fd, UV_READABLE,
                           on_pipe_ready, d, err);
    /* Without inotify the slow tick is enough. */
    (void)file_watch_start(&d->growth, d->context->loop, d->place.path, IN_MODIFY, on_growth, d,
                           &ignored);
    wait_for_growth(d);
    return 0;
}

static void on_child_exit(void *user, const struct child_result *result)
{
    struct dump *d = user;
    struct error err;

    d->child = NULL;
    if (result->exit_status == 0 && result->signal == 0) {
        writer_ended(d);
        return;
    }
    (void)error_set(&err, -EIO,
                    "The process does not answer on its diagnostic port, and its createdump, run "
                    "from here, failed: %s\nCause and cure: it needs the app's uid, or "
                    "CAP_SYS_PTRACE for portside (add SYS_PTRACE to the sidecar).",
                    result->output);
    finish(d, &err);
}

static void dump_from_outside(struct dump *d, const struct ipc_outcome *why)
{
    struct error err;

    if (watch_output(d, &err) < 0) {
        fail(d, &err);
        return;
    }
    int r = createdump_run(d->context->loop, d->target, d->type, d->place.path, on_child_exit, d,
                           &d->child, &err);
    if (r < 0) {
        (void)error_prefix(&err,
                           "%s, and its createdump cannot be run from here (a shared pid namespace "
                           "and the app's uid or CAP_SYS_PTRACE would be needed)",
                           why->text);
        finish(d, &err);
    }
}

static void on_ping(void *user, const struct ipc_outcome *outcome)
{
    struct dump *d = user;
    struct error err;

    d->request = NULL;
    if (outcome->code == -ETIMEDOUT) {
        dump_from_outside(d, outcome);
    } else if (outcome->code != 0 && outcome->code != -EREMOTEIO) {
        (void)error_set(&err, outcome->code, "%s", outcome->text);
        fail(d, &err);
    } else if (watch_output(d, &err) < 0) {
        fail(d, &err);
    } else {
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
    /* Behind an earlier dump of the same process it waits; a runtime that is merely silent gets
     * PING_MS. */
    return target_ping(t, target_is_dumping(t) ? 0 : PING_MS, on_ping, d, &d->request, err);
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
    d->place.fd = -1;
    d->buffer = d->pipe ? malloc(PIPE_BUFFER) : NULL;
    int r = d->pipe && !d->buffer ? error_set(err, -ENOMEM, "dump") : prepare(d, err);
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
