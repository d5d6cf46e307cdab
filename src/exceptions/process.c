/*
 * Happy path: feed_join() -> on_started -> events -> filters -> history. Somebody asks -> code
 * without names -> refresh -> names -> those that waited are judged -> waiters are told. Beside it:
 * the session cannot start, or ends -> the retry timer; filters wait for names -> the judge timer,
 * slower each time.
 */
#include "src/exceptions/process.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/events.h"
#include "src/base/limits.h"
#include "src/base/log.h"

#define RUNTIME "Microsoft-Windows-DotNETRuntime"

enum { EVENT_THROWN = 80, LEVEL_ERROR = 2, KEYWORD_EXCEPTION = 0x8000 };

static void try_start(void *user);
static void on_judge(void *user);

/* --- names --- */

static bool lacks_names(struct exception_process *p, uint64_t last_id)
{
    list_each(r, &p->history.records, struct exception_record, link)
    {
        if (r->id <= last_id && exception_names_lack(p->names, r))
            return true;
    }
    return false;
}

static void judge_all(struct exception_process *p)
{
    list_each(r, &p->history.records, struct exception_record, link)
    {
        if (!r->undecided)
            continue;
        const struct exception_subject subject = exception_names_subject(p->names, r);
        exception_history_decide(&p->history, r,
                                 exception_filters_judge(&p->context->filters, &subject));
    }
    exception_history_set_limit(&p->history, p->context->limit);
}

static void judge_later(struct exception_process *p)
{
    if (!timer_active(&p->judge))
        (void)timer_start(&p->judge, p->target->loop, p->judge_ms, 0, on_judge, p);
}

static int refresh(struct exception_process *p, struct error *err);

/* Those who came while a session was under way may need one that began after them. True: it has
 * begun. */
static bool ask_again(struct exception_process *p, const struct error *err)
{
    struct error ignored;

    if (err || !p->context || p->target->gone)
        return false;
    list_each(w, &p->waiters, struct exception_waiter, link)
    {
        if (lacks_names(p, w->last_id))
            return refresh(p, &ignored) == 0;
    }
    return false;
}

static void tell_waiters(struct exception_process *p, const struct error *err)
{
    struct list told; /* who comes meanwhile waits for the next time */

    list_init(&told);
    while (!list_empty(&p->waiters)) {
        struct list *first = p->waiters.next;
        list_remove(first);
        list_append(&told, first);
    }
    while (!list_empty(&told)) {
        struct exception_waiter *w = container_of(told.next, struct exception_waiter, link);
        list_remove(&w->link);
        w->on_named(w->user, err);
    }
}

static void on_refreshed(void *user, struct exception_names *names, const struct error *err)
{
    struct exception_process *p = user;

    p->refresh = NULL;
    p->names = names;
    if (p->context)
        judge_all(p);
    if (p->context && p->history.undecided)
        judge_later(p);
    if (ask_again(p, err))
        return;
    exception_process_ref(p);
    tell_waiters(p, err);
    exception_process_unref(p);
}

static int refresh(struct exception_process *p, struct error *err)
{
    int r = name_refresh_start(p->context->sessions, p->target, p->names, &p->history.records,
                               on_refreshed, p, &p->refresh, err);

    if (r == 0)
        p->names = NULL; /* the refresh's, until it is done */
    return r;
}

bool exception_process_name(struct exception_process *p, struct exception_waiter *w)
{
    struct error err;

    w->last_id = p->history.last_id;
    if (!p->refresh && (!p->context || p->target->gone || !lacks_names(p, w->last_id)))
        return true;
    if (!p->refresh && refresh(p, &err) < 0)
        return true; /* with what there is */
    list_append(&p->waiters, &w->link);
    return false;
}

void exception_waiter_cancel(struct exception_waiter *w)
{
    if (w->link.next)
        list_remove(&w->link);
}

static void on_judge(void *user)
{
    struct exception_process *p = user;
    struct error err;

    if (p->refresh || p->history.undecided == 0)
        return;
    p->judge_ms = p->judge_ms * 2 < LIMIT_EXCEPTION_JUDGE_MAX_MS ? p->judge_ms * 2
                                                                 : LIMIT_EXCEPTION_JUDGE_MAX_MS;
    if (lacks_names(p, p->history.last_id) && refresh(p, &err) == 0)
        return;
    judge_all(p);
}

/* --- events --- */

static enum exception_verdict judge(struct exception_process *p, const struct exception_record *r)
{
    struct exception_subject subject = {.frame =
                                            r->depth ? EXCEPTION_FRAME_UNKNOWN : EXCEPTION_NO_FRAME,
                                        .fields = {[EXCEPTION_FIELD_TYPE] = r->type}};

    if (p->names)
        subject = exception_names_subject(p->names, r);
    return exception_filters_judge(&p->context->filters, &subject);
}

static void on_event(void *user, const struct nettrace *stream, const struct nettrace_event *event)
{
    struct exception_process *p = user;

    if (event->metadata->event_id != EVENT_THROWN ||
        strcmp(event->metadata->provider, RUNTIME) != 0)
        return;
    struct exception_record *r = exception_record_new(stream, event);
    if (!r) {
        p->lost++;
        return;
    }
    exception_history_add(&p->history, r, judge(p, r));
    if (p->history.undecided)
        judge_later(p);
}

static void on_loss(void *user, uint64_t lost)
{
    struct exception_process *p = user;

    p->lost += lost - p->session_lost;
    p->session_lost = lost;
}

static void on_started(void *user)
{
    struct exception_process *p = user;

    p->started = p->ever_started = true;
    p->trouble = (struct error){0};
    p->retry_ms = LIMIT_EXCEPTION_RETRY_MS;
}

/* A process that has ended is not asked again: the registry notices it a little later. */
static void on_end(void *user, const struct error *err)
{
    struct exception_process *p = user;
    const struct log_field fields[] = {LOG_NUMBER("pid", (int64_t)p->target->pid),
                                       {"name", p->target->info.name},
                                       {"reason", err->text}};

    p->reader = NULL;
    p->started = false;
    if (p->target->gone)
        return;
    if (p->trouble.code == 0 && err->code != -ECONNRESET && err->code != -ESRCH)
        log_write(&event_exceptions_trouble, fields, sizeof fields / sizeof fields[0]);
    p->trouble = *err;
    (void)timer_start(&p->retry, p->target->loop, p->retry_ms, 0, try_start, p);
    p->retry_ms = p->retry_ms * 2 < LIMIT_EXCEPTION_RETRY_MAX_MS ? p->retry_ms * 2
                                                                 : LIMIT_EXCEPTION_RETRY_MAX_MS;
}

static void try_start(void *user)
{
    struct exception_process *p = user;
    const struct ipc_trace_provider runtime = {
        .name = RUNTIME, .level = LEVEL_ERROR, .keywords = KEYWORD_EXCEPTION};
    const struct feed_need need = {.providers = &runtime, .provider_count = 1, .stacks = true};
    const struct feed_events events = {p, on_started, on_event, on_loss, on_end};
    struct error err;

    p->session_lost = 0;
    if (feed_join(p->context->feeds, p->target, &need, &events, &p->reader, &err) < 0)
        on_end(p, &err);
}

/* --- life --- */

struct exception_process *exception_process_new(const struct exception_context *context,
                                                struct target *target)
{
    struct exception_process *p = calloc(1, sizeof *p);

    if (!p)
        return NULL;
    p->names = calloc(1, sizeof *p->names);
    if (!p->names) {
        free(p);
        return NULL;
    }
    p->refs = 1;
    list_init(&p->link);
    list_init(&p->waiters);
    p->context = context;
    p->target = target_ref(target);
    p->retry_ms = LIMIT_EXCEPTION_RETRY_MS;
    p->judge_ms = LIMIT_EXCEPTION_JUDGE_MS;
    exception_history_init(&p->history, context->limit);
    try_start(p);
    return p;
}

struct exception_process *exception_process_ref(struct exception_process *p)
{
    p->refs++;
    return p;
}

void exception_process_unref(struct exception_process *p)
{
    if (!p || --p->refs)
        return;
    exception_process_close(p);
    if (p->refresh)
        name_refresh_abandon(p->refresh);
    if (p->names)
        exception_names_deinit(p->names);
    free(p->names);
    exception_history_deinit(&p->history);
    target_unref(p->target);
    free(p);
}

void exception_process_close(struct exception_process *p)
{
    if (p->reader)
        feed_leave(p->reader);
    p->reader = NULL;
    p->started = false;
    p->context = NULL;
    timer_stop(&p->retry);
    timer_stop(&p->judge);
}

void exception_process_reload(struct exception_process *p)
{
    if (p->names)
        judge_all(p);
    else
        exception_history_set_limit(&p->history, p->context->limit);
}
