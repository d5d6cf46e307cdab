/*
 * support/nettrace_digest.h - one number for everything that a NetTrace stream says, so that two
 * ways of feeding it can be compared.
 */
#pragma once

#include <stdint.h>
#include <string.h>

#include "proto/nettrace/fields.h"
#include "proto/nettrace/parser.h"

struct nettrace_digest {
    struct nettrace *parser;
    uint64_t hash;
    uint64_t events, stacks, values;
};

static inline void digest_number(struct nettrace_digest *d, uint64_t value)
{
    d->hash = (d->hash ^ value) * UINT64_C(0x9E3779B97F4A7C15);
    d->hash ^= d->hash >> 29;
}

static inline void digest_bytes(struct nettrace_digest *d, const void *data, size_t size)
{
    const uint8_t *p = data;

    digest_number(d, size);
    for (uint64_t word; size >= sizeof word; p += sizeof word, size -= sizeof word) {
        memcpy(&word, p, sizeof word);
        digest_number(d, word);
    }
    for (size_t i = 0; i < size; i++)
        digest_number(d, p[i]);
}

static inline void digest_text(struct nettrace_digest *d, const char *text)
{
    digest_bytes(d, text, strlen(text));
}

static inline void digest_value(struct nettrace_digest *d, const struct nettrace_reader *outer,
                                const struct nettrace_value *value)
{
    struct nettrace_reader r = nettrace_read_inside(outer, value);
    struct nettrace_value inner;
    char text[64];

    d->values++;
    digest_number(d, value->type->code);
    digest_number(d, value->u);
    digest_number(d, nettrace_value_text(value, text, sizeof text));
    while (value->type->element && nettrace_read_element(&r, &inner))
        digest_value(d, &r, &inner);
    while (value->type->code == NETTRACE_OBJECT && nettrace_read_next(&r, &inner))
        digest_value(d, &r, &inner);
}

static inline int digest_event(void *user, const struct nettrace_event *e)
{
    struct nettrace_digest *d = user;
    struct nettrace_stack stack;
    struct nettrace_value value;
    struct nettrace_reader r = nettrace_read_event(e);

    d->events++;
    digest_number(d, e->timestamp);
    digest_number(d, e->thread);
    digest_number(d, e->capture_thread);
    digest_number(d, e->metadata_id);
    digest_number(d, e->sequence);
    digest_number(d, e->processor);
    digest_number(d, e->label_list_id);
    digest_number(d, e->sorted);
    digest_bytes(d, e->activity.bytes, GUID_SIZE);
    digest_bytes(d, e->related.bytes, GUID_SIZE);
    digest_bytes(d, e->payload, e->payload_size);
    digest_text(d, e->thread_info ? e->thread_info->name : "");
    if (nettrace_stack_find(d->parser, e->stack_id, &stack))
        digest_bytes(d, stack.bytes, stack.count * stack.pointer_size);
    while (nettrace_read_next(&r, &value))
        digest_value(d, &r, &value);
    return 0;
}

static inline int digest_metadata(void *user, struct nettrace_metadata *m)
{
    struct nettrace_digest *d = user;

    digest_text(d, m->provider);
    digest_text(d, m->name);
    digest_text(d, m->title);
    digest_text(d, m->message);
    digest_number(d, m->event_id);
    digest_number(d, m->keywords);
    digest_number(d, (uint64_t)m->opcode << 32 | m->level);
    digest_number(d, m->version);
    for (size_t i = 0; i < m->fields.count; i++)
        digest_text(d, m->fields.list[i].name);
    return 0;
}

static inline int digest_stack(void *user, const struct nettrace_stack *stack)
{
    struct nettrace_digest *d = user;

    d->stacks++;
    digest_number(d, stack->id);
    for (size_t i = 0; i < stack->count; i++)
        digest_number(d, nettrace_stack_address(stack, i));
    return 0;
}

static inline int digest_point(void *user, const struct nettrace_sequence_point *point)
{
    digest_number(user, point->timestamp);
    digest_number(user, point->thread_count);
    return 0;
}

static inline int digest_thread(void *user, struct nettrace_thread *thread)
{
    digest_number(user, thread->key);
    digest_number(user, thread->thread_id);
    digest_text(user, thread->name);
    return 0;
}

static inline int digest_trace(void *user, const struct nettrace_trace *trace)
{
    digest_number(user, trace->version);
    digest_number(user, trace->start_ticks);
    digest_number(user, trace->process_id);
    digest_number(user, nettrace_trace_file_time(trace, trace->start_ticks + 1));
    return 0;
}

/* A parser whose callbacks feed `d`; the caller frees it. */
static inline struct nettrace *digest_new(struct nettrace_digest *d)
{
    struct nettrace_callbacks callbacks = {
        .user = d,
        .on_trace = digest_trace,
        .on_metadata = digest_metadata,
        .on_event = digest_event,
        .on_stack = digest_stack,
        .on_sequence_point = digest_point,
        .on_thread = digest_thread,
        .on_thread_removed = digest_thread,
    };

    *d = (struct nettrace_digest){.parser = nettrace_new(&callbacks, NULL)};
    return d->parser;
}

/*
 * Feeds all in pieces of at most `step` bytes (0: whole; `random` not 0: of 1 to `step`), finishes,
 * and adds the outcome: error code, offset, statistics.
 */
static inline int digest_run(struct nettrace_digest *d, const uint8_t *data, size_t size,
                             size_t step, uint32_t random)
{
    struct nettrace *n = digest_new(d);
    int r = n ? 0 : -12;

    for (size_t at = 0; r == 0 && at < size;) {
        size_t piece = step ? step : size;
        if (random) {
            random = random * 1664525 + 1013904223;
            piece = 1 + (random >> 8) % step;
        }
        if (piece > size - at)
            piece = size - at;
        r = nettrace_feed(n, data + at, piece);
        at += piece;
    }
    if (r == 0 && n)
        r = nettrace_finish(n);
    if (n) {
        digest_number(d, nettrace_stats(n)->events);
        digest_number(d, nettrace_stats(n)->loss.events);
        digest_number(d, nettrace_error(n)->offset);
        digest_text(d, nettrace_error(n)->text);
    }
    digest_number(d, (uint64_t)r);
    nettrace_free(n);
    return r;
}
