/*
 * Happy path: references to all that is in the history now -> names for it -> those that pass the
 * filters -> their stacks -> a piece of text -> room -> the next piece... -> done.
 *
 * The history may change and the process end meanwhile: records are counted, and names are copied
 * before the first piece.
 */
#include "src/collect/exceptions.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/cleanup.h"
#include "src/base/text.h"
#include "src/exceptions/service.h"
#include "src/io/timer.h"

enum { PIECE = 64 * 1024 }; /* about: records are not cut */
enum { FACT_EXCEPTIONS, FACT_COMPLETE, FACT_LOST };

struct shown {
    struct exception_record *record;
    const char *module; /* copied */
    struct stack_thread stack;
};

struct exceptions {
    struct collection base;
    const struct collect_context *context;
    struct collection_events events;
    struct exception_process *process;
    const struct exception_format *format;
    struct exception_filters filters;
    struct exception_waiter waiter;
    struct timer begin; /* nothing may be told from inside start() */
    struct shown *shown;
    size_t count, next; /* `next`: not yet written */
    struct thread_stacks stacks;
    struct text piece;
};

static void exceptions_free(struct exceptions *e)
{
    timer_stop(&e->begin);
    exception_waiter_cancel(&e->waiter);
    for (size_t i = 0; i < e->count; i++)
        exception_record_unref(e->shown[i].record);
    free(e->shown);
    thread_stacks_deinit(&e->stacks);
    exception_filters_deinit(&e->filters);
    text_deinit(&e->piece);
    exception_process_unref(e->process);
    free(e);
}

static void finish(struct exceptions *e, int code, const char *text)
{
    struct collection_events events = e->events;
    struct error err;

    exceptions_free(e);
    if (code)
        (void)error_set(&err, code, "%s", text);
    events.on_done(events.user, code ? &err : NULL);
}

/* Last act of every callback: all may be gone. */
static void send_next(struct exceptions *e)
{
    e->piece.size = 0;
    for (; e->next < e->count && e->piece.size < PIECE; e->next++) {
        const struct shown *s = &e->shown[e->next];
        e->format->write(&e->piece, &(struct exception_view){.record = s->record,
                                                             .module = s->module,
                                                             .stacks = &e->stacks,
                                                             .stack = &s->stack});
    }
    if (e->piece.failed)
        finish(e, -ENOMEM, "no memory for the exceptions");
    else if (e->piece.size)
        e->events.on_data(e->events.user, e->piece.data, e->piece.size);
    else
        finish(e, 0, NULL);
}

static bool is_wanted(struct exceptions *e, const struct exception_record *r)
{
    struct exception_names *names = e->process->names;
    struct exception_subject subject;

    if (r->undecided)
        return false;
    subject = exception_names_subject(names, r);
    if (subject.frame == EXCEPTION_FRAME_UNKNOWN)
        subject.frame = EXCEPTION_NO_FRAME; /* it will not be known any better */
    return exception_filters_judge(&e->filters, &subject) == EXCEPTION_KEPT;
}

/* What is there now: while names come, newer ones may push it out of the history. */
static bool take_all(struct exceptions *e)
{
    const struct exception_history *h = &e->process->history;

    e->shown = calloc(h->kept + h->undecided + 1, sizeof *e->shown);
    if (!e->shown)
        return false;
    list_each(r, &h->records, struct exception_record, link)
    {
        e->shown[e->count++].record = exception_record_ref(r);
    }
    return true;
}

/* Leaves those that pass; returns the sum of their frames. */
static size_t choose(struct exceptions *e)
{
    size_t frames = 0, count = 0;

    for (size_t i = 0; i < e->count; i++) {
        struct exception_record *r = e->shown[i].record;
        if (is_wanted(e, r)) {
            frames += r->depth;
            e->shown[count++].record = r;
        } else {
            exception_record_unref(r);
        }
    }
    e->count = count;
    return frames;
}

static bool resolve(struct exceptions *e)
{
    struct exception_names *names = e->process->names;
    struct stack_resolver resolver;
    size_t used = 0;
    bool ok = true;

    stack_resolver_init(&resolver, &names->methods, &e->stacks);
    for (size_t i = 0; ok && i < e->count; i++) {
        struct shown *s = &e->shown[i];
        ok = exception_names_resolve(names, &resolver, s->record, &used, &s->stack);
    }
    stack_resolver_deinit(&resolver);
    exception_names_add_versions(names, &e->stacks);
    return ok;
}

/* Texts move while names are added: they are looked up when all are there. */
static bool name_modules(struct exceptions *e)
{
    struct names *texts = &e->stacks.names;
    uint32_t *numbers = calloc(e->count + 1, sizeof *numbers);
    bool ok = numbers != NULL;

    for (size_t i = 0; ok && i < e->count; i++) {
        const char *module = exception_names_module(e->process->names, e->shown[i].record->type);
        numbers[i] = names_add(texts, module, strlen(module));
        ok = numbers[i] != NAMES_NONE;
    }
    for (size_t i = 0; ok && i < e->count; i++)
        e->shown[i].module = names_get(texts, numbers[i]);
    free(numbers);
    return ok;
}

static bool name_all(struct exceptions *e)
{
    size_t frames = choose(e);

    e->stacks.stacks = calloc(frames + 1, sizeof *e->stacks.stacks);
    return e->stacks.stacks && resolve(e) && name_modules(e);
}

static void write_all(struct exceptions *e)
{
    if (!name_all(e)) {
        finish(e, -ENOMEM, "no memory for the exceptions");
        return;
    }
    e->events.on_fact(e->events.user, FACT_EXCEPTIONS, e->count);
    e->events.on_fact(e->events.user, FACT_COMPLETE, e->stacks.unknown == 0);
    e->events.on_fact(e->events.user, FACT_LOST, e->process->lost);
    send_next(e);
}

static void on_named(void *user, const struct error *err)
{
    (void)err; /* then with what there is */
    write_all(user);
}

static void on_begin(void *user)
{
    struct exceptions *e = user;
    const struct exception_process *p = e->process;

    if (!p->ever_started && p->trouble.code) {
        struct error trouble = p->trouble;
        finish(e, -ENODATA, trouble.text);
        return;
    }
    if (!take_all(e)) {
        finish(e, -ENOMEM, "no memory for the exceptions");
        return;
    }
    e->events.on_started(e->events.user);
    if (exception_process_name(e->process, &e->waiter))
        write_all(e);
}

static int copy_filters(const struct exception_filter_list *from, struct exception_filter_list *to,
                        struct error *err)
{
    int r = 0;

    for (size_t i = 0; r == 0 && i < from->count; i++)
        r = exception_filter_list_add(to, (const char *const *)from->items[i].fields, err);
    return r;
}

static int set_up(struct exceptions *e, struct target *target,
                  const struct exceptions_params *params, struct error *err)
{
    int r = 0;

    e->format = params->format;
    e->waiter = (struct exception_waiter){.on_named = on_named, .user = e};
    e->process = exceptions_service_take(e->context->exceptions, target);
    if (!e->process)
        return error_set(err, -EINVAL, "The 'Exceptions' feature is not enabled.");
    if (params->filters)
        r = copy_filters(&params->filters->include, &e->filters.include, err);
    if (r == 0 && params->filters)
        r = copy_filters(&params->filters->exclude, &e->filters.exclude, err);
    if (r == 0 && timer_start(&e->begin, e->context->loop, 0, 0, on_begin, e) < 0)
        r = error_set(err, -ENOMEM, "exceptions");
    return r;
}

static int exceptions_start(const struct collect_context *context, struct target *target,
                            const void *params, const struct collection_events *events,
                            struct collection **ret, struct error *err)
{
    struct exceptions *e = calloc(1, sizeof *e);

    if (!e)
        return error_set(err, -ENOMEM, "exceptions");
    e->base.type = &collection_exceptions;
    e->context = context;
    e->events = *events;
    int r = set_up(e, target, params, err);
    if (r < 0) {
        exceptions_free(e);
        return r;
    }
    *ret = &e->base;
    return 0;
}

static void exceptions_proceed(struct collection *c)
{
    send_next(container_of(c, struct exceptions, base));
}

static void exceptions_abandon(struct collection *c)
{
    exceptions_free(container_of(c, struct exceptions, base));
}

const struct collection_type collection_exceptions = {
    .name = "exceptions",
    .limit = 1,
    .content_type = "text/plain",
    .start = exceptions_start,
    .proceed = exceptions_proceed,
    .abandon = exceptions_abandon,
    .log_category = "Microsoft.Diagnostics.Tools.Monitor.Exceptions.ExceptionsOperation",
    .facts = {[FACT_EXCEPTIONS] = {.name = "Exceptions"},
              [FACT_COMPLETE] = {.name = "Exceptions-Complete", .is_truth = true},
              [FACT_LOST] = {.name = "Events-Lost"}},
};
