/*
 * nettrace/event_block.c - blocks of events.
 *
 * The loop over events is written once and compiled four times, for compressed and plain headers
 * before and in v6. Per event it decodes the header, compares three ids with those of the event
 * before, and calls back; tables are looked at only where an id differs. Header fields are read
 * without bounds checks, therefore the last header of a block is read from a padded copy.
 */
#include <errno.h>

#include "proto/nettrace/event_reader.h"

/* u16 size with itself, u16 flags, and time stamps that nothing here needs. */
int event_reader_open(struct event_reader *r, struct nettrace *n, struct cursor in)
{
    struct cursor header = in;
    size_t size = cursor_u16(&header);

    *r = (struct event_reader){.n = n, .start = in.at, .end = in.at + in.left};
    r->flags = cursor_u16(&header);
    if (header.bad || size < NETTRACE_EVENT_BLOCK_HEADER || size > in.left)
        return parser_fail(n, -EBADMSG, n->offset,
                           "%s: expected a header of at least %d bytes that fits the block",
                           block_kind_name(n->block.kind), NETTRACE_EVENT_BLOCK_HEADER);
    r->at = in.at + size;
    return 0;
}

int event_reader_fail(const struct event_reader *r)
{
    if (r->partial)
        return READ_PARTIAL;
    return parser_fail(r->n, -EBADMSG, offset_of(r, r->at),
                       "expected an event that ends inside its %s",
                       block_kind_name(r->n->block.kind));
}

static __attribute__((noinline)) int find_metadata(struct event_reader *r)
{
    struct nettrace_event *e = &r->event;

    e->metadata = metadata_find(&r->n->metadata, e->metadata_id);
    if (e->metadata)
        return 0;
    return parser_fail(r->n, -EBADMSG, offset_of(r, r->at),
                       "expected an event whose metadata was defined before; %u was not",
                       e->metadata_id);
}

/* v4, v5: threads are introduced by their first event; when there are too many, start anew. */
static struct nettrace_thread *add_capture(struct event_reader *r)
{
    struct nettrace *n = r->n;
    struct nettrace_thread *thread = thread_table_add(&n->threads, r->event.capture_thread);

    if (!thread) {
        thread_table_clear(&n->threads);
        thread = thread_table_add(&n->threads, r->event.capture_thread);
    }
    if (thread) {
        thread->thread_id = thread->key;
        thread->process_id = n->trace.process_id;
        thread->last_sequence = r->event.sequence - 1;
    }
    return thread;
}

static int fail_thread(struct event_reader *r, uint64_t key)
{
    if (r->n->serialized)
        return parser_fail(r->n, -ENOMEM, offset_of(r, r->at), "no memory for a thread");
    return parser_fail(r->n, -EBADMSG, offset_of(r, r->at),
                       "expected an event of a thread that was introduced before; %llu was not",
                       (unsigned long long)key);
}

static __attribute__((noinline)) int find_capture(struct event_reader *r)
{
    r->capture = thread_table_find(&r->n->threads, r->event.capture_thread);
    if (!r->capture && r->n->serialized)
        r->capture = add_capture(r);
    return r->capture ? 0 : fail_thread(r, r->event.capture_thread);
}

/* v6: the thread that the event is about, and its labels. */
static __attribute__((noinline)) int find_v6(struct event_reader *r)
{
    struct nettrace_event *e = &r->event;
    struct nettrace_labels labels = {0};

    e->thread_info = thread_table_find(&r->n->threads, e->thread);
    if (!e->thread_info)
        return fail_thread(r, e->thread);
    if (e->label_list_id != 0 && !nettrace_labels_find(r->n, e->label_list_id, &labels))
        return parser_fail(r->n, -EBADMSG, offset_of(r, r->at),
                           "expected an event with labels that were given before; %u were not",
                           e->label_list_id);
    e->activity = labels.activity;
    e->related = labels.related;
    r->label_list_id = e->label_list_id;
    return 0;
}

static ALWAYS_INLINE int resolve(struct event_reader *r, bool v6)
{
    struct nettrace_event *e = &r->event;
    int result = 0;

    if (!e->metadata || e->metadata->id != e->metadata_id)
        result = find_metadata(r);
    if (result == 0 && (!r->capture || r->capture->key != e->capture_thread))
        result = find_capture(r);
    if (v6 && result == 0 &&
        (!e->thread_info || e->thread_info->key != e->thread ||
         r->label_list_id != e->label_list_id))
        result = find_v6(r);
    return result;
}

static __attribute__((cold)) int fail_callback(struct event_reader *r, int code)
{
    return parser_fail(r->n, code, offset_of(r, r->at), "stopped by the reader at an event");
}

static ALWAYS_INLINE int read_event(struct event_reader *r, bool v6, bool compressed)
{
    struct nettrace *n = r->n;
    const uint8_t *p = LIKELY(r->end - r->at >= EVENT_HEADER_MAX) ? decode(r->at, r, v6, compressed)
                                                                  : decode_copy(r, v6, compressed);
    const uint8_t *end = p ? event_end(r, p, v6, compressed) : NULL;

    if (!end)
        return event_reader_fail(r);
    int result = resolve(r, v6);
    if (result != 0)
        return result;
    nettrace_thread_advance(r->capture, r->event.sequence, v6 ? NETTRACE_V6 : NETTRACE_V4,
                            &n->stats.loss);
    r->event.payload = p;
    r->count++;
    result = n->callbacks.on_event ? n->callbacks.on_event(n->callbacks.user, &r->event) : 0;
    if (result < 0)
        return fail_callback(r, result);
    r->at = end;
    return 0;
}

static ALWAYS_INLINE int read_all(struct event_reader *r, bool v6, bool compressed)
{
    int result = 0;

    while (result == 0 && r->at < r->end)
        result = read_event(r, v6, compressed);
    return result;
}

/* The four loops. */
static int read_v4_plain(struct event_reader *r)
{
    return read_all(r, false, false);
}

static int read_v4_compressed(struct event_reader *r)
{
    return read_all(r, false, true);
}

static int read_v6_plain(struct event_reader *r)
{
    return read_all(r, true, false);
}

static int read_v6_compressed(struct event_reader *r)
{
    return read_all(r, true, true);
}

int parser_read_events(struct nettrace *n, struct cursor in, bool partial)
{
    static int (*const loops[2][2])(struct event_reader *) = {
        {read_v4_plain, read_v4_compressed},
        {read_v6_plain, read_v6_compressed},
    };
    struct event_reader r;

    if (partial && in.left < NETTRACE_EVENT_BLOCK_HEADER)
        return 0;
    if (event_reader_open(&r, n, in) < 0)
        return n->error.code;
    r.partial = partial;
    int result = loops[!n->serialized][r.flags & NETTRACE_EVENT_BLOCK_COMPRESSED](&r);
    n->stats.events += r.count;
    return result < 0 ? result : 0;
}
