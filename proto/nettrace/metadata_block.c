/* nettrace/metadata_block.c - blocks of definitions: rows with event headers in v4 and v5, bare in
 * v6. */
#include <errno.h>

#include "proto/nettrace/event_reader.h"
#include "proto/nettrace/known_events.h"

static int fail_metadata(struct nettrace *n, uint64_t offset, enum metadata_added added,
                         uint32_t id)
{
    switch (added) {
    case METADATA_BAD_ID:
        return parser_fail(n, -EBADMSG, offset, "expected a metadata id of 1 to 131071, found %u",
                           id);
    case METADATA_TWICE:
        return parser_fail(n, -EBADMSG, offset, "metadata %u is defined twice", id);
    case METADATA_ADDED:
    case METADATA_NO_MEMORY:
    default:
        return parser_fail(n, -E2BIG, offset, "more metadata than fit into memory");
    }
}

static int add_metadata(struct nettrace *n, enum wire_status status, uint64_t offset,
                        struct nettrace_metadata *metadata)
{
    struct nettrace_metadata *added;

    if (status == WIRE_MORE)
        return parser_fail(n, -EBADMSG, offset, "a metadata definition is cut");
    bool complete = status == WIRE_OK &&
                    known_event_complete(metadata, n->trace.pointer_size, &n->metadata.pool);
    enum metadata_added result =
        complete ? metadata_add(&n->metadata, metadata, &added) : METADATA_NO_MEMORY;
    if (result != METADATA_ADDED)
        return fail_metadata(n, offset, result, metadata->id);
    int r = n->callbacks.on_metadata ? n->callbacks.on_metadata(n->callbacks.user, added) : 0;
    return r < 0 ? parser_fail(n, r, offset, "stopped by the reader at metadata %u", added->id) : 0;
}

static int read_definition(struct event_reader *r)
{
    bool compressed = r->flags & NETTRACE_EVENT_BLOCK_COMPRESSED;
    const uint8_t *p = r->end - r->at >= EVENT_HEADER_MAX ? decode(r->at, r, false, compressed)
                                                          : decode_copy(r, false, compressed);
    const uint8_t *end = p ? event_end(r, p, false, compressed) : NULL;

    if (!end)
        return event_reader_fail(r);
    struct nettrace_metadata metadata = {0};
    struct cursor row = cursor_of(p, r->event.payload_size);
    enum wire_status status = metadata_decode_v5(&row, &r->n->metadata.pool, &metadata);
    r->at = end;
    return add_metadata(r->n, status, offset_of(r, p), &metadata);
}

int parser_read_metadata_v5(struct nettrace *n, struct cursor in)
{
    struct event_reader r;
    int result = event_reader_open(&r, n, in);

    while (result == 0 && r.at < r.end)
        result = read_definition(&r);
    return result;
}

int parser_read_metadata_v6(struct nettrace *n, struct cursor in)
{
    size_t size = in.left;
    int result = 0;

    cursor_skip(&in, cursor_u16(&in));
    while (result == 0 && !in.bad && in.left > 0) {
        struct nettrace_metadata metadata = {0};
        uint64_t offset = n->offset + (size - in.left);
        enum wire_status status = metadata_decode_v6(&in, &n->metadata.pool, &metadata);
        result = add_metadata(n, status, offset, &metadata);
    }
    return result == 0 && in.bad ? parser_fail_cut(n, &in, size, "its header") : result;
}
