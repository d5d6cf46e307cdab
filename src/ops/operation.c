/*
 * Happy path: start -> Starting -> the target is at work: Running -> first piece opens the sink ->
 * piece, room, piece, room... -> done -> close the sink -> it is closed: Succeeded.
 *
 * Every other end goes through end_operation() as well: it abandons the collection if that still
 * runs, closes the sink with the reason and leaves only the record. So whatever goes away first,
 * client, target or server, frees the rest. An end has two halves, because a destination may take
 * its time to close: end_operation() and on_closed(). Only Cancelled shows between the two.
 */
#include "src/ops/operation.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "src/base/cleanup.h"
#include "src/base/clock.h"
#include "src/base/events.h"
#include "src/base/limits.h"
#include "src/ops/audit_sink.h"
#include "src/ops/tags.h"

struct operations {
    struct collect_context context;
    struct list list;
    unsigned count;
    bool freeing; /* operations_free() was called; sinks are still closing */
};

#define MOVE(s) (1u << OPERATION_##s)

static const struct {
    const char *name;
    unsigned next;
} states[] = {
    [OPERATION_STARTING] = {"Starting", MOVE(RUNNING) | MOVE(STOPPING) | MOVE(SUCCEEDED) |
                                            MOVE(FAILED) | MOVE(CANCELLED)},
    [OPERATION_RUNNING] = {"Running",
                           MOVE(STOPPING) | MOVE(SUCCEEDED) | MOVE(FAILED) | MOVE(CANCELLED)},
    [OPERATION_STOPPING] = {"Stopping", MOVE(SUCCEEDED) | MOVE(FAILED) | MOVE(CANCELLED)},
    [OPERATION_SUCCEEDED] = {"Succeeded", 0},
    [OPERATION_FAILED] = {"Failed", 0},
    [OPERATION_CANCELLED] = {"Cancelled", 0},
};

/* The only place that assigns `state`. A move that is not in the table (Running after Stopping) is
 * passed over. */
static void set_state(struct operation *op, enum operation_state next)
{
    if (states[op->state].next & 1u << next)
        op->state = next;
}

const char *operation_state_name(enum operation_state state)
{
    return states[state].name;
}

bool operation_is_active(const struct operation *op)
{
    return states[op->state].next != 0;
}

bool operation_is_stoppable(const struct operation *op)
{
    return op->type->stoppable &&
           (op->state == OPERATION_STARTING || op->state == OPERATION_RUNNING);
}

static void operation_free(struct operation *op)
{
    list_remove(&op->link);
    op->all->count--;
    tags_free(op->tags, op->tag_count);
    free(op->process_name);
    free(op->artifact_name);
    free(op->subject);
    free(op->egress_provider);
    free(op->resource_location);
    free(op->error);
    free(op);
}

/* Does nobody hold it any longer? */
static bool is_over(const struct operation *op)
{
    return !operation_is_active(op) && !op->closing && !op->telling;
}

/* Makes room for one more: ended ones beyond the limit are forgotten, the oldest first. */
static void forget_old(struct operations *all)
{
    list_each(op, &all->list, struct operation, link)
    {
        if (all->count < LIMIT_OPERATIONS_KEPT)
            return;
        if (is_over(op))
            operation_free(op);
    }
}

static void log_end(const struct operation *op, const char *reason)
{
    const struct log_event *event = &event_operation_ended;

    if (op->state != OPERATION_SUCCEEDED)
        event =
            op->state == OPERATION_FAILED ? &event_operation_failed : &event_operation_cancelled;
    log_event_in(&op->scope.scope, event, {"operationId", op->id}, {"artifactType", op->type->name},
                 LOG_NUMBER("pid", (int64_t)op->pid), {"status", states[op->state].name},
                 {"reason", reason ? reason : ""});
}

/* What the peer says of an artifact that went elsewhere than into an answer. */
static void log_egress(const struct operation *op)
{
    struct log_record record = {.event = &event_egress_request_canceled, .scope = &op->scope.scope};
    char exception[ERROR_TEXT_SIZE + 64];

    if (op->state == OPERATION_SUCCEEDED) {
        log_event_in(&op->scope.scope, &event_egressed, {"location", op->resource_location});
        return;
    }
    if (op->state == OPERATION_FAILED) {
        record.event = &event_egress_request_failed;
        (void)snprintf(exception, sizeof exception,
                       "Microsoft.Diagnostics.Monitoring.MonitoringException: %s",
                       op->error ? op->error : "");
        record.exception = exception;
    }
    log_record(&record);
}

/* Each is told, and nobody is left waiting. */
static void tell_watches(struct operation *op)
{
    op->telling = true;
    while (!list_empty(&op->watches)) {
        struct operation_watch *w = container_of(op->watches.next, struct operation_watch, link);

        list_remove(&w->link);
        w->on_end(w->user, op);
    }
    op->telling = false;
}

static void end_operation(struct operation *op, enum operation_state state, const struct error *err)
{
    struct collection *collection = take_ptr(op->collection);

    if (!operation_is_active(op) || op->closing)
        return;
    op->closing = true;
    op->outcome = state;
    if (err && state == OPERATION_FAILED)
        op->error = strdup(err->text);
    if (state == OPERATION_CANCELLED) {
        set_state(op, state);
        log_end(op, err ? err->text : NULL);
    }
    /* First: the sink may still look at the piece that the collection has lent it. It may also
     * answer from inside, and whoever is told then may have more operations started; this one stays
     * until `telling` is over, and collections know nothing of it. */
    op->sink->type->close(op->sink, err);
    if (collection)
        collection->type->abandon(collection);
}

enum operation_state operation_state_after(const struct operation *op, const struct error *err)
{
    if (op->outcome != OPERATION_SUCCEEDED || !err)
        return op->outcome;
    return op->given_up ? OPERATION_CANCELLED : OPERATION_FAILED;
}

/* All sinks of a list that is no longer wanted are closed. */
static void free_when_over(struct operations *all)
{
    if (list_empty(&all->list))
        free(all);
}

/* The second half of the end. */
static void on_closed(void *user, const char *location, const struct error *err)
{
    struct operation *op = user;
    enum operation_state state = operation_state_after(op, err);
    bool told = op->state == OPERATION_CANCELLED;

    op->sink = NULL;
    op->closing = false;
    if (state == OPERATION_SUCCEEDED && location)
        op->resource_location = strdup(location);
    if (state == OPERATION_FAILED && !op->error && err)
        op->error = strdup(err->text);
    set_state(op, state);
    if (op->egress_provider)
        log_egress(op);
    if (!told)
        log_end(op, state == OPERATION_FAILED ? op->error : err ? err->text : NULL);
    op->scope.scope.outer = NULL; /* it ends with the request */
    tell_watches(op);
    if (op->all->freeing) {
        struct operations *all = op->all;

        operation_free(op);
        free_when_over(all);
    }
}

static void tell_running(struct operation *op)
{
    list_each(w, &op->watches, struct operation_watch, link)
    {
        if (w->on_running)
            w->on_running(w->user);
    }
}

static void on_started(void *user)
{
    struct operation *op = user;
    const struct log_event started = {LOG_LEVEL_DEBUG, op->type->log_category, 79,
                                      "Started capturing {artifactType} artifact."};

    set_state(op, OPERATION_RUNNING);
    if (started.category)
        log_event_in(&op->scope.scope, &started, {"artifactType", op->type->name});
    tell_running(op);
}

/* True when the sink is ready for a piece. */
static bool open_sink(struct operation *op)
{
    struct error err;

    if (op->opened)
        return true;
    if (op->sink->type->open(op->sink, &err) < 0) {
        end_operation(op, OPERATION_FAILED, &err);
        return false;
    }
    op->opened = true;
    return true;
}

static void on_data(void *user, const void *data, size_t size)
{
    struct operation *op = user;

    if (open_sink(op))
        op->sink->type->write(op->sink, data, size);
}

static void on_file(void *user, int fd, uint64_t offset, uint64_t size)
{
    struct operation *op = user;

    if (open_sink(op))
        op->sink->type->write_file(op->sink, fd, offset, size);
}

static void on_done(void *user, const struct error *err)
{
    struct operation *op = user;

    op->collection = NULL;
    if (!err && !open_sink(op)) /* an empty artifact is still one */
        return;
    end_operation(op, err ? OPERATION_FAILED : OPERATION_SUCCEEDED, err);
}

static void on_fact(void *user, size_t i, uint64_t value)
{
    struct operation *op = user;

    op->facts[i].value = value;
    op->facts[i].known = true;
}

static void on_notice(void *user, const struct log_event *event, const struct log_field *fields,
                      size_t count)
{
    const struct operation *op = user;

    log_record(&(const struct log_record){
        .event = event, .fields = fields, .count = count, .scope = &op->scope.scope});
}

static void on_room(void *user)
{
    struct operation *op = user;

    if (op->collection)
        op->collection->type->proceed(op->collection);
}

/* A client that has left does not want it any more; any other destination has failed. */
static void on_lost(void *user, const struct error *err)
{
    const struct operation *op = user;

    end_operation(user, op->egress_provider ? OPERATION_FAILED : OPERATION_CANCELLED, err);
}

static int new_id(char id[static GUID_TEXT_SIZE], struct error *err)
{
    struct guid guid;

    if (getrandom(guid.bytes, sizeof guid.bytes, 0) != (ssize_t)sizeof guid.bytes)
        return error_set(err, -EIO, "no random numbers");
    guid.bytes[7] = (uint8_t)((guid.bytes[7] & 0x0F) | 0x40); /* version 4, in .NET's byte order */
    guid.bytes[8] = (uint8_t)((guid.bytes[8] & 0x3F) | 0x80);
    (void)guid_format(&guid, id);
    return 0;
}

/* `sink` is the caller's; the operation's own may be one around it. */
static void join_sink(struct operation *op, struct sink *sink,
                      const struct operation_request *request)
{
    bool audited = op->sink != NULL;

    if (!audited)
        op->sink = sink;
    artifact_scope_init(&op->scope, request->scope, op->type->name, request->target);
    op->sink->events = (struct sink_events){op, on_room, on_lost, on_closed};
    for (; op->fact_count < COLLECTION_FACTS && op->type->facts[op->fact_count].name;
         op->fact_count++)
        op->facts[op->fact_count].kind = &op->type->facts[op->fact_count];
    op->sink->artifact = (struct artifact){
        .name = op->artifact_name,
        .content_type = request->content_type ? request->content_type : op->type->content_type,
        .shown = request->shown,
        .nameless = request->nameless,
        .operation_id = op->id,
        .scope = &op->scope.scope,
        .room_at_once = op->type->proceeds_at_once,
        .facts = op->facts,
        .fact_count = op->fact_count};
    if (audited)
        audit_sink_join(op->sink);
}

static int operation_new(struct operations *all, const struct operation_request *request,
                         struct sink *sink, struct operation **ret, struct error *err)
{
    struct operation *op = calloc(1, sizeof *op);

    if (!op)
        return error_set(err, -ENOMEM, "operation");
    list_init(&op->watches);
    list_append(&all->list, &op->link);
    all->count++;
    op->all = all;
    op->created = clock_now_ticks();
    op->pid = request->target->pid;
    op->uid = request->target->cookie;
    op->process_name = strdup(request->target->info.name);
    op->artifact_name = strdup(request->artifact_name);
    op->subject = strdup(request->subject ? request->subject : "anonymous");
    op->egress_provider = request->egress_provider ? strdup(request->egress_provider) : NULL;
    op->type = request->type;
    op->unlimited = request->unlimited;
    int r = new_id(op->id, err);
    if (r == 0)
        r = tags_split(request->tags, &op->tags, &op->tag_count, err);
    if (r == 0 && (!op->process_name || !op->artifact_name || !op->subject ||
                   !op->egress_provider != !request->egress_provider))
        r = error_set(err, -ENOMEM, "operation");
    if (r == 0 && all->context.options && all->context.options->audit) {
        op->sink = audit_sink_new(all->context.loop, sink, op);
        if (!op->sink)
            r = error_set(err, -ENOMEM, "audit");
    }
    if (r < 0) {
        operation_free(op);
        return r;
    }
    join_sink(op, sink, request);
    *ret = op;
    return 0;
}

/* Those that count for the limit of the kind. */
static unsigned active_of(const struct operations *all, const struct collection_type *type)
{
    unsigned active = 0;

    list_each(op, &all->list, const struct operation, link)
    {
        active += operation_is_active(op) && op->type == type && !op->unlimited;
    }
    return active;
}

static unsigned active_egress(const struct operations *all)
{
    unsigned active = 0;

    list_each(op, &all->list, const struct operation, link)
    {
        active += op->egress_provider && (operation_is_active(op) || op->closing);
    }
    return active;
}

unsigned operations_active(const struct operations *all)
{
    unsigned active = 0;

    list_each(op, &all->list, const struct operation, link)
    {
        active += operation_is_active(op);
    }
    return active;
}

/* The peer counts the refused one too, and has the kind and the process in two scopes here. */
static int set_throttled(const struct operations *all, const struct operation_request *request,
                         struct error *err)
{
    struct artifact_scope scope;

    artifact_scope_init(&scope, NULL, request->type->name, request->target);
    struct log_scope kind = {request->scope, "ArtifactType:{ArtifactType}", scope.fields, 1};
    struct log_scope source = {&kind, ARTIFACT_SOURCE_TEMPLATE, scope.fields + 1, 2};
    log_event_in(&source, &event_throttled, LOG_NUMBER("limit", request->type->limit),
                 LOG_NUMBER("requests", active_of(all, request->type) + 1));
    return error_set(err, -EBUSY, "Rate limit reached.");
}

static void on_refused(void *user, const char *location, const struct error *err)
{
    (void)user;
    (void)location;
    (void)err;
}

static void refuse(struct sink *sink, const struct error *err)
{
    sink->events = (struct sink_events){.on_closed = on_refused};
    sink->type->close(sink, err);
}

static int check_limits(const struct operations *all, const struct operation_request *request,
                        struct error *err)
{
    if (!request->unlimited && active_of(all, request->type) >= request->type->limit)
        return set_throttled(all, request, err);
    if (request->egress_provider && active_egress(all) >= LIMIT_EGRESS_OPERATIONS)
        return error_set(err, -EBUSY,
                         "%d artifacts are on their way to their destinations already. Cure: wait "
                         "for some of them, or cancel them (GET and DELETE /operations).",
                         LIMIT_EGRESS_OPERATIONS);
    return 0;
}

int operations_start(struct operations *all, const struct operation_request *request,
                     struct sink *sink, struct operation **ret, struct error *err)
{
    const struct collection_events events = {NULL,    on_started, on_data,  on_file,
                                             on_done, on_fact,    on_notice};
    struct collection_events with_user = events;
    struct operation *op = NULL;

    forget_old(all);
    int r = check_limits(all, request, err);
    if (r == 0)
        r = operation_new(all, request, sink, &op, err);
    if (r < 0) {
        refuse(sink, err);
        return r;
    }
    with_user.user = op;
    struct error failure;
    if (request->type->start(&all->context, request->target, request->params, &with_user,
                             &op->collection, &failure) < 0)
        end_operation(op, OPERATION_FAILED, &failure);
    if (ret)
        *ret = op;
    return 0;
}

void operation_watch(struct operation *op, struct operation_watch *w,
                     void (*on_end)(void *user, const struct operation *op), void *user)
{
    *w = (struct operation_watch){.user = user, .on_end = on_end};
    list_init(&w->link);
    if (operation_is_active(op) || op->closing)
        list_append(&op->watches, &w->link);
    else
        on_end(user, op);
}

void operation_unwatch(struct operation_watch *w)
{
    if (w->on_end)
        list_remove(&w->link);
}

void operation_leave(struct operation *op)
{
    op->scope.scope.outer = NULL;
}

int operations_new(const struct collect_context *context, struct operations **ret,
                   struct error *err)
{
    struct operations *all = calloc(1, sizeof *all);

    if (!all)
        return error_set(err, -ENOMEM, "operations");
    all->context = *context;
    list_init(&all->list);
    *ret = all;
    return 0;
}

/* Nobody wants what the sink is closing. */
static void give_up(struct operation *op)
{
    op->given_up = true;
    if (op->sink->type->give_up)
        op->sink->type->give_up(op->sink);
}

void operations_free(struct operations *all)
{
    struct error err;

    if (!all)
        return;
    (void)error_set(&err, -ECANCELED, "The server is shutting down.");
    list_each(op, &all->list, struct operation, link)
    {
        if (op->closing && operation_is_active(op))
            give_up(op);
        else
            end_operation(op, OPERATION_CANCELLED, &err);
        if (is_over(op))
            operation_free(op);
    }
    all->freeing = true;
    free_when_over(all);
}

struct operation *operations_find(struct operations *all, const struct guid *id)
{
    char text[GUID_TEXT_SIZE];

    (void)guid_format(id, text);
    list_each(op, &all->list, struct operation, link)
    {
        if (strcmp(op->id, text) == 0)
            return op;
    }
    return NULL;
}

struct list *operations_list(struct operations *all)
{
    return &all->list;
}

int operation_cancel(struct operation *op, struct error *err)
{
    struct error reason;

    if (!operation_is_active(op) || op->given_up)
        return error_set(err, -EINVAL, "Operation is not running.");
    if (op->closing) {
        give_up(op);
        return 0;
    }
    (void)error_set(&reason, -ECANCELED, "The operation was cancelled.");
    end_operation(op, OPERATION_CANCELLED, &reason);
    return 0;
}

int operation_stop(struct operation *op, struct error *err)
{
    if ((op->state != OPERATION_STARTING && op->state != OPERATION_RUNNING) || op->given_up)
        return error_set(err, -EINVAL, "Operation is not running.");
    if (!op->type->stoppable)
        return error_set(err, -EINVAL, "Operation does not support being stopped.");
    set_state(op, OPERATION_STOPPING);
    if (op->collection)
        op->collection->type->stop(op->collection);
    return 0;
}
