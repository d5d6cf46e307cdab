#include "proto/nettrace/trace_info.h"

#include <string.h>

#include "proto/nettrace/format.h"
#include "proto/nettrace/limits.h"
#include "proto/nettrace/thread.h"
#include "proto/nettrace/utf8.h"

static struct nettrace_system_time take_time(struct cursor *in)
{
    struct nettrace_system_time t;

    t.year = cursor_u16(in);
    t.month = cursor_u16(in);
    t.weekday = cursor_u16(in);
    t.day = cursor_u16(in);
    t.hour = cursor_u16(in);
    t.minute = cursor_u16(in);
    t.second = cursor_u16(in);
    t.millisecond = cursor_u16(in);
    return t;
}

static struct nettrace_trace take_common(struct cursor *in)
{
    struct nettrace_trace trace = {.process_id = NETTRACE_UNKNOWN_ID};

    trace.start = take_time(in);
    trace.start_ticks = cursor_u64(in);
    trace.ticks_per_second = cursor_u64(in);
    trace.pointer_size = cursor_u32(in);
    return trace;
}

static enum wire_status publish(const struct cursor *in, const struct nettrace_trace *trace,
                                struct nettrace_trace *ret_trace)
{
    if (in->bad)
        return WIRE_MORE;
    if ((trace->pointer_size != 4 && trace->pointer_size != 8) || trace->ticks_per_second == 0)
        return WIRE_BAD;
    *ret_trace = *trace;
    return WIRE_OK;
}

enum wire_status nettrace_trace_decode_v4(struct cursor *in, struct nettrace_trace *ret_trace)
{
    struct nettrace_trace trace = take_common(in);

    trace.version = NETTRACE_V4;
    trace.process_id = cursor_u32(in);
    trace.processors = cursor_u32(in);
    trace.sampling_rate = cursor_u32(in);
    return publish(in, &trace, ret_trace);
}

/* A decimal number that fits 63 bits; `fallback` for anything else. */
static uint64_t number_of(struct cursor text, uint64_t fallback)
{
    uint64_t value = 0;

    if (text.left == 0 || text.left > 18)
        return fallback;
    for (; text.left > 0; cursor_skip(&text, 1)) {
        if (*text.at < '0' || *text.at > '9')
            return fallback;
        value = value * 10 + (uint64_t)(*text.at - '0');
    }
    return value;
}

static bool is_key(struct cursor key, const char *name)
{
    return key.left == strlen(name) && memcmp(key.at, name, key.left) == 0;
}

static void apply_pair(struct nettrace_trace *trace, struct cursor key, struct cursor value)
{
    if (is_key(key, "ProcessId"))
        trace->process_id = number_of(value, NETTRACE_UNKNOWN_ID);
    else if (is_key(key, "HardwareThreadCount"))
        trace->processors = (uint32_t)number_of(value, 0);
    else if (is_key(key, "ExpectedCPUSamplingRate"))
        trace->sampling_rate = (uint32_t)number_of(value, 0);
}

enum wire_status nettrace_trace_decode_v6(struct cursor *in, struct nettrace_trace *ret_trace)
{
    struct nettrace_trace trace = take_common(in);
    uint32_t count = cursor_u32(in);

    trace.version = NETTRACE_V6;
    trace.key_values = *in;
    if (count > NETTRACE_KEY_VALUES)
        return WIRE_BAD;
    for (uint32_t i = 0; i < count && !in->bad; i++) {
        struct cursor key = utf8_take(in);
        struct cursor value = utf8_take(in);
        if (!in->bad)
            apply_pair(&trace, key, value);
    }
    trace.key_values.left -= in->left;
    return publish(in, &trace, ret_trace);
}

/* Days since 1601-01-01, proleptic Gregorian. */
static uint64_t days_of(const struct nettrace_system_time *t)
{
    static const uint16_t before[] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};
    uint64_t years = t->year - 1601u;
    bool leap = (t->year % 4 == 0 && t->year % 100 != 0) || t->year % 400 == 0;

    return years * 365 + years / 4 - years / 100 + years / 400 + before[t->month - 1] +
           (leap && t->month > 2) + t->day - 1;
}

uint64_t nettrace_trace_file_time(const struct nettrace_trace *trace, uint64_t ticks)
{
    const struct nettrace_system_time *t = &trace->start;
    const uint64_t units = 10 * 1000 * 1000;

    if (t->year < 1601 || t->month < 1 || t->month > 12 || t->day < 1 || t->day > 31)
        return 0;
    uint64_t seconds = days_of(t) * 86400 + t->hour * 3600u + t->minute * 60u + t->second;
    uint64_t start = seconds * units + t->millisecond * (units / 1000);
    int64_t past = (int64_t)(ticks - trace->start_ticks);
    __extension__ typedef __int128 wide;
    return start + (uint64_t)((wide)past * (wide)units / (wide)trace->ticks_per_second);
}
