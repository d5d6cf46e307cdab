/* nettrace/parser_end.c - the end of the bytes, and what can be asked of a parser. */
#include <errno.h>

#include "proto/nettrace/parser_impl.h"

static const char *const places[] = {
    [PARSER_PREAMBLE] = "the first bytes",
    [PARSER_SERIALIZATION] = "the first bytes",
    [PARSER_VERSION] = "the first bytes",
    [PARSER_HEADER] = "between two blocks",
    [PARSER_BLOCK] = NULL, /* the block has a name */
    [PARSER_SKIP] = "a block of unknown kind",
};

/* v4, v5: the block can be whole when only the tag behind it is missing. */
static int read_rest(struct nettrace *n)
{
    size_t there = n->carry_size < n->block.size ? n->carry_size : n->block.size;
    struct cursor in = cursor_of(n->carry, there);

    if (n->state != PARSER_BLOCK || n->block.kind != NETTRACE_BLOCK_EVENT || !n->carry)
        return 0;
    return parser_read_events(n, in, there < n->block.size);
}

int nettrace_finish(struct nettrace *n)
{
    if (n->state == PARSER_DONE)
        return 0;
    if (n->state == PARSER_FAILED)
        return n->error.code;
    const char *place = places[n->state] ? places[n->state] : block_kind_name(n->block.kind);
    uint64_t end = n->offset + n->carry_size;
    uint64_t missing = n->state == PARSER_SKIP ? n->skip : n->need - n->carry_size;
    int r = read_rest(n);
    if (r < 0)
        return r;
    if (n->carry_size == 0 && n->state != PARSER_SKIP)
        return parser_fail(n, -ENODATA, end, "the stream ends without its end mark, in %s", place);
    return parser_fail(n, -ENODATA, end, "the stream is cut in %s: expected %llu bytes more", place,
                       (unsigned long long)missing);
}

bool nettrace_is_done(const struct nettrace *n)
{
    return n->state == PARSER_DONE;
}

const struct nettrace_error *nettrace_error(const struct nettrace *n)
{
    return &n->error;
}

const struct nettrace_stats *nettrace_stats(const struct nettrace *n)
{
    return &n->stats;
}

const struct nettrace_trace *nettrace_trace(const struct nettrace *n)
{
    return n->trace.version ? &n->trace : NULL;
}

bool nettrace_stack_find(const struct nettrace *n, uint32_t stack_id,
                         struct nettrace_stack *ret_stack)
{
    size_t size = 0;
    const uint8_t *bytes = spans_find(&n->stacks, stack_id, &size);

    if (!bytes || size < n->trace.pointer_size)
        return false;
    *ret_stack = (struct nettrace_stack){
        .id = stack_id,
        .bytes = bytes,
        .count = size / n->trace.pointer_size,
        .pointer_size = n->trace.pointer_size,
    };
    return true;
}

bool nettrace_labels_find(const struct nettrace *n, uint32_t label_list_id,
                          struct nettrace_labels *ret_labels)
{
    size_t size = 0;
    const uint8_t *bytes = spans_find(&n->labels, label_list_id, &size);

    if (!bytes)
        return false;
    nettrace_labels_of(bytes, size, ret_labels);
    return true;
}

const struct nettrace_thread *nettrace_thread_find(const struct nettrace *n, uint64_t key)
{
    return thread_table_find(&n->threads, key);
}
