/*
 * Happy path: a session that does nothing but end (the runtime forgets then which types it has told
 * before) -> the session of the snapshot -> pieces, each fed on the pool -> the collection is over:
 * stop -> names of modules in the rundown -> end of the stream -> the file is made on the pool ->
 * the file -> done.
 *
 * One piece is fed at a time; the next one waits in the session. While the pool is at work the
 * collection cannot be freed: who abandons it leaves that to on_worked().
 */
#include "src/collect/gcdump.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/base/cleanup.h"
#include "src/base/clock.h"
#include "src/base/limits.h"
#include "src/collect/dump_folder.h"
#include "src/heap/snapshot.h"
#include "src/io/spool.h"
#include "src/io/timer.h"
#include "src/session/session.h"

#define RUNTIME "Microsoft-Windows-DotNETRuntime"
#define SAMPLER "Microsoft-DotNETCore-SampleProfiler"

enum {
    SNAPSHOT = 0x1980001, /* GC, GCHeapDump, Type, GCHeapCollect, GCHeapAndTypeNames */
    RUNDOWN_LOADER = 0x8,
    RUNDOWN_END = 0x100,
    INFORMATIONAL = 4,
    FLUSH_BUFFER_MB = 16,
    BUFFER_MB = 1024, /* taken only as far as we are slow; dotnet-gcdump's */
    FOLDERS = 3,
};

enum { FACT_COMPLETE };

enum phase { FLUSHING, RECORDING, WRITING };

struct gcdump {
    struct collection base;
    const struct collect_context *context;
    struct collection_events events;
    struct target *target;
    enum phase phase;
    struct session *session; /* NULL: none runs */
    struct timer patience;
    struct error end; /* how the stream ended; its code is 0 when as asked for */
    const struct heap_format *format;
    struct heap_snapshot *snapshot;
    char *own_folder; /* a copy: the server's may be gone before the pool is done */
    const char *folders[FOLDERS + 1];
    void *piece; /* taken from the session, for the pool */
    size_t piece_size;
    const void *waiting; /* the session's, for later */
    size_t waiting_size;
    uv_loop_t *loop;
    uv_work_t work;
    bool busy; /* the pool is at work */
    bool abandoned, ended, complete;
    struct error fault; /* of the pool's work */
    struct spool file;
    struct heap_origin origin;
};

/* On the pool: the files can be large, and a file system takes its time to forget one. */
static void dispose(uv_work_t *work)
{
    struct gcdump *d = container_of(work, struct gcdump, work);

    heap_snapshot_free(d->snapshot);
    spool_close(&d->file);
    free(d->piece);
    free(d->own_folder);
}

static void on_disposed(uv_work_t *work, int status)
{
    (void)status;
    free(container_of(work, struct gcdump, work));
}

/* What others have to do with; they may end before the pool does. */
static void leave(struct gcdump *d)
{
    timer_stop(&d->patience);
    if (d->session)
        session_abandon(take_ptr(d->session));
    d->target = target_unref(d->target);
}

static void gcdump_free(struct gcdump *d)
{
    leave(d);
    if (uv_queue_work(d->loop, &d->work, dispose, on_disposed) < 0) {
        dispose(&d->work);
        on_disposed(&d->work, 0);
    }
}

static void finish(struct gcdump *d, const struct error *err)
{
    struct collection_events events = d->events;
    struct error end = err ? *err : (struct error){0};

    gcdump_free(d);
    events.on_done(events.user, end.code ? &end : NULL);
}

static void stop_session(struct gcdump *d)
{
    timer_stop(&d->patience);
    if (d->session)
        session_stop(d->session);
}

static void on_silence(void *user)
{
    stop_session(user);
}

static void expect(struct gcdump *d, uint64_t ms)
{
    (void)timer_start(&d->patience, d->loop, ms, 0, on_silence, d);
}

static void on_worked(uv_work_t *work, int status);

static void work_on(struct gcdump *d, uv_work_cb run)
{
    d->busy = true;
    if (uv_queue_work(d->loop, &d->work, run, on_worked) < 0) {
        run(&d->work);
        on_worked(&d->work, 0);
    }
}

/* On the pool. */
static void feed(uv_work_t *work)
{
    struct gcdump *d = container_of(work, struct gcdump, work);

    if (d->fault.code == 0)
        (void)heap_snapshot_feed(d->snapshot, d->piece, d->piece_size, &d->fault);
}

/* Whatever the size: the spool's own bound is for readers that are slow. */
static int write_file(void *user, const void *data, size_t size)
{
    struct spool *file = user;
    const char *at = data;

    while (size > 0) {
        ssize_t n = pwrite(file->fd, at, size, (off_t)file->written);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return n < 0 ? -errno : -EIO;
        at += n;
        size -= (size_t)n;
        file->written += (uint64_t)n;
    }
    return 0;
}

static int make_file(struct gcdump *d, struct error *err)
{
    cleanup(heap_graph_cleanup) struct heap_graph *g = NULL;
    int r = heap_snapshot_finish(d->snapshot, &d->origin, &g, err);

    if (r < 0)
        return r;
    d->complete = g->origin.complete && d->fault.code == 0;
    g->origin.complete = d->complete;
    r = spool_open(&d->file, d->folders, err);
    if (r == 0)
        r = heap_write(d->format, g, &(struct heap_options){0}, write_file, &d->file, err);
    return r;
}

/* On the pool. */
static void make(uv_work_t *work)
{
    struct gcdump *d = container_of(work, struct gcdump, work);
    struct error err;

    if (make_file(d, &err) < 0)
        d->fault = err;
    else
        d->fault.code = 0;
}

static void take_piece(struct gcdump *d, const void *data, size_t size)
{
    d->piece = session_keep(d->session);
    if (!d->piece) { /* no memory for another one: the loop does it */
        if (d->fault.code == 0)
            (void)heap_snapshot_feed(d->snapshot, data, size, &d->fault);
        session_proceed(d->session);
        return;
    }
    d->piece_size = size;
    work_on(d, feed);
}

static void send_file(struct gcdump *d)
{
    uint64_t offset, size = spool_take(&d->file, UINT64_MAX, &offset);

    d->events.on_fact(d->events.user, FACT_COMPLETE, d->complete);
    d->events.on_file(d->events.user, d->file.fd, offset, size);
}

/* There is no snapshot: the end of the stream says why, or its silence. */
static void refuse(struct gcdump *d)
{
    struct error err = d->fault;

    if (err.code == -ENODATA && d->end.code < 0)
        err = d->end;
    else if (err.code == -ENODATA)
        (void)error_set(&err, -ENODATA,
                        "The process sent no heap snapshot within %d s (NativeAOT apps cannot).",
                        LIMIT_GCDUMP_START_MS / 1000);
    finish(d, &err);
}

static void after_feed(struct gcdump *d)
{
    enum heap_progress progress = heap_snapshot_progress(d->snapshot);
    const void *waiting = take_ptr(d->waiting);

    free(take_ptr(d->piece));
    if (progress == HEAP_TOLD || d->fault.code < 0)
        stop_session(d);
    else if (progress == HEAP_RUNNING && d->session)
        expect(d, LIMIT_GCDUMP_SILENCE_MS);
    if (waiting) {
        take_piece(d, waiting, d->waiting_size);
    } else if (d->ended) {
        d->phase = WRITING;
        work_on(d, make);
    }
}

static void on_worked(uv_work_t *work, int status)
{
    struct gcdump *d = container_of(work, struct gcdump, work);

    (void)status;
    d->busy = false;
    if (d->abandoned)
        gcdump_free(d);
    else if (d->phase != WRITING)
        after_feed(d);
    else if (d->fault.code < 0)
        refuse(d);
    else
        send_file(d);
}

static void on_data(void *user, const void *data, size_t size)
{
    struct gcdump *d = user;

    if (d->busy) {
        d->waiting = data;
        d->waiting_size = size;
    } else {
        take_piece(d, data, size);
    }
}

static void on_started(void *user)
{
    struct gcdump *d = user;

    expect(d, LIMIT_GCDUMP_START_MS);
    d->events.on_started(d->events.user);
}

static void on_end(void *user, const struct error *err)
{
    struct gcdump *d = user;

    d->session = NULL;
    timer_stop(&d->patience);
    d->end = err ? *err : (struct error){0};
    d->ended = true;
    if (!d->busy)
        after_feed(d);
}

static int start_snapshot(struct gcdump *d, struct error *err)
{
    const struct ipc_trace_provider provider = {
        .name = RUNTIME, .keywords = SNAPSHOT, .level = IPC_TRACE_LEVEL_VERBOSE};
    const struct session_config config = {
        .request = {.buffer_mb = BUFFER_MB,
                    .format = IPC_TRACE_NET_TRACE,
                    .rundown_keyword = RUNDOWN_LOADER | RUNDOWN_END,
                    .providers = &provider,
                    .provider_count = 1},
        .rundown_fallback = IPC_TRACE_RUNDOWN_DEFAULT,
        .start_ms = LIMIT_GCDUMP_COLLECT_MS,
    };

    d->phase = RECORDING;
    return session_start(d->context->sessions, d->target, &config,
                         &(struct session_events){d, on_started, on_data, on_end}, &d->session,
                         err);
}

static void on_flush_data(void *user, const void *data, size_t size)
{
    struct gcdump *d = user;

    (void)data;
    (void)size;
    session_stop(d->session);
    session_proceed(d->session);
}

static void on_flush_end(void *user, const struct error *err)
{
    struct gcdump *d = user;
    struct error fault;

    d->session = NULL;
    timer_stop(&d->patience);
    if (err)
        finish(d, err);
    else if (start_snapshot(d, &fault) < 0)
        finish(d, &fault);
}

static void on_flush_started(void *user)
{
    expect(user, LIMIT_GCDUMP_START_MS);
}

static int start_flush(struct gcdump *d, struct error *err)
{
    const struct ipc_trace_provider provider = {.name = SAMPLER, .level = INFORMATIONAL};
    const struct session_config config = {.request = {.buffer_mb = FLUSH_BUFFER_MB,
                                                      .format = IPC_TRACE_NET_TRACE,
                                                      .stackwalk = true,
                                                      .providers = &provider,
                                                      .provider_count = 1}};

    return session_start(d->context->sessions, d->target, &config,
                         &(struct session_events){d, on_flush_started, on_flush_data, on_flush_end},
                         &d->session, err);
}

static void describe(struct gcdump *d)
{
    d->origin.time = clock_now_ticks();
    d->origin.pid = (int32_t)d->target->pid;
    (void)gethostname(d->origin.machine, sizeof d->origin.machine - 1);
    (void)snprintf(d->origin.process, sizeof d->origin.process, "%s", d->target->info.name);
}

static int gcdump_start(const struct collect_context *context, struct target *target,
                        const void *params, const struct collection_events *events,
                        struct collection **ret, struct error *err)
{
    const struct gcdump_params *p = params;
    struct gcdump *d = calloc(1, sizeof *d);

    if (!d)
        return error_set(err, -ENOMEM, "gcdump");
    d->base.type = &collection_gcdump;
    d->format = p->format;
    d->context = context;
    d->loop = context->loop;
    d->events = *events;
    d->target = target_ref(target);
    d->file = SPOOL_NONE;
    d->own_folder = strdup(dump_folder_path(context->dump_folder));
    d->folders[0] = d->own_folder ? d->own_folder : "/tmp";
    d->folders[1] = "/tmp";
    d->folders[2] = "/var/tmp";
    describe(d);
    int r = heap_snapshot_new(d->folders, &d->snapshot, err);
    if (r == 0)
        r = start_flush(d, err);
    if (r < 0) {
        gcdump_free(d);
        return r;
    }
    *ret = &d->base;
    return 0;
}

static void gcdump_proceed(struct collection *c)
{
    finish(container_of(c, struct gcdump, base), NULL);
}

static void gcdump_abandon(struct collection *c)
{
    struct gcdump *d = container_of(c, struct gcdump, base);

    if (!d->busy) {
        gcdump_free(d);
        return;
    }
    d->abandoned = true;
    leave(d);
}

const struct collection_type collection_gcdump = {
    .name = "gcdump",
    .limit = 1,
    .content_type = "application/octet-stream",
    .start = gcdump_start,
    .proceed = gcdump_proceed,
    .abandon = gcdump_abandon,
    .log_category = "Microsoft.Diagnostics.Tools.Monitor.GCDumpOperation",
    .facts = {[FACT_COMPLETE] = {.name = "GCDump-Complete", .is_truth = true}},
};
