/*
 * collect/gcdump.h - a snapshot of the managed heap: as .gcdump, or what it says by types.
 *
 * The runtime collects garbage once and tells objects, references and roots as events; the heap is
 * made of them while they come, on libuv's pool. A snapshot that is interrupted (the process ends,
 * events are lost, the disk is full) is delivered as far as it goes, and `X-GCDump-Complete: false`
 * says so.
 */
#pragma once

#include "src/collect/collection.h"
#include "src/heap/format.h"

struct gcdump_params {
    const struct heap_format *format;
};

extern const struct collection_type collection_gcdump;
