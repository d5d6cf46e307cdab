/*
 * base/clock.h - wall time and monotonic time, and the one text form of a point in time.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

enum {
    CLOCK_ISO_SIZE = 40,
    CLOCK_STAMP_SIZE = 32,
};

/* 100 ns units since 1970-01-01 UTC: the resolution of .NET's DateTime. */
int64_t clock_now_ticks(void);

/* Milliseconds of CLOCK_MONOTONIC. */
int64_t clock_monotonic_ms(void);

/* "2026-11-22T04:34:05.5399768Z": up to 7 fraction digits, trailing zeros trimmed, as
 * System.Text.Json. */
const char *clock_iso(int64_t ticks, char text[static CLOCK_ISO_SIZE]);

/* "20261122_043405_539" in UTC: the time part of the peer's artifact names. */
const char *clock_stamp(int64_t ticks, char text[static CLOCK_STAMP_SIZE]);
