/* nettrace/thread_block.c - blocks about threads: sequence points, and v6's own two. */
#include <errno.h>
#include <stdlib.h>

#include "proto/nettrace/parser_impl.h"
#include "proto/nettrace/varint.h"

static int call_thread(struct nettrace *n, int (*callback)(void *, struct nettrace_thread *),
                       struct nettrace_thread *thread)
{
    int r = callback ? callback(n->callbacks.user, thread) : 0;

    return r < 0 ? parser_fail(n, r, n->offset, "stopped by the reader at a thread") : 0;
}

/* Takes over the row's name. */
static int add_thread(struct nettrace *n, struct thread_row *row)
{
    if (thread_table_find(&n->threads, row->index)) {
        free(row->name);
        return parser_fail(n, -EBADMSG, n->offset, "thread %llu is introduced twice",
                           (unsigned long long)row->index);
    }
    struct nettrace_thread *thread = thread_table_add(&n->threads, row->index);
    if (!thread) {
        free(row->name);
        return parser_fail(n, -E2BIG, n->offset, "more threads than fit into memory");
    }
    thread->thread_id = row->thread_id;
    thread->process_id =
        row->process_id == NETTRACE_UNKNOWN_ID ? n->trace.process_id : row->process_id;
    if (row->name)
        thread->name = row->name;
    return call_thread(n, n->callbacks.on_thread, thread);
}

int parser_read_threads(struct nettrace *n, struct cursor in)
{
    size_t size = in.left;

    while (in.left > 0) {
        struct thread_row row;
        if (!thread_row_take(&in, &row))
            return parser_fail_cut(n, &in, size, "a thread, or it has a field of unknown kind");
        if (add_thread(n, &row) < 0)
            return n->error.code;
    }
    return 0;
}

int parser_read_removed_threads(struct nettrace *n, struct cursor in)
{
    size_t size = in.left;

    while (in.left > 0) {
        uint64_t index = cursor_varint64(&in);
        uint32_t sequence = cursor_varint32(&in);
        if (in.bad)
            return parser_fail_cut(n, &in, size, "a thread");
        struct nettrace_thread *thread = thread_table_find(&n->threads, index);
        if (!thread)
            return parser_fail(n, -EBADMSG, n->offset,
                               "thread %llu is removed and was not introduced",
                               (unsigned long long)index);
        nettrace_thread_count_loss(thread, sequence, n->trace.version, &n->stats.loss);
        if (call_thread(n, n->callbacks.on_thread_removed, thread) < 0)
            return n->error.code;
        thread_table_remove(&n->threads, thread);
    }
    return 0;
}

/* v4, v5: a point may be the first to name a thread. */
static int check_thread(struct nettrace *n, struct sequence_point_thread at)
{
    struct nettrace_thread *thread = thread_table_find(&n->threads, at.key);

    if (thread) {
        nettrace_thread_count_loss(thread, at.sequence, n->trace.version, &n->stats.loss);
    } else if (!n->serialized) {
        return parser_fail(n, -EBADMSG, n->offset,
                           "a sequence point names thread %llu, which was not introduced",
                           (unsigned long long)at.key);
    } else {
        thread = thread_table_add(&n->threads, at.key);
        if (!thread)
            return parser_fail(n, -E2BIG, n->offset, "more threads than fit into memory");
        thread->thread_id = at.key;
        thread->process_id = n->trace.process_id;
    }
    thread->last_sequence = at.sequence;
    thread->listed = true;
    return 0;
}

static void forget(struct nettrace *n, const struct nettrace_sequence_point *point)
{
    spans_clear(&n->stacks);
    spans_clear(&n->labels);
    if (n->serialized)
        thread_table_sweep(&n->threads);
    if (point->flushes_threads)
        thread_table_clear(&n->threads);
    if (point->flushes_metadata)
        metadata_clear(&n->metadata);
}

int parser_read_sequence_point(struct nettrace *n, struct cursor in)
{
    size_t size = in.left;
    struct nettrace_sequence_point point = sequence_point_take(&in, n->trace.version);

    for (uint32_t i = 0; !in.bad && i < point.thread_count; i++) {
        struct sequence_point_thread thread = sequence_point_take_thread(&in, n->trace.version);
        if (!in.bad && check_thread(n, thread) < 0)
            return n->error.code;
    }
    if (in.bad)
        return parser_fail_cut(n, &in, size, "a thread");
    n->stats.sequence_points++;
    int r = n->callbacks.on_sequence_point
                ? n->callbacks.on_sequence_point(n->callbacks.user, &point)
                : 0;
    if (r < 0)
        return parser_fail(n, r, n->offset, "stopped by the reader at a sequence point");
    forget(n, &point);
    return 0;
}
