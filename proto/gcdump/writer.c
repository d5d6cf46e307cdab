#include "proto/gcdump/writer.h"

#include <errno.h>
#include <string.h>

#include "proto/gcdump/format.h"

static void flush(struct gcdump_writer *w)
{
    if (w->error == 0 && w->size > 0)
        w->error = w->write(w->user, w->piece, w->size);
    w->size = 0;
}

static void put(struct gcdump_writer *w, const void *data, size_t size)
{
    const uint8_t *at = data;

    w->offset += size;
    while (size > 0) {
        size_t room = sizeof w->piece - w->size, n = size < room ? size : room;
        memcpy(w->piece + w->size, at, n);
        w->size += n;
        at += n;
        size -= n;
        if (w->size == sizeof w->piece)
            flush(w);
    }
}

static void put_u8(struct gcdump_writer *w, uint8_t value)
{
    put(w, &value, 1);
}

static void put_u32(struct gcdump_writer *w, uint32_t value)
{
    const uint8_t bytes[4] = {(uint8_t)value, (uint8_t)(value >> 8), (uint8_t)(value >> 16),
                              (uint8_t)(value >> 24)};

    put(w, bytes, sizeof bytes);
}

static void put_u64(struct gcdump_writer *w, uint64_t value)
{
    put_u32(w, (uint32_t)value);
    put_u32(w, (uint32_t)(value >> 32));
}

static void put_text(struct gcdump_writer *w, const char *text)
{
    if (!text) {
        put_u32(w, UINT32_MAX);
        return;
    }
    size_t size = strnlen(text, GCDUMP_TEXT);
    put_u32(w, (uint32_t)size);
    put(w, text, size);
}

static void put_type(struct gcdump_writer *w, uint32_t version, uint32_t reader, const char *name)
{
    put_u8(w, GCDUMP_BEGIN_OBJECT);
    put_u8(w, GCDUMP_BEGIN_OBJECT);
    put_u8(w, GCDUMP_NULL_REFERENCE);
    put_u32(w, version);
    put_u32(w, reader);
    put_text(w, name);
    put_u8(w, GCDUMP_END_OBJECT);
}

static void put_int(struct gcdump_writer *w, int32_t value)
{
    uint8_t bytes[GCDUMP_INT_MAX];

    put(w, bytes, gcdump_int_put(bytes, value));
}

void gcdump_write_begin(struct gcdump_writer *w, int (*write)(void *, const void *, size_t),
                        void *user, uint64_t total_size, uint32_t root, uint32_t type_count)
{
    w->write = write;
    w->user = user;
    w->offset = 0;
    w->size = 0;
    w->error = 0;
    put_text(w, GCDUMP_SIGNATURE);
    put_type(w, GCDUMP_VERSION, GCDUMP_READER, GCDUMP_DUMP_TYPE);
    put_type(w, 1, 0, GCDUMP_GRAPH_TYPE);
    put_u64(w, total_size);
    put_u32(w, root);
    put_u32(w, type_count);
}

void gcdump_write_type(struct gcdump_writer *w, const char *name, int32_t size, const char *module)
{
    put_text(w, name);
    put_u32(w, (uint32_t)size);
    put_text(w, module);
}

void gcdump_write_node_count(struct gcdump_writer *w, uint32_t count)
{
    w->nodes = count;
    put_u32(w, count);
}

void gcdump_write_offset(struct gcdump_writer *w, uint32_t offset)
{
    put_u32(w, offset);
}

void gcdump_write_nodes_size(struct gcdump_writer *w, uint32_t size)
{
    put_u32(w, size);
}

void gcdump_write_undefined(struct gcdump_writer *w)
{
    gcdump_write_node(w, 0, false, 0, 0);
}

void gcdump_write_node(struct gcdump_writer *w, uint32_t type, bool own_size, int32_t size,
                       uint32_t children)
{
    put_int(w, (int32_t)(type << 1 | own_size));
    if (own_size)
        put_int(w, size);
    put_int(w, (int32_t)children);
}

void gcdump_write_child(struct gcdump_writer *w, int32_t difference)
{
    put_int(w, difference);
}

void gcdump_write_address_count(struct gcdump_writer *w)
{
    put_u32(w, w->nodes);
}

void gcdump_write_address(struct gcdump_writer *w, uint64_t address)
{
    put_u64(w, address);
}

/* What is behind the graph. Returns the offset that the one table entry has. */
static uint64_t put_process(struct gcdump_writer *w, const struct gcdump_process *process)
{
    put_u8(w, process->is_64_bit);
    put_u32(w, 0x3F800000); /* 1.0: every object is there */
    put_u32(w, 0x3F800000);
    put_u8(w, GCDUMP_NULL_REFERENCE);
    put_u8(w, GCDUMP_NULL_REFERENCE);
    put_text(w, NULL);
    put_u64(w, process->time ? (uint64_t)(process->time + GCDUMP_EPOCH) : 0);
    put_text(w, process->machine);
    put_text(w, process->process);
    put_u32(w, (uint32_t)process->pid);
    put_u64(w, 0);
    put_u64(w, 0);
    put_u32(w, 0);
    put_u8(w, GCDUMP_SKIP_REGION);
    put_u32(w, 0);
    put_u8(w, GCDUMP_NULL_REFERENCE);
    uint64_t region_end = w->offset;
    put_u8(w, GCDUMP_STRING);
    put_text(w, process->tool);
    put_u8(w, GCDUMP_END_OBJECT);
    return region_end;
}

int gcdump_write_end(struct gcdump_writer *w, const struct gcdump_process *process)
{
    put_u8(w, GCDUMP_BYTE);
    put_u8(w, process->is_64_bit);
    put_u8(w, GCDUMP_END_OBJECT);
    uint64_t region_end = put_process(w, process);
    put_u8(w, GCDUMP_END_OBJECT);
    uint64_t table = w->offset;
    put_u32(w, 1);
    put_u32(w, (uint32_t)region_end);
    uint64_t trailer = w->offset;
    put_u32(w, (uint32_t)table);
    put_u32(w, (uint32_t)trailer);
    if (w->error == 0 && w->offset > UINT32_MAX)
        w->error = -EFBIG;
    flush(w);
    return w->error;
}
