/*
 * profile/recorder.h - bytes of a NetTrace stream in, a profile out.
 *
 * Streaming: bytes may come in any pieces, and what is kept is bounded by profile/limits.h, not by
 * the length of the trace. Addresses get their names at the end, because runtimes tell most names
 * there (rundown). No I/O; not for the loop thread when traces are large (10 ms a megabyte of
 * rundown).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "src/base/error.h"
#include "src/profile/profile.h"

struct recorder;

struct recorder_options {
    /* Bits 1 << enum profile_kind; 0: all. Others cost neither time nor memory. CPU without WALL is
     * better than both together, which keep to dotnet-trace's figures: threads that leave managed
     * code have left (timeline.h), and threads in methods that wait do not run, whatever the
     * sampler says (waits.h). */
    unsigned kinds;
    /* Wall time: an event of an EventSource ends what its thread's last sample began, as in
     * dotnet-trace's topN (not in its conversions). */
    bool events_end_samples;
};

/* NULL: out of memory. `options` may be NULL. */
struct recorder *recorder_new(const struct recorder_options *options);
void recorder_free(struct recorder *r);

/* 0, or an error that is final: -EBADMSG not NetTrace or damaged, -ENOTSUP an unknown version,
 * -E2BIG, -ENOMEM. What came before still counts. */
int recorder_feed(struct recorder *r, const void *data, size_t size, struct error *err);

/*
 * No more bytes will come. Once only. The profile is the caller's, to profile_deinit(), whatever is
 * returned: 0, the stream had its end; -ENODATA, it is cut, and the profile holds what was there;
 * the error of recorder_feed() again, likewise; -ENOMEM: the profile is empty.
 */
int recorder_finish(struct recorder *r, struct profile *ret_profile, struct error *err);
