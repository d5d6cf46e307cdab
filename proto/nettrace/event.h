/*
 * nettrace/event.h - one event as it stands in the stream.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/nettrace/metadata.h"
#include "proto/nettrace/thread.h"
#include "proto/wire/guid.h"

/* Valid during the callback; so is what it points to (metadata: until it is flushed). */
struct nettrace_event {
    const struct nettrace_metadata *metadata;
    uint64_t timestamp;     /* ticks, see struct nettrace_trace */
    const uint8_t *payload; /* unaligned, in the bytes that were fed where possible */
    uint32_t payload_size;
    uint32_t metadata_id;
    uint64_t thread;         /* which it is about: v4, v5: id in the OS; v6: index */
    uint64_t capture_thread; /* which wrote it; `sequence` counts its events */
    const struct nettrace_thread *thread_info; /* v6: of `thread`. v4, v5: NULL */
    uint32_t sequence;
    uint32_t processor;
    uint32_t stack_id;             /* see nettrace_stack_find() */
    uint32_t label_list_id;        /* v6; 0: none. See nettrace_labels_find() */
    struct guid activity, related; /* v6: from the label list */
    bool sorted;                   /* no later event has an earlier timestamp */
};
