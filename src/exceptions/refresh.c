/*
 * Happy path: session started -> stopped at once -> pieces of the rundown, which the pool reads,
 * one at a time -> end of the stream -> the pool reads versions of modules -> done. Beside it: a
 * step takes too long -> the session is left to end by itself, and what has come is used.
 *
 * What the pool works on is its own meanwhile: the piece (taken out of the session), the reader,
 * the names. Who leaves during a job leaves the memory to on_worked().
 */
#include "src/exceptions/refresh.h"

#include <errno.h>
#include <stdlib.h>

#include "src/base/cleanup.h"
#include "src/base/limits.h"
#include "src/exceptions/name_reader.h"
#include "src/io/timer.h"

/* Loader, JIT and NGEN, at the session's end: names without IL maps. Runtimes before 9 can only be
 * asked for all. */
#define RUNDOWN_NAMES UINT64_C(0x138)

enum { BUFFER_MB = 64, LEVEL_CRITICAL = 1, KEYWORD_LOADER = 0x8 };

struct name_refresh {
    struct target *target;
    struct session *session; /* NULL: it has ended */
    struct timer timer;
    void (*on_done)(void *user, struct exception_names *names, const struct error *err);
    void *user;
    struct error end;    /* how; its code is 0 when as asked for */
    const void *waiting; /* the piece after the one at work; the session's */
    size_t waiting_size;
    bool left;

    /* What the pool works on. */
    uv_work_t work;
    bool working;
    struct exception_names *names;
    struct name_reader *reader;
    void *piece; /* NULL: the end */
    size_t piece_size;
    pid_t pid;
    bool whole;
};

static void refresh_free(struct name_refresh *r)
{
    timer_stop(&r->timer);
    if (r->session)
        session_abandon(r->session);
    if (r->names)
        exception_names_deinit(r->names);
    free(r->names);
    name_reader_free(r->reader);
    target_unref(r->target);
    free(r->piece);
    free(r);
}

/* --- the pool's side --- */

static void on_work(uv_work_t *work)
{
    struct name_refresh *r = work->data;

    if (r->piece) {
        (void)name_reader_feed(r->reader, r->names, r->piece, r->piece_size); /* then not whole */
        return;
    }
    r->whole = name_reader_finish(r->reader, r->names);
    exception_names_read_versions(r->names, r->pid);
}

/* --- the loop's side --- */

static void on_worked(uv_work_t *work, int status);

static void start_work(struct name_refresh *r)
{
    r->working = true;
    (void)uv_queue_work(r->target->loop, &r->work, on_work, on_worked); /* cannot fail */
}

static void finish(struct name_refresh *r)
{
    struct exception_names *names = take_ptr(r->names);
    void (*on_done)(void *, struct exception_names *, const struct error *) = r->on_done;
    void *user = r->user;
    struct error end = r->end;

    if (end.code == 0 && !r->whole)
        (void)error_set(&end, -ENODATA, "The process has not told all names of its methods.");
    refresh_free(r);
    on_done(user, names, end.code ? &end : NULL);
}

static void feed(struct name_refresh *r, size_t size)
{
    r->piece = session_keep(r->session);
    r->piece_size = size;
    if (!r->piece) { /* no memory */
        (void)error_set(&r->end, -ENOMEM, "no memory for names of methods");
        session_abandon(take_ptr(r->session));
        timer_stop(&r->timer);
    }
    start_work(r);
}

static void on_worked(uv_work_t *work, int status)
{
    struct name_refresh *r = work->data;
    bool was_piece = r->piece != NULL;

    (void)status;
    r->working = false;
    free(take_ptr(r->piece));
    const void *waiting = take_ptr(r->waiting);
    if (r->left)
        refresh_free(r);
    else if (!was_piece)
        finish(r);
    else if (waiting && r->session)
        feed(r, r->waiting_size);
    else if (!r->session)
        start_work(r);
}

static void on_data(void *user, const void *data, size_t size)
{
    struct name_refresh *r = user;

    if (!r->working) {
        feed(r, size);
        return;
    }
    r->waiting = data;
    r->waiting_size = size;
}

static void on_end(void *user, const struct error *err)
{
    struct name_refresh *r = user;

    r->session = NULL;
    timer_stop(&r->timer);
    r->end = err ? *err : (struct error){0};
    if (!r->working)
        start_work(r);
}

/* What the session still brings is nobody's. */
static void on_late(void *user)
{
    struct name_refresh *r = user;
    struct error err;

    (void)error_set(&err, -ETIMEDOUT,
                    "The process does not tell the names of its methods in time.");
    r->waiting = NULL;
    session_abandon(r->session);
    on_end(r, &err);
}

static void on_started(void *user)
{
    struct name_refresh *r = user;

    session_stop(r->session);
    (void)timer_start(&r->timer, r->target->loop, LIMIT_EXCEPTION_NAMES_END_MS, 0, on_late, r);
}

static int ask(struct name_refresh *r, struct sessions *sessions, struct error *err)
{
    /* A session must have a provider; this one tells of nothing at that level. */
    const struct ipc_trace_provider loader = {.name = "Microsoft-Windows-DotNETRuntime",
                                              .level = LEVEL_CRITICAL,
                                              .keywords = KEYWORD_LOADER};
    const struct session_config config = {.request = {.buffer_mb = BUFFER_MB,
                                                      .format = IPC_TRACE_NET_TRACE,
                                                      .rundown_keyword = RUNDOWN_NAMES,
                                                      .providers = &loader,
                                                      .provider_count = 1},
                                          .rundown_fallback = IPC_TRACE_RUNDOWN_DEFAULT};

    /* Set before, because a session that is there must not be lost for want of memory. */
    if (timer_start(&r->timer, r->target->loop, LIMIT_EXCEPTION_NAMES_START_MS, 0, on_late, r) < 0)
        return error_set(err, -ENOMEM, "exceptions");
    return session_start(sessions, r->target, &config,
                         &(struct session_events){r, on_started, on_data, on_end}, &r->session,
                         err);
}

static bool want_all(struct name_reader *reader, const struct list *records)
{
    list_each(record, records, struct exception_record, link)
    {
        if (!name_reader_want(reader, record))
            return false;
    }
    return true;
}

int name_refresh_start(struct sessions *sessions, struct target *target,
                       struct exception_names *names, const struct list *records,
                       void (*on_done)(void *user, struct exception_names *names,
                                       const struct error *err),
                       void *user, struct name_refresh **ret, struct error *err)
{
    struct name_refresh *r = calloc(1, sizeof *r);

    if (!r)
        return error_set(err, -ENOMEM, "exceptions");
    r->target = target_ref(target);
    r->work.data = r;
    r->pid = target->host_pid;
    r->on_done = on_done;
    r->user = user;
    r->reader = name_reader_new();
    int code = r->reader && want_all(r->reader, records) ? ask(r, sessions, err)
                                                         : error_set(err, -ENOMEM, "exceptions");
    if (code < 0) {
        refresh_free(r);
        return code;
    }
    r->names = names;
    *ret = r;
    return 0;
}

void name_refresh_abandon(struct name_refresh *r)
{
    r->left = true;
    timer_stop(&r->timer);
    if (r->session)
        session_abandon(take_ptr(r->session));
    if (!r->working)
        refresh_free(r);
}
