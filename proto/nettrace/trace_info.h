/*
 * nettrace/trace_info.h - what a stream says about itself: the Trace object or block.
 *
 * v4, v5: SYSTEMTIME start, u64 ticks at the start, u64 ticks a second, u32 pointer size, u32
 * process id, u32 processors, u32 sampling rate. v6: the same up to the pointer size, u32 count,
 * that many pairs of strings, three of whose keys stand for the fields that v4 and v5 have.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "proto/wire/cursor.h"
#include "proto/wire/status.h"

struct nettrace_system_time {
    uint16_t year, month, weekday, day, hour, minute, second, millisecond;
};

struct nettrace_trace {
    unsigned version;                  /* 4, 5 or 6 (see format.h about 5) */
    struct nettrace_system_time start; /* UTC */
    uint64_t start_ticks;              /* timestamps of events are ticks of this clock */
    uint64_t ticks_per_second;
    uint32_t pointer_size; /* 4 or 8 */
    uint64_t process_id;   /* NETTRACE_UNKNOWN_ID: the stream does not say */
    uint32_t processors;   /* 0: the stream does not say */
    uint32_t sampling_rate;
    struct cursor key_values; /* v6: count pairs of strings; valid during the callback only */
};

/* WIRE_MORE: cut. WIRE_BAD: a pointer size other than 4 and 8, or a clock without ticks. */
enum wire_status nettrace_trace_decode_v4(struct cursor *in, struct nettrace_trace *ret_trace);
enum wire_status nettrace_trace_decode_v6(struct cursor *in, struct nettrace_trace *ret_trace);

/* 100 ns units since 1601-01-01 UTC (FILETIME) of a timestamp; 0 when the start is no date. */
uint64_t nettrace_trace_file_time(const struct nettrace_trace *trace, uint64_t ticks);
