/*
 * nettrace/parser_impl.h - what the files of the parser share; not for others.
 *
 *   PREAMBLE ─"Nettrace" 20─▶ SERIALIZATION ─▶ HEADER ─▶ BLOCK ─▶ HEADER ... ─tag 1─▶ DONE
 *            └─"Nettrace" 0─▶ VERSION ───────▶   │  ▲                       └─END─▶
 *                                                ▼  │
 *                                              SKIP ┘   FAILED: from anywhere
 */
#pragma once

#include "proto/nettrace/object.h"
#include "proto/nettrace/parser.h"

enum parser_state {
    PARSER_PREAMBLE,
    PARSER_SERIALIZATION,
    PARSER_VERSION,
    PARSER_HEADER,
    PARSER_BLOCK,
    PARSER_SKIP,
    PARSER_DONE,
    PARSER_FAILED,
};

struct nettrace {
    enum parser_state state;
    struct nettrace_callbacks callbacks;
    struct nettrace_options options;
    struct nettrace_trace trace; /* version 0 before the Trace object */
    bool serialized;             /* v4, v5: objects; v6: blocks */
    struct block_header block;   /* the one being read */
    uint64_t skip;               /* bytes of it still to be skipped */
    uint64_t offset;             /* in the stream, of the item being read */

    uint8_t *carry; /* the start of an item that is not whole */
    size_t carry_size, carry_capacity;
    size_t need; /* size of the item as far as is known */

    struct metadata_table metadata;
    struct thread_table threads;
    struct spans stacks;
    struct spans labels;
    struct nettrace_stats stats;
    struct nettrace_error error;
};

/* Sets the error and the state; returns `code`. */
__attribute__((format(printf, 4, 5))) int parser_fail(struct nettrace *n, int code, uint64_t offset,
                                                      const char *format, ...);

/* Reads one whole block; `at` is its offset in the stream. 0 or an error (already set). */
int parser_read_block(struct nettrace *n, struct cursor in);

/* Event blocks; also one of which only the start is there: whole events are delivered. */
int parser_read_events(struct nettrace *n, struct cursor in, bool partial);

/* Metadata blocks of v4 and v5, whose rows are events; of v6. */
int parser_read_metadata_v5(struct nettrace *n, struct cursor in);
int parser_read_metadata_v6(struct nettrace *n, struct cursor in);

/* SPBlock, and v6's ThreadBlock and RemoveThreadBlock. */
int parser_read_sequence_point(struct nettrace *n, struct cursor in);
int parser_read_threads(struct nettrace *n, struct cursor in);
int parser_read_removed_threads(struct nettrace *n, struct cursor in);

/* The error for a block that ends in the middle of `what`. */
int parser_fail_cut(struct nettrace *n, const struct cursor *in, size_t block_size,
                    const char *what);
