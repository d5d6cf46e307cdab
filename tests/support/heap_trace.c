#include "tests/support/heap_trace.h"

#include <stdio.h>

#include "proto/nettrace/writer.h"
#include "tests/support/heap_maker.h"
#include "tests/support/world.h"

struct heap_trace {
    struct nettrace_writer w;
    uint32_t sequence;
    uint64_t late;
};

static const struct {
    const char *provider;
    uint32_t id, version;
} events[HEAP_EVENTS] = {
    [HEAP_EVENT_START] = {"Microsoft-Windows-DotNETRuntime", 1, 2},
    [HEAP_EVENT_END] = {"Microsoft-Windows-DotNETRuntime", 2, 1},
    [HEAP_EVENT_TYPES] = {"Microsoft-Windows-DotNETRuntime", 15, 0},
    [HEAP_EVENT_ROOTS] = {"Microsoft-Windows-DotNETRuntime", 16, 0},
    [HEAP_EVENT_DEPENDENTS] = {"Microsoft-Windows-DotNETRuntime", 17, 0},
    [HEAP_EVENT_NODES] = {"Microsoft-Windows-DotNETRuntime", 18, 0},
    [HEAP_EVENT_EDGES] = {"Microsoft-Windows-DotNETRuntime", 19, 0},
    [HEAP_EVENT_STATICS] = {"Microsoft-Windows-DotNETRuntime", 38, 0},
    [HEAP_EVENT_MODULE] = {"Microsoft-Windows-DotNETRuntimeRundown", 154, 2},
};

static void end_writer(void *arg)
{
    nettrace_writer_deinit(&((struct heap_trace *)arg)->w);
}

struct heap_trace *heap_trace_new(void)
{
    struct heap_trace *t = world_alloc(sizeof *t);
    const struct nettrace_trace trace = {.version = 4,
                                         .start = {2026, 11, 0, 22, 4, 5, 6, 7},
                                         .start_ticks = 1000,
                                         .ticks_per_second = 1000000000,
                                         .pointer_size = 8,
                                         .process_id = 42,
                                         .processors = 2};

    nettrace_writer_init(&t->w, 4, true);
    world_at_end(end_writer, t);
    nettrace_write_trace(&t->w, &trace);
    for (uint32_t i = 1; i < HEAP_EVENTS; i++)
        nettrace_write_metadata(&t->w, &(struct nettrace_metadata){.id = i,
                                                                   .event_id = events[i].id,
                                                                   .provider = events[i].provider,
                                                                   .name = "",
                                                                   .title = "",
                                                                   .version = events[i].version,
                                                                   .opcode = NETTRACE_NO_OPCODE,
                                                                   .message = "",
                                                                   .description = ""});
    return t;
}

void heap_trace_event(struct heap_trace *t, enum heap_event event, const void *payload, size_t size)
{
    nettrace_write_event(&t->w, &(struct nettrace_event){.payload = payload,
                                                         .payload_size = (uint32_t)size,
                                                         .timestamp = 2000 + t->sequence + t->late,
                                                         .thread = 1,
                                                         .capture_thread = 1,
                                                         .metadata_id = event,
                                                         .sequence = ++t->sequence});
}

void heap_trace_late(struct heap_trace *t, uint64_t ticks)
{
    t->late = ticks;
}

static void put_u8(struct bytes *b, uint8_t value)
{
    bytes_raw(b, &value, sizeof value);
}

static void put_u16(struct bytes *b, uint16_t value)
{
    bytes_raw(b, &value, sizeof value);
}

static void put_u32(struct bytes *b, uint32_t value)
{
    bytes_raw(b, &value, sizeof value);
}

static void put_u64(struct bytes *b, uint64_t value)
{
    bytes_raw(b, &value, sizeof value);
}

static void send(struct heap_trace *t, enum heap_event event, struct bytes *b)
{
    heap_trace_event(t, event, b->data, b->size);
    bytes_deinit(b);
}

static struct bytes bulk(uint32_t index, uint32_t count)
{
    struct bytes b = {0};

    put_u32(&b, index);
    put_u32(&b, count);
    put_u16(&b, 0);
    return b;
}

void heap_trace_start(struct heap_trace *t, uint32_t number, uint32_t depth, uint32_t reason,
                      uint32_t type)
{
    struct bytes b = {0};

    put_u32(&b, number);
    put_u32(&b, depth);
    put_u32(&b, reason);
    put_u32(&b, type);
    put_u16(&b, 0);
    put_u64(&b, 0);
    send(t, HEAP_EVENT_START, &b);
}

void heap_trace_end_collection(struct heap_trace *t, uint32_t number)
{
    struct bytes b = {0};

    put_u32(&b, number);
    put_u32(&b, 2);
    put_u16(&b, 0);
    send(t, HEAP_EVENT_END, &b);
}

void heap_trace_types(struct heap_trace *t, uint32_t count)
{
    struct bytes b = {0};
    char name[16];

    put_u32(&b, count);
    put_u16(&b, 0);
    for (uint32_t i = 0; i < count; i++) {
        (void)snprintf(name, sizeof name, "T%u", i);
        put_u64(&b, 1000 + i);
        put_u64(&b, 77);
        put_u32(&b, 0);
        put_u32(&b, 0);
        put_u8(&b, 0);
        bytes_utf16(&b, name);
        put_u32(&b, 1);
        put_u64(&b, 0x55);
    }
    send(t, HEAP_EVENT_TYPES, &b);
}

void heap_trace_module(struct heap_trace *t)
{
    struct bytes b = {0};

    put_u64(&b, 77);
    put_u64(&b, 0);
    put_u64(&b, 0);
    bytes_utf16(&b, "/app/m.dll");
    bytes_utf16(&b, "");
    send(t, HEAP_EVENT_MODULE, &b);
}

void heap_trace_nodes(struct heap_trace *t, uint32_t index, uint32_t first, uint32_t count,
                      uint32_t edges)
{
    struct bytes b = bulk(index, count);

    for (uint32_t i = first; i < first + count; i++) {
        put_u64(&b, heap_maker_address(i));
        put_u64(&b, 32);
        put_u64(&b, 1000);
        put_u64(&b, edges);
    }
    send(t, HEAP_EVENT_NODES, &b);
}

void heap_trace_edges(struct heap_trace *t, uint32_t index, uint32_t first, uint32_t count)
{
    struct bytes b = bulk(index, count);

    for (uint32_t i = first; i < first + count; i++) {
        put_u64(&b, heap_maker_address(i));
        put_u32(&b, 0);
    }
    send(t, HEAP_EVENT_EDGES, &b);
}

void heap_trace_root(struct heap_trace *t, uint32_t index, uint32_t object, uint8_t kind,
                     uint32_t flags)
{
    struct bytes b = bulk(index, 1);

    put_u64(&b, heap_maker_address(object));
    put_u8(&b, kind);
    put_u32(&b, flags);
    put_u64(&b, 0);
    send(t, HEAP_EVENT_ROOTS, &b);
}

void heap_trace_static(struct heap_trace *t, uint32_t object, const char *field, uint32_t flags)
{
    struct bytes b = {0};

    put_u32(&b, 1);
    put_u64(&b, 1);
    put_u16(&b, 0);
    put_u64(&b, 0);
    put_u64(&b, heap_maker_address(object));
    put_u64(&b, 1001);
    put_u32(&b, flags);
    bytes_utf16(&b, field);
    send(t, HEAP_EVENT_STATICS, &b);
}

const uint8_t *heap_trace_finish(struct heap_trace *t, size_t *ret_size)
{
    nettrace_write_end(&t->w);
    return nettrace_writer_data(&t->w, ret_size);
}
