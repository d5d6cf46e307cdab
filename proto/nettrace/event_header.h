/*
 * nettrace/event_header.h - the headers of events, which say only what differs from the event
 * before (compressed) or everything (uncompressed).
 *
 * Compressed: u8 flags, then by flag: 1 varint metadata id; 2 varint added to the sequence number,
 * varint capture thread, varint processor; 4 varint thread; 8 varint stack; always varint added to
 * the timestamp; 16 GUID activity (v6: varint label list); 32 GUID related activity (not v6);
 * 128 varint payload size. The sequence number counts up by itself.
 * Uncompressed: u32 size of what follows, u32 metadata id and bit "unsorted", u32 sequence, u64
 * thread, u64 capture thread, u32 processor, u32 stack, u64 timestamp, v4 and v5: two GUIDs, v6:
 * u32 label list; u32 payload size.
 *
 * This is the hot path. Both functions read up to the largest header without checking bounds: the
 * caller sees to it that so many bytes can be read, and compares the end afterwards.
 */
#pragma once

#include <string.h>

#include "proto/nettrace/event.h"
#include "proto/nettrace/format.h"
#include "proto/nettrace/varint.h"

enum {
    EVENT_HEADER_MAX = 96, /* of all kinds */
};

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "event headers are read as little-endian numbers"
#endif

static inline const uint8_t *take_guid(const uint8_t *p, struct guid *guid)
{
    memcpy(guid->bytes, p, GUID_SIZE);
    return p + GUID_SIZE;
}

static inline const uint8_t *take_capture(const uint8_t *p, struct nettrace_event *e)
{
    uint32_t skipped = 0;

    p = varint_take32(p, &skipped);
    e->sequence += skipped;
    p = p ? varint_take64(p, &e->capture_thread) : NULL;
    return p ? varint_take32(p, &e->processor) : NULL;
}

/* Fields that most events leave out. */
static inline const uint8_t *take_rare(const uint8_t *p, struct nettrace_event *e, uint8_t flags)
{
    if (flags & NETTRACE_HAS_CAPTURE)
        p = take_capture(p, e);
    if (p && flags & NETTRACE_HAS_THREAD)
        p = varint_take64(p, &e->thread);
    if (p && flags & NETTRACE_HAS_STACK)
        p = varint_take32(p, &e->stack_id);
    return p;
}

static inline const uint8_t *take_activity(const uint8_t *p, struct nettrace_event *e,
                                           uint8_t flags, bool v6)
{
    if (v6)
        return flags & NETTRACE_HAS_ACTIVITY ? varint_take32(p, &e->label_list_id) : p;
    if (flags & NETTRACE_HAS_ACTIVITY)
        p = take_guid(p, &e->activity);
    if (flags & NETTRACE_HAS_RELATED)
        p = take_guid(p, &e->related);
    return p;
}

/* Changes what the header at `p` says; returns its end, or NULL when a number is too long. */
static inline const uint8_t *event_header_compressed(const uint8_t *p, struct nettrace_event *e,
                                                     bool v6)
{
    uint8_t flags = *p++;
    uint64_t delta = 0;

    if (flags & NETTRACE_HAS_METADATA)
        p = varint_take32(p, &e->metadata_id);
    if (p && flags & (NETTRACE_HAS_CAPTURE | NETTRACE_HAS_THREAD | NETTRACE_HAS_STACK))
        p = take_rare(p, e, flags);
    p = p ? varint_take64(p, &delta) : NULL;
    e->sequence++;
    e->timestamp += delta;
    e->sorted = (flags & NETTRACE_IS_SORTED) != 0;
    if (p && flags & (NETTRACE_HAS_ACTIVITY | NETTRACE_HAS_RELATED))
        p = take_activity(p, e, flags, v6);
    if (p && flags & NETTRACE_HAS_SIZE)
        p = varint_take32(p, &e->payload_size);
    return p;
}

static inline const uint8_t *take_u32(const uint8_t *p, uint32_t *value)
{
    memcpy(value, p, sizeof *value);
    return p + sizeof *value;
}

static inline const uint8_t *take_u64(const uint8_t *p, uint64_t *value)
{
    memcpy(value, p, sizeof *value);
    return p + sizeof *value;
}

/* The same; *ret_size is what the event says to take behind its first field. */
static inline const uint8_t *event_header_plain(const uint8_t *p, struct nettrace_event *e, bool v6,
                                                uint32_t *ret_size)
{
    p = take_u32(p, ret_size);
    p = take_u32(p, &e->metadata_id);
    e->sorted = (e->metadata_id & NETTRACE_UNSORTED_BIT) == 0;
    e->metadata_id &= ~NETTRACE_UNSORTED_BIT;
    p = take_u32(p, &e->sequence);
    p = take_u64(p, &e->thread);
    p = take_u64(p, &e->capture_thread);
    p = take_u32(p, &e->processor);
    p = take_u32(p, &e->stack_id);
    p = take_u64(p, &e->timestamp);
    if (v6) {
        p = take_u32(p, &e->label_list_id);
    } else {
        p = take_guid(p, &e->activity);
        p = take_guid(p, &e->related);
    }
    return take_u32(p, &e->payload_size);
}
