/*
 * nettrace/writer.h - writes NetTrace streams of versions 4, 5 and 6 into memory.
 *
 * What is written goes into an open block as long as its kind stays the same; anything else closes
 * it. All calls do nothing once memory has run out; nettrace_writer_data() tells. The caller sees
 * to it that what events refer to was written before: nothing is checked here, so that tests can
 * write what no runtime would.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/nettrace/bytes.h"
#include "proto/nettrace/event.h"
#include "proto/nettrace/label_list.h"
#include "proto/nettrace/sequence_point.h"
#include "proto/nettrace/trace_info.h"

struct nettrace_writer {
    unsigned version;               /* 4, 5 or 6 */
    bool compressed;                /* event headers */
    struct bytes out;               /* finished blocks */
    struct bytes block;             /* the open one */
    unsigned kind;                  /* of the open block; END: none is open */
    struct nettrace_event previous; /* in the open block */
    uint64_t first, last;           /* timestamps in the open block */
    uint32_t rows;                  /* in the open block of stacks or labels */
};

/* Writes the first bytes, up to the Trace object. */
void nettrace_writer_init(struct nettrace_writer *w, unsigned version, bool compressed);
void nettrace_writer_deinit(struct nettrace_writer *w);

/* All blocks that are closed; NULL if memory ran out. Valid until the next write. */
const uint8_t *nettrace_writer_data(const struct nettrace_writer *w, size_t *ret_size);

/* Forgets what nettrace_writer_data() gave, so that a stream can be written piece by piece. v4, v5:
 * only when a multiple of 4 bytes is forgotten do the paddings of later blocks stay right. */
void nettrace_writer_clear(struct nettrace_writer *w);

/* First of all. v6: process id, processors and sampling rate become key-value pairs. */
void nettrace_write_trace(struct nettrace_writer *w, const struct nettrace_trace *trace);

/* v4, v5: fields that need it (arrays) go into the second layout; `version` 4 writes it too, as
 * .NET 5 and later do. message, description and the GUID: v6 only. */
void nettrace_write_metadata(struct nettrace_writer *w, const struct nettrace_metadata *metadata);

/* Fields of `event` that the version does not have are left out; `metadata` is not looked at. */
void nettrace_write_event(struct nettrace_writer *w, const struct nettrace_event *event);

/* Addresses of `pointer_size` bytes. Ids that do not follow each other start a new block. */
void nettrace_write_stack(struct nettrace_writer *w, uint32_t id, const uint64_t *addresses,
                          size_t count, uint32_t pointer_size);

/* `threads`: point->thread_count of them. */
void nettrace_write_sequence_point(struct nettrace_writer *w,
                                   const struct nettrace_sequence_point *point,
                                   const struct sequence_point_thread *threads);

/* v6. Ids that are NETTRACE_UNKNOWN_ID and an empty name are left out. */
void nettrace_write_thread(struct nettrace_writer *w, const struct nettrace_thread *thread);
void nettrace_write_removed_thread(struct nettrace_writer *w, uint64_t index, uint32_t sequence);

/* v6. At least one label; `last` of them is set here. */
void nettrace_write_labels(struct nettrace_writer *w, uint32_t id,
                           const struct nettrace_label *labels, size_t count);

/* A block of any kind, or of a `name` that v4 and v5 do not know. */
void nettrace_write_block(struct nettrace_writer *w, unsigned kind, const char *name,
                          const void *data, size_t size);

/* Closes the open block. */
void nettrace_write_flush(struct nettrace_writer *w);

/* The end mark. */
void nettrace_write_end(struct nettrace_writer *w);
