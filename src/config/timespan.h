/*
 * config/timespan.h - durations as .NET writes and reads them (TimeSpan, invariant culture).
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* 100 ns, the unit of every duration of the configuration. */
#define TICKS_PER_SECOND INT64_C(10000000)
#define TICKS_PER_DAY (86400 * TICKS_PER_SECOND)

enum { TIMESPAN_SIZE = 32 };

/*
 * Reads `[-][d.]hh:mm[:ss[.fffffff]]` and a plain number of days, blanks around allowed, also with
 * ':' after the days. As .NET: hours end at 23, except that a:b:c whose first number is no hour is
 * days, hours, minutes ("24:00:00" is 24 days). Source: TimeSpan.TryParse of .NET 10, asked.
 */
bool timespan_parse(const char *text, int64_t *ret_ticks);

/* "1.00:00:00", "00:00:00.5000000". Returns `buffer`. */
const char *timespan_print(int64_t ticks, char buffer[static TIMESPAN_SIZE]);
