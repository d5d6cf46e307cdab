/*
 * profile/spans.h - runs of threads as frames that open and close: what evented formats hold.
 *
 * Above a stack are frames for process, "(Non-Activities)", "Threads" and the thread, below it one
 * for what the processor did: so do dotnet-trace's files. Frames that stay on the stack from one
 * run to the next are not closed between.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/profile/profile.h"

/* Numbers of frames in the file: those of the profile come behind these and the threads. */
enum span_frame {
    SPAN_PROCESS,
    SPAN_ACTIVITIES,
    SPAN_THREADS,
    SPAN_MANAGED,
    SPAN_EXTERNAL,
    SPAN_FRAMES,
};

enum { SPAN_ROOTS = 4 };

struct span_sink {
    void *user;
    /* Nanoseconds. Per thread in order of time, opens and closes nested. */
    void (*begin_thread)(void *user, uint32_t thread, int64_t start, int64_t end);
    void (*frame)(void *user, bool opens, uint32_t number, int64_t time);
    void (*end_thread)(void *user);
};

/* How many numbers there are; the text of each (valid until names are added). */
size_t span_frame_count(const struct profile *p);
const char *span_frame_name(const struct profile *p, size_t number);

/* Of runs of managed code only, or of all. False: out of memory. */
bool spans_write(const struct profile *p, bool managed_only, const struct span_sink *sink);
