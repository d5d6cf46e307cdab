/*
 * collect/logs.h - what one process logs through Microsoft.Extensions.Logging, as lines.
 *
 * The runtime never waits for the reader: lines that are not taken yet go to a file without a name,
 * and when LIMIT_LOGS_SPOOL of them wait there, further ones are dropped and counted. Where lines
 * are missing stands a line of our own (category Portside.Logs) that says how many; at the end, one
 * that also says how many events the runtime had dropped before they came here.
 */
#pragma once

#include "src/collect/collection.h"
#include "src/logs/format.h"

struct logs_params {
    enum app_log_level level; /* of categories without a level of their own */
    const char *filter_specs; /* "UseAppFilters;Category:Level"; borrowed for the call of start() */
    const struct app_log_format *format;
    int64_t duration_seconds; /* from the moment the session runs; negative: until stopped */
};

/* Ends by duration, by stop, or with the process. */
extern const struct collection_type collection_logs;
