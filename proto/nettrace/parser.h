/*
 * nettrace/parser.h - a push parser for NetTrace streams of versions 4, 5 and 6.
 *
 * Bytes go in, cut anywhere; callbacks come out, in the order of the stream. Nothing is read ahead:
 * what can be told from the bytes so far has been told when nettrace_feed() returns, except for a
 * block that is not yet whole. No I/O, no clock. A block that is whole in the bytes fed is read in
 * place; one that is not is put together in a buffer first, whose size is that of the block. All
 * else that is kept is bounded by limits.h and, on a well-formed stream, by what the format lets
 * events still refer to, never by the length of the trace.
 *
 * ORDER. Events come in the order of the stream, not of time: sorting needs memory for everything
 * between two sequence points. Who needs time order collects events (copying payloads) and sorts
 * those older than (a) the timestamp of any event with `sorted` set, (b) the timestamp of a
 * sequence point: no younger event comes before these, no older one after. Events of one capture
 * thread are always in time order.
 *
 * Every callback may be NULL. It returns 0, or a negative number that stops the parser and comes
 * out of nettrace_feed(). None may call the parser back except for the *_find() functions.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/nettrace/event.h"
#include "proto/nettrace/label_list.h"
#include "proto/nettrace/sequence_point.h"
#include "proto/nettrace/stack.h"
#include "proto/nettrace/trace_info.h"

struct nettrace;

struct nettrace_callbacks {
    void *user;
    /* Once, before all others. */
    int (*on_trace)(void *user, const struct nettrace_trace *trace);
    /* Before the first event of that kind. `metadata->user` may be set; it lives until a sequence
     * point that flushes metadata, or nettrace_free(). */
    int (*on_metadata)(void *user, struct nettrace_metadata *metadata);
    int (*on_event)(void *user, const struct nettrace_event *event);
    int (*on_stack)(void *user, const struct nettrace_stack *stack);
    int (*on_sequence_point)(void *user, const struct nettrace_sequence_point *point);
    /* v6: a thread was introduced, will not be referred to again. */
    int (*on_thread)(void *user, struct nettrace_thread *thread);
    int (*on_thread_removed)(void *user, struct nettrace_thread *thread);
    /* v6: a block of label lists was read. */
    int (*on_labels)(void *user);
    /* The stream's end mark. */
    int (*on_end)(void *user);
};

struct nettrace_options {
    bool without_stacks; /* nettrace_stack_find() finds none, and no memory is needed for them */
};

struct nettrace_stats {
    uint64_t events;
    struct nettrace_loss loss;
    uint64_t sequence_points;
    uint64_t blocks;
    uint64_t skipped_blocks; /* of unknown kinds */
};

struct nettrace_error {
    int code;        /* negative errno, or what a callback returned */
    uint64_t offset; /* in the stream */
    char text[200];  /* what was expected there */
};

/* NULL: out of memory. `options` may be NULL. */
struct nettrace *nettrace_new(const struct nettrace_callbacks *callbacks,
                              const struct nettrace_options *options);
void nettrace_free(struct nettrace *n);

/*
 * Returns 0, or an error that is final; everything before it has been delivered.
 *   -EBADMSG  not a NetTrace stream, or damaged
 *   -ENOTSUP  a version that needs a newer reader (or is older than 4)
 *   -E2BIG    above a limit of limits.h
 *   -ENOMEM   out of memory
 * Bytes behind the end of the stream are ignored.
 */
int nettrace_feed(struct nettrace *n, const void *data, size_t size);

/*
 * No more bytes will come. 0: the stream had its end. -ENODATA: it is cut; the whole events of a
 * block that is cut are delivered now, and nettrace_error() says where it ended and inside what.
 * After a failed feed: that error again.
 */
int nettrace_finish(struct nettrace *n);

/* The end mark has been read. */
bool nettrace_is_done(const struct nettrace *n);

/* Of the last failure; its code is 0 when there was none. */
const struct nettrace_error *nettrace_error(const struct nettrace *n);
const struct nettrace_stats *nettrace_stats(const struct nettrace *n);

/* NULL before on_trace. */
const struct nettrace_trace *nettrace_trace(const struct nettrace *n);

/* Of an event, inside its callback. False: none. (Runtimes give some events the id of no stack.) */
bool nettrace_stack_find(const struct nettrace *n, uint32_t stack_id,
                         struct nettrace_stack *ret_stack);
bool nettrace_labels_find(const struct nettrace *n, uint32_t label_list_id,
                          struct nettrace_labels *ret_labels);

/* By `thread` or `capture_thread` of an event; NULL: unknown. v4, v5: capture threads only. */
const struct nettrace_thread *nettrace_thread_find(const struct nettrace *n, uint64_t key);
