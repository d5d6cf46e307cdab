#include "src/otlp/report.h"

#include <stdio.h>

#include "src/base/clock.h"
#include "src/base/events.h"
#include "src/base/limits.h"
#include "src/base/log.h"

enum { REASON_SIZE = 512, ANSWER_SHOWN = 200 };

static bool is_due(struct report *r, enum report_kind kind)
{
    int64_t now = clock_monotonic_ms();

    if (r->told_ms[kind] && now - r->told_ms[kind] < LIMIT_OTLP_TOLD_MS)
        return false;
    r->told_ms[kind] = now;
    return true;
}

static const char *reason_of(const struct request_result *result, char reason[static REASON_SIZE])
{
    if (result->code < 0)
        return result->text;
    (void)snprintf(reason, REASON_SIZE, "status %ld%s%.*s", result->status,
                   result->size ? ": " : "", ANSWER_SHOWN, result->body);
    return reason;
}

void report_failing(struct report *r, const struct request_result *result)
{
    char reason[REASON_SIZE];

    if (!is_due(r, REPORT_FAILING))
        return;
    r->told_failing = true;
    log_event(&event_otlp_failing, {"signal", r->signal}, {"reason", reason_of(result, reason)});
}

void report_refused(struct report *r, const struct request_result *result)
{
    char reason[REASON_SIZE];

    if (!is_due(r, REPORT_REFUSED))
        return;
    r->told_failing = true;
    log_event(&event_otlp_refused, {"signal", r->signal}, {"reason", reason_of(result, reason)});
}

void report_working(struct report *r)
{
    if (r->told_failing)
        log_event(&event_otlp_working, {"signal", r->signal});
    r->told_failing = false;
}

void report_partial(struct report *r, size_t rejected, const char *message)
{
    if (r->told_partial)
        return;
    r->told_partial = true;
    log_event(&event_otlp_partial, LOG_NUMBER("count", (int64_t)rejected), {"signal", r->signal},
              {"reason", message});
}

void report_dropped(struct report *r, uint64_t dropped)
{
    if (is_due(r, REPORT_DROPPED))
        log_event(&event_otlp_dropped, LOG_NUMBER("count", (int64_t)dropped),
                  {"signal", r->signal});
}
