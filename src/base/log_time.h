/*
 * base/log_time.h - points in time as .NET's DateTimeOffset.ToString(format) writes them in the
 * invariant culture: what TimestampFormat of the console log means.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "src/base/text.h"

struct log_time {
    int64_t ticks; /* as clock_now_ticks() */
    int offset;    /* minutes that local time is ahead of UTC */
};

/* The present, in UTC or in the zone of this machine. */
struct log_time log_time_now(bool utc);

/*
 * Appends the text. Custom patterns (d f F g h H K m M s t y z, quotes, \ and %), one-letter
 * standard formats (d D f F g G m M o O r R s t T u y Y) and "", which is the general form. False
 * when .NET would throw a FormatException; `out` may then hold a part.
 */
bool log_time_format(struct text *out, const char *format, const struct log_time *t);

/* Can it be used? Bounded by LIMIT_LOG_TIMESTAMP. */
bool log_time_check(const char *format);
