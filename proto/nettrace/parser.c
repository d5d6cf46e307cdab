#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/nettrace/limits.h"
#include "proto/nettrace/parser_impl.h"

enum {
    LEAST_NETTRACE = 4,
    NEWEST_NETTRACE = 6,
    NEWEST_TRACE_OBJECT = 5,
    NEWEST_BLOCK_OBJECT = 2,
    CARRY_KEPT = 1024 * 1024,
};

/* What a step of the parser made of the bytes that it was given. */
enum step {
    STEP_DONE, /* it took some of them */
    STEP_MORE, /* n->need says how many it wants */
    STEP_FAILED,
};

int parser_fail(struct nettrace *n, int code, uint64_t offset, const char *format, ...)
{
    va_list arguments;

    n->state = PARSER_FAILED;
    n->error.code = code;
    n->error.offset = offset;
    va_start(arguments, format);
    (void)vsnprintf(n->error.text, sizeof n->error.text, format, arguments);
    va_end(arguments);
    return code;
}

struct nettrace *nettrace_new(const struct nettrace_callbacks *callbacks,
                              const struct nettrace_options *options)
{
    struct nettrace *n = calloc(1, sizeof *n);

    if (!n)
        return NULL;
    n->callbacks = *callbacks;
    if (options)
        n->options = *options;
    n->metadata.pool.limit = NETTRACE_METADATA_BYTES;
    return n;
}

void nettrace_free(struct nettrace *n)
{
    if (!n)
        return;
    metadata_clear(&n->metadata);
    thread_table_clear(&n->threads);
    spans_deinit(&n->stacks);
    spans_deinit(&n->labels);
    free(n->carry);
    free(n);
}

static enum step want(struct nettrace *n, size_t bytes)
{
    n->need = bytes;
    return STEP_MORE;
}

static enum step step_preamble(struct nettrace *n, struct cursor *in)
{
    if (in->left < NETTRACE_MAGIC_SIZE + 4)
        return want(n, NETTRACE_MAGIC_SIZE + 4);
    if (memcmp(cursor_take(in, NETTRACE_MAGIC_SIZE), NETTRACE_MAGIC, NETTRACE_MAGIC_SIZE) != 0) {
        (void)parser_fail(n, -EBADMSG, n->offset, "expected \"Nettrace\", the start of a stream");
        return STEP_FAILED;
    }
    uint32_t word = cursor_u32(in);
    if (word != 0 && word != NETTRACE_SERIALIZATION_SIZE) {
        (void)parser_fail(n, -EBADMSG, n->offset + NETTRACE_MAGIC_SIZE,
                          "expected 20 (version 4 or 5) or 0 (version 6), found %u", word);
        return STEP_FAILED;
    }
    n->serialized = word != 0;
    n->state = n->serialized ? PARSER_SERIALIZATION : PARSER_VERSION;
    return STEP_DONE;
}

static enum step step_serialization(struct nettrace *n, struct cursor *in)
{
    if (in->left < NETTRACE_SERIALIZATION_SIZE)
        return want(n, NETTRACE_SERIALIZATION_SIZE);
    const uint8_t *text = cursor_take(in, NETTRACE_SERIALIZATION_SIZE);
    if (memcmp(text, NETTRACE_SERIALIZATION, NETTRACE_SERIALIZATION_SIZE) != 0) {
        (void)parser_fail(n, -EBADMSG, n->offset, "expected \"" NETTRACE_SERIALIZATION "\"");
        return STEP_FAILED;
    }
    n->state = PARSER_HEADER;
    return STEP_DONE;
}

/* Minor versions are compatible by definition. */
static enum step step_version(struct nettrace *n, struct cursor *in)
{
    if (in->left < 8)
        return want(n, 8);
    uint32_t major = cursor_u32(in);
    (void)cursor_u32(in);
    if (major != NEWEST_NETTRACE) {
        (void)parser_fail(n, major > NEWEST_NETTRACE ? -ENOTSUP : -EBADMSG, n->offset,
                          "NetTrace version %u: this reader knows versions %d to %d", major,
                          LEAST_NETTRACE, NEWEST_NETTRACE);
        return STEP_FAILED;
    }
    n->state = PARSER_HEADER;
    return STEP_DONE;
}

static bool header_is_readable(struct nettrace *n)
{
    const struct block_header *b = &n->block;
    bool is_trace = b->kind == NETTRACE_BLOCK_TRACE;
    uint32_t newest = is_trace ? NEWEST_TRACE_OBJECT : NEWEST_BLOCK_OBJECT;

    if (b->kind != NETTRACE_BLOCK_UNKNOWN && b->least_reader > newest) {
        (void)parser_fail(n, -ENOTSUP, n->offset,
                          "%s object version %u needs a reader of version %u; this one is %u",
                          block_kind_name(b->kind), b->version, b->least_reader, newest);
    } else if (is_trace && n->serialized && b->version < LEAST_NETTRACE) {
        (void)parser_fail(n, -ENOTSUP, n->offset,
                          "NetTrace version %u: this reader knows versions %d to %d", b->version,
                          LEAST_NETTRACE, NEWEST_NETTRACE);
    } else if (is_trace != (n->trace.version == 0) && b->kind != NETTRACE_BLOCK_END) {
        (void)parser_fail(n, -EBADMSG, n->offset, "expected %s, found %s",
                          is_trace ? "another block than Trace, which was there before" : "Trace",
                          block_kind_name(b->kind));
    } else if (b->kind != NETTRACE_BLOCK_UNKNOWN && b->size > NETTRACE_BLOCK_MAX) {
        (void)parser_fail(n, -E2BIG, n->offset, "%s has %u bytes, more than %d",
                          block_kind_name(b->kind), b->size, NETTRACE_BLOCK_MAX);
    } else {
        return true;
    }
    return false;
}

static int finish_stream(struct nettrace *n)
{
    n->state = PARSER_DONE;
    return n->callbacks.on_end ? n->callbacks.on_end(n->callbacks.user) : 0;
}

/* The header has been taken from the bytes: what comes next? */
static enum step enter_block(struct nettrace *n)
{
    if (!header_is_readable(n))
        return STEP_FAILED;
    if (n->block.kind == NETTRACE_BLOCK_END) {
        int r = finish_stream(n);
        if (r < 0)
            (void)parser_fail(n, r, n->offset, "stopped by the reader at the end of the stream");
        return r < 0 ? STEP_FAILED : STEP_DONE;
    }
    n->stats.blocks++;
    if (n->block.kind == NETTRACE_BLOCK_UNKNOWN) {
        n->stats.skipped_blocks++;
        n->skip = n->block.size;
        n->state = PARSER_SKIP;
        return STEP_DONE;
    }
    n->state = PARSER_BLOCK;
    return STEP_DONE;
}

static enum step step_header(struct nettrace *n, struct cursor *in)
{
    struct block_fault fault = {"", 0};
    struct cursor start = *in;
    enum wire_status status = n->serialized ? object_header_decode(in, n->offset, &n->block, &fault)
                                            : block_header_decode(in, &n->block);

    if (status == WIRE_OK)
        return enter_block(n);
    if (status == WIRE_BAD) {
        (void)parser_fail(n, -EBADMSG, n->offset + fault.offset, "expected %s", fault.expected);
        return STEP_FAILED;
    }
    *in = start;
    return want(n, start.left + 1);
}

/* v4, v5: the tag behind a block. */
static bool end_tag_is_there(struct nettrace *n, struct cursor *in, uint64_t offset)
{
    if (!n->serialized || cursor_u8(in) == NETTRACE_TAG_END)
        return true;
    (void)parser_fail(n, -EBADMSG, offset, "expected the end of the %s object (6)",
                      block_kind_name(n->block.kind));
    return false;
}

static enum step step_block(struct nettrace *n, struct cursor *in)
{
    size_t whole = n->block.size + (n->serialized ? 1u : 0u);

    if (in->left < whole)
        return want(n, whole);
    struct cursor block = cursor_sub(in, n->block.size);
    if (parser_read_block(n, block) < 0)
        return STEP_FAILED;
    if (!end_tag_is_there(n, in, n->offset + n->block.size))
        return STEP_FAILED;
    n->state = PARSER_HEADER;
    return STEP_DONE;
}

/* The rest of the block, then the tag behind it: at least one byte, but for an empty block of v6.
 */
static enum step step_skip(struct nettrace *n, struct cursor *in)
{
    size_t now = n->skip < in->left ? (size_t)n->skip : in->left;

    cursor_skip(in, now);
    n->skip -= now;
    if (n->skip > 0 || (n->serialized && in->left == 0))
        return STEP_DONE;
    if (!end_tag_is_there(n, in, n->offset + now))
        return STEP_FAILED;
    n->state = PARSER_HEADER;
    return STEP_DONE;
}

static enum step (*const steps[])(struct nettrace *, struct cursor *) = {
    [PARSER_PREAMBLE] = step_preamble, [PARSER_SERIALIZATION] = step_serialization,
    [PARSER_VERSION] = step_version,   [PARSER_HEADER] = step_header,
    [PARSER_BLOCK] = step_block,       [PARSER_SKIP] = step_skip,
};

static enum step take_step(struct nettrace *n, struct cursor *in)
{
    size_t before = in->left;
    enum step result = steps[n->state](n, in);

    if (result == STEP_DONE)
        n->offset += before - in->left;
    return result;
}

/* Grows with the bytes that really came: a size that is only claimed costs nothing. */
static int carry_append(struct nettrace *n, struct cursor *in)
{
    size_t wanted = n->need - n->carry_size;
    size_t size = wanted < in->left ? wanted : in->left;
    size_t capacity = n->carry_capacity ? n->carry_capacity : 256;

    while (capacity - n->carry_size < size)
        capacity *= 2;
    if (capacity > n->carry_capacity) {
        uint8_t *grown = realloc(n->carry, capacity);
        if (!grown)
            return parser_fail(n, -ENOMEM, n->offset, "no memory for a block of %zu bytes",
                               n->need);
        n->carry = grown;
        n->carry_capacity = capacity;
    }
    if (size > 0)
        memcpy(n->carry + n->carry_size, cursor_take(in, size), size);
    n->carry_size += size;
    return 0;
}

/* One unusually large block does not keep its memory for ever. */
static void carry_clear(struct nettrace *n)
{
    n->carry_size = 0;
    if (n->carry_capacity <= CARRY_KEPT)
        return;
    free(n->carry);
    n->carry = NULL;
    n->carry_capacity = 0;
}

/* An item whose start was fed before: more bytes to it, and it may be whole. */
static int feed_carry(struct nettrace *n, struct cursor *in)
{
    if (carry_append(n, in) < 0)
        return n->error.code;
    if (n->carry_size < n->need)
        return 0;
    struct cursor item = cursor_of(n->carry, n->carry_size);
    enum step result = take_step(n, &item);
    if (result == STEP_DONE)
        carry_clear(n);
    return result == STEP_FAILED ? n->error.code : 0;
}

static int feed_direct(struct nettrace *n, struct cursor *in)
{
    switch (take_step(n, in)) {
    case STEP_DONE:
        return 0;
    case STEP_MORE:
        return carry_append(n, in);
    case STEP_FAILED:
    default:
        return n->error.code;
    }
}

/* v6: a block that ends with its header. It is read without waiting for bytes behind it. */
static bool block_is_empty(const struct nettrace *n)
{
    return !n->serialized && ((n->state == PARSER_BLOCK && n->block.size == 0) ||
                              (n->state == PARSER_SKIP && n->skip == 0));
}

int nettrace_feed(struct nettrace *n, const void *data, size_t size)
{
    struct cursor in = cursor_of(data, size);
    int r = n->state == PARSER_FAILED ? n->error.code : 0;

    while (r == 0 && n->state < PARSER_DONE && (in.left > 0 || block_is_empty(n)))
        r = n->carry_size > 0 ? feed_carry(n, &in) : feed_direct(n, &in);
    return r;
}
