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

/* One per format of heap/format.h, which have their own content types; together they are one kind,
 * of which one runs at a time. NULL: no such format. Its parameters are the type itself. */
const struct collection_type *collection_gcdump(const char *format);

/* The ending of its file: "gcdump", "heapstat.json". */
const char *collection_gcdump_extension(const struct collection_type *type);
