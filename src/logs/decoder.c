/*
 * Happy path: event -> record -> its half of the line joined (by thread, as it comes) -> ordered by
 * time -> scope opened or closed, or the entry delivered with the scopes around it.
 */
#include "src/logs/decoder.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/cleanup.h"
#include "src/base/limits.h"
#include "src/base/text.h"
#include "src/logs/halves.h"
#include "src/logs/message.h"
#include "src/logs/order.h"
#include "src/logs/scopes.h"
#include "src/logs/values.h"

enum { HALF_PATIENCE = 20 }; /* silences; a busy machine may leave a thread between two events */

struct app_log_decoder {
    struct app_log_decoder_events events;
    struct app_log_decoder_stats stats;
    struct log_record_buffer buffer;
    struct log_halves halves;
    struct log_order order;
    struct log_scopes *scopes;
    /* Of the entry being delivered. */
    struct log_values arguments, exception;
    struct text message;
    struct app_log_pair ordered[LIMIT_LOGS_PAIRS];
    struct app_log_scope around[LIMIT_LOGS_SCOPE_DEPTH];
};

struct app_log_decoder *app_log_decoder_new(const struct app_log_decoder_events *events)
{
    struct app_log_decoder *d = calloc(1, sizeof *d);

    if (!d)
        return NULL;
    d->events = *events;
    d->scopes = log_scopes_new();
    if (!d->scopes)
        free(take_ptr(d));
    return d;
}

void app_log_decoder_free(struct app_log_decoder *d)
{
    if (!d)
        return;
    log_halves_deinit(&d->halves);
    log_order_deinit(&d->order);
    log_scopes_free(d->scopes);
    log_values_deinit(&d->arguments);
    log_values_deinit(&d->exception);
    text_deinit(&d->message);
    free(d->buffer.data);
    free(d);
}

static enum app_log_level level_of(int32_t level)
{
    if (level < APP_LOG_TRACE)
        return APP_LOG_TRACE;
    return level > APP_LOG_CRITICAL ? APP_LOG_CRITICAL : (enum app_log_level)level;
}

/* NULL: none. What cannot be read is shown as it came. */
static const char *exception_of(struct app_log_decoder *d, char *json)
{
    if (!json[0] || strcmp(json, "{}") == 0)
        return NULL;
    (void)log_values_read(&d->exception, json);
    const char *text = log_values_find(&d->exception, "VerboseMessage");
    return text ? text : json;
}

/* A NUL in a message moves what is behind it into these columns. */
static const char *hex_or_empty(const char *text, size_t size)
{
    return strlen(text) == size && strspn(text, "0123456789abcdef") == size ? text : "";
}

static void set_message(struct app_log_decoder *d, struct log_record *r, struct app_log_entry *e)
{
    (void)log_values_read(&d->arguments, r->texts[LOG_TEXT_ARGUMENTS]);
    const char *template = log_values_find(&d->arguments, APP_LOG_TEMPLATE);

    e->formatted = e->message = r->texts[LOG_TEXT_FORMATTED];
    e->arguments = d->arguments.pairs;
    e->argument_count = d->arguments.count;
    if (!template)
        return;
    d->message.size = 0;
    text_add(&d->message, "", 0);
    log_message_fill(&d->message, template, d->arguments.pairs, d->arguments.count, d->ordered);
    e->arguments = d->ordered;
    if (!d->message.failed)
        e->message = d->message.data;
    else
        text_deinit(&d->message);
}

static void deliver_line(struct app_log_decoder *d, struct log_record *r)
{
    struct app_log_entry e = {
        .unix_ns = r->unix_ns,
        .level = level_of(r->level),
        .event_id = r->event_id,
        .event_name = r->texts[LOG_TEXT_EVENT_NAME],
        .category = r->texts[LOG_TEXT_CATEGORY],
        .exception = exception_of(d, r->texts[LOG_TEXT_EXCEPTION]),
        .trace_id = hex_or_empty(r->texts[LOG_TEXT_TRACE_ID], 32),
        .span_id = hex_or_empty(r->texts[LOG_TEXT_SPAN_ID], 16),
        .scopes = d->around,
        .scope_count = log_scopes_around(d->scopes, &r->activity, &r->related, d->around,
                                         LIMIT_LOGS_SCOPE_DEPTH),
    };

    set_message(d, r, &e);
    d->stats.entries++;
    d->events.on_entry(d->events.user, &e);
}

static void deliver(struct app_log_decoder *d, struct log_record *r)
{
    switch (r->kind) {
    case LOG_RECORD_FORMATTED:
    case LOG_RECORD_JSON:
        deliver_line(d, r);
        break;
    case LOG_RECORD_OPEN:
        log_scopes_open(d->scopes, &r->activity, &r->related, r->texts[LOG_TEXT_ARGUMENTS]);
        break;
    case LOG_RECORD_CLOSE:
        log_scopes_close(d->scopes, &r->activity);
        break;
    }
    free(r);
}

static void deliver_until(struct app_log_decoder *d, uint64_t timestamp)
{
    struct log_record *r;

    while ((r = log_order_take(&d->order, timestamp)) != NULL)
        deliver(d, r);
}

/* Without memory for its place it is delivered where it stands. */
static void put_in_order(struct app_log_decoder *d, struct log_record *r)
{
    if (!log_order_add(&d->order, r))
        deliver(d, r);
}

static void put_alone(struct app_log_decoder *d, struct log_record *half)
{
    if (half->told) {
        free(half);
        return;
    }
    d->stats.halves++;
    put_in_order(d, half);
}

static bool same_line(const struct log_record *a, const struct log_record *b)
{
    return a->level == b->level && a->event_id == b->event_id &&
           strcmp(a->texts[LOG_TEXT_CATEGORY], b->texts[LOG_TEXT_CATEGORY]) == 0;
}

/* Runtimes before 8 have the formatted message in the first event only: it goes into the second,
 * which keeps its own arguments. NULL: out of memory. */
static struct log_record *join(struct log_record *json, const struct log_record *half)
{
    const char *formatted = half->texts[LOG_TEXT_FORMATTED];
    size_t size = strlen(formatted) + 1;

    if (json->texts[LOG_TEXT_FORMATTED][0] || size == 1)
        return json;
    struct log_record *joined = malloc(json->size + size);
    if (!joined)
        return json;
    memcpy(joined, json, json->size);
    for (int i = 0; i < LOG_TEXTS; i++)
        joined->texts[i] = joined->data + (json->texts[i] - json->data);
    joined->texts[LOG_TEXT_FORMATTED] = (char *)joined + json->size;
    memcpy(joined->texts[LOG_TEXT_FORMATTED], formatted, size);
    joined->size += size;
    free(json);
    return joined;
}

static void keep_half(struct app_log_decoder *d, struct log_record *r)
{
    while (!log_halves_add(&d->halves, r)) {
        struct log_record *oldest = log_halves_take_oldest(&d->halves);
        put_alone(d, oldest ? oldest : r);
        if (!oldest)
            return;
    }
}

/* Both events of a line are here. */
static void take_line(struct app_log_decoder *d, struct log_record *json, struct log_record *half)
{
    if (half->told) { /* too late */
        d->stats.halves--;
        free(json);
    } else {
        put_in_order(d, join(json, half));
    }
    free(half);
}

/* Events of one thread come in their order: what its half waits for comes next, or never. */
static void take_record(struct app_log_decoder *d, struct log_record *r)
{
    struct log_record *half = log_halves_take(&d->halves, r->thread);

    if (r->kind == LOG_RECORD_JSON && half && same_line(r, half)) {
        take_line(d, r, half);
        return;
    }
    if (half)
        put_alone(d, half);
    if (r->kind == LOG_RECORD_FORMATTED) {
        keep_half(d, r);
        return;
    }
    d->stats.halves += r->kind == LOG_RECORD_JSON;
    put_in_order(d, r);
}

void app_log_decoder_event(struct app_log_decoder *d, const struct nettrace *stream,
                           const struct nettrace_event *event)
{
    enum log_record_kind kind;

    if (event->sorted && event->timestamp)
        deliver_until(d, event->timestamp - 1);
    if (!log_record_is(event, &kind))
        return;
    struct log_record *r = log_record_new(kind, stream, event, &d->buffer);
    if (!r) {
        d->stats.failed++;
        return;
    }
    take_record(d, r);
    deliver_until(d, event->sorted ? event->timestamp : 0); /* also what is above the limit */
}

static void tell_half(void *user, struct log_record *half)
{
    struct app_log_decoder *d = user;

    d->stats.halves++;
    deliver_line(d, half);
}

bool app_log_decoder_settle(struct app_log_decoder *d)
{
    deliver_until(d, UINT64_MAX);
    return log_halves_age(&d->halves, HALF_PATIENCE, tell_half, d);
}

void app_log_decoder_finish(struct app_log_decoder *d)
{
    struct log_record *half;

    while ((half = log_halves_take_oldest(&d->halves)) != NULL)
        put_alone(d, half);
    deliver_until(d, UINT64_MAX);
}

const struct app_log_decoder_stats *app_log_decoder_stats(const struct app_log_decoder *d)
{
    return &d->stats;
}
