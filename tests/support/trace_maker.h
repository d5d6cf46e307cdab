/*
 * support/trace_maker.h - NetTrace streams with samples, methods and modules, made to order.
 *
 * Time stamps are nanoseconds from the trace's start. Everything ends with the test.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "proto/nettrace/writer.h"
#include "src/profile/profile.h"

enum maker_event {
    MAKER_SAMPLE = 1,
    MAKER_TICK,
    MAKER_SAMPLED,
    MAKER_EXCEPTION,
    MAKER_CONTENTION_START,
    MAKER_CONTENTION_STOP,
    MAKER_METHOD,
    MAKER_UNLOAD,
    MAKER_RUNDOWN,
    MAKER_MODULE,
    MAKER_PROCESS,
    MAKER_SOURCE,
    MAKER_EVENTS,
};

struct trace_maker {
    struct nettrace_writer w;
    uint32_t sequence;
};

enum { MAKER_START_TICKS = 1000 };

/* A version 4 stream with all metadata. */
struct trace_maker *trace_maker_new(void);

/* Version 4 or 6. In version 6 threads 1 to 9 are introduced: thread n has the id 100 n and the
 * name "worker". */
struct trace_maker *trace_maker_new_version(unsigned version);

void trace_maker_stack(struct trace_maker *m, uint32_t id, const uint64_t *frames, size_t count);
void trace_maker_event(struct trace_maker *m, enum maker_event event, uint64_t thread,
                       uint64_t time, uint32_t stack, const void *payload, size_t size);

void trace_maker_sample(struct trace_maker *m, uint64_t thread, uint64_t time, uint32_t stack,
                        uint32_t type);
/* `event`: METHOD, UNLOAD or RUNDOWN. */
void trace_maker_method(struct trace_maker *m, enum maker_event event, uint64_t start,
                        uint32_t size, const char *space, const char *name, const char *signature);
/* A thrown exception; texts in UTF-8. */
void trace_maker_exception(struct trace_maker *m, uint64_t thread, uint64_t time, uint32_t stack,
                           const char *type, const char *message, uint16_t flags);
void trace_maker_module(struct trace_maker *m, const char *path);
void trace_maker_text(struct trace_maker *m, enum maker_event event, uint64_t thread, uint64_t time,
                      uint32_t stack, const void *before, size_t before_size, const char *text,
                      const void *after, size_t after_size);

/* The stream, ended. */
const uint8_t *trace_maker_end(struct trace_maker *m, size_t *ret_size);

/* Its profile, of all kinds. */
struct profile *trace_maker_profile(struct trace_maker *m);

/* Sum of the values of stacks with this leaf. */
uint64_t trace_maker_value(const struct profile *p, enum profile_kind kind, const char *leaf);

/* The profile that the tests of writers share: thread 7 runs Main > Work for 3 ms, waits in Wait
 * for 2 ms, runs Work again for 1 ms; thread 8 runs the unnamed 0x9999 for 4 ms; 200000 bytes of
 * System.String allocated in Work; one exception; a name with </script> and quotes. */
struct profile *trace_maker_example(void);

/* The trace of it, not ended: 14 events. */
struct trace_maker *trace_maker_example_trace(void);

/* Writes in a format; the bytes, NUL-ended. NULL: format_write() failed with *ret_code. */
char *trace_maker_format(const char *format, const struct profile *p, enum profile_kind kind,
                         size_t *ret_size, int *ret_code);
