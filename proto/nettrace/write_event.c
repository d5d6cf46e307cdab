/* nettrace/write_event.c - the rows of blocks: events, stacks, points, threads, labels. */
#include <string.h>

#include "proto/nettrace/writer_impl.h"

static bool same_guid(const struct guid *a, const struct guid *b)
{
    return guid_equal(a, b);
}

static uint8_t flags_of(const struct nettrace_writer *w, const struct nettrace_event *e)
{
    const struct nettrace_event *p = &w->previous;
    bool v6 = w->version >= NETTRACE_V6;
    bool capture = e->capture_thread != p->capture_thread || e->processor != p->processor ||
                   e->sequence != p->sequence + (e->metadata_id != 0);
    bool activity =
        v6 ? e->label_list_id != p->label_list_id : !same_guid(&e->activity, &p->activity);
    const struct {
        bool has;
        uint8_t flag;
    } flags[] = {
        {e->metadata_id != p->metadata_id, NETTRACE_HAS_METADATA},
        {capture, NETTRACE_HAS_CAPTURE},
        {e->thread != p->thread, NETTRACE_HAS_THREAD},
        {e->stack_id != p->stack_id, NETTRACE_HAS_STACK},
        {activity, NETTRACE_HAS_ACTIVITY},
        {!v6 && !same_guid(&e->related, &p->related), NETTRACE_HAS_RELATED},
        {e->sorted, NETTRACE_IS_SORTED},
        {e->payload_size != p->payload_size, NETTRACE_HAS_SIZE},
    };
    uint8_t result = 0;

    for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++)
        result = (uint8_t)(result | (flags[i].has ? flags[i].flag : 0));
    return result;
}

static void put_compressed(struct nettrace_writer *w, const struct nettrace_event *e)
{
    const struct nettrace_event *p = &w->previous;
    uint8_t flags = flags_of(w, e);
    struct bytes *b = &w->block;

    bytes_u8(b, flags);
    if (flags & NETTRACE_HAS_METADATA)
        bytes_varint(b, e->metadata_id);
    if (flags & NETTRACE_HAS_CAPTURE) {
        bytes_varint(b, (uint32_t)(e->sequence - p->sequence - (e->metadata_id != 0)));
        bytes_varint(b, e->capture_thread);
        bytes_varint(b, e->processor);
    }
    if (flags & NETTRACE_HAS_THREAD)
        bytes_varint(b, e->thread);
    if (flags & NETTRACE_HAS_STACK)
        bytes_varint(b, e->stack_id);
    bytes_varint(b, e->timestamp - p->timestamp);
    if (flags & NETTRACE_HAS_ACTIVITY && w->version >= NETTRACE_V6)
        bytes_varint(b, e->label_list_id);
    else if (flags & NETTRACE_HAS_ACTIVITY)
        bytes_raw(b, e->activity.bytes, GUID_SIZE);
    if (flags & NETTRACE_HAS_RELATED)
        bytes_raw(b, e->related.bytes, GUID_SIZE);
    if (flags & NETTRACE_HAS_SIZE)
        bytes_varint(b, e->payload_size);
}

static void put_plain(struct nettrace_writer *w, const struct nettrace_event *e)
{
    bool v6 = w->version >= NETTRACE_V6;
    struct bytes *b = &w->block;

    bytes_u32(b, e->payload_size + (v6 ? NETTRACE_V6_HEADER : NETTRACE_V4_HEADER) - 4);
    bytes_u32(b, e->metadata_id | (e->sorted ? 0 : NETTRACE_UNSORTED_BIT));
    bytes_u32(b, e->sequence);
    bytes_u64(b, e->thread);
    bytes_u64(b, e->capture_thread);
    bytes_u32(b, e->processor);
    bytes_u32(b, e->stack_id);
    bytes_u64(b, e->timestamp);
    if (v6) {
        bytes_u32(b, e->label_list_id);
    } else {
        bytes_raw(b, e->activity.bytes, GUID_SIZE);
        bytes_raw(b, e->related.bytes, GUID_SIZE);
    }
    bytes_u32(b, e->payload_size);
}

void writer_put_event(struct nettrace_writer *w, const struct nettrace_event *e)
{
    if (w->block.size == NETTRACE_EVENT_BLOCK_HEADER || e->timestamp < w->first)
        w->first = e->timestamp;
    if (e->timestamp > w->last)
        w->last = e->timestamp;
    if (w->compressed)
        put_compressed(w, e);
    else
        put_plain(w, e);
    bytes_raw(&w->block, e->payload, e->payload_size);
    if (!w->compressed && w->version < NETTRACE_V6)
        bytes_zeros(&w->block, (0 - w->block.size) % NETTRACE_BLOCK_ALIGNMENT);
    w->previous = *e;
}

void nettrace_write_event(struct nettrace_writer *w, const struct nettrace_event *event)
{
    (void)writer_open(w, NETTRACE_BLOCK_EVENT);
    writer_put_event(w, event);
}

/* Blocks whose rows have consecutive ids. */
static void open_rows(struct nettrace_writer *w, unsigned kind, uint32_t id, uint32_t *next_id)
{
    if (w->kind == kind && id != *next_id)
        nettrace_write_flush(w);
    if (writer_open(w, kind)) {
        bytes_u32(&w->block, id);
        bytes_u32(&w->block, 0);
    }
    w->rows++;
    *next_id = id + 1;
}

void nettrace_write_stack(struct nettrace_writer *w, uint32_t id, const uint64_t *addresses,
                          size_t count, uint32_t pointer_size)
{
    open_rows(w, NETTRACE_BLOCK_STACK, id, &w->previous.stack_id);
    bytes_u32(&w->block, (uint32_t)(count * pointer_size));
    for (size_t i = 0; i < count; i++) {
        if (pointer_size == 8)
            bytes_u64(&w->block, addresses[i]);
        else
            bytes_u32(&w->block, (uint32_t)addresses[i]);
    }
}

void nettrace_write_sequence_point(struct nettrace_writer *w,
                                   const struct nettrace_sequence_point *point,
                                   const struct sequence_point_thread *threads)
{
    bool v6 = w->version >= NETTRACE_V6;
    uint32_t flags = (point->flushes_threads ? NETTRACE_FLUSH_THREADS : 0u) |
                     (point->flushes_metadata ? NETTRACE_FLUSH_METADATA : 0u);

    nettrace_write_flush(w);
    (void)writer_open(w, NETTRACE_BLOCK_SEQUENCE_POINT);
    bytes_u64(&w->block, point->timestamp);
    if (v6)
        bytes_u32(&w->block, flags);
    bytes_u32(&w->block, point->thread_count);
    for (uint32_t i = 0; i < point->thread_count; i++) {
        if (v6) {
            bytes_varint(&w->block, threads[i].key);
            bytes_varint(&w->block, threads[i].sequence);
        } else {
            bytes_u64(&w->block, threads[i].key);
            bytes_u32(&w->block, threads[i].sequence);
        }
    }
    nettrace_write_flush(w);
}

static void put_id(struct bytes *b, uint8_t kind, uint64_t id)
{
    if (id == NETTRACE_UNKNOWN_ID)
        return;
    bytes_u8(b, kind);
    bytes_varint(b, id);
}

void nettrace_write_thread(struct nettrace_writer *w, const struct nettrace_thread *thread)
{
    (void)writer_open(w, NETTRACE_BLOCK_THREAD);
    size_t start = w->block.size;
    bytes_u16(&w->block, 0);
    bytes_varint(&w->block, thread->key);
    if (thread->name[0] != '\0') {
        bytes_u8(&w->block, NETTRACE_THREAD_NAME);
        bytes_utf8(&w->block, thread->name);
    }
    put_id(&w->block, NETTRACE_THREAD_PROCESS_ID, thread->process_id);
    put_id(&w->block, NETTRACE_THREAD_ID, thread->thread_id);
    bytes_patch(&w->block, start, w->block.size - start - 2, 2);
}

void nettrace_write_removed_thread(struct nettrace_writer *w, uint64_t index, uint32_t sequence)
{
    (void)writer_open(w, NETTRACE_BLOCK_REMOVE_THREAD);
    bytes_varint(&w->block, index);
    bytes_varint(&w->block, sequence);
}

static void put_label_value(struct bytes *b, const struct nettrace_label *label)
{
    switch (label->kind) {
    case NETTRACE_LABEL_ACTIVITY:
    case NETTRACE_LABEL_RELATED:
    case NETTRACE_LABEL_TRACE:
        bytes_raw(b, label->guid.bytes, GUID_SIZE);
        break;
    case NETTRACE_LABEL_SPAN:
    case NETTRACE_LABEL_KEYWORDS:
        bytes_u64(b, label->number);
        break;
    case NETTRACE_LABEL_STRING:
    case NETTRACE_LABEL_NUMBER:
        bytes_varint(b, label->key.left);
        bytes_raw(b, label->key.at, label->key.left);
        if (label->kind == NETTRACE_LABEL_NUMBER) {
            bytes_zigzag(b, (int64_t)label->number);
            break;
        }
        bytes_varint(b, label->text.left);
        bytes_raw(b, label->text.at, label->text.left);
        break;
    default:
        bytes_u8(b, (uint8_t)label->number);
    }
}

void nettrace_write_labels(struct nettrace_writer *w, uint32_t id,
                           const struct nettrace_label *labels, size_t count)
{
    open_rows(w, NETTRACE_BLOCK_LABEL_LIST, id, &w->previous.label_list_id);
    for (size_t i = 0; i < count; i++) {
        uint8_t last = i + 1 == count ? NETTRACE_LABEL_LAST : 0;
        bytes_u8(&w->block, labels[i].kind | last);
        put_label_value(&w->block, &labels[i]);
    }
}
