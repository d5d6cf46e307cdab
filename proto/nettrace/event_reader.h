/*
 * nettrace/event_reader.h - rows with event headers in a block: events, and definitions in v4 and
 * v5. Not for others.
 */
#pragma once

#include <string.h>

#include "proto/nettrace/event_header.h"
#include "proto/nettrace/parser_impl.h"

#define ALWAYS_INLINE inline __attribute__((always_inline))
#define LIKELY(x) __builtin_expect(!!(x), 1)

enum {
    READ_PARTIAL = 1, /* the block is cut here: no error */
};

struct event_reader {
    struct nettrace *n;
    const uint8_t *start, *at, *end; /* of the block; the next event */
    struct nettrace_event event;     /* as the event before left it */
    struct nettrace_thread *capture; /* of event.capture_thread */
    uint64_t count;
    uint32_t row_size;      /* plain: what the event claims */
    uint32_t label_list_id; /* whose activities are in `event` */
    uint16_t flags;         /* of the block */
    bool partial;
};

/* Takes the block's own header. 0 or an error, already set. */
int event_reader_open(struct event_reader *r, struct nettrace *n, struct cursor in);

/* The event at r->at is not whole: READ_PARTIAL if that may be, else an error. */
__attribute__((cold)) int event_reader_fail(const struct event_reader *r);

static inline uint64_t offset_of(const struct event_reader *r, const uint8_t *p)
{
    return r->n->offset + (uint64_t)(p - r->start);
}

static ALWAYS_INLINE const uint8_t *decode(const uint8_t *p, struct event_reader *r, bool v6,
                                           bool compressed)
{
    return compressed ? event_header_compressed(p, &r->event, v6)
                      : event_header_plain(p, &r->event, v6, &r->row_size);
}

/* Near the end of the block: from a copy with zeros behind it. NULL also if the header is cut. */
static ALWAYS_INLINE const uint8_t *decode_copy(struct event_reader *r, bool v6, bool compressed)
{
    uint8_t copy[2 * EVENT_HEADER_MAX] = {0};
    size_t left = (size_t)(r->end - r->at);

    memcpy(copy, r->at, left);
    const uint8_t *end = decode(copy, r, v6, compressed);
    return end && (size_t)(end - copy) <= left ? r->at + (end - copy) : NULL;
}

/*
 * v4, v5, plain: zeros up to the next multiple of 4 bytes. There are writers that leave them out,
 * and TraceEvent reads only those; what is not zero is the next event.
 */
static inline const uint8_t *skip_padding(const struct event_reader *r, const uint8_t *end)
{
    const uint8_t *p = end;

    while ((p - r->start) % NETTRACE_BLOCK_ALIGNMENT != 0 && p < r->end) {
        if (*p++ != 0)
            return end;
    }
    return p;
}

/* Where the event ends; NULL if that is behind the block. `p` is the end of its header. */
static ALWAYS_INLINE const uint8_t *event_end(const struct event_reader *r, const uint8_t *p,
                                              bool v6, bool compressed)
{
    size_t left = (size_t)(r->end - p);

    if (r->event.payload_size > left)
        return NULL;
    if (compressed)
        return p + r->event.payload_size;
    size_t head = (size_t)(p - r->at) - 4; /* of row_size */
    if (r->row_size < head + r->event.payload_size || r->row_size - head > left)
        return NULL;
    const uint8_t *end = r->at + 4 + r->row_size;
    return v6 ? end : skip_padding(r, end);
}
