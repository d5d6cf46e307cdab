/*
 * nettrace/sequence_point.h - marks in the stream: all events before are older, all behind are
 * younger, and no event behind refers to a stack or a label list before.
 *
 * v4, v5: u64 timestamp, u32 count, that many [u64 thread, u32 its newest sequence number].
 * v6: u64 timestamp, u32 flags, u32 count, that many [varint thread, varint sequence].
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "proto/wire/cursor.h"

struct nettrace_sequence_point {
    uint64_t timestamp;
    uint32_t thread_count;
    bool flushes_threads, flushes_metadata; /* v6; the callback comes before the flush */
};

/* Takes all up to the threads. The cursor is bad when it is cut. */
struct nettrace_sequence_point sequence_point_take(struct cursor *in, unsigned version);

struct sequence_point_thread {
    uint64_t key;
    uint32_t sequence;
};
struct sequence_point_thread sequence_point_take_thread(struct cursor *in, unsigned version);
