/*
 * Happy path: feed_join() -> events -> decoder -> lines -> batch -> sender, when the batch is full
 * or its first line has waited long enough. The decoder is told when the stream falls silent. The
 * session cannot start, or ends -> what is there goes out, the retry timer runs.
 */
#include "src/otlp/log_reader.h"

#include <errno.h>
#include <stdlib.h>

#include "proto/wire/guid.h"
#include "src/base/clock.h"
#include "src/base/events.h"
#include "src/base/limits.h"
#include "src/base/log.h"

enum {
    RETRY_MS = 5 * 1000, /* as for metrics */
    RETRY_MAX_MS = 60 * 1000,
    RENEW_MS = 1000, /* until the old session has ended in the runtime */
    BUFFER_MB = 16,  /* in the target: a second of 20,000 lines */
    TPL_CORRELATION = 0x80,
    MESSAGES = 0xC, /* FormattedMessage, JsonMessage */
};

static void try_start(void *user);

/* --- lines --- */

static void flush(void *user)
{
    struct log_reader *r = user;
    size_t records = r->batch.records;
    struct text body = {0};

    timer_stop(&r->delay);
    if (records && log_batch_take(&r->batch, &body))
        sender_put(r->config->sender, &body, records);
}

static void on_entry(void *user, const struct app_log_entry *entry)
{
    struct log_reader *r = user;
    char uid[GUID_TEXT_SIZE];
    const struct resource_process process = {r->target->pid, target_service_name(r->target),
                                             guid_format(&r->target->cookie, uid)};

    if ((unsigned)entry->level < (unsigned)r->config->level)
        return; /* with the app's own filters the runtime does not look at the level asked for */
    if (r->batch.records == 0)
        (void)timer_start(&r->delay, r->config->loop, r->config->delay_ms, 0, flush, r);
    log_batch_add(&r->batch, r->config->resource, &process, entry);
    r->totals->records++;
    if (r->batch.records >= r->config->batch || log_batch_size(&r->batch) >= LIMIT_OTLP_BODY)
        flush(r);
}

static void on_silence(void *user);

static void wait_for_silence(struct log_reader *r, uint64_t ms)
{
    (void)timer_start(&r->silence, r->config->loop, ms, 0, on_silence, r);
}

static void on_silence(void *user)
{
    struct log_reader *r = user;
    uint64_t silent = uv_now(r->config->loop) - r->event_ms;

    if (silent < APP_LOG_SILENCE_MS)
        wait_for_silence(r, APP_LOG_SILENCE_MS - silent);
    else if (app_log_decoder_settle(r->decoder))
        wait_for_silence(r, APP_LOG_SILENCE_MS);
}

/* --- the session --- */

static void on_started(void *user)
{
    struct log_reader *r = user;

    r->retry_ms = RETRY_MS;
    r->told_unread = false;
    r->ends = r->target->logging_ends;
    r->running = true;
}

static void on_event(void *user, const struct nettrace *stream, const struct nettrace_event *event)
{
    struct log_reader *r = user;

    app_log_decoder_event(r->decoder, stream, event);
    r->event_ms = uv_now(r->config->loop);
    if (!timer_active(&r->silence))
        wait_for_silence(r, APP_LOG_SILENCE_MS);
}

static void on_loss(void *user, uint64_t lost)
{
    struct log_reader *r = user;
    int64_t now = clock_monotonic_ms();

    r->totals->lost += lost - r->lost;
    r->lost = lost;
    if (r->told_ms && now - r->told_ms < LIMIT_OTLP_TOLD_MS)
        return;
    r->told_ms = now;
    log_event(&event_otlp_lost, LOG_NUMBER("count", (int64_t)lost),
              LOG_NUMBER("pid", (int64_t)r->target->pid));
}

static void fall_silent(struct log_reader *r)
{
    timer_stop(&r->silence);
    if (r->decoder)
        app_log_decoder_finish(r->decoder);
    app_log_decoder_free(r->decoder);
    r->decoder = NULL;
    r->feed = NULL;
    r->running = false;
    r->lost = 0;
    flush(r);
}

static void tell_unread(struct log_reader *r, const struct error *err)
{
    if (!r->told_unread && err->code != -ECONNRESET && err->code != -ESRCH)
        log_event(&event_otlp_unread, LOG_NUMBER("pid", (int64_t)r->target->pid),
                  {"reason", err->text});
    r->told_unread = true;
}

/* A process that has ended is not asked again: the registry notices it a little later. */
static void on_end(void *user, const struct error *err)
{
    struct log_reader *r = user;

    fall_silent(r);
    if (r->target->gone)
        return;
    tell_unread(r, err);
    (void)timer_start(&r->retry, r->config->loop, r->retry_ms, 0, try_start, r);
    r->retry_ms = r->retry_ms * 2 < RETRY_MAX_MS ? r->retry_ms * 2 : RETRY_MAX_MS;
}

/* Levels of EventSource: 0 is everything. */
static uint32_t event_level(enum log_level level)
{
    static const uint32_t levels[] = {
        [LOG_LEVEL_TRACE] = 0,   [LOG_LEVEL_DEBUG] = 5, [LOG_LEVEL_INFORMATION] = 4,
        [LOG_LEVEL_WARNING] = 3, [LOG_LEVEL_ERROR] = 2, [LOG_LEVEL_CRITICAL] = 1,
    };

    return levels[level];
}

static int join(struct log_reader *r, struct error *err)
{
    const struct app_log_decoder_events decoder = {r, on_entry};
    const struct feed_events events = {r, on_started, on_event, on_loss, on_end};
    const struct ipc_trace_provider providers[] = {
        {.name = "Microsoft-Extensions-Logging",
         .keywords = MESSAGES,
         .level = event_level(r->config->level),
         .arguments = "FilterSpecs=UseAppFilters"},
        {.name = "System.Threading.Tasks.TplEventSource", .keywords = TPL_CORRELATION, .level = 4},
    };
    const struct feed_need need = {.providers = providers,
                                   .provider_count = sizeof providers / sizeof providers[0],
                                   .buffer_mb = BUFFER_MB};

    r->decoder = app_log_decoder_new(&decoder);
    if (!r->decoder)
        return error_set(err, -ENOMEM, "logs");
    return feed_join(r->config->feeds, r->target, &need, &events, &r->feed, err);
}

static void try_start(void *user)
{
    struct log_reader *r = user;
    struct error err;

    if (join(r, &err) < 0)
        on_end(r, &err);
}

struct log_reader *log_reader_new(const struct log_source_config *config, struct log_totals *totals,
                                  struct target *target)
{
    struct log_reader *r = calloc(1, sizeof *r);

    if (!r)
        return NULL;
    list_init(&r->link);
    r->config = config;
    r->totals = totals;
    r->target = target_ref(target);
    r->retry_ms = RETRY_MS;
    try_start(r);
    return r;
}

void log_reader_refresh(struct log_reader *r)
{
    if (!r->running || r->ends == r->target->logging_ends)
        return;
    feed_leave(r->feed);
    fall_silent(r);
    (void)timer_start(&r->retry, r->config->loop, RENEW_MS, 0, try_start, r);
}

void log_reader_free(struct log_reader *r)
{
    if (!r)
        return;
    if (r->feed)
        feed_leave(r->feed);
    fall_silent(r);
    timer_stop(&r->retry);
    timer_stop(&r->delay);
    log_batch_deinit(&r->batch);
    target_unref(r->target);
    list_remove(&r->link);
    free(r);
}
