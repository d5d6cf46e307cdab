/*
 * rules/request_event.h - the events that ASP.NET Core's requests begin and end with, as
 * DiagnosticSource tells them for the filter of collect/trace_profiles.h.
 *
 * Activity1Start and Activity1Stop: SourceName, EventName, Arguments, an array of objects {Key,
 * Value}, all of them text (CONTRACT 19.2; .NET 8, 9 and 10, recorded).
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "proto/nettrace/event.h"
#include "src/base/limits.h"

enum request_event_kind { REQUEST_OTHER, REQUEST_START, REQUEST_STOP };

/* What is read: each costs. */
enum {
    REQUEST_ID = 1,
    REQUEST_PATH = 2,
    REQUEST_STATUS = 4,
    REQUEST_DURATION = 8,
};

/* `found` says which of those that were wanted are there. */
struct request_event {
    unsigned found;
    uint64_t id; /* a hash of the activity's */
    int64_t status;
    int64_t duration;           /* ns */
    char path[LIMIT_RULE_PATH]; /* "" and not found when it is longer */
};

/* By provider and name, nothing is read. */
enum request_event_kind request_event_kind(const struct nettrace_event *event);

/* Reads what is wanted of a start or stop. Keys without regard to case; the first of several
 * counts. Numbers that are none are not found. Of what is not found the members are not set. */
void request_event_read(const struct nettrace_event *event, unsigned wanted,
                        struct request_event *ret);
