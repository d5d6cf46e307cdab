/*
 * otlp/report.h - what the log says of a sender: failures and recovery when they begin, and while
 * they last at most once in LIMIT_OTLP_TOLD_MS.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/net/request.h"

enum report_kind { REPORT_FAILING, REPORT_REFUSED, REPORT_DROPPED, REPORT_KINDS };

/* Zeroed but for `signal` = all is well. */
struct report {
    const char *signal;
    int64_t told_ms[REPORT_KINDS]; /* 0: never */
    bool told_failing;             /* the log says so */
    bool told_partial;
};

void report_failing(struct report *r, const struct request_result *result);
void report_refused(struct report *r, const struct request_result *result);
void report_working(struct report *r);
void report_partial(struct report *r, size_t rejected, const char *message);
void report_dropped(struct report *r, uint64_t dropped);
