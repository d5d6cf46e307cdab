/* nettrace/block.c - one whole block, by its kind; all kinds but those of events and threads. */
#include <errno.h>

#include "proto/nettrace/parser_impl.h"

int parser_fail_cut(struct nettrace *n, const struct cursor *in, size_t block_size,
                    const char *what)
{
    return parser_fail(n, -EBADMSG, n->offset + (block_size - in->left), "the %s ends inside %s",
                       block_kind_name(n->block.kind), what);
}

static int call_trace(struct nettrace *n)
{
    if (!n->callbacks.on_trace)
        return 0;
    int r = n->callbacks.on_trace(n->callbacks.user, &n->trace);
    n->trace.key_values = (struct cursor){0};
    return r < 0 ? parser_fail(n, r, n->offset, "stopped by the reader at Trace") : 0;
}

static int read_trace(struct nettrace *n, struct cursor in)
{
    enum wire_status status = n->serialized ? nettrace_trace_decode_v4(&in, &n->trace)
                                            : nettrace_trace_decode_v6(&in, &n->trace);

    if (status == WIRE_MORE)
        return parser_fail(n, -EBADMSG, n->offset, "Trace is too short for its fields");
    if (status == WIRE_BAD)
        return parser_fail(n, -EBADMSG, n->offset,
                           "Trace: expected a pointer size of 4 or 8, a clock that ticks and at "
                           "most 4096 key-value pairs");
    if (n->serialized && n->block.version == NETTRACE_V5)
        n->trace.version = NETTRACE_V5;
    return call_trace(n);
}

static int add_stack(struct nettrace *n, uint32_t id, struct cursor bytes)
{
    struct nettrace_stack stack = {
        .id = id,
        .bytes = bytes.at,
        .count = bytes.left / n->trace.pointer_size,
        .pointer_size = n->trace.pointer_size,
    };

    if (!n->options.without_stacks && !spans_add(&n->stacks, bytes.at, bytes.left))
        return parser_fail(n, -E2BIG, n->offset,
                           "more stacks between two sequence points than fit "
                           "into memory (see NETTRACE_STACK_BYTES)");
    int r = n->callbacks.on_stack ? n->callbacks.on_stack(n->callbacks.user, &stack) : 0;
    return r < 0 ? parser_fail(n, r, n->offset, "stopped by the reader at stack %u", id) : 0;
}

static int read_stacks(struct nettrace *n, struct cursor in)
{
    size_t size = in.left;
    uint32_t id = cursor_u32(&in);
    uint32_t count = cursor_u32(&in);
    int r = 0;

    if (!n->options.without_stacks && !in.bad && !spans_begin(&n->stacks, id))
        return parser_fail(n, -E2BIG, n->offset, "more runs of stack ids than fit into memory");
    for (uint32_t i = 0; r == 0 && !in.bad && i < count; i++) {
        struct cursor bytes = cursor_sub(&in, cursor_u32(&in));
        if (!in.bad)
            r = add_stack(n, id + i, bytes);
    }
    return r == 0 && in.bad ? parser_fail_cut(n, &in, size, "a stack") : r;
}

static int read_labels(struct nettrace *n, struct cursor in)
{
    size_t size = in.left;
    enum wire_status status = label_list_block_read(&in, &n->labels);

    if (status == WIRE_MORE)
        return parser_fail_cut(n, &in, size, "a label");
    if (status == WIRE_BAD)
        return parser_fail(n, -EBADMSG, n->offset + (size - in.left),
                           "a label of unknown kind, or more lists than fit into memory");
    int r = n->callbacks.on_labels ? n->callbacks.on_labels(n->callbacks.user) : 0;
    return r < 0 ? parser_fail(n, r, n->offset, "stopped by the reader at a label list") : 0;
}

static int read_metadata(struct nettrace *n, struct cursor in)
{
    return n->serialized ? parser_read_metadata_v5(n, in) : parser_read_metadata_v6(n, in);
}

static int read_events(struct nettrace *n, struct cursor in)
{
    return parser_read_events(n, in, false);
}

int parser_read_block(struct nettrace *n, struct cursor in)
{
    static int (*const readers[NETTRACE_BLOCK_KINDS])(struct nettrace *, struct cursor) = {
        [NETTRACE_BLOCK_TRACE] = read_trace,
        [NETTRACE_BLOCK_EVENT] = read_events,
        [NETTRACE_BLOCK_METADATA] = read_metadata,
        [NETTRACE_BLOCK_SEQUENCE_POINT] = parser_read_sequence_point,
        [NETTRACE_BLOCK_STACK] = read_stacks,
        [NETTRACE_BLOCK_THREAD] = parser_read_threads,
        [NETTRACE_BLOCK_REMOVE_THREAD] = parser_read_removed_threads,
        [NETTRACE_BLOCK_LABEL_LIST] = read_labels,
    };

    return readers[n->block.kind](n, in);
}
