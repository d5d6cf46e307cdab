/*
 * heap/snapshot.h - the events of an induced heap snapshot into a graph, as they stream in.
 *
 * Provider Microsoft-Windows-DotNETRuntime, keywords 0x1980001, verbose: the runtime collects once
 * (a full, blocking collection) and tells in between types, objects, references and roots. Names of
 * modules come with module events, those of the rundown too. Only one snapshot of a stream is read:
 * the first.
 */
#pragma once

#include "src/heap/graph.h"

struct heap_snapshot;

int heap_snapshot_new(const char *const *folders, struct heap_snapshot **ret, struct error *err);
void heap_snapshot_free(struct heap_snapshot *s);

/* Bytes of the NetTrace stream, in any pieces. Errors are final; what came before still counts. */
int heap_snapshot_feed(struct heap_snapshot *s, const void *data, size_t size, struct error *err);

enum heap_progress {
    HEAP_WAITING, /* no object has come */
    HEAP_RUNNING,
    HEAP_TOLD, /* it is over: what the runtime has not sent yet, it has in its buffers */
};
enum heap_progress heap_snapshot_progress(const struct heap_snapshot *s);

/* When it is told: does what takes long while the rest of the stream is waited for. */
void heap_snapshot_prepare(struct heap_snapshot *s);

/*
 * No more bytes will come. The graph is the caller's, and `origin.complete` says whether all of the
 * heap is in it; `origin` gives the rest. -ENODATA: there is no snapshot in the stream.
 */
int heap_snapshot_finish(struct heap_snapshot *s, const struct heap_origin *origin,
                         struct heap_graph **ret, struct error *err);
