/*
 * support/heap_trace.h - NetTrace streams of heap snapshots, made to order.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum heap_event {
    HEAP_EVENT_START = 1,
    HEAP_EVENT_END,
    HEAP_EVENT_TYPES,
    HEAP_EVENT_ROOTS,
    HEAP_EVENT_DEPENDENTS,
    HEAP_EVENT_NODES,
    HEAP_EVENT_EDGES,
    HEAP_EVENT_STATICS,
    HEAP_EVENT_MODULE,
    HEAP_EVENTS,
};

struct heap_trace;

/* Until the test has ended. */
struct heap_trace *heap_trace_new(void);

void heap_trace_event(struct heap_trace *t, enum heap_event event, const void *payload,
                      size_t size);

/* What follows is so much later than its place says. */
void heap_trace_late(struct heap_trace *t, uint64_t ticks);

/* Number, generation, reason (1: induced) and type (1: background) of a collection. */
void heap_trace_start(struct heap_trace *t, uint32_t number, uint32_t depth, uint32_t reason,
                      uint32_t type);
void heap_trace_end_collection(struct heap_trace *t, uint32_t number);

/* Type 1000 + n is "Tn" of the module 77, "/app/m.dll". */
void heap_trace_types(struct heap_trace *t, uint32_t count);
void heap_trace_module(struct heap_trace *t);

/* `count` objects at heap_maker_address(first...), of type 1000, 32 bytes, each with `edges`. */
void heap_trace_nodes(struct heap_trace *t, uint32_t index, uint32_t first, uint32_t count,
                      uint32_t edges);

/* One reference to each of the objects first... */
void heap_trace_edges(struct heap_trace *t, uint32_t index, uint32_t first, uint32_t count);

void heap_trace_root(struct heap_trace *t, uint32_t index, uint32_t object, uint8_t kind,
                     uint32_t flags);
void heap_trace_static(struct heap_trace *t, uint32_t object, const char *field, uint32_t flags);

/* The stream, with its end mark. */
const uint8_t *heap_trace_finish(struct heap_trace *t, size_t *ret_size);
