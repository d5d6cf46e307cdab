/*
 * Happy path: session started -> piece -> parser -> decoder -> lines in `out` -> the owner has them
 * -> room -> more lines... -> duration over: stop -> what the runtime still has -> done.
 *
 * Lines are in flight (`sent`), behind these in the spool, behind these in `out`. Nothing is handed
 * on while a piece is read: the owner may free all of it.
 */
#include "src/collect/logs.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "src/base/cleanup.h"
#include "src/base/events.h"
#include "src/base/limits.h"
#include "src/base/log.h"
#include "src/base/text.h"
#include "src/collect/dump_folder.h"
#include "src/io/spool.h"
#include "src/io/timer.h"
#include "src/logs/decoder.h"
#include "src/logs/message.h"
#include "src/session/session.h"

enum {
    FILE_PIECE = 256 * 1024, /* out of the spool */
    OUT_MAX = 256 * 1024,    /* lines in memory; then they go to the spool */
    BUFFER_MB = 256,         /* in the runtime, as the peer */
};
enum { FACT_LINES, FACT_LINES_LOST, FACT_EVENTS_LOST };

struct logs {
    struct collection base;
    const struct collect_context *context;
    struct collection_events events;
    struct session *session; /* NULL: it has ended */
    struct error end;        /* how; its code is 0 when in order */
    bool ended;              /* and all lines are here */
    struct nettrace *parser;
    struct app_log_decoder *decoder;
    const struct app_log_format *format;
    struct timer duration, silence;
    int64_t duration_seconds;
    struct text out, sent;
    bool sending; /* the owner has a piece */
    struct spool spool;
    uint64_t lines, dropped, told; /* `told`: dropped ones that a line of ours speaks of */
};

static void logs_free(struct logs *l)
{
    timer_stop(&l->duration);
    timer_stop(&l->silence);
    if (l->session)
        session_abandon(l->session);
    app_log_decoder_free(l->decoder);
    nettrace_free(l->parser);
    spool_close(&l->spool);
    text_deinit(&l->out);
    text_deinit(&l->sent);
    free(l);
}

struct loss {
    uint64_t events, lines; /* two events make a line; one alone does too */
};

/* In the process. Lost scopes count as lines: they cannot be told from them. */
static struct loss process_loss(const struct logs *l)
{
    uint64_t events = nettrace_stats(l->parser)->loss.events;
    uint64_t halves = app_log_decoder_stats(l->decoder)->halves;

    return (struct loss){events, events > halves ? (events - halves + 1) / 2 : 0};
}

static void finish(struct logs *l)
{
    struct collection_events events = l->events;
    struct error end = l->end;
    struct loss loss = process_loss(l);
    const struct log_field fields[] = {LOG_NUMBER("lines", (int64_t)l->dropped),
                                       LOG_NUMBER("lost", (int64_t)loss.lines),
                                       LOG_NUMBER("events", (int64_t)loss.events)};

    events.on_fact(events.user, FACT_LINES, l->lines);
    events.on_fact(events.user, FACT_LINES_LOST, l->dropped + loss.lines);
    events.on_fact(events.user, FACT_EVENTS_LOST, loss.events);
    if (l->dropped || loss.lines)
        events.on_notice(events.user, &event_logs_lossy, fields, sizeof fields / sizeof fields[0]);
    logs_free(l);
    events.on_done(events.user, end.code ? &end : NULL);
}

/* What waits longest, into `sent`. False: nothing waits. */
static bool take_waiting(struct logs *l, struct error *err, int *ret_r)
{
    *ret_r = 0;
    if (spool_size(&l->spool)) {
        l->sent.size = 0;
        *ret_r = spool_read(&l->spool, FILE_PIECE, &l->sent, err);
        spool_release(&l->spool);
    } else {
        struct text empty = l->sent;
        l->sent = l->out;
        l->out = empty;
        l->out.size = 0;
    }
    return l->sent.size > 0;
}

/* The owner is free. Last act of every callback: all may be gone. */
static void send_next(struct logs *l)
{
    struct error err;
    int r;

    if (take_waiting(l, &err, &r) && r == 0) {
        l->sending = true;
        l->events.on_data(l->events.user, l->sent.data, l->sent.size);
    } else if (r < 0 || l->ended) {
        l->end = r < 0 ? err : l->end;
        finish(l);
    }
}

static void flush(struct logs *l)
{
    if (!l->sending)
        send_next(l);
}

/* Moves all lines to the file. */
static bool spill(struct logs *l)
{
    const char *const folders[] = {dump_folder_path(l->context->dump_folder), "/tmp", "/var/tmp",
                                   NULL};
    struct error err;

    if (l->spool.fd < 0) {
        if (spool_open(&l->spool, folders, &err) < 0)
            return false;
        l->spool.limit = LIMIT_LOGS_SPOOL;
    }
    if (spool_write(&l->spool, l->out.data, l->out.size, &err) < 0)
        return false;
    l->out.size = 0;
    return true;
}

/* False: there is no room for it. `last`: nothing comes behind it, so that it needs none. */
static bool add_entry(struct logs *l, const struct app_log_entry *entry, bool last)
{
    size_t before = l->out.size;

    l->format->write(&l->out, entry);
    if (l->out.failed) { /* no memory: what is there stays */
        l->out.failed = false;
        l->out.size = before;
        return false;
    }
    if (last || l->out.size <= OUT_MAX || spill(l))
        return true;
    l->out.size = before;
    return false;
}

/* A line of ours, where lines of the application are missing. `dropped`: here; `lost`: by the
 * process, with `events` of its events. */
static bool tell_lost(struct logs *l, uint64_t dropped, uint64_t lost, uint64_t events, bool last)
{
    static const char template[] = "{Lines} lines are missing here: {Dropped} because their reader "
                                   "was slow, {Lost} because the process lost {Events} events.";
    static const char *const keys[] = {"Lines", "Dropped", "Lost", "Events"};
    const uint64_t values[] = {dropped + lost, dropped, lost, events};
    enum { COUNT = sizeof keys / sizeof keys[0] };
    struct app_log_pair arguments[COUNT + 1], order[COUNT + 1];
    char texts[COUNT][24];
    struct text message = {0};
    struct timespec now = {0};

    for (int i = 0; i < COUNT; i++) {
        (void)snprintf(texts[i], sizeof texts[i], "%" PRIu64, values[i]);
        arguments[i] = (struct app_log_pair){keys[i], APP_LOG_INTEGER, texts[i]};
    }
    arguments[COUNT] = (struct app_log_pair){APP_LOG_TEMPLATE, APP_LOG_TEXT, template};
    log_message_fill(&message, template, arguments, COUNT + 1, order);
    (void)clock_gettime(CLOCK_REALTIME, &now);
    const struct app_log_entry entry = {
        .unix_ns = now.tv_sec * (int64_t)1000000000 + now.tv_nsec,
        .level = APP_LOG_WARNING,
        .event_id = event_logs_lossy.id,
        .event_name = "LinesLost",
        .category = "Portside.Logs",
        .message = message.data ? message.data : "",
        .formatted = "",
        .trace_id = "",
        .span_id = "",
        .arguments = order,
        .argument_count = COUNT + 1,
    };
    bool added = add_entry(l, &entry, last);
    text_deinit(&message);
    return added;
}

static void on_entry(void *user, const struct app_log_entry *entry)
{
    struct logs *l = user;
    uint64_t untold = l->dropped - l->told;

    if (untold && tell_lost(l, untold, 0, 0, false))
        l->told = l->dropped;
    if (l->told == l->dropped && add_entry(l, entry, false))
        l->lines++;
    else
        l->dropped++;
}

static int on_event(void *user, const struct nettrace_event *event)
{
    struct logs *l = user;

    app_log_decoder_event(l->decoder, l->parser, event);
    return 0;
}

static void on_silence(void *user)
{
    struct logs *l = user;

    if (app_log_decoder_settle(l->decoder))
        (void)timer_start(&l->silence, l->context->loop, APP_LOG_SILENCE_MS, 0, on_silence, l);
    flush(l);
}

/* No more lines will come. */
static void end(struct logs *l)
{
    timer_stop(&l->silence);
    timer_stop(&l->duration);
    app_log_decoder_finish(l->decoder);
    uint64_t untold = l->dropped - l->told;
    struct loss loss = process_loss(l);
    if (untold || loss.lines)
        (void)tell_lost(l, untold, loss.lines, loss.events, true);
    l->ended = true;
    flush(l);
}

static void on_data(void *user, const void *data, size_t size)
{
    struct logs *l = user;

    if (nettrace_feed(l->parser, data, size) < 0) {
        const struct nettrace_error *bad = nettrace_error(l->parser);
        (void)error_set(&l->end, bad->code, "The event stream cannot be read: %s.", bad->text);
        session_abandon(take_ptr(l->session));
        end(l);
        return;
    }
    session_proceed(l->session);
    (void)timer_start(&l->silence, l->context->loop, APP_LOG_SILENCE_MS, 0, on_silence, l);
    flush(l);
}

/* A process that has ended has nothing more to log: that is an end like any other. */
static void on_end(void *user, const struct error *err)
{
    struct logs *l = user;

    l->session = NULL;
    (void)nettrace_finish(l->parser);
    if (err && err->code != -ECONNRESET)
        l->end = *err;
    end(l);
}

static void stop(struct logs *l)
{
    timer_stop(&l->duration);
    if (l->session)
        session_stop(l->session);
}

static void on_duration_over(void *user)
{
    stop(user);
}

static void on_started(void *user)
{
    struct logs *l = user;

    if (l->duration_seconds >= 0)
        (void)timer_start(&l->duration, l->context->loop, (uint64_t)l->duration_seconds * 1000, 0,
                          on_duration_over, l);
    l->events.on_started(l->events.user);
}

/* "FilterSpecs=..." as the diagnostics client writes it. */
static char *arguments_of(const char *filter_specs)
{
    const char *quote = filter_specs[strcspn(filter_specs, ";=")] ? "\"" : "";
    struct text out = {0};

    text_add_fmt(&out, "FilterSpecs=%s%s%s", quote, filter_specs, quote);
    return out.failed ? (text_deinit(&out), NULL) : text_take(&out);
}

/* EventLevel of a LogLevel. */
static const uint32_t event_levels[] = {
    [APP_LOG_TRACE] = 0,   [APP_LOG_DEBUG] = 5, [APP_LOG_INFORMATION] = 4,
    [APP_LOG_WARNING] = 3, [APP_LOG_ERROR] = 2, [APP_LOG_CRITICAL] = 1,
};

static int start_session(struct logs *l, struct target *target, const struct logs_params *p,
                         struct error *err)
{
    const uint64_t formatted_and_json = 4 | 8, flow_activity_ids = 0x80;
    cleanup(free_str) char *arguments = arguments_of(p->filter_specs);
    const struct ipc_trace_provider providers[] = {
        {.name = "Microsoft-Extensions-Logging",
         .keywords = formatted_and_json,
         .level = event_levels[p->level],
         .arguments = arguments},
        {.name = "System.Threading.Tasks.TplEventSource",
         .keywords = flow_activity_ids,
         .level = 4},
    };
    const struct session_config config = {
        .request = {.providers = providers,
                    .provider_count = sizeof providers / sizeof providers[0],
                    .buffer_mb = BUFFER_MB,
                    .format = IPC_TRACE_NET_TRACE},
    };
    const struct session_events events = {l, on_started, on_data, on_end};

    if (!arguments)
        return error_set(err, -ENOMEM, "logs");
    return session_start(l->context->sessions, target, &config, &events, &l->session, err);
}

static int logs_start(const struct collect_context *context, struct target *target,
                      const void *params, const struct collection_events *events,
                      struct collection **ret, struct error *err)
{
    const struct logs_params *p = params;
    struct logs *l = calloc(1, sizeof *l);

    if (!l)
        return error_set(err, -ENOMEM, "logs");
    l->base.type = &collection_logs;
    l->context = context;
    l->events = *events;
    l->format = p->format;
    l->duration_seconds = p->duration_seconds;
    l->spool = SPOOL_NONE;
    l->parser = nettrace_new(&(struct nettrace_callbacks){.user = l, .on_event = on_event},
                             &(struct nettrace_options){.without_stacks = true});
    l->decoder = app_log_decoder_new(&(struct app_log_decoder_events){l, on_entry});
    int r = l->parser && l->decoder ? start_session(l, target, p, err)
                                    : error_set(err, -ENOMEM, "logs");
    if (r < 0) {
        logs_free(l);
        return r;
    }
    *ret = &l->base;
    return 0;
}

static void logs_proceed(struct collection *c)
{
    struct logs *l = container_of(c, struct logs, base);

    l->sending = false;
    send_next(l);
}

static void logs_stop(struct collection *c)
{
    stop(container_of(c, struct logs, base));
}

static void logs_abandon(struct collection *c)
{
    logs_free(container_of(c, struct logs, base));
}

const struct collection_type collection_logs = {
    .name = "logs",
    .limit = 3,
    .stoppable = true,
    .content_type = "text/plain",
    .start = logs_start,
    .proceed = logs_proceed,
    .stop = logs_stop,
    .abandon = logs_abandon,
    .log_category = "Microsoft.Diagnostics.Tools.Monitor.LogsOperation",
    .facts = {{.name = "Lines"}, {.name = "Lines-Lost"}, {.name = "Events-Lost"}},
};
