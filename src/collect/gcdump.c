/*
 * Happy path: the session of the snapshot -> pieces, each fed on the pool -> the collection is
 * over: stop, and while the runtime takes its 100 ms for that, the references are resolved on the
 * pool -> names of modules in the rundown -> end of the stream -> the file is made on the pool ->
 * the file
 * -> done.
 *
 * What the pool works on (collect/feeder) is only its own meanwhile: the snapshot, the file.
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
#include "src/collect/feeder.h"
#include "src/heap/snapshot.h"
#include "src/io/spool.h"
#include "src/io/timer.h"

#define RUNTIME "Microsoft-Windows-DotNETRuntime"

enum {
    SNAPSHOT = 0x1980001, /* GC, GCHeapDump, Type, GCHeapCollect, GCHeapAndTypeNames */
    RUNDOWN_LOADER = 0x8,
    RUNDOWN_END = 0x100,
    BUFFER_MB = 1024, /* taken only as far as we are slow; dotnet-gcdump's */
    FOLDERS = 3,
};

enum { FACT_COMPLETE };

struct gcdump {
    struct collection base;
    const struct collect_context *context;
    struct collection_events events;
    struct target *target;
    struct feeder feeder;
    struct timer patience;
    const struct heap_format *format;
    struct heap_snapshot *snapshot;
    char *own_folder; /* a copy: the server's may be gone before the pool is done */
    const char *folders[FOLDERS + 1];
    uv_work_t disposal;
    bool prepared, complete;
    struct error fault; /* of the pool's work */
    struct spool file;
    struct heap_origin origin;
};

/* On the pool: the files can be large, and a file system takes its time to forget one. */
static void dispose(uv_work_t *work)
{
    struct gcdump *d = container_of(work, struct gcdump, disposal);

    heap_snapshot_free(d->snapshot);
    spool_close(&d->file);
    free(d->own_folder);
}

static void on_disposed(uv_work_t *work, int status)
{
    (void)status;
    free(container_of(work, struct gcdump, disposal));
}

/* What others have to do with; they may end before the pool does. */
static void leave(struct gcdump *d)
{
    timer_stop(&d->patience);
    d->target = target_unref(d->target);
}

static void gcdump_free(void *user)
{
    struct gcdump *d = user;

    leave(d);
    feeder_deinit(&d->feeder);
    (void)uv_queue_work(d->feeder.loop, &d->disposal, dispose, on_disposed); /* cannot fail */
}

static void finish(struct gcdump *d, const struct error *err)
{
    struct collection_events events = d->events;
    struct error end = err ? *err : (struct error){0};

    gcdump_free(d);
    events.on_done(events.user, end.code ? &end : NULL);
}

static void stop(struct gcdump *d)
{
    timer_stop(&d->patience);
    feeder_stop(&d->feeder);
}

static void on_silence(void *user)
{
    stop(user);
}

static void expect(struct gcdump *d, uint64_t ms)
{
    (void)timer_start(&d->patience, d->feeder.loop, ms, 0, on_silence, d);
}

/* --- the pool's side --- */

static void feed(void *user, const void *data, size_t size)
{
    struct gcdump *d = user;

    if (d->fault.code == 0)
        (void)heap_snapshot_feed(d->snapshot, data, size, &d->fault);
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

static void prepare(void *user)
{
    struct gcdump *d = user;

    heap_snapshot_prepare(d->snapshot);
}

static void make(void *user)
{
    struct gcdump *d = user;
    struct error err;

    if (make_file(d, &err) < 0)
        d->fault = err;
    else
        d->fault.code = 0;
}

/* --- the loop's side --- */

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

    if (err.code == -ENODATA && d->feeder.end.code < 0)
        err = d->feeder.end;
    else if (err.code == -ENODATA)
        (void)error_set(&err, -ENODATA,
                        "The process sent no heap snapshot within %d s (NativeAOT apps cannot).",
                        LIMIT_GCDUMP_START_MS / 1000);
    finish(d, &err);
}

static void after_make(void *user)
{
    struct gcdump *d = user;

    if (d->fault.code < 0)
        refuse(d);
    else
        send_file(d);
}

static void on_fed(void *user)
{
    struct gcdump *d = user;
    enum heap_progress progress = heap_snapshot_progress(d->snapshot);

    if (progress == HEAP_TOLD || d->fault.code < 0)
        stop(d);
    else if (progress == HEAP_RUNNING)
        expect(d, LIMIT_GCDUMP_SILENCE_MS);
    if (progress == HEAP_TOLD && !d->prepared && !feeder_has_piece(&d->feeder)) {
        d->prepared = true;
        feeder_work(&d->feeder, prepare, NULL);
    }
}

static void on_end(void *user)
{
    struct gcdump *d = user;

    timer_stop(&d->patience);
    feeder_work(&d->feeder, make, after_make);
}

static void on_started(void *user)
{
    struct gcdump *d = user;

    expect(d, LIMIT_GCDUMP_START_MS);
    d->events.on_started(d->events.user);
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

    return feeder_start(&d->feeder, d->context->sessions, d->target, &config, err);
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
    feeder_init(&d->feeder, context->loop,
                &(struct feeder_events){.user = d,
                                        .on_started = on_started,
                                        .feed = feed,
                                        .on_fed = on_fed,
                                        .on_end = on_end,
                                        .free = gcdump_free});
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
        r = start_snapshot(d, err);
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

    leave(d);
    feeder_leave(&d->feeder);
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
